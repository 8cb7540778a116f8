//! Copies: the same bytes, whatever becomes of the source.

use std::sync::Arc;

use keyward_objects_local::engine::{
    BucketId, CompletedPart, Completion, CopyRequest, Encryption, EngineError, Etag, ObjectHead, ObjectRecord,
    Precondition, Which,
};

use crate::books;
use crate::room::{HERE, Room, THERE, bytes_of};

fn copy(source: (BucketId, &str), target: (BucketId, &str)) -> CopyRequest {
    CopyRequest {
        source: (source.0, source.1.to_owned()),
        source_version: Which::Latest,
        judged: None,
        target: (target.0, target.1.to_owned()),
        head: None,
        terms: Precondition::None.into(),
    }
}

fn renamed() -> ObjectHead {
    ObjectHead { content_type: Some("text/new".into()), ..ObjectHead::default() }
}

#[tokio::test]
async fn a_copy_outlives_its_source_in_the_same_shard_and_in_another() {
    for (target, size) in [(HERE, 10), (HERE, 1000), (THERE, 0), (THERE, 10), (THERE, 1000)] {
        let room = Room::new().await;
        let bytes = bytes_of(1, size);
        let put = room.put(HERE, "source", &bytes).await;
        let copied = room.engine.copy(copy((HERE, "source"), (target, "copy"))).await.unwrap();
        assert_eq!((copied.etag, copied.size), (put.etag, put.size));
        room.engine.delete(HERE, "source", Precondition::None, None).await.unwrap();
        let room = room.reopened().await;
        assert_eq!(room.read(target, "copy").await, Some(bytes));
        room.engine.delete(target, "copy", Precondition::None, None).await.unwrap();
        room.engine.close().await;
        books::balance(room.home.path());
    }
}

#[tokio::test]
async fn an_object_copied_onto_itself_keeps_its_bytes_and_changes_its_head() {
    let room = Room::new().await;
    let bytes = bytes_of(1, 1000);
    room.put(HERE, "a", &bytes).await;
    let request = CopyRequest { head: Some(renamed()), ..copy((HERE, "a"), (HERE, "a")) };
    room.engine.copy(request).await.unwrap();
    let room = room.reopened().await;
    assert_eq!(room.read(HERE, "a").await, Some(bytes));
    assert_eq!(room.engine.head(HERE, "a").await.unwrap().head, renamed());
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn a_copy_of_an_object_in_parts_keeps_its_parts() {
    for target in [HERE, THERE] {
        let room = Room::new().await;
        let upload = room.engine.create_upload(HERE, "source", renamed(), None).await.unwrap();
        let (first, second) = (bytes_of(1, 500), bytes_of(2, 20));
        let mut parts = Vec::new();
        for (number, bytes) in [(2, &first), (5, &second)] {
            let body = room.body(bytes).await;
            let part = room.engine.put_part(HERE, "source", upload, number, body, None).await.unwrap();
            parts.push(CompletedPart { number, etag: part.etag });
        }
        let completion = Completion { parts, checksum: None, retention: None, terms: Precondition::None.into() };
        let source = room.engine.complete_upload(HERE, "source", upload, completion).await.unwrap();
        let copied = room.engine.copy(copy((HERE, "source"), (target, "copy"))).await.unwrap();
        assert_eq!(copied.etag, source.etag);
        room.put(HERE, "source", b"replaced").await;
        let numbers = room.engine.object_parts(target, "copy", Which::Latest).await.unwrap();
        assert_eq!(numbers.iter().map(|part| part.number).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(room.read(target, "copy").await, Some([first, second].concat()));
        assert_eq!(room.engine.head(target, "copy").await.unwrap().head, renamed());
        room.engine.close().await;
        books::balance(room.home.path());
    }
}

#[tokio::test]
async fn a_copy_is_refused_when_source_or_target_are_not_as_expected() {
    let room = Room::new().await;
    for target in [HERE, THERE] {
        room.put(HERE, "a", &[1; 1000]).await;
        room.put(target, "there", b"1").await;
        let missing = room.engine.copy(copy((HERE, "none"), (target, "b"))).await;
        assert!(matches!(missing, Err(EngineError::NoSuchKey)));
        let judged = room.engine.head(HERE, "a").await.unwrap();
        let mut changed = [(); 3].map(|()| ObjectRecord::clone(&judged));
        changed[0].etag = Etag::of_body([0; 16]);
        changed[1].head.acl = Some("another list".to_owned());
        changed[2].head.encryption = Some(Encryption::Store { sealed_key: "another key".into() });
        for changed in changed {
            let request = CopyRequest { judged: Some(Arc::new(changed)), ..copy((HERE, "a"), (target, "b")) };
            assert!(matches!(room.engine.copy(request).await, Err(EngineError::PreconditionFailed)));
        }
        let request = CopyRequest { judged: Some(judged), ..copy((HERE, "a"), (target, "b")) };
        room.engine.copy(request).await.unwrap();
        let taken = CopyRequest { terms: Precondition::Absent.into(), ..copy((HERE, "a"), (target, "there")) };
        assert!(matches!(room.engine.copy(taken).await, Err(EngineError::PreconditionFailed)));
        let nowhere = room.engine.copy(copy((HERE, "a"), (BucketId(98), "b"))).await;
        assert!(matches!(nowhere, Err(EngineError::NoSuchBucket(_))));
    }
    room.engine.close().await;
    books::balance(room.home.path());
}
