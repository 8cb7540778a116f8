//! Promises about the audit log.

use std::sync::Arc;

use keyward_ambient::Timestamp;

use super::paging::walk;
use super::samples::*;
use crate::{AuditEntry, AuditOutcome, AuditQuery, AuditRecord, ChainLink, Revision, Store, Transaction, Write};

/// Every transaction is one entry under its revision, with every field as it was handed in.
pub async fn every_transaction_is_one_entry(store: Arc<dyn Store>) {
    let full = AuditRecord::new(NOW, "dana@corp.example", "key.issue")
        .from_address("2001:db8::7".parse().ok())
        .in_namespace(namespace_name("sales"))
        .on("dana@corp.example")
        .ended(AuditOutcome::Refused)
        .detail("reason", "two live secrets")
        .detail("secret", "07070707");
    let bare = AuditRecord::new(NOW, "root", "namespace.create");
    let bare_at = store.commit(Transaction::new(bare.clone()).write(Write::create(namespace("sales")))).await;
    let full_at = store.commit(Transaction::new(full.clone())).await;
    let expected = [
        AuditEntry { revision: bare_at.expect("commits").revision, record: bare },
        AuditEntry { revision: full_at.expect("commits").revision, record: full },
    ];
    assert_eq!(entries(&store, AuditQuery::default(), 1).await, expected);
}

/// Queries answer their range, from inclusive and until exclusive, in order of time.
pub async fn entries_are_found_by_time_and_namespace(store: Arc<dyn Store>) {
    for (second, name) in [(30, Some("sales")), (10, None), (20, Some("other")), (20, Some("sales"))] {
        let mut record = AuditRecord::new(Timestamp::from_seconds(second), "root", "test");
        record.namespace = name.map(namespace_name);
        store.commit(Transaction::new(record)).await.expect("commits");
    }
    let at = |second| Some(Timestamp::from_seconds(second));
    let sales = Some(namespace_name("sales"));
    for limit in [1, 3, 1000] {
        let found = async |query| {
            let entries = entries(&store, query, limit).await;
            entries.iter().map(|entry| entry.revision.number()).collect::<Vec<_>>()
        };
        assert_eq!(found(AuditQuery::default()).await, [2, 3, 4, 1]);
        assert_eq!(found(AuditQuery { from: at(20), until: at(30), namespace: None }).await, [3, 4]);
        assert_eq!(found(AuditQuery { namespace: sales.clone(), ..AuditQuery::default() }).await, [4, 1]);
        assert_eq!(found(AuditQuery { from: at(21), until: None, namespace: sales.clone() }).await, [1]);
    }
}

/// The chain covers every transaction from the first one on.
pub async fn the_chain_verifies(store: Arc<dyn Store>) {
    let empty = store.verify_chain().await.expect("nothing to doubt");
    assert_eq!((empty.records, empty.last, empty.head), (0, Revision::ZERO, ChainLink::START));
    let mut heads = Vec::new();
    for record in one_of_each() {
        let committed = done(&store, [Write::create(record)]).await;
        let report = store.verify_chain().await.expect("unbroken");
        assert_eq!((report.records, report.last), (committed.revision.number(), committed.revision));
        let head = store.chain_head().await.expect("a head");
        assert_eq!((head.last, head.link), (report.last, report.head));
        assert!(!heads.contains(&report.head));
        heads.push(report.head);
    }
}

/// Old records go from the front only; the rest still verifies, from a checkpoint on, and the head stays the same.
pub async fn old_records_are_removed_and_the_rest_verifies(store: Arc<dyn Store>) {
    for second in [10, 20, 40, 30, 50] {
        let record = AuditRecord::new(Timestamp::from_seconds(second), "root", "test");
        store.commit(Transaction::new(record)).await.expect("commits");
    }
    let before = store.verify_chain().await.expect("unbroken");
    let trimmed = async |second| store.trim_audit(Timestamp::from_seconds(second)).await.expect("trims");
    assert_eq!(trimmed(10).await, 0);
    assert_eq!((trimmed(35).await, trimmed(35).await), (2, 0), "the record of 30 is behind that of 40");
    let report = store.verify_chain().await.expect("unbroken");
    assert_eq!((report.records, report.removed_upto, report.head), (3, Revision::new(2), before.head));
    let left = entries(&store, AuditQuery::default(), 10).await;
    assert_eq!(left.iter().map(|entry| entry.revision.number()).collect::<Vec<_>>(), [4, 3, 5]);

    assert_eq!(trimmed(60).await, 3);
    let empty = store.verify_chain().await.expect("unbroken");
    assert_eq!((empty.records, empty.last, empty.head), (0, before.last, before.head));
    done(&store, []).await;
    let after = store.verify_chain().await.expect("the next record is linked to those removed");
    assert_eq!((after.records, after.last), (1, before.last.next()));
}

async fn entries(store: &Arc<dyn Store>, query: AuditQuery, limit: u32) -> Vec<AuditEntry> {
    walk(limit, async |page| store.audit_entries(&query, &page).await).await
}
