//! A crash at any point leaves the old object or the new one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use keyward_objects_local::engine::{ByteRange, CompletedPart, Completion, ObjectHead, Precondition};

use crate::books;
use crate::room::{HERE, Room, THERE, bytes_of, copy_directory, open, read};

/// The directory as a crash at this moment would leave it.
fn image(room: &Room) -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    copy_directory(room.home.path(), image.path());
    for shard in ["meta-00.db-shm", "meta-01.db-shm"] {
        fs::remove_file(image.path().join(shard)).unwrap();
    }
    image
}

async fn balances_after_sweep(room: &Room, image: &Path) {
    let engine = open(image, &room.clock).unwrap();
    engine.sweep().await.unwrap();
    engine.close().await;
    drop(engine);
    books::balance(image);
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_the_old_object() {
    let room = Room::new().await;
    room.put(HERE, "a", &bytes_of(1, 1000)).await;
    let new = room.body(&bytes_of(2, 1000)).await;
    let image = image(&room);
    drop(new);
    let engine = open(image.path(), &room.clock).unwrap();
    assert_eq!(read(&engine, HERE, "a").await, Some(bytes_of(1, 1000)));
    engine.close().await;
    drop(engine);
    balances_after_sweep(&room, image.path()).await;
}

#[tokio::test]
async fn a_crash_between_the_commit_and_the_unlink_leaves_the_new_object() {
    let room = Room::new().await;
    room.put(HERE, "a", &bytes_of(1, 1000)).await;
    let holds_the_old = room.opened("a", ByteRange::Whole).await.unwrap();
    room.put(HERE, "a", &bytes_of(2, 1000)).await;
    let image = image(&room);
    drop(holds_the_old);
    assert_eq!(books::files_below(&image.path().join("bodies")).len(), 2);
    let engine = open(image.path(), &room.clock).unwrap();
    assert_eq!(read(&engine, HERE, "a").await, Some(bytes_of(2, 1000)));
    engine.close().await;
    drop(engine);
    balances_after_sweep(&room, image.path()).await;
    assert_eq!(books::files_below(&image.path().join("bodies")).len(), 1);
}

#[tokio::test]
async fn every_answered_write_is_in_the_image_of_a_crash_right_after() {
    let room = Room::new().await;
    let upload = room.engine.create_upload(HERE, "parts", ObjectHead::default(), None).await.unwrap();
    for step in 0..12 {
        let (bucket, key) = (if step % 2 == 0 { HERE } else { THERE }, format!("k{}", step % 5));
        room.put(bucket, &key, &bytes_of(step, step * 40)).await;
        let part = u16::try_from(step).unwrap() + 1;
        let body = room.body(&bytes_of(step, 100)).await;
        room.engine.put_part(HERE, "parts", upload, part, body, None).await.unwrap();
        let image = image(&room);
        let engine = open(image.path(), &room.clock).unwrap();
        assert_eq!(read(&engine, bucket, &key).await, Some(bytes_of(step, step * 40)));
        let parts = engine.list_parts(HERE, "parts", upload, 0, 100).await.unwrap().parts;
        assert_eq!(parts.len(), step + 1);
        let parts = parts.iter().map(|part| CompletedPart { number: part.number, etag: part.etag }).collect();
        let completion = Completion { parts, checksum: None, retention: None, terms: Precondition::None.into() };
        engine.complete_upload(HERE, "parts", upload, completion).await.unwrap();
        let whole: Vec<u8> = (0..=step).flat_map(|step| bytes_of(step, 100)).collect();
        assert_eq!(read(&engine, HERE, "parts").await, Some(whole));
    }
}

/// A log torn at any byte must give the state after some whole write. Readers hold every body that was replaced, as a
/// body is unlinked only when the write that replaced it is past being torn.
#[tokio::test]
async fn a_torn_log_gives_the_state_after_a_whole_write() {
    let room = Room::new().await;
    let mut state = BTreeMap::new();
    let (mut history, mut readers) = (vec![state.clone()], Vec::new());
    for step in 0..20 {
        let key = ["a", "b", "c"][step % 3];
        if step % 7 == 6 {
            room.engine.delete(HERE, key, Precondition::None, None).await.unwrap();
            state.remove(key);
        } else {
            let bytes = bytes_of(step, if step % 2 == 0 { 30 } else { 400 });
            room.put(HERE, key, &bytes).await;
            readers.push(room.opened(key, ByteRange::Whole).await.unwrap());
            state.insert(key, bytes);
        }
        history.push(state.clone());
    }
    let whole = image(&room);
    let log = fs::metadata(whole.path().join("meta-00.db-wal")).unwrap().len();
    let mut seen = Vec::new();
    for cut in (0..=log).rev().step_by(9_973) {
        let torn = tempfile::tempdir().unwrap();
        copy_directory(whole.path(), torn.path());
        fs::File::options().write(true).open(torn.path().join("meta-00.db-wal")).unwrap().set_len(cut).unwrap();
        // So early that even the store's tables are not there yet, there is nothing to compare.
        let Ok(engine) = open(torn.path(), &room.clock) else { continue };
        if engine.bucket_state(HERE).await.unwrap().is_none() {
            continue;
        }
        let mut found = BTreeMap::new();
        for key in ["a", "b", "c"] {
            found.extend(read(&engine, HERE, key).await.map(|bytes| (key, bytes)));
        }
        let moment = history.iter().rposition(|state| *state == found);
        seen.push(moment.expect("a state that never was"));
    }
    assert_eq!(seen.first(), Some(&20), "the whole log gives the last state");
    assert!(seen.is_sorted_by(|later, earlier| later >= earlier) && seen.len() > 10, "{seen:?}");
}
