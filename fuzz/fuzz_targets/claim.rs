//! Any head: it is anonymous, or makes a claim, or is refused; without a secret nothing verifies.
#![no_main]

use keyward_fuzz::{head, now, secrets};
use keyward_signature::{Addressed, Claim, Clean, Rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(parts) = head(data) else { return };
    let in_host = Addressed { bucket_in_host: Some("photos"), namespace_in_host: Some("ns1") };
    for addressed in [Addressed::default(), in_host] {
        match Claim::parse_addressed(&parts, addressed, &Rules::default()) {
            Ok(None) => assert!(Claim::parse(&parts, &Rules::default()).is_ok_and(|claim| claim.is_none())),
            Ok(Some(claim)) => {
                assert!(!claim.access_key_id().is_empty());
                // A time at which the signature is not refused for its age.
                let at = claim.signed_at().or(claim.valid_until()).unwrap_or(now());
                assert!(claim.verify(&parts, &secrets(), at).is_err());
                assert!(Clean::anonymous(parts.clone()).is_err());
            }
            Err(error) => assert!(error.status().is_client_error()),
        }
    }
    if let Ok((clean, _)) = Clean::anonymous(parts) {
        assert!(!clean.headers().contains_key("authorization"));
    }
});
