//! The sweep removes what no row names, and nothing else.

use std::fs;
use std::path::PathBuf;

use keyward_objects_local::engine::{Precondition, SweepReport};

use crate::books;
use crate::room::{HERE, Room, THERE, body, bytes_of, copy_directory, open};

fn place(room: &Room, name: &str) -> PathBuf {
    let directory = room.home.path().join("bodies").join(&name[..2]).join(&name[2..4]);
    fs::create_dir_all(&directory).unwrap();
    directory.join(name)
}

#[tokio::test]
async fn orphans_go_and_objects_uploads_and_foreign_files_stay() {
    let room = Room::new().await;
    room.put(HERE, "a", &bytes_of(1, 1000)).await;
    room.put(THERE, "b", &bytes_of(2, 1000)).await;
    let arriving = room.body(&bytes_of(3, 1000)).await;
    let orphans = ["00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"];
    for orphan in orphans {
        fs::write(place(&room, orphan), b"left over").unwrap();
    }
    let foreign = room.home.path().join("bodies/00/11/notes.txt");
    fs::write(&foreign, b"not ours").unwrap();
    let report = room.engine.sweep().await.unwrap();
    assert_eq!(report, SweepReport { files: 5, orphans: 2, foreign: 1 });
    room.engine.commit_put(HERE, "c", arriving, Default::default(), None, Precondition::None).await.unwrap();
    assert!(foreign.exists());
    fs::remove_file(foreign).unwrap();
    let room = room.reopened().await;
    for (bucket, key, seed) in [(HERE, "a", 1), (THERE, "b", 2), (HERE, "c", 3)] {
        assert_eq!(room.read(bucket, key).await, Some(bytes_of(seed, 1000)));
    }
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test]
async fn a_store_that_was_not_closed_asks_for_a_sweep_until_one_is_done() {
    let room = Room::new().await;
    assert!(!room.engine.may_hold_orphans(), "a new store has none");
    room.put(HERE, "a", &bytes_of(1, 1000)).await;
    let unfinished = body(&room.engine, &[1; 1000]).await.unwrap();
    let image = tempfile::tempdir().unwrap();
    copy_directory(room.home.path(), image.path());
    drop(unfinished);

    let after_crash = open(image.path(), &room.clock).unwrap();
    assert!(after_crash.may_hold_orphans());
    after_crash.close().await;
    drop(after_crash);
    let after_crash = open(image.path(), &room.clock).unwrap();
    assert!(after_crash.may_hold_orphans(), "nobody has looked yet");
    assert_eq!(after_crash.sweep().await.unwrap().orphans, 1);
    after_crash.close().await;
    drop(after_crash);
    books::balance(image.path());
    assert!(!open(image.path(), &room.clock).unwrap().may_hold_orphans());
}

#[tokio::test]
async fn a_sweep_beside_uploads_takes_none_of_them() {
    let room = Room::new().await;
    let sweeping = async {
        for _ in 0..5 {
            assert_eq!(room.engine.sweep().await.unwrap().orphans, 0);
        }
    };
    let writing = async {
        for number in 0..40 {
            room.put(HERE, &format!("k{number}"), &bytes_of(number, 500)).await;
        }
    };
    tokio::join!(sweeping, writing);
    for number in 0..40 {
        assert_eq!(room.read(HERE, &format!("k{number}")).await, Some(bytes_of(number, 500)));
    }
}
