//! What can be wrong with what is stored, and where.

use std::fmt;

use crate::engine::{BucketId, UploadId, Version};

/// Something that is not as it should be. Prints without any secret and without a byte of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A version of an object, or a part of it.
    Version {
        /// Its bucket.
        bucket: BucketId,
        /// Its key.
        key: String,
        /// Which version.
        version: Version,
        /// The part, where it is one.
        part: Option<u16>,
    },
    /// An upload in progress, or a part of it.
    Upload {
        /// Its bucket.
        bucket: BucketId,
        /// Its key.
        key: String,
        /// Which upload.
        upload: UploadId,
        /// The part, where it is one.
        part: Option<u16>,
    },
    /// A bucket.
    Bucket(BucketId),
    /// A body file.
    Body(String),
    /// A metadata file.
    File(String),
    /// A row of a metadata file, by its key.
    Row {
        /// The file.
        file: String,
        /// The row's key.
        key: Vec<u8>,
    },
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are gone.
    #[error("its body is missing")]
    Missing,
    /// There are more or fewer bytes than were written.
    #[error("its body has {found} bytes on the disk where {expected} were written")]
    Length {
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The bytes are not those that arrived.
    #[error("its content is not what was written: the MD5 is {found}, the entity tag says {expected}")]
    Content {
        /// The digest that was stored when the bytes arrived.
        expected: String,
        /// The digest of what is there.
        found: String,
    },
    /// The bytes have another checksum.
    #[error("its content is not what was written: {expected} was stored, {found} is there")]
    Checksum {
        /// The checksum that was stored when the bytes arrived.
        expected: String,
        /// The checksum of what is there.
        found: String,
    },
    /// The file system does not give the bytes.
    #[error("its body cannot be read: {0}")]
    Unreadable(String),
    /// The bytes do not decrypt.
    #[error("its body was changed: it does not decrypt under its key")]
    Undecryptable,
    /// The key that the bytes are encrypted with does not open.
    #[error("its key cannot be opened, so its content was not compared: {0}")]
    KeyUnavailable(String),
    /// The parts do not come to the object.
    #[error("its parts do not come to it: {0}")]
    Parts(String),
    /// A metadata file or a row of it cannot be understood.
    #[error("the metadata is damaged: {0}")]
    MetadataDamaged(String),
    /// A body file is counted for more or fewer rows than name it: it would go too late, or too early.
    #[error("is counted for {counted} rows and named by {named}")]
    Miscounted {
        /// The count.
        counted: i64,
        /// The rows.
        named: i64,
    },
    /// Small bodies that only take room.
    #[error("{0} small bodies are named by no object and only take room")]
    UnnamedSmallBodies(u64),
    /// Parts that only take room.
    #[error("{0} parts are left of uploads or objects that are gone, and only take room")]
    UnnamedParts(u64),
    /// Quotas are held against the wrong numbers.
    #[error("is noted to hold {} objects and {} bytes, and holds {} and {}", noted.0, noted.1, counted.0, counted.1)]
    WrongUsage {
        /// Objects and bytes as noted.
        noted: (i64, i64),
        /// Objects and bytes as counted.
        counted: (i64, i64),
    },
    /// A body file that only takes room.
    #[error("is named by no object and only takes room: {bytes} bytes")]
    Orphan {
        /// How much.
        bytes: u64,
    },
}

impl Place {
    /// The place in words; `bucket` says what a bucket is called.
    pub fn in_words(&self, bucket: impl Fn(BucketId) -> String) -> String {
        let part = |part: &Option<u16>| part.map(|number| format!(", part {number}")).unwrap_or_default();
        match self {
            Place::Version { bucket: id, key, version, part: number } => {
                format!("{}/{} (version {version}{})", bucket(*id), on_one_line(key), part(number))
            }
            Place::Upload { bucket: id, key, upload, part: number } => {
                format!("{}/{} (upload {upload}{})", bucket(*id), on_one_line(key), part(number))
            }
            Place::Bucket(id) => bucket(*id),
            Place::Body(name) => format!("body file {name}"),
            Place::File(name) => name.clone(),
            Place::Row { file, key } => format!("a row of {file} ({})", key.escape_ascii()),
        }
    }
}

/// The key as it is, but for characters that could end the line or steer a terminal.
fn on_one_line(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for character in key.chars() {
        match character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            true => text.extend(character.escape_debug()),
            false => text.push(character),
        }
    }
    text
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place.in_words(|id| format!("bucket {id}")), self.fault)
    }
}
