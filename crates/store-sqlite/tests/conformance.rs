//! The embedded store keeps the promises of the port.

use std::sync::Arc;

use keyward_store::{AuditKeys, Store};
use keyward_store_sqlite::SqliteStore;
use tempfile::TempDir;

async fn empty_store() -> (Arc<dyn Store>, TempDir) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("identity.db");
    let store = SqliteStore::open(path, AuditKeys::new([7; 32])).expect("the store opens");
    (Arc::new(store), directory)
}

keyward_store::conformance_tests!(empty_store);
