//! Several at once on one key.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyward_objects_local::engine::{EngineError, ObjectHead, Precondition};
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
