//! Computing a checksum while bytes pass.

use crc_fast::CrcAlgorithm;
use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A checksum that is not finished.
pub(crate) struct RunningChecksum {
    algorithm: ChecksumAlgorithm,
    state: State,
}

enum State {
    Crc(crc_fast::Digest),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl RunningChecksum {
    pub(crate) fn new(algorithm: ChecksumAlgorithm) -> Self {
        let state = match (crc(algorithm), algorithm) {
            (Some(crc), _) => State::Crc(crc_fast::Digest::new(crc)),
            (None, ChecksumAlgorithm::Sha1) => State::Sha1(Sha1::new()),
            (None, _) => State::Sha256(Sha256::new()),
        };
        Self { algorithm, state }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc(crc) => crc.update(bytes),
            State::Sha1(sha1) => sha1.update(bytes),
            State::Sha256(sha256) => sha256.update(bytes),
        }
    }

    /// The value over all bytes so far.
    pub(crate) fn finish(self) -> Checksum {
        let value = match self.state {
            State::Crc(crc) => crc_bytes(self.algorithm, crc.finalize()),
            State::Sha1(sha1) => sha1.finalize().to_vec(),
            State::Sha256(sha256) => sha256.finalize().to_vec(),
        };
        Checksum::new(self.algorithm, &value).expect("an algorithm gives values of its own length")
    }
}

/// The algorithm, where it is a cyclic redundancy check.
pub(super) fn crc(algorithm: ChecksumAlgorithm) -> Option<CrcAlgorithm> {
    match algorithm {
        ChecksumAlgorithm::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
        ChecksumAlgorithm::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
        ChecksumAlgorithm::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
        ChecksumAlgorithm::Sha1 | ChecksumAlgorithm::Sha256 => None,
    }
}

/// The value's bytes, big endian; one of 32 bits stands in the lower half.
pub(super) fn crc_bytes(algorithm: ChecksumAlgorithm, value: u64) -> Vec<u8> {
    value.to_be_bytes()[8 - algorithm.length().min(8)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values_come_out_as_published() {
        let of_digits = |algorithm| {
            let mut running = RunningChecksum::new(algorithm);
            running.update(b"12345");
            running.update(b"6789");
            running.finish().bytes()
        };
        assert_eq!(of_digits(ChecksumAlgorithm::Crc32), 0xcbf4_3926_u32.to_be_bytes());
        assert_eq!(of_digits(ChecksumAlgorithm::Crc32c), 0xe306_9283_u32.to_be_bytes());
        assert_eq!(of_digits(ChecksumAlgorithm::Crc64Nvme), 0xae8b_1486_0a79_9888_u64.to_be_bytes());
        assert_eq!(of_digits(ChecksumAlgorithm::Sha1)[..4], [0xf7, 0xc3, 0xbc, 0x1d]);
        assert_eq!(of_digits(ChecksumAlgorithm::Sha256)[..4], [0x15, 0xe2, 0xb0, 0xd3]);
    }
}
