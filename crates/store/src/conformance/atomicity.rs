//! Promises about all or nothing.

use std::sync::Arc;

use super::samples::*;
use crate::{AuditQuery, Changes, CommitError, PageRequest, Revision, Store, Transaction, Write};

/// When a later step is refused, the steps before it, the audit record and the change never were.
pub async fn a_failing_step_undoes_the_steps_before_it(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales"))]).await;
    let before = store.latest().await.expect("latest");
    let everything = one_of_each().into_iter().skip(1).map(Write::create);
    let transaction = Transaction::new(audit("never"))
        .writes(everything)
        .write(Write::issue_token(token(1, "dana@corp.example", NOW), Default::default()))
        .write(Write::create(namespace("sales")));
    let refused = store.commit(transaction).await;
    assert_eq!(refused, Err(CommitError::AlreadyExists(namespace_key("sales"))));

    for record in one_of_each().into_iter().skip(1) {
        assert!(!exists(&store, &record.key()).await, "{}", record.key());
    }
    assert_eq!(store.tokens_of("dana@corp.example").await.expect("tokens"), []);
    assert_eq!(store.changes(before, 10).await.expect("changes"), Changes::Entries(Vec::new()));
    let entries = store.audit_entries(&AuditQuery::default(), &PageRequest::default()).await.expect("audit");
    assert!(entries.items.iter().all(|entry| entry.record.action != "never"));
}

/// Refusals leave no gap in the revisions.
pub async fn a_refused_transaction_uses_up_no_revision(store: Arc<dyn Store>) {
    assert_eq!(store.latest().await.expect("latest"), Revision::ZERO);
    assert_eq!(done(&store, [Write::create(namespace("sales"))]).await.revision, Revision::new(1));
    commit(&store, [Write::create(namespace("sales"))]).await.expect_err("exists already");
    assert_eq!(store.latest().await.expect("latest"), Revision::new(1));
    assert_eq!(done(&store, [Write::create(namespace("other"))]).await.revision, Revision::new(2));
}

/// Steps build on one another: a namespace, a user in it and a bucket of that user in one transaction.
pub async fn a_step_sees_the_steps_before_it(store: Arc<dyn Store>) {
    let committed = done(
        &store,
        [
            Write::create(namespace("sales")),
            Write::create(global_user("dana", "sales")),
            Write::Require(user_key("dana")),
            Write::create(bucket("logs", "sales", "dana")),
        ],
    )
    .await;
    assert_eq!(stored(&store, &user_key("dana")).await.revision, committed.revision);
    assert_eq!(stored(&store, &bucket_key("logs", "sales")).await.revision, committed.revision);
}
