//! What is in the file: it survives, it is private, and nothing else is taken for it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_store::conformance::samples::*;
use keyward_store::{AuditKeys, ChangeFeed, Revision, Store, Write};
use keyward_store_sqlite::{OpenError, SqliteStore};
use tempfile::TempDir;

fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("identity.db");
    (directory, path)
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, AuditKeys::new([7; 32]))
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn everything_is_there_after_closing_and_opening_again() {
    let (_directory, path) = directory();
    let store: Arc<dyn Store> = Arc::new(open(&path).expect("opens"));
    done(&store, one_of_each().into_iter().map(Write::create)).await;
    let last = done(&store, [Write::issue_token(token(1, "dana", NOW), Default::default())]).await.revision;
    let head = store.verify_chain().await.expect("a whole chain");
    drop(store);

    let store: Arc<dyn Store> = Arc::new(open(&path).expect("opens again"));
    for record in one_of_each() {
        assert!(exists(&store, &record.key()).await, "{}", record.key());
    }
    assert_eq!(store.tokens_of("dana").await.expect("tokens").len(), 1);
    assert_eq!((store.latest().await.expect("latest"), *store.watch().borrow()), (last, last));
    assert_eq!(store.verify_chain().await.expect("a whole chain"), head);
    let bucket = done(&store, [Write::create(bucket("new", "sales", "dana"))]).await;
    assert_eq!((bucket.revision, bucket.bucket_ids), (last.next(), vec![2]));
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_while_the_store_is_still_open() {
    let (_directory, path) = directory();
    let store: Arc<dyn Store> = Arc::new(open(&path).expect("opens"));
    done(&store, [Write::create(namespace("sales"))]).await;
    let copy = tempfile::tempdir().expect("a temporary directory");
    for name in ["identity.db", "identity.db-wal"] {
        std::fs::copy(path.with_file_name(name), copy.path().join(name)).expect("copies");
    }
    let copied: Arc<dyn Store> = Arc::new(open(&copy.path().join("identity.db")).expect("opens after the crash"));
    assert!(exists(&copied, &namespace_key("sales")).await);
    copied.verify_chain().await.expect("a whole chain");
}

#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    let (_directory, path) = directory();
    let store: Arc<dyn Store> = Arc::new(open(&path).expect("opens"));
    done(&store, [Write::create(namespace("sales"))]).await;
    for name in ["identity.db", "identity.db-wal", "identity.db-shm"] {
        assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
    }
    drop(store);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("sets the mode");
    let _store = open(&path).expect("opens");
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let (_directory, path) = directory();
    let text = "not a database, but somebody's notes\n".repeat(100);
    std::fs::write(&path, &text).expect("writes");
    assert!(matches!(open(&path), Err(OpenError::NotADatabase { .. })), "{:?}", open(&path));
    assert_eq!(std::fs::read_to_string(&path).expect("reads"), text);
}

#[test]
fn a_database_of_something_else_is_refused_and_left_alone() {
    let (_directory, path) = directory();
    let other = rusqlite::Connection::open(&path).expect("opens");
    other.execute_batch("CREATE TABLE songs (title TEXT)").expect("a table");
    drop(other);
    let before = std::fs::read(&path).expect("reads");
    assert!(matches!(open(&path), Err(OpenError::Foreign { .. })), "{:?}", open(&path));
    assert_eq!(std::fs::read(&path).expect("reads"), before);
}

#[test]
fn a_schema_of_a_later_release_is_refused_by_name() {
    let (_directory, path) = directory();
    drop(open(&path).expect("opens"));
    let later = rusqlite::Connection::open(&path).expect("opens");
    later.pragma_update(None, "user_version", 99).expect("a version");
    drop(later);
    let refused = open(&path).expect_err("refused");
    assert!(matches!(refused, OpenError::NewerSchema { found: 99, .. }), "{refused:?}");
    assert!(refused.to_string().contains("run the newer release"), "{refused}");
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let (directory, _) = directory();
    let refused = open(&directory.path().join("missing").join("identity.db")).expect_err("refused");
    assert!(matches!(refused, OpenError::File { .. }), "{refused:?}");
    assert!(refused.to_string().contains("missing"), "{refused}");
}

#[tokio::test]
async fn a_new_store_is_at_revision_zero() {
    let (_directory, path) = directory();
    let store = open(&path).expect("opens");
    assert_eq!(store.latest().await.expect("latest"), Revision::ZERO);
    assert_eq!(*store.watch().borrow(), Revision::ZERO);
}
