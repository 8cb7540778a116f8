//! Promises about the one order of all commits.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::samples::*;
use crate::{Changes, Revision, Store, Write};

const WRITERS: u64 = 16;
const COMMITS_EACH: u64 = 8;

/// Every commit gets a revision of its own, and together they leave no gap.
pub async fn revisions_are_without_gaps_under_concurrent_writers(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales"))]).await;
    let revisions: Vec<Revision> = writers(&store).join_all().await.into_iter().flatten().collect();
    let unique: BTreeSet<u64> = revisions.iter().map(|revision| revision.number()).collect();
    let expected: BTreeSet<u64> = (2..=1 + WRITERS * COMMITS_EACH).collect();
    assert_eq!(unique, expected);
    assert_eq!(revisions.len(), expected.len());
}

/// Who reads the feed while sixteen writers commit sees every change once, in ascending order: none becomes visible
/// behind one that was already seen.
pub async fn a_follower_misses_nothing_while_writers_commit(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales"))]).await;
    let last = Revision::new(1 + WRITERS * COMMITS_EACH);
    let mut news = store.watch();
    let writers = writers(&store);
    let (mut seen, mut at) = (Vec::new(), Revision::ZERO);
    while at < last {
        news.wait_for(|revision| *revision > at).await.expect("the store lives");
        let Changes::Entries(entries) = store.changes(at, 7).await.expect("changes") else {
            panic!("nothing was trimmed");
        };
        seen.extend(entries.iter().map(|change| change.revision.number()));
        at = entries.last().map_or(at, |change| change.revision);
    }
    writers.join_all().await;
    assert_eq!(seen, (1..=last.number()).collect::<Vec<_>>());
}

/// When a commit is answered, the watch shows it, and so does a read.
pub async fn the_watch_shows_a_commit_before_it_is_answered(store: Arc<dyn Store>) {
    let watch = store.watch();
    for round in 0..20 {
        let name = format!("ns{round}");
        let committed = done(&store, [Write::create(namespace(&name))]).await;
        assert!(*watch.borrow() >= committed.revision);
        assert!(store.latest().await.expect("latest") >= committed.revision);
        let found = store.namespace(&namespace_name(&name)).await.expect("the store answers");
        assert_eq!(found.map(|row| row.revision), Some(committed.revision));
    }
}

/// Sixteen tasks that each create users one after the other, and answer the revisions they were given.
fn writers(store: &Arc<dyn Store>) -> JoinSet<Vec<Revision>> {
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let store = Arc::clone(store);
        tasks.spawn(async move {
            let mut revisions = Vec::new();
            for number in 0..COMMITS_EACH {
                let user = global_user(&format!("user-{writer}-{number}"), "sales");
                revisions.push(done(&store, [Write::create(user)]).await.revision);
            }
            assert!(revisions.is_sorted(), "a writer's own commits are in its order");
            revisions
        });
    }
    tasks
}
