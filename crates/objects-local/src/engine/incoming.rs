//! An upload's bytes on their way in: gathered, hashed and written, until a commit gives them a key.

use std::io::Write;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use keyward_ambient::Entropy;
use md5::{Digest, Md5};
use tokio::task::{JoinHandle, spawn_blocking};

use super::EngineError;
use super::body_dir::BodyDir;
use super::cipher::{self, DataKey, Encryption};
use super::etag::Etag;
use super::headroom::Headroom;
use super::pending_file::PendingFile;
use super::pins::Pins;

/// Bytes that arrived whole and, if they are in a file, durably. Dropping it without a commit frees their space.
pub struct Body {
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
    pub(super) content: Content,
}

pub(super) enum Content {
    Memory(Bytes),
    File(PendingFile),
}

impl Content {
    /// How many bytes are still to be written, by the commit.
    pub(super) fn unwritten(&self) -> u64 {
        match self {
            Content::Memory(bytes) => bytes.len() as u64,
            Content::File(_) => 0,
        }
    }
}

impl Body {
    /// How many bytes arrived.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes are still to be written, by the commit.
    pub(super) fn unwritten(&self) -> u64 {
        self.content.unwritten()
    }

    /// The MD5 of the bytes, as entity tag.
    pub fn etag(&self) -> Etag {
        Etag::of_body(self.md5)
    }
}

/// Where a [`BodyWriter`] puts its bytes.
pub(super) struct Spool {
    /// Asked before each batch.
    pub(super) headroom: Arc<Headroom>,
    pub(super) bodies: Arc<BodyDir>,
    pub(super) pins: Arc<Pins>,
    pub(super) entropy: Arc<dyn Entropy>,
    /// More bytes than this go to a file.
    pub(super) inline_limit: usize,
    /// So many bytes are gathered before they are written. Greater than `inline_limit`.
    pub(super) batch: usize,
}

/// Takes the bytes of one body. While one batch is hashed and written on a blocking thread the next is gathered, so
/// memory stays within two batches and the largest piece handed in. Dropping it removes what was written.
pub struct BodyWriter {
    spool: Arc<Spool>,
    gathered: BytesMut,
    size: u64,
    file: FileState,
    /// What the bytes are encrypted with, if they are.
    key: Option<DataKey>,
}

enum FileState {
    /// Nothing was written yet.
    None,
    /// A batch is being written.
    Writing(JoinHandle<Result<OpenFile, EngineError>>),
    /// A write failed; the file is gone.
    Failed,
}

struct OpenFile {
    pending: PendingFile,
    file: std::fs::File,
    md5: Md5,
    encryption: Option<Encryption>,
}

impl BodyWriter {
    pub(super) fn new(spool: Arc<Spool>, key: Option<DataKey>) -> Self {
        Self { spool, gathered: BytesMut::new(), size: 0, file: FileState::None, key }
    }

    /// Takes the next bytes. After an error the writer only repeats that it failed. Dropping the future half-way
    /// loses no bytes.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), EngineError> {
        self.size += bytes.len() as u64;
        if self.gathered.is_empty() && bytes.len() >= self.spool.batch {
            return self.write_out(Some(bytes)).await;
        }
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= self.spool.batch { self.write_out(None).await } else { Ok(()) }
    }

    /// Waits until all bytes are safe.
    pub async fn finish(mut self) -> Result<Body, EngineError> {
        if self.size <= self.spool.inline_limit as u64 && matches!(self.file, FileState::None) {
            let bytes = self.gathered.freeze();
            let md5 = Md5::digest(&bytes).into();
            let stored = match &self.key {
                Some(key) if !bytes.is_empty() => cipher::encrypted(key, self.spool.entropy.array(), &bytes)?,
                _ => bytes,
            };
            return Ok(Body { size: self.size, md5, content: Content::Memory(stored) });
        }
        let open = self.written().await?;
        let (rest, spool, size, key) = (self.gathered, self.spool, self.size, self.key);
        let settling = spawn_blocking(move || {
            let mut open = append(open, &rest, &spool, key.as_ref())?;
            if let Some(encryption) = open.encryption.take() {
                let mut last = Vec::new();
                encryption.finish(&mut last)?;
                open.file.write_all(&last).map_err(EngineError::io("write a body file"))?;
            }
            spool.bodies.settle(open.pending.id(), &open.file)?;
            Ok(Body { size, md5: open.md5.finalize().into(), content: Content::File(open.pending) })
        });
        settling.await.unwrap_or(Err(EngineError::Unavailable))
    }

    /// Starts writing `direct`, or else what is gathered, once the batch before it is written.
    async fn write_out(&mut self, direct: Option<Bytes>) -> Result<(), EngineError> {
        // Until the batch before is written the bytes stay here, so that a dropped future does not lose them.
        if let Some(direct) = direct {
            self.gathered = BytesMut::from(direct);
        }
        let open = self.written().await?;
        let (batch, spool, key) = (self.gathered.split().freeze(), Arc::clone(&self.spool), self.key.clone());
        self.file = FileState::Writing(spawn_blocking(move || append(open, &batch, &spool, key.as_ref())));
        Ok(())
    }

    /// Waits for the batch being written.
    async fn written(&mut self) -> Result<Option<OpenFile>, EngineError> {
        let outcome = match &mut self.file {
            FileState::None => return Ok(None),
            FileState::Failed => return Err(EngineError::Unavailable),
            FileState::Writing(writing) => writing.await.unwrap_or(Err(EngineError::Unavailable)),
        };
        self.file = FileState::Failed;
        outcome.map(Some)
    }
}

/// Hashes, encrypts if there is a key, and writes `bytes`, into a new file if there is none.
fn append(open: Option<OpenFile>, bytes: &[u8], spool: &Spool, key: Option<&DataKey>) -> Result<OpenFile, EngineError> {
    let mut sealed = Vec::new();
    spool.headroom.admit(bytes.len() as u64)?;
    let mut open = match open {
        Some(open) => open,
        None => {
            // Pinned before it exists, so that a sweep going on never takes it for an orphan.
            let pending = PendingFile::new(spool.pins.pin(spool.bodies.draw(spool.entropy.as_ref())));
            let file = spool.bodies.create(pending.id())?;
            let salt = spool.entropy.array();
            let encryption = key.map(|key| Encryption::begin(key, salt, &mut sealed)).transpose()?;
            OpenFile { pending, file, md5: Md5::new(), encryption }
        }
    };
    open.md5.update(bytes);
    let stored = match &mut open.encryption {
        Some(encryption) => {
            encryption.encrypt(bytes, &mut sealed)?;
            &sealed
        }
        None => bytes,
    };
    open.file.write_all(stored).map_err(EngineError::io("write a body file"))?;
    Ok(open)
}
