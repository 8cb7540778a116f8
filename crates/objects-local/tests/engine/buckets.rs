//! Buckets: open, closed, gone.

use keyward_objects_local::engine::{
    BucketId, BucketState, EngineError, ListQuery, ObjectHead, Precondition, UploadsQuery, Usage,
};

use crate::books;
use crate::room::{HERE, Room, THERE};

#[tokio::test]
async fn a_bucket_that_was_never_opened_takes_and_gives_nothing() {
    let room = Room::new().await;
    let nowhere = BucketId(99);
    let put = room.put_if(nowhere, "a", b"1", Precondition::None).await;
    assert!(matches!(put, Err(EngineError::NoSuchBucket(bucket)) if bucket == nowhere));
    assert!(matches!(room.engine.head(nowhere, "a").await, Err(EngineError::NoSuchBucket(_))));
    assert!(matches!(room.engine.list(nowhere, ListQuery::default()).await, Err(EngineError::NoSuchBucket(_))));
    assert!(matches!(room.engine.close_bucket(nowhere).await, Err(EngineError::NoSuchBucket(_))));
    assert_eq!(room.engine.bucket_state(nowhere).await.unwrap(), None);
}

#[tokio::test]
async fn only_an_empty_bucket_closes_and_then_takes_nothing() {
    let room = Room::new().await;
    room.put(HERE, "a", b"1").await;
    assert!(matches!(room.engine.close_bucket(HERE).await, Err(EngineError::NotEmpty(HERE))));
    room.engine.delete(HERE, "a", Precondition::None, None).await.unwrap();
    room.put(THERE, "next door", b"1").await;
    room.engine.close_bucket(HERE).await.unwrap();
    room.engine.close_bucket(HERE).await.unwrap();
    let put = room.put_if(HERE, "a", b"1", Precondition::None).await;
    assert!(matches!(put, Err(EngineError::NoSuchBucket(HERE))));
    let room = room.reopened().await;
    assert_eq!(room.engine.bucket_state(HERE).await.unwrap(), Some(BucketState::Closed));
    room.engine.open_bucket(HERE).await.unwrap();
    room.put(HERE, "a", b"1").await;
}

#[tokio::test]
async fn uploads_in_progress_do_not_hold_a_bucket_and_go_with_it() {
    let room = Room::new().await;
    let mut uploads = Vec::new();
    for number in 0..40 {
        let key = format!("a{number}");
        let upload = room.engine.create_upload(HERE, &key, ObjectHead::default(), None).await.unwrap();
        let body = room.body(&[1; 100]).await;
        room.engine.put_part(HERE, &key, upload, 1, body, None).await.unwrap();
        uploads.push((key, upload));
    }
    assert!(matches!(room.engine.drop_bucket(HERE).await, Err(EngineError::NotEmpty(HERE))), "it is open");
    room.engine.close_bucket(HERE).await.unwrap();
    let (key, upload) = &uploads[0];
    let late = room.engine.put_part(HERE, key, *upload, 2, room.body(&[1; 100]).await, None).await;
    assert!(matches!(late, Err(EngineError::NoSuchBucket(HERE))));
    room.engine.drop_bucket(HERE).await.unwrap();
    room.engine.drop_bucket(HERE).await.unwrap();
    assert_eq!(room.engine.buckets().await.unwrap(), [(THERE, BucketState::Open)]);
    room.engine.open_bucket(HERE).await.unwrap();
    let left = room.engine.list_uploads(HERE, UploadsQuery { limit: 10, ..UploadsQuery::default() }).await.unwrap();
    assert_eq!(left.uploads, []);
    room.engine.close().await;
    books::balance(room.home.path());
    assert!(books::files_below(&room.home.path().join("bodies")).is_empty());
}

#[tokio::test]
async fn usage_follows_every_write() {
    let room = Room::new().await;
    room.put(HERE, "a", &[1; 10]).await;
    room.put(HERE, "b", &[1; 1000]).await;
    room.put(HERE, "a", &[1; 30]).await;
    assert_eq!(room.engine.usage(HERE).await.unwrap(), Usage { objects: 2, bytes: 1030 });
    room.engine.delete(HERE, "b", Precondition::None, None).await.unwrap();
    assert_eq!(room.engine.usage(HERE).await.unwrap(), Usage { objects: 1, bytes: 30 });
    assert_eq!(room.engine.usage(THERE).await.unwrap(), Usage::default());
}
