//! The numbers and random names by which the engine tells things apart.

use std::fmt;

use keyward_ambient::{Entropy, Timestamp};

/// A bucket of the registry. Never reused, so a bucket deleted and made again under the same name is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketId(pub u64);

impl BucketId {
    /// SQLite's integers are signed; the same 64 bits.
    pub(super) fn to_sql(self) -> i64 {
        self.0.cast_signed()
    }

    pub(super) fn from_sql(value: i64) -> Self {
        Self(value.cast_unsigned())
    }
}

impl fmt::Display for BucketId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A version of an object, as clients name it: 0 for the one that S3 calls `null`, or the number under which its row
/// stands, greater for a newer one. Prints as `null` or as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

impl Version {
    /// The version of an object written while its bucket keeps no versions. Of a bucket that never kept any it is older
    /// than all others; one written while versioning is suspended has a row with a place in time.
    pub const NULL: Version = Version(0);

    /// The number of a version written `at` a moment over the `latest` one: milliseconds in the upper 44 bits, and below
    /// them `salt`, so that the number of a version that was deleted is not given to another one.
    pub(super) fn following(latest: Option<Version>, at: Timestamp, salt: u32) -> Self {
        let millis = u64::try_from(at.as_millis()).unwrap_or(0);
        let by_time = millis << 20 | u64::from(salt & 0xF_FFFF);
        // A clock that was set back must not put the new version behind an old one.
        Self(by_time.max(latest.map_or(1, |latest| latest.0.saturating_add(1))))
    }

    /// Reads the printed form; `None` for anything this engine cannot have handed out.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(Self::NULL);
        }
        let number = u64::from_be_bytes(hex_array(text)?);
        (number > 0).then_some(Self(number))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NULL { formatter.write_str("null") } else { write!(formatter, "{:016x}", self.0) }
    }
}

/// A multipart upload: 8 bytes of time, then 16 random ones, so that uploads of one key list in the order they were
/// begun. Prints as 48 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub(super) [u8; UploadId::LENGTH]);

impl UploadId {
    pub(super) const LENGTH: usize = 24;

    pub(super) fn begun(at: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; Self::LENGTH];
        let (time, random) = bytes.split_at_mut(8);
        time.copy_from_slice(&at.as_millis().to_be_bytes());
        entropy.fill(random);
        Self(bytes)
    }

    /// Reads the printed form; `None` for anything this engine cannot have handed out.
    pub fn parse(text: &str) -> Option<Self> {
        hex_array(text).map(Self)
    }

    /// When the upload was begun.
    pub fn begun_at(self) -> Timestamp {
        let mut time = [0; 8];
        time.copy_from_slice(&self.0[..8]);
        Timestamp::from_millis(i64::from_be_bytes(time))
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "UploadId({self})")
    }
}

/// A body file: 16 random bytes, also its name on disk. Never used twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FileId(pub(super) [u8; 16]);

impl FileId {
    pub(super) fn draw(entropy: &dyn Entropy) -> Self {
        Self(entropy.array())
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        hex_array(name).map(Self)
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(formatter, &self.0)
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FileId({self})")
    }
}

pub(super) fn write_hex(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
}

/// Reads exactly `2 * N` lower-case hexadecimal digits.
pub(super) fn hex_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use keyward_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn upload_ids_survive_printing_and_order_by_time() {
        let entropy = SeededEntropy::new(1);
        let earlier = UploadId::begun(Timestamp::from_seconds(1_000), &entropy);
        let later = UploadId::begun(Timestamp::from_seconds(1_001), &entropy);
        assert!(earlier < later);
        assert_eq!(UploadId::parse(&later.to_string()), Some(later));
        assert_eq!(later.begun_at(), Timestamp::from_seconds(1_001));
    }

    #[test]
    fn versions_survive_printing_and_the_newest_is_the_greatest() {
        let first = Version::following(None, Timestamp::from_seconds(1_000), 0xFFFF_FFFF);
        let second = Version::following(Some(first), Timestamp::from_seconds(1_000), 0);
        let after_the_clock_was_set_back = Version::following(Some(second), Timestamp::EPOCH, 7);
        assert!(Version::NULL < first && first < second && second < after_the_clock_was_set_back);
        for version in [Version::NULL, first, second] {
            assert_eq!(Version::parse(&version.to_string()), Some(version));
        }
        assert_eq!(Version::parse("0000000000000000"), None, "the null version has one name");
    }

    #[test]
    fn only_exact_lower_case_hexadecimal_is_an_id() {
        for text in ["", "00", &"0".repeat(47), &"A".repeat(48), &"g".repeat(48), &"é".repeat(24)] {
            assert_eq!(UploadId::parse(text), None, "{text}");
        }
    }
}
