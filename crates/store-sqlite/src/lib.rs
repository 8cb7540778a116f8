//! The embedded identity store: one SQLite file, one thread that writes it, a few connections that read it.
//!
//! The writer takes whatever has queued up, applies each transaction under a savepoint of its own, and commits all of
//! them with one sync before it answers any. Readers see the last commit, never wait for the writer, and never run on
//! an async thread. No other process may write the file meanwhile; that is for the binary to see to.

mod apply;
mod batch;
mod chain;
mod failure;
mod file;
mod integrity;
mod keyed;
mod ledger;
mod open;
#[cfg(test)]
mod plan;
mod port;
mod readers;
mod retention;
mod schema;
mod secret_usage;
mod snapshot;
mod store;
mod stored_setting;
mod upkeep;
mod writer;

pub use integrity::integrity;
pub use open::{OpenError, readable};
pub use snapshot::{SnapshotError, snapshot};
pub use store::SqliteStore;
pub use stored_setting::stored_setting;
