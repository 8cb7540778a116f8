//! The store port: what Keyward persists about identity, how it is read, and the one way in which it changes.
//!
//! Readers ask narrow traits, one an aggregate, and are answered [`Revised`] records. Writers build a [`Transaction`]
//! whose steps name the revisions they had read, and [`Commit`] it: all of it or nothing, with its audit record. What
//! changed is told in commit order by the [`ChangeFeed`]. Secrets reach the store sealed by a [`Sealer`].
//!
//! No type of a database is named here. With the feature `conformance` the crate also carries the suite that every
//! backend runs against itself.

mod audit_chain;
mod audit_checkpoint;
mod audit_record;
mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod page;
mod ports;
mod provider_record;
mod record;
mod revision;
mod scope;
mod sealed_key_ring;
mod sealer;
mod secret_usage;
mod transaction;
mod user_record;

pub use audit_chain::{AuditKeyId, AuditKeys, ChainError, ChainHead, ChainLink, ChainReport};
pub use audit_checkpoint::Checkpoint;
pub use audit_record::{AuditEntry, AuditOutcome, AuditQuery, AuditRecord};
pub use change::{Change, Changed, Changes};
pub use error::{CommitError, Contents, StoreError};
pub use page::{MAX_PAGE, Marker, Page, PageRequest, prefix_end};
pub use ports::{
    AuditLog, BaseUrls, BucketFilter, Buckets, ChangeFeed, Commit, ManagementUsers, Namespaces, ObjectUserFilter,
    ObjectUsers, People, Providers, SecretUsages, Settings, Store, Tokens, Upkeep,
};
pub use provider_record::ProviderRecord;
pub use record::{Record, RecordKey, Setting};
pub use revision::{Revised, Revision};
pub use scope::Scope;
pub use sealed_key_ring::{OpenRingError, SealedKeyRing, SealedSecret};
pub use sealer::{SealError, Sealed, Sealer, seal_context};
pub use secret_usage::{SecretUsage, SecretUses};
pub use transaction::{Committed, Expect, Transaction, Write};
pub use user_record::UserRecord;
