//! Multipart uploads: parts become an object at once, or not at all.

use keyward_objects_local::engine::{
    After, ByteRange, ChecksumAlgorithm, ChecksumKind, ChecksumPlan, CompletedPart, Completion, EngineError, Etag,
    ObjectHead, Precondition, PutResult, UploadId, UploadsQuery,
};
use md5::{Digest, Md5};

use crate::books;
use crate::room::{HERE, Room, bytes_of, drain};

async fn begin(room: &Room, key: &str) -> UploadId {
    room.engine.create_upload(HERE, key, ObjectHead::default(), None).await.unwrap()
}

async fn part(room: &Room, upload: UploadId, number: u16, bytes: &[u8]) -> CompletedPart {
    let body = room.body(bytes).await;
    let part = room.engine.put_part(HERE, "a", upload, number, body, None).await.unwrap();
    CompletedPart { number, etag: part.etag }
}

async fn complete(room: &Room, upload: UploadId, parts: &[CompletedPart]) -> Result<PutResult, EngineError> {
    let completion =
        Completion { parts: parts.to_vec(), checksum: None, retention: None, terms: Precondition::None.into() };
    room.engine.complete_upload(HERE, "a", upload, completion).await
}

#[tokio::test]
async fn parts_become_one_object_in_order_of_their_numbers() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let pieces = [bytes_of(1, 700), bytes_of(2, 50), bytes_of(3, 5)];
    let third = part(&room, upload, 3, &pieces[2]).await;
    let unused = part(&room, upload, 7, &bytes_of(7, 900)).await;
    let first = part(&room, upload, 1, &pieces[0]).await;
    let second = part(&room, upload, 2, &pieces[1]).await;
    assert_eq!(room.read(HERE, "a").await, None, "an upload in progress is no object");
    let done = complete(&room, upload, &[first, second, third]).await.unwrap();
    assert_eq!((done.size, done.etag.parts), (755, Some(3)));
    let room = room.reopened().await;
    let whole = pieces.concat();
    assert_eq!(room.read(HERE, "a").await, Some(whole.clone()));
    for (range, expected) in [(ByteRange::Part(2), 700..750), (ByteRange::Span(690, 752), 690..753)] {
        assert_eq!(drain(room.opened("a", range).await.unwrap().body).await.unwrap(), whole[expected]);
    }
    let absent = room.opened("a", ByteRange::Part(unused.number)).await;
    assert!(matches!(absent, Err(EngineError::NoSuchPart { number: 7 })));
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn the_entity_tag_is_the_md5_of_the_md5s() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let only = part(&room, upload, 1, b"hello").await;
    let done = complete(&room, upload, &[only]).await.unwrap();
    let md5_of_md5 = Etag::of_body(Md5::digest(Md5::digest(b"hello")).into());
    assert_eq!(done.etag.to_string(), format!("{md5_of_md5}-1"));
}

#[tokio::test]
async fn completions_that_do_not_fit_the_parts_are_refused_and_change_nothing() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let first = part(&room, upload, 1, &bytes_of(1, 100)).await;
    let small = part(&room, upload, 2, &bytes_of(2, 9)).await;
    let last = part(&room, upload, 3, &bytes_of(3, 1)).await;
    let wrong = CompletedPart { number: 1, etag: last.etag };
    let missing = CompletedPart { number: 4, etag: last.etag };
    assert!(matches!(complete(&room, upload, &[]).await, Err(EngineError::NoParts)));
    assert!(matches!(complete(&room, upload, &[last, first]).await, Err(EngineError::InvalidPartOrder)));
    assert!(matches!(complete(&room, upload, &[first, first]).await, Err(EngineError::InvalidPartOrder)));
    assert!(matches!(complete(&room, upload, &[wrong]).await, Err(EngineError::InvalidPart { number: 1 })));
    assert!(matches!(complete(&room, upload, &[first, missing]).await, Err(EngineError::InvalidPart { number: 4 })));
    assert!(matches!(
        complete(&room, upload, &[first, small, last]).await,
        Err(EngineError::EntityTooSmall { number: 2, size: 9, min: 10 })
    ));
    let listed = room.engine.list_parts(HERE, "a", upload, 0, 100).await.unwrap();
    assert_eq!(listed.parts.len(), 3);
    complete(&room, upload, &[first, last]).await.unwrap();
}

#[tokio::test]
async fn a_part_sent_again_replaces_the_first_and_frees_it() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let before = part(&room, upload, 1, &bytes_of(1, 1000)).await;
    let after = part(&room, upload, 1, &bytes_of(2, 1000)).await;
    assert!(matches!(complete(&room, upload, &[before]).await, Err(EngineError::InvalidPart { number: 1 })));
    complete(&room, upload, &[after]).await.unwrap();
    assert_eq!(room.read(HERE, "a").await, Some(bytes_of(2, 1000)));
    room.engine.close().await;
    books::balance(room.home.path());
    assert_eq!(books::files_below(&room.home.path().join("bodies")).len(), 1);
}

#[tokio::test]
async fn an_aborted_upload_is_gone_with_its_parts() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let only = part(&room, upload, 1, &bytes_of(1, 1000)).await;
    room.engine.abort_upload(HERE, "a", upload).await.unwrap();
    assert!(matches!(room.engine.abort_upload(HERE, "a", upload).await, Err(EngineError::NoSuchUpload)));
    assert!(matches!(complete(&room, upload, &[only]).await, Err(EngineError::NoSuchUpload)));
    let late = room.engine.put_part(HERE, "a", upload, 2, room.body(&[1; 100]).await, None).await;
    assert!(matches!(late, Err(EngineError::NoSuchUpload)));
    room.engine.close().await;
    books::balance(room.home.path());
    assert!(books::files_below(&room.home.path().join("bodies")).is_empty());
}

#[tokio::test]
async fn an_upload_belongs_to_its_key() {
    let room = Room::new().await;
    let upload = begin(&room, "another").await;
    let body = room.body(b"1").await;
    let part = room.engine.put_part(HERE, "a", upload, 1, body, None).await;
    assert!(matches!(part, Err(EngineError::NoSuchUpload)));
    assert!(matches!(room.engine.list_parts(HERE, "a", upload, 0, 9).await, Err(EngineError::NoSuchUpload)));
}

#[tokio::test]
async fn part_numbers_run_from_1_to_10000() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    for number in [0, 10_001, u16::MAX] {
        let body = room.body(b"1").await;
        let refused = room.engine.put_part(HERE, "a", upload, number, body, None).await;
        assert!(matches!(refused, Err(EngineError::PartNumberOutOfRange { .. })), "{number}");
    }
    part(&room, upload, 10_000, b"1").await;
}

#[tokio::test]
async fn completing_again_gives_the_same_answer_while_the_object_stands() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let only = part(&room, upload, 1, b"hello").await;
    let first = complete(&room, upload, &[only]).await.unwrap();
    assert_eq!(complete(&room, upload, &[only]).await.unwrap(), first);
    room.put(HERE, "a", b"newer").await;
    assert!(matches!(complete(&room, upload, &[only]).await, Err(EngineError::NoSuchUpload)));
    assert_eq!(room.read(HERE, "a").await, Some(b"newer".to_vec()));
}

#[tokio::test]
async fn a_completion_keeps_its_precondition() {
    let room = Room::new().await;
    room.put(HERE, "a", b"there").await;
    let upload = begin(&room, "a").await;
    let parts = vec![part(&room, upload, 1, b"hello").await];
    let completion = Completion { parts, checksum: None, retention: None, terms: Precondition::Absent.into() };
    let refused = room.engine.complete_upload(HERE, "a", upload, completion).await;
    assert!(matches!(refused, Err(EngineError::PreconditionFailed)));
    assert_eq!(room.read(HERE, "a").await, Some(b"there".to_vec()));
}

#[tokio::test]
async fn an_object_in_parts_that_is_being_read_stays_readable_when_it_goes() {
    let room = Room::new().await;
    let upload = begin(&room, "a").await;
    let pieces = [bytes_of(1, 700), bytes_of(2, 700), bytes_of(3, 5)];
    let mut parts = Vec::new();
    for (number, bytes) in (1..).zip(&pieces) {
        parts.push(part(&room, upload, number, bytes).await);
    }
    complete(&room, upload, &parts).await.unwrap();
    let reading = room.opened("a", ByteRange::Whole).await.unwrap().body;
    room.engine.delete(HERE, "a", Precondition::None, None).await.unwrap();
    room.engine.sweep().await.unwrap();
    assert_eq!(drain(reading).await.unwrap(), pieces.concat());
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn uploads_and_parts_are_listed_in_pages() {
    let room = Room::new().await;
    let plan = ChecksumPlan { algorithm: ChecksumAlgorithm::Sha256, kind: ChecksumKind::Composite };
    let upload = room.engine.create_upload(HERE, "a", ObjectHead::default(), Some(plan)).await.unwrap();
    room.clock.advance(std::time::Duration::from_millis(1));
    let later = begin(&room, "a").await;
    for key in ["b/1", "b/2", "c"] {
        begin(&room, key).await;
    }
    for number in [1, 5, 9] {
        part(&room, upload, number, b"12345").await;
    }
    let page = room.engine.list_parts(HERE, "a", upload, 0, 2).await.unwrap();
    assert_eq!((page.upload.checksum, page.next), (Some(plan), Some(5)));
    let page = room.engine.list_parts(HERE, "a", upload, 5, 2).await.unwrap();
    assert_eq!((page.parts.len(), page.parts[0].number, page.next), (1, 9, None));

    let mut query = UploadsQuery { delimiter: Some("/".into()), limit: 1, ..UploadsQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = room.engine.list_uploads(HERE, query.clone()).await.unwrap();
        seen.extend(page.uploads.iter().map(|(key, record)| (key.clone(), Some(record.id))));
        seen.extend(page.common_prefixes.into_iter().map(|prefix| (prefix, None)));
        let Some((after, after_upload)) = page.next else { break };
        (query.after, query.after_upload) = (after, after_upload);
    }
    assert_eq!(seen.len(), 4);
    assert_eq!(seen[..3], [("a".into(), Some(upload)), ("a".into(), Some(later)), ("b/".into(), None)]);
    let behind = UploadsQuery { after: After::Key("a".into()), limit: 9, ..UploadsQuery::default() };
    assert_eq!(room.engine.list_uploads(HERE, behind).await.unwrap().uploads.len(), 3);
}
