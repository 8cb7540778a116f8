//! The audit chain: a keyed digest over every audit record and all before it, so that nobody without the key can
//! alter, insert, drop or reorder one unnoticed.
//!
//! `chain_n = HMAC-SHA256(key, chain_(n-1) || encoding of record n)`, and `chain_0` is 32 zero bytes. Records cut off
//! at the end together with the head that the store keeps leave a shorter chain that is whole: whoever needs to
//! notice that keeps the last [`ChainReport`] elsewhere and compares.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use keyward_ambient::Timestamp;
use sha2::Sha256;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{AuditRecord, Checkpoint, Revision, StoreError};

/// A key of the audit chain.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct AuditKey([u8; 32]);

/// Tells audit keys apart without revealing them; stored beside each record.
pub type AuditKeyId = [u8; 8];

/// The keys of the audit chain: the one that new records are linked with, and earlier ones, from before a change of
/// the master key, that old records are checked with.
#[derive(Clone)]
pub struct AuditKeys {
    current: AuditKey,
    earlier: Vec<AuditKey>,
}

/// One link of the chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChainLink([u8; 32]);

/// Where the chain ends, as the store keeps it: nothing was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The last record; [`Revision::ZERO`] in a new store.
    pub last: Revision,
    /// Its link.
    pub link: ChainLink,
}

/// How far an unbroken chain reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// How many records were checked: all that the log holds.
    pub records: u64,
    /// Up to which record they were removed because of their age; [`Revision::ZERO`] when none was.
    pub removed_upto: Revision,
    /// The last of them; [`Revision::ZERO`] in a new store.
    pub last: Revision,
    /// Its link.
    pub head: ChainLink,
}

/// What checking the chain found instead of an unbroken one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// This record, or one before it, was altered, inserted, dropped or moved.
    #[error("the audit log is not as it was written: record {at} {finding}")]
    Broken {
        /// The first record that does not fit.
        at: Revision,
        /// In what way.
        finding: &'static str,
    },
    /// A record was linked with a key that is not among those given, so nothing after it can be judged.
    #[error("audit record {at} was linked with a key that is not known; give the earlier master key as well")]
    UnknownKey {
        /// The first such record.
        at: Revision,
    },
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditKeys {
    /// Keys with which new records are linked with `current`.
    pub fn new(current: [u8; 32]) -> Self {
        Self { current: AuditKey(current), earlier: Vec::new() }
    }

    /// The same, able to check records that were linked with `key`.
    #[must_use]
    pub fn with_earlier(mut self, key: [u8; 32]) -> Self {
        self.earlier.push(AuditKey(key));
        self
    }

    /// The id of the key for new records.
    pub fn current_id(&self) -> AuditKeyId {
        self.current.id()
    }

    /// The link of a new record after `previous`.
    pub fn link(&self, previous: ChainLink, revision: Revision, record: &AuditRecord) -> ChainLink {
        self.current.link(previous, revision, record)
    }

    /// The link that a record written with the key `id` must have; `None` when no such key was given.
    pub fn link_with(
        &self,
        id: AuditKeyId,
        previous: ChainLink,
        revision: Revision,
        record: &AuditRecord,
    ) -> Option<ChainLink> {
        let mut keys = std::iter::once(&self.current).chain(&self.earlier);
        keys.find(|key| key.id() == id).map(|key| key.link(previous, revision, record))
    }

    /// Vouches that the log may begin after the record `upto`, whose link is `link`: what came `before` is old enough
    /// to be removed.
    pub fn checkpoint(&self, upto: Revision, link: ChainLink, before: Timestamp) -> Checkpoint {
        let mac = self.current.mac().chain_update(Checkpoint::sealed_bytes(upto, link, before));
        let seal = mac.finalize().into_bytes().into();
        Checkpoint { upto, link, before, key_id: self.current_id(), seal }
    }

    /// Whether one of these keys made the checkpoint; `None` when the key that it names was not given.
    pub fn vouch_for(&self, checkpoint: &Checkpoint) -> Option<bool> {
        let Checkpoint { upto, link, before, .. } = *checkpoint;
        let key = std::iter::once(&self.current).chain(&self.earlier).find(|key| key.id() == checkpoint.key_id)?;
        let mac = key.mac().chain_update(Checkpoint::sealed_bytes(upto, link, before));
        Some(mac.verify_slice(&checkpoint.seal).is_ok())
    }
}

impl AuditKey {
    fn mac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.0).expect("HMAC takes keys of any length")
    }

    fn id(&self) -> AuditKeyId {
        let digest = self.mac().chain_update(b"keyward audit key id").finalize().into_bytes();
        std::array::from_fn(|place| digest[place])
    }

    fn link(&self, previous: ChainLink, revision: Revision, record: &AuditRecord) -> ChainLink {
        let mac = self.mac().chain_update(previous.0).chain_update(encoding(revision, record));
        ChainLink(mac.finalize().into_bytes().into())
    }
}

impl ChainLink {
    /// What the first record is linked to.
    pub const START: ChainLink = ChainLink([0; 32]);

    /// A stored link; `None` unless it is 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(ChainLink)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The bytes of a record that the chain covers: a version, then every field preceded by its length, so that no two
/// records give the same bytes. A new field gets a new version.
fn encoding(revision: Revision, record: &AuditRecord) -> Vec<u8> {
    let mut bytes = b"keyward audit record 1".to_vec();
    bytes.extend_from_slice(&revision.number().to_be_bytes());
    bytes.extend_from_slice(&record.at.as_millis().to_be_bytes());
    let from = record.from.map(|address| address.to_string());
    let namespace = record.namespace.as_ref().map(|name| name.as_str());
    let fields =
        [&record.actor, from.as_deref().unwrap_or(""), &record.action, namespace.unwrap_or(""), &record.target];
    for field in fields.into_iter().chain([record.outcome.as_str()]) {
        append(&mut bytes, field);
    }
    bytes.extend_from_slice(&(record.details.len() as u64).to_be_bytes());
    for (name, value) in &record.details {
        append(&mut bytes, name);
        append(&mut bytes, value);
    }
    bytes
}

fn append(bytes: &mut Vec<u8>, field: &str) {
    bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
    bytes.extend_from_slice(field.as_bytes());
}

impl fmt::Debug for AuditKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditKeys(redacted, {} earlier)", self.earlier.len())
    }
}

impl fmt::Display for ChainLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainLink({self})")
    }
}

#[cfg(test)]
mod tests {
    use keyward_ambient::Timestamp;

    use super::*;

    fn record() -> AuditRecord {
        AuditRecord::new(Timestamp::from_seconds(7), "dana", "key.issue").on("dana").detail("secret", "01ff")
    }

    #[test]
    fn every_field_is_part_of_the_link() {
        let keys = AuditKeys::new([7; 32]);
        let link = |record: &AuditRecord| keys.link(ChainLink::START, Revision::new(1), record);
        let altered = [
            AuditRecord { at: Timestamp::from_seconds(8), ..record() },
            AuditRecord { actor: "eve".to_owned(), ..record() },
            record().from_address(Some([10, 0, 0, 7].into())),
            AuditRecord { action: "key.revoke".into(), ..record() },
            record().in_namespace(keyward_identity::NamespaceName::parse("sales").expect("a namespace")),
            record().on("eve"),
            record().ended(crate::AuditOutcome::Refused),
            record().detail("secret", "02ff"),
            record().detail("label", ""),
        ];
        for other in altered {
            assert_ne!(link(&other), link(&record()), "{other:?}");
        }
        assert_ne!(keys.link(ChainLink::START, Revision::new(2), &record()), link(&record()));
        assert_ne!(keys.link(link(&record()), Revision::new(1), &record()), link(&record()));
    }

    #[test]
    fn text_cannot_be_shifted_between_fields() {
        let keys = AuditKeys::new([7; 32]);
        let link = |actor: &str, action: &'static str| {
            keys.link(ChainLink::START, Revision::new(1), &AuditRecord::new(Timestamp::EPOCH, actor, action))
        };
        assert_ne!(link("dana", "login"), link("danal", "ogin"));
    }

    #[test]
    fn records_linked_with_an_earlier_key_can_still_be_checked() {
        let before = AuditKeys::new([1; 32]);
        let link = before.link(ChainLink::START, Revision::new(1), &record());
        let after = AuditKeys::new([2; 32]).with_earlier([1; 32]);
        let check =
            |keys: &AuditKeys| keys.link_with(before.current_id(), ChainLink::START, Revision::new(1), &record());
        assert_eq!(check(&after), Some(link));
        assert_eq!(check(&AuditKeys::new([2; 32])), None);
    }

    #[test]
    fn keys_stay_out_of_debug_output() {
        assert_eq!(format!("{:?}", AuditKeys::new([7; 32])), "AuditKeys(redacted, 0 earlier)");
    }
}
