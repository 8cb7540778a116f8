//! What the engine answers about objects, and the conditions a caller may set.

use std::ops::Range;

use keyward_ambient::Timestamp;

use super::EngineError;
use super::etag::Etag;
use super::head::{Checksum, ObjectHead};
use super::ids::Version;

/// An object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRecord {
    /// Bytes of the body.
    pub size: u64,
    /// The entity tag; its `parts` is the number of parts the object was completed from.
    pub etag: Etag,
    /// When it was written, completed or copied.
    pub modified: Timestamp,
    /// Which version it is.
    pub version: Version,
    /// The checksum of the content, if one is known.
    pub checksum: Option<Checksum>,
    /// What its writer said about it.
    pub head: ObjectHead,
}

/// What a put, copy or completion made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PutResult {
    /// The new object's entity tag.
    pub etag: Etag,
    /// Its bytes.
    pub size: u64,
    /// Its time.
    pub modified: Timestamp,
    /// Its version.
    pub version: Version,
}

/// What must hold of the object under the key at the moment of the commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Anything.
    #[default]
    None,
    /// `If-None-Match: *`: there is no object.
    Absent,
    /// `If-Match: *`: there is one.
    Present,
    /// `If-Match: "tag"`: there is one with this tag.
    Matches(Etag),
    /// There is the very one that was looked at.
    Unchanged {
        /// Its tag.
        etag: Etag,
        /// When it was written.
        modified: Timestamp,
    },
}

impl Precondition {
    /// Checks the condition against the tag of the present object. A condition on an object that is not there is
    /// [`NoSuchKey`](EngineError::NoSuchKey), as S3 answers 404 to it.
    pub(super) fn check(self, present: Option<(Etag, Timestamp)>) -> Result<(), EngineError> {
        match (self, present) {
            (Precondition::None, _) | (Precondition::Absent, None) | (Precondition::Present, Some(_)) => Ok(()),
            (Precondition::Matches(wanted), Some((tag, _))) if wanted == tag => Ok(()),
            (Precondition::Unchanged { etag, modified }, Some(present)) if (etag, modified) == present => Ok(()),
            (Precondition::Present | Precondition::Matches(_) | Precondition::Unchanged { .. }, None) => {
                Err(EngineError::NoSuchKey)
            }
            (_, Some(_)) => Err(EngineError::PreconditionFailed),
        }
    }
}

/// Whether a bucket keeps versions of its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versioning {
    /// It never has: a key has the null version alone, and a write replaces it.
    #[default]
    Off,
    /// It does: a write adds a version, a deletion adds a delete marker.
    Enabled,
    /// It did: a write or deletion replaces the null version and leaves all others alone.
    Suspended,
}

/// Which version of a key is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// The newest.
    #[default]
    Latest,
    /// This one.
    Version(Version),
}

/// Under which terms an object is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What must hold of the latest version.
    pub precondition: Precondition,
    /// What becomes of the versions that are there.
    pub versioning: Versioning,
}

impl From<Precondition> for Terms {
    fn from(precondition: Precondition) -> Self {
        Self { precondition, versioning: Versioning::Off }
    }
}

/// What is to be deleted, and under which terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deletion {
    /// A version that is to go for good; or the latest, in place of which a bucket with versions gets a delete marker.
    pub which: Which,
    /// What a deletion of the latest version makes of the versions that are there.
    pub versioning: Versioning,
    /// What must hold of the version that is meant.
    pub precondition: Precondition,
    /// Whether retentions in governance mode are passed over.
    pub bypasses_governance: bool,
}

impl From<Precondition> for Deletion {
    fn from(precondition: Precondition) -> Self {
        Self { precondition, ..Self::default() }
    }
}

/// A version as it was when somebody decided about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether it was a delete marker.
    pub is_marker: bool,
    /// Whether it was the newest of its key.
    pub is_current: bool,
    /// Its tag.
    pub etag: Etag,
    /// When it was written.
    pub modified: Timestamp,
}

/// What a deletion came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Whether there was what was to be deleted.
    pub existed: bool,
    /// The delete marker that now stands for the object, or the version that went for good.
    pub version: Option<Version>,
    /// Whether `version` is a delete marker.
    pub is_marker: bool,
}

/// Which bytes of an object are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteRange {
    /// All of them.
    #[default]
    Whole,
    /// `bytes=N-`.
    From(u64),
    /// `bytes=N-M`, both included; `M` may lie behind the end.
    Span(u64, u64),
    /// `bytes=-N`: the last `N`.
    Suffix(u64),
    /// `partNumber=N`: one part of an object completed from parts; part 1 of any other is the whole.
    Part(u16),
}

impl ByteRange {
    /// The bytes meant in an object of `size` bytes; `parts` are the numbers and sizes of its parts, in order.
    pub(super) fn resolve(
        self,
        size: u64,
        parts: impl IntoIterator<Item = (u16, u64)>,
    ) -> Result<Range<u64>, EngineError> {
        let unsatisfiable = EngineError::RangeNotSatisfiable { size };
        match self {
            ByteRange::Whole => Ok(0..size),
            ByteRange::From(first) | ByteRange::Span(first, _) if first >= size => Err(unsatisfiable),
            ByteRange::From(first) => Ok(first..size),
            ByteRange::Span(first, last) if last < first => Err(unsatisfiable),
            ByteRange::Span(first, last) => Ok(first..last.saturating_add(1).min(size)),
            ByteRange::Suffix(0) => Err(unsatisfiable),
            ByteRange::Suffix(_) if size == 0 => Err(unsatisfiable),
            ByteRange::Suffix(count) => Ok(size.saturating_sub(count)..size),
            ByteRange::Part(wanted) => part_range(wanted, size, parts),
        }
    }
}

fn part_range(wanted: u16, size: u64, parts: impl IntoIterator<Item = (u16, u64)>) -> Result<Range<u64>, EngineError> {
    let mut start = 0;
    let mut in_one_piece = true;
    for (number, length) in parts {
        in_one_piece = false;
        if number == wanted {
            return Ok(start..start + length);
        }
        start += length;
    }
    if in_one_piece && wanted == 1 { Ok(0..size) } else { Err(EngineError::NoSuchPart { number: wanted }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(range: ByteRange, size: u64) -> Option<Range<u64>> {
        range.resolve(size, []).ok()
    }

    #[test]
    fn ranges_are_cut_at_the_end_of_the_object() {
        assert_eq!(resolve(ByteRange::Span(2, 99), 10), Some(2..10));
        assert_eq!(resolve(ByteRange::Span(2, u64::MAX), 10), Some(2..10));
        assert_eq!(resolve(ByteRange::Suffix(99), 10), Some(0..10));
        assert_eq!(resolve(ByteRange::From(9), 10), Some(9..10));
        assert_eq!(resolve(ByteRange::Whole, 0), Some(0..0));
    }

    #[test]
    fn ranges_without_a_byte_are_refused() {
        let empty = [ByteRange::From(0), ByteRange::Span(0, 0), ByteRange::Suffix(5)].map(|range| resolve(range, 0));
        let behind = [ByteRange::From(10), ByteRange::Span(10, 12), ByteRange::Suffix(0), ByteRange::Span(3, 2)]
            .map(|range| resolve(range, 10));
        assert!(empty.into_iter().chain(behind).all(|range| range.is_none()));
    }

    #[test]
    fn a_part_is_found_by_the_number_it_was_uploaded_under() {
        let parts = [(2, 5), (7, 3)];
        assert_eq!(ByteRange::Part(7).resolve(8, parts).ok(), Some(5..8));
        assert!(matches!(ByteRange::Part(1).resolve(8, parts), Err(EngineError::NoSuchPart { number: 1 })));
        assert_eq!(resolve(ByteRange::Part(1), 8), Some(0..8), "an object in one piece is its own part 1");
    }
}
