//! Any request that the AWS SDK for Rust signs verifies: its signer (crate `aws-sigv4`) against ours.
#![no_main]

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::Request;
use keyward_fuzz::{SECRET, now, secrets};
use keyward_signature::{Claim, Rules};
use libfuzzer_sys::fuzz_target;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const KEPT_IN_KEYS: &AsciiSet = &KEPT.remove(b'/');

/// A key, parameters, and the value of a header, a line each.
fn request(text: &str) -> Option<Request<()>> {
    let mut lines = text.split('\n');
    let key = utf8_percent_encode(lines.next()?, KEPT_IN_KEYS).to_string();
    let encode = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    let parameter = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => format!("q{}={}", encode(name), encode(value)),
        None => format!("q{}", encode(pair)),
    };
    let query: Vec<String> = lines.next().unwrap_or_default().split('&').map(parameter).collect();
    // Signers disagree about tabs: botocore takes them for blanks, as we do, and this one does not.
    let note = lines.next().unwrap_or("note").replace('\t', " ");
    let request = Request::put(format!("https://s3.corp.example/bucket/{key}?{}", query.join("&")));
    request.header("x-amz-meta-note", note).header("content-type", "text/plain").body(()).ok()
}

fn signed(mut request: Request<()>, location: SignatureLocation) -> Option<Request<()>> {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.signature_location = location;
    settings.expires_in = (location == SignatureLocation::QueryParams).then_some(Duration::from_secs(60));
    let identity = Credentials::new("alice@corp.example", SECRET, None, None, "fuzz").into();
    let seconds = Duration::from_secs(now().as_seconds().unsigned_abs());
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::UNIX_EPOCH + seconds)
        .settings(settings)
        .build()
        .expect("all is given")
        .into();
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect::<Option<_>>()?;
    let body = if location == SignatureLocation::Headers {
        SignableBody::Bytes(b"hello")
    } else {
        SignableBody::UnsignedPayload
    };
    let uri = request.uri().to_string();
    let signable = SignableRequest::new("PUT", uri, headers.into_iter(), body).ok()?;
    let (instructions, _) = sign(signable, &parameters).ok()?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for location in [SignatureLocation::Headers, SignatureLocation::QueryParams] {
        let Some(request) = request(text).and_then(|request| signed(request, location)) else { return };
        let parts = request.into_parts().0;
        let claim = Claim::parse(&parts, &Rules::default()).expect("well-formed").expect("a claim");
        assert_eq!(claim.access_key_id(), "alice@corp.example");
        assert_eq!(claim.verify(&parts, &secrets(), now()).expect("it verifies").candidate(), 1);
    }
});
