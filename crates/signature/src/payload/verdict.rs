//! Holding a body against everything that was declared of it.

use std::fmt;

use super::report::{BodyFacts, VerifiedChecksum};
use super::sums::{Asked, FinishedSums, Kind, Sum, Sums};
use super::{Algorithm, Declared, PayloadError, PayloadPlan};
use crate::PayloadKind;

/// What the content is held against.
pub(crate) struct Verdict {
    sums: Sums,
    literal: Option<[u8; 32]>,
    is_empty: bool,
    declared: Declared,
    asked: Vec<Algorithm>,
}

impl Verdict {
    pub(crate) fn new(plan: &PayloadPlan, declared: Declared, asked: &Asked) -> Self {
        let mut sums = Sums::default();
        let literal = plan.literal();
        let checksums = declared.checksum().map(|(algorithm, _)| *algorithm);
        let checksums = checksums.into_iter().chain(plan.announced().iter().copied());
        let checksums = checksums.chain(literal.is_some().then_some(Algorithm::Sha256));
        for algorithm in checksums.chain(asked.checksums.iter().copied()) {
            sums.want(Kind::Checksum(algorithm));
        }
        if asked.md5 || declared.md5().is_some() {
            sums.want(Kind::Md5);
        }
        let is_empty = plan.kind() == PayloadKind::Empty;
        Self { sums, literal, is_empty, declared, asked: asked.checksums.clone() }
    }

    /// The checksum that the head declares.
    pub(crate) fn in_head(&self) -> Option<Algorithm> {
        self.declared.checksum().map(|(algorithm, _)| *algorithm)
    }

    /// Takes the next piece of content.
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.sums.update(data);
    }

    /// Why content beyond the declared length is refused.
    pub(crate) fn too_long(&self, declared: u64) -> PayloadError {
        if self.is_empty { PayloadError::ContentSha256Mismatch } else { PayloadError::TooLong { declared } }
    }

    /// Compares everything that was declared, the payload hash first.
    pub(crate) fn reach(&mut self, trailer: Vec<(Algorithm, Sum)>, length: u64) -> Result<BodyFacts, PayloadError> {
        let sums = std::mem::take(&mut self.sums).finish();
        if let Some(literal) = &self.literal
            && !sums.agree(Kind::Checksum(Algorithm::Sha256), &Sum::new(literal))
        {
            return Err(PayloadError::ContentSha256Mismatch);
        }
        if let Some(md5) = self.declared.md5()
            && !sums.agree(Kind::Md5, md5)
        {
            return Err(PayloadError::ContentMd5Mismatch);
        }
        let mut declared: Vec<Algorithm> = Vec::new();
        for (algorithm, value) in self.declared.checksum().into_iter().chain(&trailer) {
            if !sums.agree(Kind::Checksum(*algorithm), value) {
                return Err(PayloadError::ChecksumMismatch(*algorithm));
            }
            if !declared.contains(algorithm) {
                declared.push(*algorithm);
            }
        }
        Ok(BodyFacts { length, checksums: self.checksums(&sums, &declared), md5: md5(&sums) })
    }

    fn checksums(&self, sums: &FinishedSums, declared: &[Algorithm]) -> Vec<VerifiedChecksum> {
        let mut checksums: Vec<VerifiedChecksum> = Vec::new();
        let all = declared.iter().map(|algorithm| (*algorithm, true));
        for (algorithm, declared) in all.chain(self.asked.iter().map(|algorithm| (*algorithm, false))) {
            let is_new = !checksums.iter().any(|known| known.algorithm == algorithm);
            if let Some(value) = sums.value(Kind::Checksum(algorithm)).filter(|_| is_new) {
                checksums.push(VerifiedChecksum { algorithm, value: value.to_base64(), declared });
            }
        }
        checksums
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdict").field("declared", &self.declared).finish_non_exhaustive()
    }
}

fn md5(sums: &FinishedSums) -> Option<[u8; 16]> {
    sums.value(Kind::Md5)?.as_bytes().try_into().ok()
}
