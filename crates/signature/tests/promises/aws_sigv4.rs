//! The signer of the AWS SDK for Rust (crate `aws-sigv4`) against ours: all that it signs verifies, and nothing that was
//! changed afterwards.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::Request;
use http::request::Parts;
use keyward_signature::{Claim, Rules};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::properties::{awkward, encode, encode_key, flip, meaning, stated};
use crate::support::*;

/// As the SDK's client for S3 sets them.
fn settings(location: SignatureLocation) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.expires_in = (location == SignatureLocation::QueryParams).then_some(Duration::from_secs(60));
    settings.signature_location = location;
    settings
}

fn sign_by_sdk(request: &mut Request<()>, access_key_id: &str, location: SignatureLocation, body: &SignableBody<'_>) {
    let identity = Credentials::new(access_key_id, "newer-secret", None, None, "test").into();
    let seconds = Duration::from_secs(now().as_seconds().unsigned_abs());
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("eu-central-1")
        .name("s3")
        .time(SystemTime::UNIX_EPOCH + seconds)
        .settings(settings(location))
        .build()
        .unwrap()
        .into();
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    let headers: Vec<(&str, &str)> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let signable = SignableRequest::new(&method, uri, headers.into_iter(), body.clone()).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    instructions.apply_to_request_http1x(request);
}

/// A request of the SDK's, and what it says.
#[derive(Clone, Debug)]
struct Made {
    method: &'static str,
    key: String,
    query: Vec<(String, String)>,
    note: String,
    body: Vec<u8>,
    access_key_id: String,
}

impl Made {
    fn signed(&self, location: SignatureLocation) -> Parts {
        let query: Vec<String> =
            self.query.iter().map(|(name, value)| format!("q{}={}", encode(name), encode(value))).collect();
        let target = format!("https://s3.corp.example:9021/bucket/{}?{}", encode_key(&self.key), query.join("&"));
        let request = Request::builder().method(self.method).uri(target);
        let request = request.header("x-amz-meta-note", &self.note).header("content-type", "text/plain");
        let mut request = request.body(()).unwrap();
        let body = match location {
            SignatureLocation::QueryParams => SignableBody::UnsignedPayload,
            _ => SignableBody::Bytes(&self.body),
        };
        sign_by_sdk(&mut request, &self.access_key_id, location, &body);
        request.into_parts().0
    }
}

fn made() -> impl Strategy<Value = Made> {
    (
        prop::sample::select(vec!["GET", "HEAD", "PUT", "POST", "DELETE"]),
        awkward(),
        prop::collection::vec((awkward(), awkward()), 0..4),
        "[!-~]([ -~]{0,20}[!-~])?",
        prop::collection::vec(any::<u8>(), 0..64),
        "[a-zA-Z0-9!#$&'()*+,./:;=?@_~-]{1,30}",
    )
        .prop_map(|(method, key, query, note, body, access_key_id)| Made {
            method,
            key,
            query,
            note,
            body,
            access_key_id,
        })
}

fn verifies(parts: &Parts) -> bool {
    matches!(Claim::parse(parts, &Rules::default()), Ok(Some(claim)) if claim.verify(parts, &secrets(), now()).is_ok())
}

proptest! {
    // The same requests in every run: what another version of the SDK signs is looked for when it is taken up.
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn what_the_sdk_signs_verifies_and_reads_as_the_sdk_meant_it(made in made()) {
        for location in [SignatureLocation::Headers, SignatureLocation::QueryParams] {
            let parts = made.signed(location);
            let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
            prop_assert_eq!(claim.access_key_id(), &made.access_key_id);
            let verified = claim.verify(&parts, &secrets(), now()).unwrap();
            prop_assert_eq!(verified.candidate(), 1);
            let (head, plan) = verified.clean(parts);
            let mut query: Vec<_> = made.query.iter().map(|(name, value)| (format!("q{name}"), value.clone())).collect();
            query.sort();
            let query = query.into_iter().map(|(name, value)| (name.into_bytes(), value.into_bytes())).collect();
            prop_assert_eq!(meaning(head.uri()), (format!("/bucket/{}", made.key).into_bytes(), query));
            let (content, end) = read(&mut body(&head, plan, Pieces::whole(&made.body)).unwrap());
            prop_assert!(end.is_ok() && content == made.body, "{:?}", end);
        }
    }

    #[test]
    fn what_is_changed_after_the_sdk_signed_it_is_refused(made in made(), at in any::<usize>(), bit in 0..8u8) {
        for location in [SignatureLocation::Headers, SignatureLocation::QueryParams] {
            let signed = made.signed(location);
            let mut target = signed.uri.to_string().into_bytes();
            flip(&mut target, at, bit);
            if let Ok(uri) = http::Uri::try_from(target) {
                let mut changed = signed.clone();
                changed.uri = uri;
                prop_assert!(!verifies(&changed) || stated(&changed.uri) == stated(&signed.uri), "{}", changed.uri);
            }
            let mut note = made.note.clone().into_bytes();
            flip(&mut note, at, bit);
            if let Ok(note) = http::HeaderValue::from_bytes(&note) {
                let mut changed = signed.clone();
                changed.headers.insert("x-amz-meta-note", note);
                // Blanks and tabs count as one blank in the canonical form of a value.
                let words = |parts: &Parts| -> Vec<Vec<u8>> {
                    let value = parts.headers["x-amz-meta-note"].as_bytes();
                    let words = value.split(|byte| matches!(byte, b' ' | b'\t'));
                    words.filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect()
                };
                prop_assert!(!verifies(&changed) || words(&changed) == words(&signed));
            }
        }
    }
}
