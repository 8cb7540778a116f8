//! Verification of a Version 4 header, from a head to the answer which of two secrets signed.

use std::hint::black_box;

use http::Request;
use http::request::Parts;
use keyward_ambient::Timestamp;
use keyward_signature::sign::{SigningCredential, authorize};
use keyward_signature::{Addressed, CandidateSecret, Claim, ContentSha256, Rules, SigningKeys};

const SECRETS: [&str; 2] = ["an-older-secret-of-forty-characters-00000", "the-newer-secret-of-forty-characters-0000"];

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

/// Verifies the header of a GET, signed by the second of two secrets.
pub(crate) fn verification() -> impl FnMut() {
    let secrets = SECRETS.map(|secret| Secret(secret, SigningKeys::new()));
    let now = Timestamp::from_seconds(1_772_732_353);
    let head = signed(now);
    move || {
        let rules = Rules::default();
        let claim = Claim::parse_addressed(&head, Addressed::default(), &rules).expect("parses").expect("a claim");
        let verified = black_box(claim).verify(&head, &secrets, now).expect("verifies");
        assert_eq!(verified.candidate(), 1);
    }
}

/// As SDKs send it: four headers are signed, four are not.
fn signed(now: Timestamp) -> Parts {
    let request = Request::get("/photos/2026/03/05/IMG_4711.jpg").header("host", "s3.corp.example:9020");
    let mut head = request.header("range", "bytes=0-1023").body(()).expect("a head").into_parts().0;
    let secret_key = SECRETS[1].as_bytes();
    let credential = SigningCredential { access_key_id: "alice@corp.example", secret_key, region: "us-east-1" };
    authorize(&mut head, &credential, ContentSha256::of(b""), now).expect("signs");
    for (name, value) in [
        ("user-agent", "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11.7 cfg/retry-mode#standard"),
        ("accept-encoding", "identity"),
        ("amz-sdk-invocation-id", "0c7a0d0e-5b7e-4a44-9a0b-0d9d0a0b0c0d"),
        ("amz-sdk-request", "attempt=1; max=5"),
    ] {
        head.headers.insert(name, value.parse().expect("a value"));
    }
    head
}
