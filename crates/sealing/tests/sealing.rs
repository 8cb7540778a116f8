//! What sealing promises: only the right key, in the right place, gives a secret back.

use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_identity::ObjectUserId;
use keyward_keyring::{KeyRing, Secret, SecretId, SecretKey};
use keyward_sealing::{EnvelopeSealer, MasterKeys};
use keyward_store::{OpenRingError, Scope, SealError, Sealed, SealedKeyRing, Sealer};
use keyward_testkit::SeededEntropy;

const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

fn sealer(keys: &str) -> EnvelopeSealer {
    let keys = MasterKeys::parse(keys).expect("master keys");
    EnvelopeSealer::new(&keys, Arc::new(SeededEntropy::new(1))).expect("a sealer")
}

fn seal(keys: &str) -> Sealed {
    sealer(keys).seal(b"context", b"the secret").expect("seals")
}

#[test]
fn what_is_sealed_opens_with_its_key_and_context() {
    let clear = sealer(FIRST).open(b"context", &seal(FIRST)).expect("opens");
    assert_eq!(&clear[..], b"the secret");
    let empty = sealer(FIRST).seal(b"", b"").expect("seals");
    assert!(sealer(FIRST).open(b"", &empty).expect("opens").is_empty());
}

#[test]
fn the_clear_text_is_nowhere_in_what_is_stored() {
    let sealed = seal(FIRST);
    assert!(!sealed.as_bytes().windows(4).any(|window| b"the secret".windows(4).any(|part| part == window)));
}

#[test]
fn the_same_secret_is_never_sealed_to_the_same_bytes() {
    let sealer = sealer(FIRST);
    let [one, other] = [(); 2].map(|()| sealer.seal(b"context", b"the secret").expect("seals"));
    assert_ne!(one, other);
    // Even data keys that repeat do not make nonces repeat.
    assert_ne!(seal(FIRST), seal(FIRST));
}

#[test]
fn another_context_does_not_open() {
    assert_eq!(sealer(FIRST).open(b"Context", &seal(FIRST)), Err(SealError::NotAuthentic));
}

#[test]
fn no_altered_byte_goes_unnoticed() {
    let sealed = seal(FIRST);
    for place in 0..sealed.as_bytes().len() {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[place] ^= 1;
        assert!(sealer(FIRST).open(b"context", &Sealed::from_bytes(bytes)).is_err(), "byte {place}");
    }
}

#[test]
fn no_cut_goes_unnoticed() {
    let sealed = seal(FIRST);
    for length in 0..sealed.as_bytes().len() {
        let cut = Sealed::from_bytes(&sealed.as_bytes()[..length]);
        assert!(sealer(FIRST).open(b"context", &cut).is_err(), "{length} bytes");
    }
}

#[test]
fn a_missing_master_key_is_named() {
    let fingerprint = MasterKeys::parse(FIRST).expect("a key").fingerprint().to_string();
    let error = sealer(SECOND).open(b"context", &seal(FIRST)).expect_err("another key");
    assert!(error.to_string().contains(&fingerprint), "{error}");
    assert_eq!(error, SealError::UnknownMasterKey { fingerprint });
}

#[test]
fn an_earlier_key_still_opens_and_rewrapping_makes_it_dispensable() {
    let (old, both, new) = (sealer(FIRST), sealer(&format!("{SECOND} {FIRST}")), sealer(SECOND));
    let sealed = old.seal(b"context", b"the secret").expect("seals");
    assert_eq!(&both.open(b"context", &sealed).expect("opens")[..], b"the secret");
    assert!(new.open(b"context", &both.seal(b"context", b"x").expect("seals")).is_ok(), "the first key seals");

    let rewrapped = both.rewrap(&sealed).expect("rewraps").expect("was under the earlier key");
    assert_eq!(&new.open(b"context", &rewrapped).expect("opens")[..], b"the secret");
    assert_eq!(both.rewrap(&rewrapped), Ok(None));
    assert!(matches!(new.rewrap(&sealed), Err(SealError::UnknownMasterKey { .. })));
}

#[test]
fn data_keys_cannot_be_exchanged_between_secrets() {
    let (one, other) = (sealer(FIRST), sealer(FIRST));
    let sealed = one.seal(b"context", b"the secret").expect("seals");
    other.seal(b"context", b"moves the entropy on").expect("seals");
    let stranger = other.seal(b"context", b"the secret").expect("seals");
    let mixed = [&stranger.as_bytes()[..69], &sealed.as_bytes()[69..]].concat();
    assert_eq!(one.open(b"context", &Sealed::from_bytes(mixed)), Err(SealError::NotAuthentic));
}

#[test]
fn secrets_sealed_by_the_first_release_still_open() {
    let stored: Sealed = serde_json::from_str(include_str!("golden/sealed_1.json")).expect("a sealed secret");
    assert_eq!(&sealer(FIRST).open(b"context", &stored).expect("opens")[..], b"the secret");
}

#[test]
fn a_key_ring_opens_for_its_owner_only() {
    let secret = Secret {
        id: SecretId::from_bytes([1; 32]),
        key: SecretKey::generate([5; 30]),
        created_at: Timestamp::EPOCH,
        expires_at: None,
        made_by: "dana".to_owned(),
        made_from: None,
        label: String::new(),
    };
    let ring = KeyRing::from_secrets(vec![secret]).expect("a ring");
    let [dana, eve] = ["dana", "eve"].map(|id| ObjectUserId::parse(id).expect("an id"));
    let sealed = SealedKeyRing::seal(&ring, &Scope::Global, &dana, &sealer(FIRST)).expect("seals");
    assert_eq!(sealed.open(&Scope::Global, &dana, &sealer(FIRST)), Ok(ring));
    let moved = sealed.open(&Scope::Global, &eve, &sealer(FIRST));
    assert!(matches!(moved, Err(OpenRingError::Secret { source: SealError::NotAuthentic, .. })), "{moved:?}");
}

#[test]
fn keys_stay_out_of_debug_output() {
    let fingerprint = MasterKeys::parse(FIRST).expect("a key").fingerprint();
    assert_eq!(format!("{:?}", sealer(FIRST)), format!("EnvelopeSealer {{ current: {fingerprint:?}, earlier: [] }}"));
}
