//! The keys of the audit chain: derived from the master keys that are given, and, of those that are not any more, kept
//! sealed with the data, so that old records can be verified after a master key was taken out of use.

use std::path::Path;
use std::sync::Arc;

use keyward_ambient::SystemEntropy;
use keyward_sealing::{EnvelopeSealer, MasterKeys};
use keyward_store::{AuditKeys, SealError, Sealed, Sealer};
use keyward_store_sqlite::{OpenError, stored_setting};
use zeroize::Zeroizing;

/// What the audit chain's key is derived for.
const AUDIT_CHAIN: &str = "audit chain";

/// The setting that holds the keys of earlier master keys, sealed.
pub(crate) const EARLIER: &str = "audit.earlier_keys";

/// What binds a sealed audit key to its use: it opens as nothing else.
const CONTEXT: &[u8] = b"audit key of an earlier master key";

/// A key of the chain.
type Key = Zeroizing<[u8; 32]>;

/// The keys for the store in the file `path`.
pub(crate) fn audit_keys(path: &Path, keys: &MasterKeys) -> Result<AuditKeys, OpenError> {
    let kept = stored_setting(path, EARLIER)?.and_then(|value| sealed_in(&value)).unwrap_or_default();
    let sealer = EnvelopeSealer::new(keys, Arc::new(SystemEntropy)).ok();
    // One that does not open is under a master key that is missing: the chain then says which record it cannot check.
    let kept = sealer.iter().flat_map(|sealer| kept.iter().filter_map(|sealed| open(sealer, sealed).ok()));
    let current = AuditKeys::new(*keys.derive(AUDIT_CHAIN));
    let earlier = keys.derive_earlier(AUDIT_CHAIN).into_iter().chain(kept);
    Ok(earlier.fold(current, |all, earlier| all.with_earlier(*earlier)))
}

/// The sealed keys in the value of the setting; `None` when it is none of ours.
fn sealed_in(value: &serde_json::Value) -> Option<Vec<Sealed>> {
    serde_json::from_value(value.clone()).ok()
}

fn open(sealer: &dyn Sealer, sealed: &Sealed) -> Result<Key, SealError> {
    let opened = sealer.open(CONTEXT, sealed)?;
    let mut key = Zeroizing::new([0; 32]);
    if opened.len() != key.len() {
        return Err(SealError::Malformed);
    }
    key.copy_from_slice(&opened);
    Ok(key)
}

/// How many of the sealed keys in the setting's value there are, by what seals them.
pub(crate) fn kept_in(value: Option<&serde_json::Value>) -> Vec<Sealed> {
    value.and_then(sealed_in).unwrap_or_default()
}

/// The setting's value that holds what `before` holds, and the keys of all earlier master keys, all sealed under the
/// current one; `None` when it does already.
pub(crate) fn resealed(
    before: Option<&serde_json::Value>,
    keys: &MasterKeys,
    sealer: &dyn Sealer,
) -> Result<Option<serde_json::Value>, SealError> {
    let kept = kept_in(before);
    let mut changed = false;
    let (mut all, mut known): (Vec<Sealed>, Vec<Key>) = (Vec::new(), Vec::new());
    for sealed in kept {
        known.push(open(sealer, &sealed)?);
        let rewrapped = sealer.rewrap(&sealed)?;
        changed |= rewrapped.is_some();
        all.push(rewrapped.unwrap_or(sealed));
    }
    for derived in keys.derive_earlier(AUDIT_CHAIN) {
        if !known.contains(&derived) {
            all.push(sealer.seal(CONTEXT, &*derived)?);
            changed = true;
        }
    }
    let value = || serde_json::to_value(&all).map_err(|_| SealError::Failed);
    changed.then(value).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SECOND: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    const THIRD: &str = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";

    fn keys(text: &str) -> (MasterKeys, EnvelopeSealer) {
        let keys = MasterKeys::parse(text).expect("master keys");
        let sealer = EnvelopeSealer::new(&keys, Arc::new(SystemEntropy)).expect("a sealer");
        (keys, sealer)
    }

    #[test]
    fn the_key_of_a_master_key_that_is_gone_opens_under_the_one_that_came_after() {
        let (first, _) = keys(FIRST);
        let (both, sealer) = keys(&format!("{SECOND} {FIRST}"));
        let kept = resealed(None, &both, &sealer).expect("sealed").expect("changed");
        assert_eq!(resealed(Some(&kept), &both, &sealer).expect("looked"), None, "nothing is left to do");
        let (second, later) = keys(SECOND);
        assert_eq!(resealed(Some(&kept), &second, &later).expect("looked"), None);
        assert_eq!(open(&later, &kept_in(Some(&kept))[0]).expect("opens"), first.derive(AUDIT_CHAIN));

        let (third, sealer) = keys(&format!("{THIRD} {SECOND}"));
        let kept = resealed(Some(&kept), &third, &sealer).expect("sealed").expect("changed");
        let (_, alone) = keys(THIRD);
        let opened: Vec<Key> = kept_in(Some(&kept)).iter().map(|sealed| open(&alone, sealed).expect("opens")).collect();
        assert_eq!(opened, [first.derive(AUDIT_CHAIN), second.derive(AUDIT_CHAIN)]);
    }
}
