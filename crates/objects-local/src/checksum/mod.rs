//! Additional checksums: their names in the three crates that speak of them, computing them, and what those of parts
//! come to.

mod names;
mod of_parts;
mod running;

pub(crate) use names::{planned, shown, shown_plan, stored, verifiable, verified};
pub(crate) use of_parts::of_parts;
pub(crate) use running::RunningChecksum;

use keyward_s3_wire::checksum::ChecksumAlgorithm;

/// What is computed where the client chose none, as S3 does.
pub(crate) const DEFAULT: ChecksumAlgorithm = ChecksumAlgorithm::Crc64Nvme;
