//! Whoever edits the audit log in the file is found out, and damaged rows are named.

use std::path::PathBuf;
use std::sync::Arc;

use keyward_store::conformance::samples::*;
use keyward_store::{AuditKeys, ChainError, Revision, Store, StoreError, Transaction, Write};
use keyward_store_sqlite::SqliteStore;
use rusqlite::Connection;
use tempfile::TempDir;

struct Tampered {
    store: Arc<dyn Store>,
    _directory: TempDir,
}

/// A store with five audit records, after `sql` was run on its file behind its back.
async fn five_records_then(sql: &str) -> Tampered {
    let (directory, path) = five_records().await;
    Connection::open(&path).and_then(|file| file.execute_batch(sql)).expect("the SQL runs");
    Tampered { store: open(&path, AuditKeys::new([7; 32])), _directory: directory }
}

async fn five_records() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("identity.db");
    let store = open(&path, AuditKeys::new([7; 32]));
    for target in ["a", "b", "c", "d", "e"] {
        store.commit(Transaction::new(audit("test").on(target))).await.expect("commits");
    }
    (directory, path)
}

fn open(path: &std::path::Path, keys: AuditKeys) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(path, keys).expect("opens"))
}

async fn broken_at(tampered: Tampered) -> u64 {
    match tampered.store.verify_chain().await {
        Err(ChainError::Broken { at, .. }) => at.number(),
        other => panic!("nothing noticed: {other:?}"),
    }
}

#[tokio::test]
async fn an_altered_record_is_noticed() {
    let sql = "UPDATE audit SET record = replace(record, '\"c\"', '\"x\"') WHERE revision = 3";
    assert_eq!(broken_at(five_records_then(sql).await).await, 3);
}

#[tokio::test]
async fn a_record_hidden_from_lists_is_noticed() {
    assert_eq!(broken_at(five_records_then("UPDATE audit SET at = 0 WHERE revision = 2").await).await, 2);
    assert_eq!(broken_at(five_records_then("UPDATE audit SET namespace = 'x' WHERE revision = 2").await).await, 2);
}

#[tokio::test]
async fn a_dropped_record_is_noticed_wherever_it_was() {
    for (dropped, noticed) in [(1, 1), (3, 3), (5, 5)] {
        let sql = format!("DELETE FROM audit WHERE revision = {dropped}");
        assert_eq!(broken_at(five_records_then(&sql).await).await, noticed);
    }
}

#[tokio::test]
async fn a_dropped_record_whose_place_is_filled_is_noticed() {
    let sql = "DELETE FROM audit WHERE revision = 3;
               UPDATE audit SET revision = 3 WHERE revision = 4;
               UPDATE audit SET revision = 4 WHERE revision = 5;
               UPDATE ledger SET revision = 4, chain = (SELECT chain FROM audit WHERE revision = 4)";
    assert_eq!(broken_at(five_records_then(sql).await).await, 3);
}

/// A store whose first two of five records were removed because of their age, after `sql` was run on its file.
async fn two_removed_then(sql: &str) -> Tampered {
    let (directory, path) = five_records().await;
    let keys = || AuditKeys::new([7; 32]);
    Connection::open(&path)
        .and_then(|file| file.execute_batch("DELETE FROM audit WHERE revision > 2; UPDATE ledger SET revision = 2, chain = (SELECT chain FROM audit WHERE revision = 2)"))
        .expect("cut back to two");
    let store = open(&path, keys());
    assert_eq!(store.trim_audit(NOW.plus(std::time::Duration::from_secs(1))).await, Ok(2));
    for target in ["c", "d", "e"] {
        store.commit(Transaction::new(audit("test").on(target))).await.expect("commits");
    }
    drop(store);
    Connection::open(&path).and_then(|file| file.execute_batch(sql)).expect("the SQL runs");
    Tampered { store: open(&path, keys()), _directory: directory }
}

#[tokio::test]
async fn a_forged_checkpoint_is_noticed() {
    let untouched = two_removed_then("").await.store.verify_chain().await.expect("unbroken");
    assert_eq!((untouched.records, untouched.removed_upto), (3, Revision::new(2)));
    let shortened = "DELETE FROM audit WHERE revision = 3;
                     UPDATE audit_checkpoint SET upto = 3, chain = (SELECT chain FROM audit WHERE revision = 3)";
    for (sql, noticed) in [
        ("UPDATE audit_checkpoint SET upto = 1", 2),
        ("UPDATE audit_checkpoint SET before = before + 1", 3),
        ("DELETE FROM audit_checkpoint", 1),
        (&shortened.replace("(SELECT chain FROM audit WHERE revision = 3)", "zeroblob(32)"), 4),
        ("INSERT INTO audit SELECT 2, at, namespace, key_id, chain, record FROM audit WHERE revision = 5", 2),
        ("DELETE FROM audit; UPDATE ledger SET revision = 1", 2),
    ] {
        assert_eq!(broken_at(two_removed_then(sql).await).await, noticed, "{sql}");
    }
}

#[tokio::test]
async fn what_was_tampered_with_is_not_cleared_away() {
    let altered =
        five_records_then("UPDATE audit SET record = replace(record, '\"b\"', '\"x\"') WHERE revision = 2").await;
    let refused = altered.store.trim_audit(NOW.plus(std::time::Duration::from_secs(1))).await;
    assert!(matches!(&refused, Err(StoreError::Corrupt { damage, .. }) if damage.contains("record 2")), "{refused:?}");
    assert_eq!(broken_at(altered).await, 2);
}

#[tokio::test]
async fn an_exchanged_pair_is_noticed() {
    let sql = "UPDATE audit SET revision = 9 WHERE revision = 2;
               UPDATE audit SET revision = 2 WHERE revision = 3;
               UPDATE audit SET revision = 3 WHERE revision = 9";
    assert_eq!(broken_at(five_records_then(sql).await).await, 2);
}

#[tokio::test]
async fn a_record_added_behind_the_last_is_noticed() {
    let sql = "INSERT INTO audit SELECT 6, at, namespace, key_id, chain, record FROM audit WHERE revision = 5";
    assert_eq!(broken_at(five_records_then(sql).await).await, 6);
}

#[tokio::test]
async fn a_head_that_is_not_the_last_record_is_noticed() {
    assert_eq!(broken_at(five_records_then("UPDATE ledger SET chain = zeroblob(32)").await).await, 5);
}

#[tokio::test]
async fn the_chain_goes_on_under_a_new_key_and_the_old_part_needs_the_old_one() {
    let (_directory, path) = five_records().await;
    let store = open(&path, AuditKeys::new([8; 32]).with_earlier([7; 32]));
    done(&store, [Write::create(namespace("sales"))]).await;
    assert_eq!(store.verify_chain().await.expect("a whole chain").records, 6);
    drop(store);
    let unknown = open(&path, AuditKeys::new([8; 32])).verify_chain().await;
    assert_eq!(unknown, Err(ChainError::UnknownKey { at: Revision::new(1) }));
}

#[tokio::test]
async fn a_damaged_record_is_named_without_its_contents() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("identity.db");
    done(&open(&path, AuditKeys::new([7; 32])), [Write::create(person("alice@local.test"))]).await;
    let sql = "UPDATE people SET record = json_set(record, '$.created_at', json_extract(record, '$.password_hash'))";
    Connection::open(&path).and_then(|file| file.execute_batch(sql)).expect("the SQL runs");

    let store = open(&path, AuditKeys::new([7; 32]));
    let error = store.person(&user_id("alice@local.test")).await.expect_err("damaged");
    assert!(matches!(error, StoreError::Corrupt { table: "people", .. }), "{error:?}");
    assert!(error.to_string().contains("row alice@local.test of people"), "{error}");
    assert!(!format!("{error} {error:?}").contains("argon2"), "{error:?}");
    assert!(store.people("", &Default::default()).await.is_err());
}
