//! The hashes and checksums computed while a body passes, and what they are held against.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Algorithm;

/// The value of a hash or checksum: up to 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    bytes: [u8; 32],
    length: usize,
}

impl Sum {
    /// # Panics
    /// With more than 32 bytes.
    pub(crate) fn new(value: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes[..value.len()].copy_from_slice(value);
        Self { bytes, length: value.len() }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(crate) fn to_base64(self) -> String {
        STANDARD.encode(self.as_bytes())
    }
}

/// What the consumer of a body wants computed whatever the client declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) checksums: Vec<Algorithm>,
    pub(crate) md5: bool,
}

/// What a value is computed with. SHA-256 serves both the payload hash and the checksum of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Md5,
    Checksum(Algorithm),
}

/// The running computations of one body, each kind once.
#[derive(Default)]
pub(crate) struct Sums {
    running: Vec<(Kind, State)>,
}

enum State {
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Crc(crc_fast::Digest),
}

impl Sums {
    /// Computes `kind` from now on; to be called before the first [`update`](Self::update).
    pub(crate) fn want(&mut self, kind: Kind) {
        if !self.running.iter().any(|(known, _)| *known == kind) {
            self.running.push((kind, State::new(kind)));
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        for (_, state) in &mut self.running {
            match state {
                State::Md5(md5) => md5.update(data),
                State::Sha1(sha1) => sha1.update(data),
                State::Sha256(sha256) => sha256.update(data),
                State::Crc(crc) => crc.update(data),
            }
        }
    }

    /// The values over all data so far.
    pub(crate) fn finish(self) -> FinishedSums {
        FinishedSums { values: self.running.into_iter().map(|(kind, state)| (kind, state.finish(kind))).collect() }
    }
}

impl State {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Md5 => Self::Md5(Md5::new()),
            Kind::Checksum(Algorithm::Sha1) => Self::Sha1(Sha1::new()),
            Kind::Checksum(Algorithm::Sha256) => Self::Sha256(Sha256::new()),
            Kind::Checksum(Algorithm::Crc32) => Self::Crc(crc_fast::Digest::new(CrcAlgorithm::Crc32IsoHdlc)),
            Kind::Checksum(Algorithm::Crc32c) => Self::Crc(crc_fast::Digest::new(CrcAlgorithm::Crc32Iscsi)),
            Kind::Checksum(Algorithm::Crc64Nvme) => Self::Crc(crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme)),
        }
    }

    fn finish(self, kind: Kind) -> Sum {
        match (self, kind) {
            (Self::Md5(md5), _) => Sum::new(&md5.finalize()),
            (Self::Sha1(sha1), _) => Sum::new(&sha1.finalize()),
            (Self::Sha256(sha256), _) => Sum::new(&sha256.finalize()),
            (Self::Crc(crc), Kind::Checksum(Algorithm::Crc64Nvme)) => Sum::new(&crc.finalize().to_be_bytes()),
            // A 32-bit checksum stands in the lower half.
            (Self::Crc(crc), _) => Sum::new(&crc.finalize().to_be_bytes()[4..]),
        }
    }
}

/// The computed values of a whole body.
pub(crate) struct FinishedSums {
    values: Vec<(Kind, Sum)>,
}

impl FinishedSums {
    /// Whether `kind` was computed and came out as `value`. What was not computed agrees with nothing.
    pub(crate) fn agree(&self, kind: Kind, value: &Sum) -> bool {
        self.value(kind).is_some_and(|computed| computed == value)
    }

    pub(crate) fn value(&self, kind: Kind) -> Option<&Sum> {
        self.values.iter().find(|(known, _)| *known == kind).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values_come_out_as_published() {
        let mut sums = Sums::default();
        sums.want(Kind::Md5);
        Algorithm::ALL.into_iter().for_each(|algorithm| sums.want(Kind::Checksum(algorithm)));
        sums.update(b"12345");
        sums.update(b"6789");
        let sums = sums.finish();
        let value = |kind| sums.value(kind).unwrap().as_bytes().to_vec();
        assert_eq!(value(Kind::Checksum(Algorithm::Crc32)), 0xcbf4_3926_u32.to_be_bytes());
        assert_eq!(value(Kind::Checksum(Algorithm::Crc32c)), 0xe306_9283_u32.to_be_bytes());
        assert_eq!(value(Kind::Checksum(Algorithm::Crc64Nvme)), 0xae8b_1486_0a79_9888_u64.to_be_bytes());
        assert_eq!(value(Kind::Md5), 0x25f9_e794_323b_4538_85f5_181f_1b62_4d0b_u128.to_be_bytes());
        assert_eq!(value(Kind::Checksum(Algorithm::Sha1))[..4], [0xf7, 0xc3, 0xbc, 0x1d]);
        assert_eq!(value(Kind::Checksum(Algorithm::Sha256))[..4], [0x15, 0xe2, 0xb0, 0xd3]);
    }

    #[test]
    fn what_was_not_computed_agrees_with_nothing() {
        let sums = Sums::default().finish();
        assert!(!sums.agree(Kind::Md5, &Sum::new(&[0; 16])));
    }
}
