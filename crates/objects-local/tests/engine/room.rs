//! A store of one's own with small limits, so that small bodies reach every path.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use keyward_ambient::SystemEntropy;
use keyward_objects_local::engine::{
    Body, BodyReader, BucketId, ByteRange, Engine, EngineError, ObjectHead, OpenedObject, Precondition, PutResult,
    Settings,
};
use keyward_testkit::FrozenClock;
use tempfile::TempDir;

/// Two buckets of different shards.
pub const HERE: BucketId = BucketId(2);
pub const THERE: BucketId = BucketId(3);

/// Bodies of up to this many bytes are kept in the metadata file.
pub const INLINE: usize = 64;

pub struct Room {
    pub home: TempDir,
    pub engine: Engine,
    pub clock: FrozenClock,
}

pub fn settings() -> Settings {
    Settings {
        shards: 2,
        inline_limit: INLINE,
        min_part_size: 10,
        write_batch: 128,
        read_piece: 100,
        sweep_pause: Duration::ZERO,
        ..Settings::default()
    }
}

pub fn open(home: &Path, clock: &FrozenClock) -> Result<Engine, EngineError> {
    // Names must differ from one opening to the next, as they do in life.
    Engine::open(home, Arc::new(clock.clone()), Arc::new(SystemEntropy), settings())
}

impl Room {
    pub async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = FrozenClock::default();
        let engine = open(home.path(), &clock).unwrap();
        engine.open_bucket(HERE).await.unwrap();
        engine.open_bucket(THERE).await.unwrap();
        Self { home, engine, clock }
    }

    pub async fn reopened(self) -> Self {
        self.engine.close().await;
        let Self { home, engine, clock } = self;
        drop(engine);
        let engine = open(home.path(), &clock).unwrap();
        Self { home, engine, clock }
    }

    pub async fn body(&self, bytes: &[u8]) -> Body {
        body(&self.engine, bytes).await.unwrap()
    }

    pub async fn put(&self, bucket: BucketId, key: &str, bytes: &[u8]) -> PutResult {
        self.put_if(bucket, key, bytes, Precondition::None).await.unwrap()
    }

    pub async fn put_if(
        &self,
        bucket: BucketId,
        key: &str,
        bytes: &[u8],
        precondition: Precondition,
    ) -> Result<PutResult, EngineError> {
        let body = self.body(bytes).await;
        self.engine.commit_put(bucket, key, body, ObjectHead::default(), None, precondition).await
    }

    pub async fn read(&self, bucket: BucketId, key: &str) -> Option<Vec<u8>> {
        read(&self.engine, bucket, key).await
    }

    pub async fn opened(&self, key: &str, range: ByteRange) -> Result<OpenedObject, EngineError> {
        self.engine.open_object(HERE, key, range).await
    }
}

/// Sends `bytes` in uneven pieces.
pub async fn body(engine: &Engine, bytes: &[u8]) -> Result<Body, EngineError> {
    let mut upload = engine.upload();
    let (small, rest) = bytes.split_at(bytes.len().min(50));
    for piece in small.chunks(33).chain(rest.chunks(300)) {
        upload.write(Bytes::copy_from_slice(piece)).await?;
    }
    upload.finish().await
}

/// What is under `key`; `None` when nothing is.
pub async fn read(engine: &Engine, bucket: BucketId, key: &str) -> Option<Vec<u8>> {
    match engine.open_object(bucket, key, ByteRange::Whole).await {
        Ok(opened) => {
            let size = opened.record.size;
            let bytes = drain(opened.body).await.unwrap();
            assert_eq!(bytes.len() as u64, size);
            Some(bytes)
        }
        Err(EngineError::NoSuchKey) => None,
        Err(error) => panic!("{key} is unreadable: {error}"),
    }
}

pub async fn drain(mut body: BodyReader) -> Result<Vec<u8>, EngineError> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.piece().await {
        let piece = piece?;
        assert!(!piece.is_empty());
        bytes.extend_from_slice(&piece);
        assert!(body.remaining() < 1 << 40, "what remains is counted down");
    }
    assert_eq!(body.remaining(), 0);
    Ok(bytes)
}

/// `size` bytes that tell `seed` and their place.
pub fn bytes_of(seed: usize, size: usize) -> Vec<u8> {
    (0..size).map(|place| ((seed * 131 + place * 7 + place / 251) % 256) as u8).collect()
}

pub fn copy_directory(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
