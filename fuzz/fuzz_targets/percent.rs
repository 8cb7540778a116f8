//! Any target and header: what was signed verifies, and the clean head means what was sent.
#![no_main]

use std::time::Duration;

use http::Uri;
use keyward_fuzz::{credential, now, secrets};
use keyward_signature::sign::{authorize, presign};
use keyward_signature::{Claim, ContentSha256, Rules};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;

type Meaning = (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>);

/// Path and parameters decoded, parameters in any order.
fn meaning(uri: &Uri) -> Meaning {
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let query = uri.query().unwrap_or_default().replace('+', " ");
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut parameters: Vec<_> = pairs.map(|(name, value)| (decode(name), decode(value))).collect();
    parameters.sort();
    (decode(uri.path()), parameters)
}

fuzz_target!(|data: &[u8]| {
    let (target, note) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len()));
    let request = http::Request::get(target).header("host", "h").header("x-amz-meta-note", note.trim_ascii());
    let Ok(request) = request.body(()) else { return };
    let sent = request.into_parts().0;
    // Targets that speak of authentication are the business of the target `claim`.
    let speaks = |uri: &Uri| {
        let query = uri.query().unwrap_or_default().split('&');
        query
            .map(|pair| percent_decode_str(pair).decode_utf8_lossy().to_ascii_lowercase())
            .any(|pair| ["x-amz-", "awsaccesskeyid", "signature", "expires"].iter().any(|name| pair.starts_with(name)))
    };
    if speaks(&sent.uri) || sent.uri.authority().is_some() {
        return;
    }
    let (mut signed, mut presigned) = (sent.clone(), sent.clone());
    authorize(&mut signed, &credential(), ContentSha256::UNSIGNED, now()).expect("it has a host");
    let heads =
        [Some(signed), presign(&mut presigned, &credential(), Duration::from_secs(60), now()).ok().map(|()| presigned)];
    for parts in heads.into_iter().flatten() {
        let claim = Claim::parse(&parts, &Rules::default()).expect("well-formed").expect("a claim");
        let verified = claim.verify(&parts, &secrets(), now()).expect("it verifies");
        assert_eq!(verified.candidate(), 1);
        let (clean, _) = verified.clean(parts);
        assert_eq!(meaning(clean.uri()), meaning(&sent.uri));
    }
});
