//! A disk that is nearly full can be emptied: what grows the store is refused in time, deleting is not.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use keyward_ambient::SystemEntropy;
use keyward_objects_local::engine::{
    BucketId, CompletedPart, Completion, CopyRequest, Engine, EngineError, ObjectHead, Precondition, PutResult,
    Reserve, Settings, Space, SpaceGauge, UploadId, Which,
};
use keyward_testkit::FrozenClock;

use crate::room::{HERE, INLINE, Room, THERE, body, bytes_of, settings};

const GIB: u64 = 1 << 30;
const PLENTY: u64 = 4 * GIB;
const A_WHILE: Duration = Duration::from_secs(1);

/// A disk of as much free space as a test says.
#[derive(Clone, Debug)]
struct Dial(Arc<AtomicU64>);

impl SpaceGauge for Dial {
    fn read(&self, _: &Path) -> io::Result<Space> {
        Ok(Space { free: self.0.load(Ordering::Relaxed), size: 100 * GIB })
    }
}

fn opened(home: &Path, clock: &FrozenClock, settings: Settings) -> Engine {
    Engine::open(home, Arc::new(clock.clone()), Arc::new(SystemEntropy), settings).unwrap()
}

/// A store on a disk that is read from a dial.
async fn dialled() -> (Room, Dial) {
    let (home, clock) = (tempfile::tempdir().unwrap(), FrozenClock::default());
    let dial = Dial(Arc::new(AtomicU64::new(PLENTY)));
    let engine = opened(home.path(), &clock, Settings { space_gauge: Arc::new(dial.clone()), ..settings() });
    engine.open_bucket(HERE).await.unwrap();
    engine.open_bucket(THERE).await.unwrap();
    (Room { home, engine, clock }, dial)
}

impl Dial {
    fn turn(&self, room: &Room, free: u64) {
        self.0.store(free, Ordering::Relaxed);
        room.clock.advance(A_WHILE);
    }
}

async fn put(engine: &Engine, key: &str, bytes: &[u8]) -> Result<PutResult, EngineError> {
    let body = body(engine, bytes).await?;
    engine.commit_put(HERE, key, body, ObjectHead::default(), None, Precondition::None).await
}

async fn part(engine: &Engine, upload: UploadId, bytes: &[u8]) -> Result<CompletedPart, EngineError> {
    let body = body(engine, bytes).await?;
    let put = engine.put_part(HERE, "big", upload, 1, body, None).await?;
    Ok(CompletedPart { number: put.number, etag: put.etag })
}

async fn copy(engine: &Engine, target: BucketId) -> Result<PutResult, EngineError> {
    let request = CopyRequest {
        source: (HERE, "large".to_owned()),
        source_version: Which::Latest,
        judged: None,
        target: (target, "copy".to_owned()),
        head: None,
        terms: Precondition::None.into(),
    };
    engine.copy(request).await
}

fn body_files(directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = directories.iter().flat_map(|directory| body_files(directory));
    below.chain(files.iter().map(|file| file.display().to_string())).collect()
}

/// `what` was refused for want of room.
fn refused<T>(what: Result<T, EngineError>) -> bool {
    matches!(what, Err(EngineError::DiskFull))
}

#[tokio::test]
async fn whatever_grows_the_store_is_refused_within_the_reserve() {
    let (room, dial) = dialled().await;
    let engine = &room.engine;
    put(engine, "large", &bytes_of(1, 1000)).await.unwrap();
    let upload = engine.create_upload(HERE, "big", ObjectHead::default(), None).await.unwrap();
    let one = part(engine, upload, b"part").await.unwrap();
    let completion = Completion { parts: vec![one], checksum: None, retention: None, terms: Precondition::None.into() };

    dial.turn(&room, GIB);
    assert!(refused(put(engine, "small", &bytes_of(2, INLINE)).await));
    assert!(refused(put(engine, "empty", b"").await));
    assert!(refused(put(engine, "large", &bytes_of(2, 1000)).await));
    assert!(refused(part(engine, upload, &bytes_of(2, 1000)).await));
    assert!(refused(part(engine, upload, b"another").await));
    assert!(refused(engine.create_upload(HERE, "big", ObjectHead::default(), None).await));
    assert!(refused(engine.complete_upload(HERE, "big", upload, completion.clone()).await));
    assert!(refused(copy(engine, HERE).await) && refused(copy(engine, THERE).await));
    assert_eq!(room.read(HERE, "large").await.unwrap(), bytes_of(1, 1000), "reading goes on");

    dial.turn(&room, PLENTY);
    let done = engine.complete_upload(HERE, "big", upload, completion.clone()).await.unwrap();
    dial.turn(&room, 0);
    let again = engine.complete_upload(HERE, "big", upload, completion).await.unwrap();
    assert_eq!(again, done, "a lost answer is repeated: nothing is written for it");
}

#[tokio::test]
async fn an_upload_that_fills_the_disk_is_cut_off_and_leaves_nothing() {
    let (room, dial) = dialled().await;
    let mut upload = room.engine.upload();
    upload.write(Bytes::from(bytes_of(1, 1000))).await.unwrap();
    dial.turn(&room, 0);
    let rest = async {
        upload.write(Bytes::from(bytes_of(2, 1000))).await?;
        upload.finish().await
    };
    assert!(refused(rest.await));
    room.engine.close().await;
    assert_eq!(body_files(&room.home.path().join("bodies")), BTreeSet::new());
}

#[tokio::test]
async fn a_store_within_its_reserve_is_emptied_and_takes_objects_again() {
    let (home, clock) = (tempfile::tempdir().unwrap(), FrozenClock::default());
    let engine = opened(home.path(), &clock, settings());
    engine.open_bucket(HERE).await.unwrap();
    for key in ["large", "large too", "large three"] {
        put(&engine, key, &bytes_of(1, 1000)).await.unwrap();
    }
    let upload = engine.create_upload(HERE, "big", ObjectHead::default(), None).await.unwrap();
    part(&engine, upload, &bytes_of(3, 1000)).await.unwrap();
    engine.close().await;
    drop(engine);
    let before = body_files(&home.path().join("bodies"));

    // The real disk, of which all is to stay free.
    let everything = Reserve { percent: 100, least: 0, most: u64::MAX };
    let engine = opened(home.path(), &clock, Settings { reserve: everything, ..settings() });
    assert!(refused(put(&engine, "new", b"small").await));
    assert!(refused(put(&engine, "large", &bytes_of(2, 1000)).await));
    assert!(refused(part(&engine, upload, &bytes_of(4, 1000)).await));
    assert_eq!(body_files(&home.path().join("bodies")), before, "nothing was half-written");
    assert!(engine.delete(HERE, "large", Precondition::None, None).await.unwrap().existed);
    let keys = ["large too", "large three"].map(|key| (key.to_owned(), Precondition::None.into())).to_vec();
    assert!(engine.delete_many(HERE, keys, None).await.unwrap().into_iter().all(|deleted| deleted.unwrap().existed));
    engine.abort_upload(HERE, "big", upload).await.unwrap();
    engine.close().await;
    drop(engine);
    assert_eq!(body_files(&home.path().join("bodies")), BTreeSet::new(), "the room was given back");

    let engine = opened(home.path(), &clock, settings());
    put(&engine, "large", &bytes_of(2, 1000)).await.unwrap();
    let room = Room { home, engine, clock };
    assert_eq!(room.read(HERE, "large").await.unwrap(), bytes_of(2, 1000));
}

#[test]
fn a_reserve_of_more_than_the_disk_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let settings = Settings { reserve: Reserve { percent: 101, ..Reserve::default() }, ..settings() };
    let clock = Arc::new(FrozenClock::default());
    let opened = Engine::open(home.path(), clock, Arc::new(SystemEntropy), settings);
    assert!(matches!(opened, Err(EngineError::Setting { name: "reserve", .. })));
}
