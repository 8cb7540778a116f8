//! The checkpoint of the audit chain: where the log begins after old records were removed, vouched for by a keyed
//! digest, so that only who holds the key can shorten the log unnoticed at its front.

use keyward_ambient::Timestamp;

use crate::{AuditKeyId, ChainLink, Revision};

/// Stands for all records up to one that was the newest of those removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The newest record that was removed; the log goes on with the next.
    pub upto: Revision,
    /// Its link, to which the next record is linked.
    pub link: ChainLink,
    /// Records from before this moment were to be removed.
    pub before: Timestamp,
    /// The key that vouches for it.
    pub key_id: AuditKeyId,
    /// The digest of all of that under the key.
    pub seal: [u8; 32],
}

impl Checkpoint {
    /// What the seal covers: every field but the key's, which is known by having made it.
    pub(crate) fn sealed_bytes(upto: Revision, link: ChainLink, before: Timestamp) -> Vec<u8> {
        let mut bytes = b"keyward audit checkpoint 1".to_vec();
        bytes.extend_from_slice(&upto.number().to_be_bytes());
        bytes.extend_from_slice(link.as_bytes());
        bytes.extend_from_slice(&before.as_millis().to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuditKeys;

    fn made() -> (AuditKeys, Checkpoint) {
        let keys = AuditKeys::new([7; 32]);
        let checkpoint = keys.checkpoint(Revision::new(5), ChainLink::START, Timestamp::from_seconds(9));
        (keys, checkpoint)
    }

    #[test]
    fn every_field_is_sealed() {
        let (keys, genuine) = made();
        assert_eq!(keys.vouch_for(&genuine), Some(true));
        let other_link = ChainLink::from_slice(&[1; 32]).expect("32 bytes");
        let forged = [
            Checkpoint { upto: Revision::new(6), ..genuine.clone() },
            Checkpoint { link: other_link, ..genuine.clone() },
            Checkpoint { before: Timestamp::from_seconds(10), ..genuine.clone() },
            Checkpoint { seal: [0; 32], ..genuine.clone() },
        ];
        for checkpoint in forged {
            assert_eq!(keys.vouch_for(&checkpoint), Some(false), "{checkpoint:?}");
        }
    }

    #[test]
    fn an_earlier_key_still_vouches_and_an_unknown_one_cannot_be_judged() {
        let (_, checkpoint) = made();
        assert_eq!(AuditKeys::new([8; 32]).with_earlier([7; 32]).vouch_for(&checkpoint), Some(true));
        assert_eq!(AuditKeys::new([8; 32]).vouch_for(&checkpoint), None);
    }
}
