//! Promises about the change feed.

use std::sync::Arc;
use std::time::Duration;

use super::samples::*;
use crate::{Change, Changed, Changes, Revision, Store, Transaction, Write};

async fn since(store: &Arc<dyn Store>, revision: Revision, limit: u32) -> Vec<Change> {
    match store.changes(revision, limit).await.expect("changes") {
        Changes::Entries(entries) => entries,
        Changes::Trimmed { latest } => panic!("trimmed up to {latest}"),
    }
}

/// Creating, changing and deleting is told under the record's key, whatever its kind; a transaction is one entry, and
/// what it wrote twice is told once.
pub async fn every_change_is_told_once_and_in_order(store: Arc<dyn Store>) {
    let records = one_of_each();
    let keys: Vec<Changed> = records.iter().map(|record| record.key().into()).collect();
    let created = done(&store, records.iter().cloned().map(Write::create)).await.revision;
    assert_eq!(since(&store, Revision::ZERO, 10).await, [Change { revision: created, changed: keys.clone() }]);

    let last = stored(&store, &records[0].key()).await;
    let updated = done(&store, [Write::update(last.value, last.revision)]).await.revision;
    let user = user_key("dana@corp.example");
    let deleted = done(&store, [Write::Delete { key: user.clone(), revision: created }]).await.revision;
    let expected = [
        Change { revision: updated, changed: vec![keys[0].clone()] },
        Change { revision: deleted, changed: vec![user.into()] },
    ];
    assert_eq!(since(&store, created, 10).await, expected);

    let key = records[0].key();
    let twice = [Write::Delete { key, revision: updated }, Write::create(namespace("sales"))];
    let bucket = stored(&store, &bucket_key("logs", "sales")).await.revision;
    let empty = Write::Delete { key: bucket_key("logs", "sales"), revision: bucket };
    let replaced = done(&store, [empty].into_iter().chain(twice)).await.revision;
    let changed = vec![bucket_key("logs", "sales").into(), keys[0].clone()];
    assert_eq!(since(&store, deleted, 10).await, [Change { revision: replaced, changed }]);
}

/// Audit records, requirements, logins, and ends of tokens that nobody held are not in the feed.
pub async fn what_changed_nothing_is_not_told(store: Arc<dyn Store>) {
    let before = done(&store, [Write::create(namespace("sales"))]).await.revision;
    done(&store, []).await;
    done(&store, [Write::Require(namespace_key("sales"))]).await;
    done(&store, [Write::issue_token(token(1, "dana@corp.example", NOW), Default::default())]).await;
    done(&store, [Write::DeleteTokensOf("eve@corp.example".to_owned())]).await;
    assert_eq!(since(&store, before, 10).await, []);
}

/// A limit cuts between transactions, and the next question goes on where the answer ended.
pub async fn a_follower_reads_on_from_where_it_is(store: Arc<dyn Store>) {
    let mut expected = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let pair = [namespace(name), namespace(&format!("{name}-2"))];
        expected.push(done(&store, pair.map(Write::create)).await.revision);
    }
    let (mut seen, mut at) = (Vec::new(), Revision::ZERO);
    loop {
        let entries = since(&store, at, 2).await;
        assert!(entries.len() <= 2 && entries.iter().all(|change| change.changed.len() == 2));
        let Some(last) = entries.last() else { break };
        at = last.revision;
        seen.extend(entries.into_iter().map(|change| change.revision));
    }
    assert_eq!(seen, expected);
}

/// Trimming forgets old changes only, and who has not read them yet learns that it missed something.
pub async fn who_lags_behind_a_trimmed_feed_is_told(store: Arc<dyn Store>) {
    let old = done(&store, [Write::create(namespace("old"))]).await.revision;
    let mut later = audit("later");
    later.at = NOW.plus(Duration::from_secs(3600));
    let transaction = Transaction::new(later).write(Write::create(namespace("new")));
    let new = store.commit(transaction).await.expect("commits").revision;

    assert_eq!(store.trim_changes(NOW).await.expect("trims"), 0);
    assert_eq!(since(&store, Revision::ZERO, 10).await.len(), 2);
    assert_eq!(store.trim_changes(NOW.plus(Duration::from_secs(1))).await.expect("trims"), 1);
    let answer = store.changes(Revision::ZERO, 10).await.expect("changes");
    assert_eq!(answer, Changes::Trimmed { latest: new });
    assert_eq!(since(&store, old, 10).await.len(), 1);
    assert_eq!(since(&store, new, 10).await.len(), 0);
    store.verify_chain().await.expect("the audit log is whole");
}
