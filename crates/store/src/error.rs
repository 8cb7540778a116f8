//! What goes wrong when the store is asked or told something.

use keyward_identity::{NamespaceName, UserRef};
use thiserror::Error;

use crate::{RecordKey, Revision};

/// The store could not answer. Never a statement about the records themselves.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// It could not be found out: the store is down, full, closed or too slow. The remedy is to try again; on the
    /// wire this is 503, never a refusal.
    #[error("the identity store could not {attempted}: {cause}")]
    Unavailable {
        /// What was attempted, as a clause: "read a namespace".
        attempted: &'static str,
        /// What the backend said, free of record contents.
        cause: String,
    },
    /// A stored row does not read back as what was written. Needs an operator.
    #[error("row {row} of {table} in the identity store is damaged: {damage}")]
    Corrupt {
        /// The table as the backend calls it.
        table: &'static str,
        /// The key of the row.
        row: String,
        /// What is wrong with it, free of record contents.
        damage: String,
    },
}

/// Why a transaction was not committed. Nothing of it was applied, except as [`StoreError::Unavailable`] warns.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitError {
    /// A record that was to be new is there already.
    #[error("{0} exists already")]
    AlreadyExists(RecordKey),
    /// A record that had to be there is not.
    #[error("{0} does not exist")]
    Missing(RecordKey),
    /// A record was changed or deleted since it was read: read again, decide again.
    #[error("{key} is no longer what was read at revision {expected}")]
    Conflict {
        /// The record.
        key: RecordKey,
        /// The revision that the writer had read.
        expected: Revision,
    },
    /// Something that had to be empty is not.
    #[error("{0}")]
    NotEmpty(Contents),
    /// The owner holds as many live tokens as the rules allow.
    #[error("{owner} already holds {limit} live tokens, which is the limit")]
    TokenLimit {
        /// Whose tokens.
        owner: String,
        /// How many may be live at a time.
        limit: usize,
    },
    /// The store could not answer. When it is unavailable, *whether the transaction took effect is unknown*.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Whether it could not be found out, as opposed to a verdict on the transaction.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, CommitError::Store(StoreError::Unavailable { .. }))
    }
}

/// What a transaction may require to be empty ([`Write::RequireEmpty`](crate::Write::RequireEmpty)), and what is
/// reported when it is not.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Contents {
    /// The object users and buckets of a namespace. Deleting a namespace always requires this.
    #[error("namespace {0} still has object users or buckets")]
    OfNamespace(NamespaceName),
    /// All object users of the system: the user scope can be chosen only before the first one.
    #[error("there are object users already")]
    AllObjectUsers,
    /// The buckets that one user owns, for whoever must not leave buckets without an owner.
    #[error("object user {} still owns buckets in namespace {}", .0.id, .0.namespace)]
    OwnedBuckets(UserRef),
}
