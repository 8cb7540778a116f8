//! One checksum under three names: on the wire, as the body was verified, as the engine stores it.

use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};
use keyward_signature::{Algorithm, VerifiedChecksum};

use crate::engine;

/// The algorithm as the verifier of bodies calls it.
pub(crate) fn verifiable(algorithm: ChecksumAlgorithm) -> Algorithm {
    match algorithm {
        ChecksumAlgorithm::Crc32 => Algorithm::Crc32,
        ChecksumAlgorithm::Crc32c => Algorithm::Crc32c,
        ChecksumAlgorithm::Crc64Nvme => Algorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1 => Algorithm::Sha1,
        ChecksumAlgorithm::Sha256 => Algorithm::Sha256,
    }
}

/// A checksum that a body turned out to have.
pub(crate) fn verified(checksum: &VerifiedChecksum) -> Option<Checksum> {
    let algorithm = match checksum.algorithm {
        Algorithm::Crc32 => ChecksumAlgorithm::Crc32,
        Algorithm::Crc32c => ChecksumAlgorithm::Crc32c,
        Algorithm::Crc64Nvme => ChecksumAlgorithm::Crc64Nvme,
        Algorithm::Sha1 => ChecksumAlgorithm::Sha1,
        Algorithm::Sha256 => ChecksumAlgorithm::Sha256,
    };
    Checksum::parse(algorithm, &checksum.value)
}

/// What the engine is to store.
pub(crate) fn stored(checksum: &Checksum, kind: ChecksumType) -> engine::Checksum {
    engine::Checksum { plan: planned(checksum.algorithm(), kind), value: checksum.as_str().to_owned() }
}

/// What the engine stored; `None` for a value that only damage can have stored.
pub(crate) fn shown(checksum: &engine::Checksum) -> Option<(Checksum, ChecksumType)> {
    let (algorithm, kind) = shown_plan(checksum.plan);
    Some((Checksum::parse(algorithm, &checksum.value)?, kind))
}

/// Algorithm and type as the engine stores them.
pub(crate) fn planned(algorithm: ChecksumAlgorithm, kind: ChecksumType) -> engine::ChecksumPlan {
    let algorithm = match algorithm {
        ChecksumAlgorithm::Crc32 => engine::ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32c => engine::ChecksumAlgorithm::Crc32c,
        ChecksumAlgorithm::Crc64Nvme => engine::ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1 => engine::ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256 => engine::ChecksumAlgorithm::Sha256,
    };
    let kind = match kind {
        ChecksumType::Composite => engine::ChecksumKind::Composite,
        ChecksumType::FullObject => engine::ChecksumKind::FullObject,
    };
    engine::ChecksumPlan { algorithm, kind }
}

/// Algorithm and type on the wire.
pub(crate) fn shown_plan(plan: engine::ChecksumPlan) -> (ChecksumAlgorithm, ChecksumType) {
    let algorithm = match plan.algorithm {
        engine::ChecksumAlgorithm::Crc32 => ChecksumAlgorithm::Crc32,
        engine::ChecksumAlgorithm::Crc32c => ChecksumAlgorithm::Crc32c,
        engine::ChecksumAlgorithm::Crc64Nvme => ChecksumAlgorithm::Crc64Nvme,
        engine::ChecksumAlgorithm::Sha1 => ChecksumAlgorithm::Sha1,
        engine::ChecksumAlgorithm::Sha256 => ChecksumAlgorithm::Sha256,
    };
    let kind = match plan.kind {
        engine::ChecksumKind::Composite => ChecksumType::Composite,
        engine::ChecksumKind::FullObject => ChecksumType::FullObject,
    };
    (algorithm, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_keeps_its_algorithm_under_every_name() {
        for algorithm in ChecksumAlgorithm::ALL {
            let value = Checksum::new(algorithm, &vec![7; algorithm.length()]).unwrap();
            for kind in [ChecksumType::Composite, ChecksumType::FullObject] {
                assert_eq!(shown(&stored(&value, kind)), Some((value.clone(), kind)));
            }
            let of_body =
                VerifiedChecksum { algorithm: verifiable(algorithm), value: value.as_str().to_owned(), declared: true };
            assert_eq!(verified(&of_body), Some(value));
        }
    }
}
