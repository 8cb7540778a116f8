//! Whether the bytes that are read are those that arrived: the sum that was stored with a body, and the sum of what is
//! read.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use crc_fast::CrcAlgorithm;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::EngineError;
use super::etag::Etag;
use super::head::{Checksum, ChecksumAlgorithm, ChecksumKind};

/// The sum that a body was stored with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoredSum {
    /// The MD5 in its entity tag.
    Md5([u8; 16]),
    /// Its checksum: algorithm and base64 of the value.
    Checksum(ChecksumAlgorithm, String),
}

impl StoredSum {
    /// The sum of a body's own bytes that costs least to compute: its checksum, since a CRC runs at the speed of memory and
    /// processors have instructions for SHA; else the MD5 in its entity tag. `None` where both are sums of other sums.
    pub(super) fn of(etag: Etag, checksum: Option<&Checksum>) -> Option<Self> {
        match checksum {
            Some(Checksum { plan, value }) if plan.kind == ChecksumKind::FullObject => {
                Some(StoredSum::Checksum(plan.algorithm, value.clone()))
            }
            _ => etag.parts.is_none().then_some(StoredSum::Md5(etag.md5)),
        }
    }

    /// A sum of the same kind that has seen no bytes.
    pub(super) fn begin(self) -> RunningSum {
        let state = match &self {
            StoredSum::Md5(_) => State::Md5(Md5::new()),
            StoredSum::Checksum(algorithm, _) => match algorithm {
                ChecksumAlgorithm::Crc32 => State::crc(CrcAlgorithm::Crc32IsoHdlc, 4),
                ChecksumAlgorithm::Crc32c => State::crc(CrcAlgorithm::Crc32Iscsi, 4),
                ChecksumAlgorithm::Crc64Nvme => State::crc(CrcAlgorithm::Crc64Nvme, 8),
                ChecksumAlgorithm::Sha1 => State::Sha1(Sha1::new()),
                ChecksumAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            },
        };
        RunningSum { stored: self, state }
    }
}

/// The sum of the bytes read so far, and what it has to come to.
pub(super) struct RunningSum {
    stored: StoredSum,
    state: State,
}

enum State {
    /// With the number of bytes of its value.
    Crc(crc_fast::Digest, usize),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl State {
    fn crc(algorithm: CrcAlgorithm, length: usize) -> Self {
        State::Crc(crc_fast::Digest::new(algorithm), length)
    }
}

impl RunningSum {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc(crc, _) => crc.update(bytes),
            State::Md5(md5) => md5.update(bytes),
            State::Sha1(sha1) => sha1.update(bytes),
            State::Sha256(sha256) => sha256.update(bytes),
        }
    }

    /// Compares, after all bytes of `body`.
    ///
    /// # Errors
    /// [`Damaged`](EngineError::Damaged) when they are not those that arrived.
    pub(super) fn compare(self, body: impl std::fmt::Display) -> Result<(), EngineError> {
        let found = match self.state {
            State::Crc(crc, length) => crc.finalize().to_be_bytes()[8 - length..].to_vec(),
            State::Md5(md5) => md5.finalize().to_vec(),
            State::Sha1(sha1) => sha1.finalize().to_vec(),
            State::Sha256(sha256) => sha256.finalize().to_vec(),
        };
        let agrees = match &self.stored {
            StoredSum::Md5(md5) => found == md5,
            StoredSum::Checksum(_, value) => BASE64_STANDARD.encode(found) == *value,
        };
        if agrees { Ok(()) } else { Err(EngineError::Damaged { body: body.to_string() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ChecksumPlan;

    const DIGITS: &[u8] = b"123456789";

    fn agrees(stored: StoredSum, bytes: &[u8]) -> bool {
        let mut sum = stored.begin();
        bytes.chunks(4).for_each(|piece| sum.update(piece));
        match sum.compare("a body") {
            Ok(()) => true,
            Err(EngineError::Damaged { .. }) => false,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn every_kind_of_sum_agrees_with_its_published_value_and_with_no_other_bytes() {
        let checksum = |algorithm, value: &str| StoredSum::Checksum(algorithm, value.to_owned());
        let sums = [
            StoredSum::Md5(0x25f9_e794_323b_4538_85f5_181f_1b62_4d0b_u128.to_be_bytes()),
            checksum(ChecksumAlgorithm::Crc32, "y/Q5Jg=="),
            checksum(ChecksumAlgorithm::Crc32c, "4waSgw=="),
            checksum(ChecksumAlgorithm::Crc64Nvme, "rosUhgp5mIg="),
            checksum(ChecksumAlgorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            checksum(ChecksumAlgorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ];
        for sum in &sums {
            assert!(agrees(sum.clone(), DIGITS), "{sum:?}");
        }
        for sum in sums {
            assert!(!agrees(sum.clone(), b"123456780"), "{sum:?}");
        }
    }

    #[test]
    fn the_checksum_is_taken_before_the_entity_tag_where_it_is_of_the_bytes() {
        let checksum = |kind| Checksum {
            plan: ChecksumPlan { algorithm: ChecksumAlgorithm::Crc32, kind },
            value: "y/Q5Jg==".to_owned(),
        };
        let whole = Etag::of_body([7; 16]);
        let of_parts = Etag { parts: Some(2), ..whole };
        let crc = StoredSum::Checksum(ChecksumAlgorithm::Crc32, "y/Q5Jg==".to_owned());
        assert_eq!(StoredSum::of(whole, Some(&checksum(ChecksumKind::FullObject))), Some(crc));
        assert_eq!(StoredSum::of(whole, Some(&checksum(ChecksumKind::Composite))), Some(StoredSum::Md5([7; 16])));
        assert_eq!(StoredSum::of(whole, None), Some(StoredSum::Md5([7; 16])));
        assert_eq!(StoredSum::of(of_parts, Some(&checksum(ChecksumKind::Composite))), None);
    }
}
