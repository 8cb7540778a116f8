//! Single objects: what is put is what is read.

use std::sync::Arc;

use bytes::Bytes;
use keyward_objects_local::engine::{
    ByteRange, Checksum, ChecksumAlgorithm, ChecksumKind, ChecksumPlan, Deleted, EngineError, Etag, KeyFault,
    ObjectHead, ObjectRecord, Precondition, Version, Versioning, Which,
};

use crate::books;
use crate::room::{HERE, INLINE, Room, bytes_of, drain};

#[tokio::test]
async fn bodies_of_every_size_come_back_as_they_were_and_outlive_a_restart() {
    let room = Room::new().await;
    let sizes = [0, 1, INLINE, INLINE + 1, 127, 128, 129, 300, 5_000];
    for size in sizes {
        room.put(HERE, &format!("of {size}"), &bytes_of(size, size)).await;
    }
    let room = room.reopened().await;
    for size in sizes {
        assert_eq!(room.read(HERE, &format!("of {size}")).await, Some(bytes_of(size, size)), "{size}");
    }
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn the_entity_tag_is_the_md5() {
    let room = Room::new().await;
    let hello = room.put(HERE, "hello", b"hello").await;
    assert_eq!(hello.etag.to_string(), "5d41402abc4b2a76b9719d911017c592");
    let nothing = room.put(HERE, "nothing", b"").await;
    assert_eq!(nothing.etag.to_string(), "d41d8cd98f00b204e9800998ecf8427e");
    let large = room.put(HERE, "large", &[b'a'; 1000]).await;
    assert_eq!(large.etag.to_string(), "cabe45dcc9ae5b66ba86600cca6b8ba8");
}

#[tokio::test]
async fn what_the_writer_said_comes_back() {
    let room = Room::new().await;
    let head = ObjectHead {
        content_type: Some("text/plain".into()),
        user_metadata: [("colour".to_owned(), "grün".to_owned())].into(),
        ..ObjectHead::default()
    };
    let plan = ChecksumPlan { algorithm: ChecksumAlgorithm::Crc32c, kind: ChecksumKind::FullObject };
    let checksum = Checksum { plan, value: "mnG7TA==".into() };
    let body = room.body(b"hello").await;
    let put = room.engine.commit_put(HERE, "a", body, head.clone(), Some(checksum.clone()), Precondition::None);
    let put = put.await.unwrap();
    let record = room.engine.head(HERE, "a").await.unwrap();
    assert_eq!((&record.head, &record.checksum, record.version), (&head, &Some(checksum), Version::NULL));
    assert_eq!((record.size, record.etag, record.modified), (put.size, put.etag, put.modified));
}

#[tokio::test]
async fn a_changed_head_leaves_the_object_as_it_is() {
    let room = Room::new().await;
    let put = room.put(HERE, "a", b"hello").await;
    let tag = |record: &mut ObjectRecord, _now| {
        record.head.tags.insert("team".into(), "blue".into());
        Ok(())
    };
    room.engine.change_head(HERE, "a", Which::Latest, tag).await.unwrap();
    let record = room.engine.head(HERE, "a").await.unwrap();
    assert_eq!((record.head.tags["team"].as_str(), record.etag, record.modified), ("blue", put.etag, put.modified));
    let missing = room.engine.change_head(HERE, "b", Which::Latest, tag).await;
    assert!(matches!(missing, Err(EngineError::NoSuchKey)));
}

#[tokio::test]
async fn preconditions_are_judged_against_the_object_that_is_there() {
    let room = Room::new().await;
    let other = Etag::of_body([0; 16]);
    for (condition, key) in [(Precondition::Present, "new"), (Precondition::Matches(other), "new")] {
        assert!(matches!(room.put_if(HERE, key, b"1", condition).await, Err(EngineError::NoSuchKey)));
    }
    let first = room.put_if(HERE, "a", b"1", Precondition::Absent).await.unwrap();
    for condition in [Precondition::Absent, Precondition::Matches(other)] {
        assert!(matches!(room.put_if(HERE, "a", b"2", condition).await, Err(EngineError::PreconditionFailed)));
    }
    assert_eq!(room.read(HERE, "a").await, Some(b"1".to_vec()));
    room.put_if(HERE, "a", b"3", Precondition::Matches(first.etag)).await.unwrap();
    room.put_if(HERE, "a", b"4", Precondition::Present).await.unwrap();
    assert_eq!(room.read(HERE, "a").await, Some(b"4".to_vec()));
}

#[tokio::test]
async fn ranges_give_exactly_their_bytes() {
    let room = Room::new().await;
    for size in [INLINE, 1000] {
        let bytes = bytes_of(1, size);
        room.put(HERE, "a", &bytes).await;
        let last = size as u64 - 1;
        let cases = [
            (ByteRange::Span(0, 0), 0..1),
            (ByteRange::Span(3, 40), 3..41),
            (ByteRange::From(last), size - 1..size),
            (ByteRange::Suffix(33), size - 33..size),
            (ByteRange::Part(1), 0..size),
        ];
        for (range, expected) in cases {
            let opened = room.opened("a", range).await.unwrap();
            assert_eq!(opened.range, expected.start as u64..expected.end as u64);
            assert_eq!(drain(opened.body).await.unwrap(), bytes[expected]);
        }
        let behind = room.opened("a", ByteRange::From(size as u64)).await;
        assert!(matches!(behind, Err(EngineError::RangeNotSatisfiable { size: told }) if told == size as u64));
    }
}

#[tokio::test]
async fn an_object_being_read_stays_readable_when_it_is_replaced_or_deleted() {
    let room = Room::new().await;
    let (first, second) = (bytes_of(1, 5_000), bytes_of(2, 5_000));
    room.put(HERE, "a", &first).await;
    let reading_first = room.opened("a", ByteRange::Whole).await.unwrap().body;
    room.put(HERE, "a", &second).await;
    let reading_second = room.opened("a", ByteRange::Whole).await.unwrap().body;
    assert!(room.engine.delete(HERE, "a", Precondition::None, None).await.unwrap().existed);
    assert_eq!(drain(reading_first).await.unwrap(), first);
    assert_eq!(drain(reading_second).await.unwrap(), second);
    assert_eq!(room.read(HERE, "a").await, None);
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn a_body_cut_short_on_disk_is_an_error_and_not_a_short_answer() {
    let room = Room::new().await;
    room.put(HERE, "a", &bytes_of(1, 1000)).await;
    let name = books::files_below(&room.home.path().join("bodies")).pop_first().unwrap();
    let path = room.home.path().join("bodies").join(&name[..2]).join(&name[2..4]).join(&name);
    std::fs::File::options().write(true).open(&path).unwrap().set_len(150).unwrap();
    let opened = room.opened("a", ByteRange::Whole).await.unwrap();
    assert!(matches!(drain(opened.body).await, Err(EngineError::Corrupt(_))));
    std::fs::remove_file(path).unwrap();
    assert!(matches!(room.opened("a", ByteRange::Whole).await, Err(EngineError::Corrupt(_))));
}

#[tokio::test]
async fn deleting_is_idempotent_and_many_go_in_one_commit() {
    let room = Room::new().await;
    room.put(HERE, "a", b"1").await;
    let kept = room.put(HERE, "b", &[0; 1000]).await;
    assert!(room.engine.delete(HERE, "a", Precondition::None, None).await.unwrap().existed);
    assert!(!room.engine.delete(HERE, "a", Precondition::None, None).await.unwrap().existed);
    let other = Etag::of_body([9; 16]);
    let keys = vec![
        ("b".to_owned(), Precondition::Matches(other).into()),
        ("a".to_owned(), Precondition::None.into()),
        (String::new(), Precondition::None.into()),
        ("a".to_owned(), Precondition::Matches(other).into()),
        ("b".to_owned(), Precondition::Matches(kept.etag).into()),
    ];
    let answers = room.engine.delete_many(HERE, keys, None).await.unwrap();
    assert!(matches!(
        answers[..],
        [
            Err(EngineError::PreconditionFailed),
            Ok(Deleted { existed: false, .. }),
            Err(EngineError::KeyInvalid(KeyFault::Empty)),
            Ok(Deleted { existed: false, .. }),
            Ok(Deleted { existed: true, .. })
        ]
    ));
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let room = Room::new().await;
    let mut half = room.engine.upload();
    half.write(Bytes::from(vec![1; 1000])).await.unwrap();
    half.write(Bytes::from(vec![1; 1000])).await.unwrap();
    drop(half);
    drop(room.body(&[2; 1000]).await);
    let refused = room.body(&[3; 1000]).await;
    let refused = room.engine.commit_put(HERE, "a\0b", refused, ObjectHead::default(), None, Precondition::None);
    assert!(matches!(refused.await, Err(EngineError::KeyInvalid(KeyFault::Nul))));
    assert!(room.put_if(HERE, "a", &[4; 1000], Precondition::Present).await.is_err());
    // A second upload waits for its turn on the blocking threads, so the first one's last write is over.
    room.put(HERE, "b", &[5; 1000]).await;
    let room = room.reopened().await;
    room.engine.sweep().await.unwrap();
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn what_was_made_from_an_object_replaces_that_very_object_or_nothing() {
    let room = Room::new().await;
    room.put(HERE, "a", b"before").await;
    let before = room.engine.head(HERE, "a").await.unwrap();
    let withdrawn = room.engine.change_head(HERE, "a", Which::Latest, |record, _now| {
        record.head.acl = Some("nobody".to_owned());
        Ok(())
    });
    withdrawn.await.unwrap();
    let made_of = async |before: Arc<ObjectRecord>| {
        let mut upload = room.engine.upload();
        upload.write(Bytes::from_static(b"before and after")).await.unwrap();
        let body = upload.finish().await.unwrap();
        let head = before.head.clone();
        room.engine.commit_over((HERE, "a"), before, body, head, None, Versioning::Off).await
    };
    assert!(matches!(made_of(before).await, Err(EngineError::PreconditionFailed)));
    let present = room.engine.head(HERE, "a").await.unwrap();
    assert_eq!((present.size, present.head.acl.as_deref()), (6, Some("nobody")));
    made_of(present).await.unwrap();
    let present = room.engine.head(HERE, "a").await.unwrap();
    assert_eq!((present.size, present.head.acl.as_deref()), (16, Some("nobody")));
    room.engine.close().await;
}
