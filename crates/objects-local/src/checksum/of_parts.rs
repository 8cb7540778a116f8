//! The checksum of an object from those of its parts, without reading a byte of it.

use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm, ChecksumType};

use super::running::{RunningChecksum, crc, crc_bytes};

/// The checksum of an object whose parts, in order, have these checksums and sizes. Without a `kind` chosen it covers
/// the whole object where the algorithm allows that. `None` when a part has none, when they are of several
/// algorithms, or when the kind does not go with the algorithm: then there is nothing true to say.
pub(crate) fn of_parts(
    parts: &[(Option<Checksum>, u64)],
    kind: Option<ChecksumType>,
) -> Option<(Checksum, ChecksumType)> {
    let known: Vec<(&Checksum, u64)> =
        parts.iter().map(|(checksum, size)| Some((checksum.as_ref()?, *size))).collect::<Option<_>>()?;
    let algorithm = known.first()?.0.algorithm();
    if known.iter().any(|(checksum, _)| checksum.algorithm() != algorithm) {
        return None;
    }
    let natural = if crc(algorithm).is_some() { ChecksumType::FullObject } else { ChecksumType::Composite };
    let kind = kind.unwrap_or(natural);
    let checksum = match kind {
        ChecksumType::FullObject => full_object(algorithm, &known)?,
        ChecksumType::Composite => composite(algorithm, &known)?,
    };
    Some((checksum, kind))
}

fn full_object(algorithm: ChecksumAlgorithm, parts: &[(&Checksum, u64)]) -> Option<Checksum> {
    let crc = crc(algorithm)?;
    let value = |checksum: &Checksum| checksum.bytes().into_iter().fold(0, |value, byte| value << 8 | u64::from(byte));
    let ((first, _), others) = parts.split_first()?;
    let combined = others
        .iter()
        .filter(|(_, size)| *size > 0)
        .fold(value(first), |all, (checksum, size)| crc_fast::checksum_combine(crc, all, value(checksum), *size));
    Checksum::new(algorithm, &crc_bytes(algorithm, combined))
}

fn composite(algorithm: ChecksumAlgorithm, parts: &[(&Checksum, u64)]) -> Option<Checksum> {
    let mut over_values = RunningChecksum::new(algorithm);
    parts.iter().for_each(|(checksum, _)| over_values.update(&checksum.bytes()));
    Checksum::composite(algorithm, &over_values.finish().bytes(), parts.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(algorithm: ChecksumAlgorithm, bytes: &[u8]) -> Checksum {
        let mut running = RunningChecksum::new(algorithm);
        running.update(bytes);
        running.finish()
    }

    proptest! {
        #[test]
        fn sums_of_parts_combine_into_that_of_the_whole(parts in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..300), 1..6)) {
            for algorithm in [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Crc64Nvme] {
                let sums: Vec<_> =
                    parts.iter().map(|part| (Some(of(algorithm, part)), part.len() as u64)).collect();
                let whole = of(algorithm, &parts.concat());
                prop_assert_eq!(of_parts(&sums, None), Some((whole, ChecksumType::FullObject)));
            }
        }
    }

    #[test]
    fn a_composite_checksum_is_the_sum_of_the_sums() {
        let sums = [(Some(of(ChecksumAlgorithm::Sha256, b"one")), 3), (Some(of(ChecksumAlgorithm::Sha256, b"two")), 3)];
        let (checksum, kind) = of_parts(&sums, None).unwrap();
        let values = [of(ChecksumAlgorithm::Sha256, b"one").bytes(), of(ChecksumAlgorithm::Sha256, b"two").bytes()];
        assert_eq!(kind, ChecksumType::Composite);
        assert_eq!(checksum.bytes(), of(ChecksumAlgorithm::Sha256, &values.concat()).bytes());
        assert!(checksum.as_str().ends_with("-2"));
    }

    #[test]
    fn nothing_is_said_that_is_not_known() {
        let sum = |algorithm| Some(of(algorithm, b"x"));
        assert_eq!(of_parts(&[], None), None);
        assert_eq!(of_parts(&[(sum(ChecksumAlgorithm::Crc32), 1), (None, 1)], None), None);
        assert_eq!(of_parts(&[(sum(ChecksumAlgorithm::Crc32), 1), (sum(ChecksumAlgorithm::Sha1), 1)], None), None);
        assert_eq!(of_parts(&[(sum(ChecksumAlgorithm::Sha1), 1)], Some(ChecksumType::FullObject)), None);
    }
}
