//! Looking a store through from outside, beside the process that owns it or without one: row by row, byte by byte.
//!
//! Each row is read in a transaction of its own with the small bodies that it names, so that none is held for long. A
//! body file that is gone when it is opened is missing only if it is still named then.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rusqlite::Connection;

use super::body_dir;
use super::cipher::{self, DataKey, Decryption, Input};
use super::etag::Etag;
use super::head::{Checksum, ObjectHead};
use super::ids::{BucketId, FileId, UploadId, Version};
use super::tables::bodies::{self, StoredBytes};
use super::tables::look::{self, UploadRow, VersionRow};
use super::tables::objects::StoredBody;
use super::tables::parts::{self, StoredPart};
use super::tables::sealed_keys::{self, Heads};
use super::{BucketState, EngineError, layout, tables};

/// How much is read at a time.
const PIECE: usize = 1 << 20;

/// A store that is looked at.
pub(crate) struct Inspection {
    root: PathBuf,
    shards: Vec<(String, Connection)>,
}

/// A row with the bytes that belong to it.
pub(crate) enum Entry {
    /// A version of an object.
    Version(StoredVersion),
    /// An upload in progress.
    Upload(StoredUpload),
}

/// A version of an object, with the place of its bytes.
pub(crate) struct StoredVersion {
    pub(crate) bucket: BucketId,
    pub(crate) key: String,
    pub(crate) version: Version,
    pub(crate) is_marker: bool,
    pub(crate) size: u64,
    pub(crate) etag: Etag,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) head: ObjectHead,
    /// One without a number, or the parts that the object was completed from.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) is_in_parts: bool,
}

/// An upload in progress, with its parts.
pub(crate) struct StoredUpload {
    pub(crate) bucket: BucketId,
    pub(crate) key: String,
    pub(crate) id: UploadId,
    pub(crate) head: ObjectHead,
    pub(crate) pieces: Vec<Piece>,
}

/// Bytes that lie together, and what they are to come to.
pub(crate) struct Piece {
    /// The number of the part, if it is one.
    pub(crate) part: Option<u16>,
    pub(crate) size: u64,
    pub(crate) etag: Etag,
    pub(crate) checksum: Option<Checksum>,
    bytes: PieceBytes,
}

enum PieceBytes {
    Memory(Bytes),
    /// A small body that is named and not there.
    Lost,
    File(FileId),
}

/// What opening a piece came to.
pub(crate) enum Opened {
    /// There are bytes, so many as they are stored.
    Bytes(Input, u64),
    /// They are named and not there.
    Missing,
    /// They were freed since their row was read.
    Gone,
}

/// A row key with what its row says, if that can be read.
pub(crate) type Row = (Vec<u8>, Result<Entry, EngineError>);

/// Objects and bytes of a bucket.
pub(crate) type Holding = (i64, i64);

/// What the rows of a shard say of one another, against what they should.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// What SQLite says against the file.
    pub(crate) file_faults: Vec<String>,
    /// Body file, uses counted, rows that name it.
    pub(crate) miscounted: Vec<(String, i64, i64)>,
    pub(crate) unnamed_small_bodies: u64,
    pub(crate) unnamed_parts: u64,
    /// Bucket, what is noted of it, what was counted.
    pub(crate) wrong_usage: Vec<(BucketId, Holding, Holding)>,
}

impl Inspection {
    /// Opens the store in `directory` for looking.
    pub(crate) fn open(directory: &Path) -> Result<Self, EngineError> {
        let shards = layout::look(directory)?;
        let named = shards.into_iter().map(|(path, connection)| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            (name.unwrap_or_default(), connection)
        });
        Ok(Self { root: directory.to_owned(), shards: named.collect() })
    }

    /// The names of the metadata files.
    pub(crate) fn shards(&self) -> impl Iterator<Item = (usize, &str)> {
        self.shards.iter().enumerate().map(|(number, (name, _))| (number, name.as_str()))
    }

    /// Whether a process has the store open.
    pub(crate) fn is_in_use(&self) -> Result<bool, EngineError> {
        layout::is_in_use(&self.root)
    }

    /// Whether the store was closed in order, so that no start will look for what nobody names.
    pub(crate) fn is_clean(&self) -> bool {
        layout::is_clean(&self.root)
    }

    /// The buckets of all shards.
    pub(crate) fn buckets(&self) -> Result<Vec<(BucketId, BucketState)>, EngineError> {
        let mut all = Vec::new();
        for (_, connection) in &self.shards {
            all.extend(tables::buckets::all(connection)?);
        }
        Ok(all)
    }

    /// The first version behind the row `after`.
    pub(crate) fn next_version(&self, shard: usize, after: &[u8]) -> Result<Option<Row>, EngineError> {
        let connection = &self.shards[shard].1;
        let _snapshot = connection.unchecked_transaction()?;
        let Some((row_key, row)) = look::next_version(connection, after)? else { return Ok(None) };
        Ok(Some((row_key, row.and_then(|row| version(connection, row)).map(Entry::Version))))
    }

    /// The first upload in progress behind the row `after`.
    pub(crate) fn next_upload(&self, shard: usize, after: &[u8]) -> Result<Option<Row>, EngineError> {
        let connection = &self.shards[shard].1;
        let _snapshot = connection.unchecked_transaction()?;
        let Some((row_key, row)) = look::next_upload(connection, after)? else { return Ok(None) };
        Ok(Some((row_key, row.and_then(|row| upload(connection, row)).map(Entry::Upload))))
    }

    /// Tells `found` of every sealed key, as they all are at one moment of each shard.
    pub(crate) fn sealed_keys(&self, found: &mut dyn FnMut(&[u8])) -> Result<(), EngineError> {
        for (_, connection) in &self.shards {
            let _snapshot = connection.unchecked_transaction()?;
            for heads in [Heads::Uploads, Heads::Objects] {
                let mut after = Vec::new();
                loop {
                    let page = sealed_keys::page(connection, heads, &after, 1000)?;
                    page.keys.iter().for_each(|(_, sealed)| found(sealed));
                    match page.last {
                        Some(last) => after = last,
                        None => break,
                    }
                }
            }
        }
        Ok(())
    }

    /// What a shard's rows say of one another, at one moment.
    pub(crate) fn books(&self, shard: usize) -> Result<Books, EngineError> {
        let connection = &self.shards[shard].1;
        let _snapshot = connection.unchecked_transaction()?;
        let file_faults = look::file_faults(connection)?;
        if !file_faults.is_empty() {
            return Ok(Books { file_faults, ..Books::default() });
        }
        let miscounted = look::miscounted_files(connection)?.into_iter().map(|(id, counted, named)| {
            (FileId::from_slice(&id).map_or_else(|| "without a name".to_owned(), |id| id.to_string()), counted, named)
        });
        let counted = look::counted_usage(connection)?;
        let counted_of = |bucket| counted.iter().find(|(id, ..)| *id == bucket).map_or((0, 0), |(_, o, b)| (*o, *b));
        let noted = look::noted_usage(connection)?;
        let nowhere = counted.iter().filter(|(id, ..)| !noted.iter().any(|(other, ..)| other == id));
        let nowhere = nowhere.map(|(id, objects, bytes)| (*id, (0, 0), (*objects, *bytes)));
        let wrong = noted.iter().map(|(id, objects, bytes)| (*id, (*objects, *bytes), counted_of(*id)));
        Ok(Books {
            file_faults,
            miscounted: miscounted.collect(),
            unnamed_small_bodies: look::unnamed_small_bodies(connection)?,
            unnamed_parts: look::unnamed_parts(connection)?,
            wrong_usage: wrong.chain(nowhere).filter(|(_, noted, counted)| noted != counted).collect(),
        })
    }

    /// Opens the bytes of a piece that a row of `shard` names.
    pub(crate) fn open_piece(&self, shard: usize, piece: &Piece) -> Result<Opened, EngineError> {
        let id = match &piece.bytes {
            PieceBytes::Memory(bytes) => {
                return Ok(Opened::Bytes(Input::Memory(Cursor::new(bytes.clone())), bytes.len() as u64));
            }
            PieceBytes::Lost => return Ok(Opened::Missing),
            PieceBytes::File(id) => *id,
        };
        let attempt = EngineError::io("open a body file");
        match File::open(body_dir::path(&self.root.join("bodies"), id)) {
            Ok(file) => {
                let length = file.metadata().map_err(attempt)?.len();
                Ok(Opened::Bytes(Input::File(file), length))
            }
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
                Ok(if bodies::is_named(&self.shards[shard].1, id)? { Opened::Missing } else { Opened::Gone })
            }
            Err(error) => Err(attempt(error)),
        }
    }

    /// Tells `found` of every body file that no row names: its name and bytes. Files of uploads that are arriving and
    /// those about to be unlinked are among them.
    pub(crate) fn unnamed_bodies(&self, found: &mut dyn FnMut(String, u64)) -> Result<(), EngineError> {
        let attempt = EngineError::io("list the bodies");
        let mut directories = vec![self.root.join("bodies")];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory).map_err(&attempt)? {
                let entry = entry.map_err(&attempt)?;
                if entry.file_type().map_err(&attempt)?.is_dir() {
                    directories.push(entry.path());
                    continue;
                }
                let Some(id) = entry.file_name().to_str().and_then(FileId::parse) else { continue };
                // Its length first: what is unlinked meanwhile is nobody's concern.
                if let Ok(metadata) = entry.metadata()
                    && !self.is_named(id)?
                {
                    found(id.to_string(), metadata.len());
                }
            }
        }
        Ok(())
    }

    fn is_named(&self, id: FileId) -> Result<bool, EngineError> {
        for (_, connection) in &self.shards {
            if bodies::is_named(connection, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn version(connection: &Connection, row: VersionRow) -> Result<StoredVersion, EngineError> {
    let VersionRow { bucket, key, version, is_marker, size, etag, checksum, head, body } = row;
    let (pieces, is_in_parts) = match body {
        StoredBody::Parts(set) => (pieces_of(connection, set)?, true),
        StoredBody::Bytes(_) if is_marker => (Vec::new(), false),
        StoredBody::Bytes(bytes) => {
            let bytes = hold(connection, bytes)?;
            (vec![Piece { part: None, size, etag, checksum: checksum.clone(), bytes }], false)
        }
    };
    Ok(StoredVersion { bucket, key, version, is_marker, size, etag, checksum, head, pieces, is_in_parts })
}

fn upload(connection: &Connection, row: UploadRow) -> Result<StoredUpload, EngineError> {
    let UploadRow { bucket, key, id, head } = row;
    Ok(StoredUpload { bucket, key, id, head, pieces: pieces_of(connection, id)? })
}

fn pieces_of(connection: &Connection, set: UploadId) -> Result<Vec<Piece>, EngineError> {
    let pieces = parts::all_of_set(connection, set)?.into_iter().map(|StoredPart { record, bytes }| {
        let bytes = hold(connection, bytes)?;
        let (size, etag, checksum) = (record.size, record.etag, record.checksum);
        Ok(Piece { part: Some(record.number), size, etag, checksum, bytes })
    });
    pieces.collect()
}

fn hold(connection: &Connection, bytes: StoredBytes) -> Result<PieceBytes, EngineError> {
    match bytes {
        StoredBytes::Nothing => Ok(PieceBytes::Memory(Bytes::new())),
        StoredBytes::Inline(id) => Ok(bodies::inline(connection, id)?.map_or(PieceBytes::Lost, PieceBytes::Memory)),
        StoredBytes::File(id) => Ok(PieceBytes::File(id)),
    }
}

/// How many bytes `clear` ones take on the disk, encrypted or not.
pub(crate) fn stored_length(clear: u64, is_encrypted: bool) -> u64 {
    if is_encrypted { cipher::stored_length(clear) } else { clear }
}

/// Hands the `size` clear bytes of an opened piece to `take`, a piece at a time.
pub(crate) fn read_clear(
    mut input: Input,
    size: u64,
    key: Option<&DataKey>,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), EngineError> {
    let Some(key) = key.filter(|_| size > 0) else {
        let mut buffer = vec![0; PIECE];
        loop {
            match input.read(&mut buffer).map_err(EngineError::io("read a body"))? {
                0 => return Ok(()),
                length => take(&buffer[..length]),
            }
        }
    };
    let mut decryption = Decryption::begin(key, input, 0)?;
    let mut wanted = 0..size;
    while !wanted.is_empty() {
        take(&decryption.piece(&mut wanted, PIECE as u64)?);
    }
    Ok(())
}
