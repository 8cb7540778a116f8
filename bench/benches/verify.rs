//! Verification of a signature from a real head, beside the bare cost of hashing the same bytes.

use std::hint::black_box;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http::request::{Builder, Parts};
use keyward_ambient::Timestamp;
use keyward_signature::sign::{SigningCredential, authorize, presign};
use keyward_signature::{Addressed, CandidateSecret, Claim, ContentSha256, Rules, SigningKeys};
use sha1::Sha1;
use sha2::{Digest, Sha256};

const ID: &str = "alice@corp.example";
const SECRETS: [&str; 2] = ["an-older-secret-of-forty-characters-00000", "the-newer-secret-of-forty-characters-0000"];
const HOST: &str = "s3.corp.example:9020";
const TARGET: &str = "/photos/2026/03/05/IMG_4711.jpg";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn now() -> Timestamp {
    Timestamp::from_seconds(1_772_732_353)
}

struct Secret(&'static str, SigningKeys);

impl CandidateSecret for Secret {
    fn id(&self) -> [u8; 16] {
        [7; 16]
    }

    fn secret(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn signing_keys(&self) -> &SigningKeys {
        &self.1
    }
}

fn secrets(keys: &[&'static str]) -> Vec<Secret> {
    keys.iter().map(|key| Secret(key, SigningKeys::new())).collect()
}

/// A GET as SDKs send it: four headers are signed, four are not.
fn get() -> Builder {
    Request::get(TARGET)
        .header("host", HOST)
        .header("range", "bytes=0-1023")
        .header(
            "user-agent",
            "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11.7 cfg/retry-mode#standard",
        )
        .header("accept-encoding", "identity")
        .header("amz-sdk-invocation-id", "0c7a0d0e-5b7e-4a44-9a0b-0d9d0a0b0c0d")
        .header("amz-sdk-request", "attempt=1; max=5")
}

fn head(request: Builder) -> Parts {
    request.body(()).expect("a head").into_parts().0
}

fn credential(secret_key: &'static str) -> SigningCredential<'static> {
    SigningCredential { access_key_id: ID, secret_key: secret_key.as_bytes(), region: "us-east-1" }
}

/// Only the headers that a client of Version 4 signs, signed by the last secret.
fn signed() -> Parts {
    let unsigned = ["user-agent", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request"];
    let mut parts = head(get());
    let kept: Vec<_> = unsigned.iter().map(|name| (*name, parts.headers.remove(*name).expect("is there"))).collect();
    authorize(&mut parts, &credential(SECRETS[1]), ContentSha256::of(b""), now()).expect("signs");
    kept.into_iter().for_each(|(name, value)| drop(parts.headers.insert(name, value)));
    parts
}

fn presigned() -> Parts {
    let mut parts = head(Request::get(TARGET).header("host", HOST));
    presign(&mut parts, &credential(SECRETS[1]), Duration::from_secs(3600), now()).expect("signs");
    parts
}

fn v2_text() -> String {
    format!("GET\n\n\nThu, 05 Mar 2026 17:39:13 GMT\n{TARGET}")
}

fn signed_with_v2() -> Parts {
    let signature = STANDARD.encode(hmac_sha1(SECRETS[1], v2_text().as_bytes()));
    head(get().header("date", "Thu, 05 Mar 2026 17:39:13 GMT").header("authorization", format!("AWS {ID}:{signature}")))
}

/// All that a front does with a head, but for looking up the secrets.
fn verify(parts: &Parts, secrets: &[Secret]) -> usize {
    let rules = Rules::default();
    let claim = Claim::parse_addressed(parts, Addressed::default(), &rules).expect("parses").expect("a claim");
    black_box(claim.access_key_id());
    claim.verify(parts, secrets, now()).expect("verifies").candidate()
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    keyed(key).chain_update(text).finalize().into_bytes().into()
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("a key of any length")
}

fn hmac_sha1(key: &str, text: &[u8]) -> [u8; 20] {
    let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.chain_update(text).finalize().into_bytes().into()
}

fn derive(secret_key: &str) -> [u8; 32] {
    let steps = ["20260305", "us-east-1", "s3", "aws4_request"];
    let first = hmac_sha256(format!("AWS4{secret_key}").as_bytes(), steps[0].as_bytes());
    steps[1..].iter().fold(first, |key, step| hmac_sha256(&key, step.as_bytes()))
}

/// The bytes that verifying a head has to hash.
struct Floor {
    canonical: String,
    string_to_sign: String,
}

impl Floor {
    fn of(canonical: String) -> Self {
        let hash: String = Sha256::digest(&canonical).iter().map(|byte| format!("{byte:02x}")).collect();
        let scope = "20260305/us-east-1/s3/aws4_request";
        Self { string_to_sign: format!("AWS4-HMAC-SHA256\n20260305T173913Z\n{scope}\n{hash}"), canonical }
    }

    fn signed() -> Self {
        let headers =
            format!("host:{HOST}\nrange:bytes=0-1023\nx-amz-content-sha256:{EMPTY}\nx-amz-date:20260305T173913Z\n");
        let signed = "host;range;x-amz-content-sha256;x-amz-date";
        Self::of(format!("GET\n{TARGET}\n\n{headers}\n{signed}\n{EMPTY}"))
    }

    fn presigned() -> Self {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=alice%40corp.example%2F20260305%2Fus-east-1%2Fs3\
                     %2Faws4_request&X-Amz-Date=20260305T173913Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host";
        Self::of(format!("GET\n{TARGET}\n{query}\nhost:{HOST}\n\nhost\nUNSIGNED-PAYLOAD"))
    }

    /// Hashes them with keys that are at hand, and gives the last signature.
    fn hash(&self, keys: &[Hmac<Sha256>]) -> [u8; 32] {
        black_box(Sha256::digest(black_box(&self.canonical)));
        let mut last = [0; 32];
        for key in keys {
            last = key.clone().chain_update(black_box(&self.string_to_sign)).finalize().into_bytes().into();
        }
        last
    }

    /// Makes sure that these are the bytes, and not others of some such length.
    fn is_of(&self, parts: &Parts) {
        let signature = self.hash(&[keyed(&derive(SECRETS[1]))]);
        let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        let head = format!("{:?}{}", parts.headers.get("authorization"), parts.uri);
        assert!(head.contains(&signature), "{head}");
    }
}

fn version_4(criterion: &mut Criterion<CpuTime>) {
    let keys = SECRETS.map(|secret| keyed(&derive(secret)));
    let mut group = criterion.benchmark_group("SigV4 header");
    let (parts, floor) = (signed(), Floor::signed());
    floor.is_of(&parts);
    let one = secrets(&SECRETS[1..]);
    group.bench_function("one secret", |bencher| bencher.iter(|| verify(black_box(&parts), &one)));
    group.bench_function("one secret, hashing alone", |bencher| bencher.iter(|| floor.hash(&keys[1..])));
    let two = secrets(&SECRETS);
    // The first signing key is kept only once something verified under it.
    let mut older = head(get());
    authorize(&mut older, &credential(SECRETS[0]), ContentSha256::of(b""), now()).expect("signs");
    verify(&older, &two);
    group.bench_function("two secrets, the second", |bencher| bencher.iter(|| verify(black_box(&parts), &two)));
    group.bench_function("two secrets, hashing alone", |bencher| bencher.iter(|| floor.hash(&keys)));
    group.bench_function("two secrets, no key kept", |bencher| {
        bencher.iter_batched_ref(|| secrets(&SECRETS), |two| verify(black_box(&parts), two), BatchSize::SmallInput);
    });
    group.bench_function("deriving a key, hashing alone", |bencher| bencher.iter(|| derive(black_box(SECRETS[1]))));
    group.finish();

    let mut group = criterion.benchmark_group("SigV4 presigned");
    let (parts, floor) = (presigned(), Floor::presigned());
    floor.is_of(&parts);
    group.bench_function("one secret", |bencher| bencher.iter(|| verify(black_box(&parts), &one)));
    group.bench_function("one secret, hashing alone", |bencher| bencher.iter(|| floor.hash(&keys[1..])));
    group.bench_function("two secrets, the second", |bencher| bencher.iter(|| verify(black_box(&parts), &two)));
    group.finish();
}

fn version_2(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("SigV2 header");
    let (parts, text) = (signed_with_v2(), v2_text());
    let (one, two) = (secrets(&SECRETS[1..]), secrets(&SECRETS));
    group.bench_function("one secret", |bencher| bencher.iter(|| verify(black_box(&parts), &one)));
    group.bench_function("one secret, hashing alone", |bencher| {
        bencher.iter(|| hmac_sha1(black_box(SECRETS[1]), black_box(text.as_bytes())));
    });
    group.bench_function("two secrets, the second", |bencher| bencher.iter(|| verify(black_box(&parts), &two)));
    group.finish();
}

/// Time of the processor that this thread had: what others do on the machine counts less.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = version_4, version_2
}
criterion_main!(benches);
