//! What the writing thread does when a job or a whole commit fails.

use bytes::Bytes;
use keyward_testkit::{FrozenClock, SeededEntropy};

use crate::engine::tables::{bodies, object_writes, objects};
use crate::engine::{
    BucketId, ByteRange, Engine, EngineError, ListQuery, ObjectHead, Precondition, PutResult, Settings, Which,
};
use std::sync::{Arc, mpsc};

const BUCKET: BucketId = BucketId(1);

async fn room() -> (tempfile::TempDir, Engine) {
    let home = tempfile::tempdir().unwrap();
    let clock = Arc::new(FrozenClock::default());
    let engine = Engine::open(home.path(), clock, Arc::new(SeededEntropy::new(1)), Settings::default()).unwrap();
    engine.open_bucket(BUCKET).await.unwrap();
    (home, engine)
}

async fn put(engine: &Engine, key: &str, size: usize) -> Result<PutResult, EngineError> {
    let mut upload = engine.upload();
    upload.write(Bytes::from(vec![7; size])).await?;
    let body = upload.finish().await?;
    engine.commit_put(BUCKET, key, body, ObjectHead::default(), None, Precondition::None).await
}

/// Lets the metadata file grow by `pages` more.
async fn leave_room(engine: &Engine, pages: i64) {
    let limited = engine.shard(BUCKET).writer.commit(move |commit| {
        let present: i64 = commit.connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let sql = format!("PRAGMA max_page_count = {}", present + pages);
        Ok(commit.connection.query_row(&sql, [], |_| Ok(()))?)
    });
    limited.await.unwrap();
}

fn files_below(directory: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn a_job_that_fails_leaves_the_jobs_committed_with_it_alone() {
    let (_home, engine) = room().await;
    let writer = &engine.shard(BUCKET).writer;
    let (release, released) = mpsc::channel::<()>();
    let first = writer.commit(move |_| Ok(released.recv().is_ok()));
    let insert = |id: i64| {
        writer.commit(move |commit| {
            commit.connection.execute("INSERT INTO buckets VALUES (?1, 0, 0, 0)", [id])?;
            if id == 101 { Err(EngineError::PreconditionFailed) } else { Ok(()) }
        })
    };
    let jobs = [insert(100), insert(101), insert(102)];
    release.send(()).unwrap();
    first.await.unwrap();
    let mut outcomes = Vec::new();
    for job in jobs {
        outcomes.push(job.await.is_ok());
    }
    assert_eq!(outcomes, [true, false, true]);
    let known: Vec<u64> = engine.buckets().await.unwrap().into_iter().map(|(bucket, _)| bucket.0).collect();
    assert_eq!(known, [1, 100, 102]);
}

#[tokio::test]
async fn what_a_handle_holds_is_kept_until_its_commit_is_over_also_when_nobody_waits() {
    let (_home, engine) = room().await;
    let held = Arc::new(());
    let is_held = Arc::downgrade(&held);
    let (release, released) = mpsc::channel::<()>();
    let first = engine.shard(BUCKET).writer.commit(move |_| Ok(released.recv().is_ok()));
    let waiting = engine
        .holding(held)
        .commit(BUCKET, |commit| Ok(commit.connection.execute("INSERT INTO buckets VALUES (100, 0, 0, 0)", [])?));
    drop(waiting);
    assert!(is_held.upgrade().is_some());
    release.send(()).unwrap();
    first.await.unwrap();
    // Answered by a later batch or the same one: what was held went before.
    engine.open_bucket(BUCKET).await.unwrap();
    assert!(is_held.upgrade().is_none());
    assert_eq!(engine.buckets().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_job_that_fails_keeps_the_bodies_it_let_go_and_not_those_it_took_over() {
    let (home, engine) = room().await;
    put(&engine, "kept", 20_000).await.unwrap();
    let mut upload = engine.upload();
    upload.write(Bytes::from(vec![9; 20_000])).await.unwrap();
    let refused = upload.finish().await.unwrap();
    let failed = engine.shard(BUCKET).writer.commit(move |commit| -> Result<(), EngineError> {
        let present = objects::present(commit.connection, BUCKET, "kept", Which::Latest)?.unwrap();
        object_writes::delete(commit, BUCKET, &present, false)?;
        bodies::store(commit, refused.content)?;
        Err(EngineError::PreconditionFailed)
    });
    failed.await.unwrap_err();
    engine.open_object(BUCKET, "kept", ByteRange::Whole).await.unwrap();
    engine.close().await;
    assert_eq!(files_below(&home.path().join("bodies")), 1);
}

#[tokio::test]
async fn a_full_disk_is_reported_and_nothing_is_half_written() {
    let (home, engine) = room().await;
    leave_room(&engine, 20).await;
    let mut stored = 0;
    let failure = loop {
        match put(&engine, &format!("small/{stored}"), 10_000).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(failure, EngineError::DiskFull), "{failure}");
    assert!(stored > 0);
    let page = engine.list(BUCKET, ListQuery { limit: 1000, ..ListQuery::default() }).await.unwrap();
    assert_eq!(page.entries.len(), stored);
    leave_room(&engine, 1000).await;
    put(&engine, "after", 10_000).await.unwrap();
    engine.close().await;
    assert_eq!(files_below(&home.path().join("bodies")), 0);
}

#[tokio::test]
async fn a_body_whose_commit_finds_no_room_is_removed() {
    let (home, engine) = room().await;
    leave_room(&engine, 0).await;
    let (mut stored, long) = (0, "k".repeat(1000));
    while put(&engine, &format!("{long}{stored}"), 20_000).await.is_ok() {
        stored += 1;
    }
    assert!(engine.open_object(BUCKET, &format!("{long}{stored}"), ByteRange::Whole).await.is_err());
    engine.close().await;
    assert_eq!(files_below(&home.path().join("bodies")), stored);
}

#[tokio::test]
async fn a_closed_engine_refuses_work() {
    let (_home, engine) = room().await;
    engine.close().await;
    assert!(matches!(put(&engine, "late", 1).await, Err(EngineError::Unavailable)));
    assert!(matches!(engine.head(BUCKET, "late").await, Err(EngineError::Unavailable)));
}
