//! The change feed: what others may hold in memory and must now read again.

use serde::{Deserialize, Serialize};

use crate::{RecordKey, Revision};

/// What one transaction changed. Every transaction that changed something is one `Change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The transaction.
    pub revision: Revision,
    /// What it changed, each thing once, in the order in which it was written.
    pub changed: Vec<Changed>,
}

/// One thing that a transaction changed, created or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// A record.
    Record(RecordKey),
    /// Tokens of this owner ended. Issuing one is not told: nobody can hold the absence of a token not yet made.
    TokensOf(String),
}

impl From<RecordKey> for Changed {
    fn from(key: RecordKey) -> Self {
        Changed::Record(key)
    }
}

/// What [`ChangeFeed::changes`](crate::ChangeFeed::changes) answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// The changes after the revision asked about, in order; empty when there is nothing new.
    Entries(Vec<Change>),
    /// The feed no longer reaches back that far: forget everything held and go on from `latest`.
    Trimmed {
        /// The newest revision at the time of the answer.
        latest: Revision,
    },
}
