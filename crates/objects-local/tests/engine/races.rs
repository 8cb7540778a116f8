//! Several at once on one key.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyward_objects_local::engine::{CopyRequest, Deletion, EngineError, ObjectHead, Precondition, Versioning, Which};
use tokio::task::JoinSet;

use crate::books;
use crate::room::{HERE, Room, body, bytes_of, read};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_one_key_leave_one_of_their_values_and_readers_see_no_mixture() {
    let room = Arc::new(Room::new().await);
    let values: BTreeSet<Vec<u8>> = (0..48).map(|seed| bytes_of(seed, 40 + seed * 50)).collect();
    room.put(HERE, "a", values.first().unwrap()).await;
    let (engine, mut tasks) = (room.engine.clone(), JoinSet::new());
    for chunk in values.iter().cloned().collect::<Vec<_>>().chunks(6) {
        let (room, chunk) = (Arc::clone(&room), chunk.to_vec());
        tasks.spawn(async move {
            for value in chunk {
                room.put(HERE, "a", &value).await;
            }
        });
        let (engine, values) = (engine.clone(), values.clone());
        tasks.spawn(async move {
            for _ in 0..20 {
                assert!(values.contains(&read(&engine, HERE, "a").await.unwrap()));
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert!(values.contains(&room.read(HERE, "a").await.unwrap()));
    room.engine.close().await;
    books::balance(room.home.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_reads_after_an_answer_finds_what_was_answered_or_newer() {
    const ROUNDS: usize = 80;
    let room = Arc::new(Room::new().await);
    // In rows and in files, such as are kept in memory and such as are not. The sizes tell the rounds apart.
    for base in [1, 400] {
        room.put(HERE, "a", &bytes_of(1, base)).await;
        let (answered, mut tasks) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
        for by_head in [false, false, true] {
            let (engine, answered) = (room.engine.clone(), Arc::clone(&answered));
            tasks.spawn(async move {
                let mut newest = 0;
                while newest < ROUNDS {
                    let least = newest.max(answered.load(Ordering::SeqCst));
                    let size = if by_head {
                        usize::try_from(engine.head(HERE, "a").await.unwrap().size).unwrap()
                    } else {
                        read(&engine, HERE, "a").await.unwrap().len()
                    };
                    newest = size - base;
                    assert!(newest >= least, "round {newest} was read after round {least} was answered or read");
                }
            });
        }
        for round in 1..=ROUNDS {
            room.put(HERE, "a", &bytes_of(round, base + round)).await;
            answered.store(round, Ordering::SeqCst);
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    }
}

#[tokio::test]
async fn every_way_of_writing_shows_in_the_next_read() {
    let room = Room::new().await;
    let tagged =
        |value: &str| ObjectHead { tags: [("a".to_owned(), value.to_owned())].into(), ..ObjectHead::default() };
    let keep = |key: &'static str| {
        let engine = room.engine.clone();
        // Twice, so that it is in memory if it can be.
        async move {
            for _ in 0..2 {
                let _ = read(&engine, HERE, key).await;
                let _ = engine.head(HERE, key).await;
            }
        }
    };
    room.put(HERE, "a", b"one").await;
    room.put(HERE, "b", b"other").await;
    keep("a").await;
    room.engine
        .change_head(HERE, "a", Which::Latest, |record, _| {
            record.head.tags = [("a".to_owned(), "1".to_owned())].into();
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(room.engine.head(HERE, "a").await.unwrap().head.tags, tagged("1").tags);
    keep("a").await;
    let copy = CopyRequest {
        source: (HERE, "b".into()),
        source_version: Which::Latest,
        judged: None,
        target: (HERE, "a".into()),
        head: None,
        terms: Precondition::None.into(),
    };
    room.engine.copy(copy).await.unwrap();
    assert_eq!(room.read(HERE, "a").await.unwrap(), b"other");
    keep("a").await;
    let deletion = Deletion { versioning: Versioning::Enabled, ..Deletion::default() };
    room.engine.delete(HERE, "a", deletion, None).await.unwrap();
    assert!(matches!(room.engine.head(HERE, "a").await, Err(EngineError::IsDeleteMarker { .. })));
    keep("b").await;
    room.engine.delete(HERE, "b", Deletion::default(), None).await.unwrap();
    assert!(matches!(room.engine.head(HERE, "b").await, Err(EngineError::NoSuchKey)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_create_a_key_exactly_one_wins() {
    let room = Room::new().await;
    let mut tasks = JoinSet::new();
    for seed in 0..16 {
        let engine = room.engine.clone();
        tasks.spawn(async move {
            let body = body(&engine, &bytes_of(seed, 500)).await?;
            engine.commit_put(HERE, "a", body, ObjectHead::default(), None, Precondition::Absent).await?;
            Ok(seed)
        });
    }
    let outcomes: Vec<Result<usize, EngineError>> = tasks.join_all().await;
    let winners: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    let [winner] = winners[..] else { panic!("{} created the key", winners.len()) };
    let losers = outcomes.iter().filter(|outcome| matches!(outcome, Err(EngineError::PreconditionFailed))).count();
    assert_eq!(losers, 15);
    assert_eq!(room.read(HERE, "a").await, Some(bytes_of(*winner, 500)));
    room.engine.close().await;
    books::balance(room.home.path());
}
