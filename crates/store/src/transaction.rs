//! Transactions: the only way in which the store changes, and all of it or nothing.
//!
//! A transaction cannot be made without the audit record that goes with it. Committed, it is one revision, one audit
//! entry and, when it touched what others may hold in memory, one change of the feed.

use keyward_identity::{TokenHash, TokenRecord, TokenRules, UserRef};

use crate::{AuditRecord, Contents, Record, RecordKey, Revision, Scope};

/// What a writer had read when it decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There was no such record; else [`CommitError::AlreadyExists`](crate::CommitError::AlreadyExists).
    Absent,
    /// The record was last written by this transaction; else
    /// [`CommitError::Conflict`](crate::CommitError::Conflict), also when it is gone.
    Revision(Revision),
}

/// One step of a transaction. Steps are taken in order, and each sees what the steps before it did.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Stores a record whole. A user or bucket needs its namespace to exist, else
    /// [`CommitError::Missing`](crate::CommitError::Missing). A bucket put with [`Expect::Absent`] is given the next
    /// bucket id, whatever id it carries; one that exists keeps the id it has.
    Put {
        /// The record.
        record: Box<Record>,
        /// What the writer had read.
        expect: Expect,
    },
    /// Removes a record as it was read. A namespace with users or buckets is refused with
    /// [`CommitError::NotEmpty`](crate::CommitError::NotEmpty).
    Delete {
        /// Which record.
        key: RecordKey,
        /// What the writer had read.
        revision: Revision,
    },
    /// Changes nothing: a record has to exist, else [`CommitError::Missing`](crate::CommitError::Missing).
    Require(RecordKey),
    /// Changes nothing: this very object user has to exist, and not another of the name, else
    /// [`CommitError::Missing`](crate::CommitError::Missing).
    RequireUser {
        /// Within what its id is unique.
        scope: Scope,
        /// The user.
        user: UserRef,
    },
    /// Changes nothing: a record that the decision depended on has to be as it was read.
    RequireAt {
        /// Which record.
        key: RecordKey,
        /// What the writer had read.
        expect: Expect,
    },
    /// Changes nothing: something has to be empty, else [`CommitError::NotEmpty`](crate::CommitError::NotEmpty).
    RequireEmpty(Contents),
    /// Stores a new token. Tokens of the same owner that `rules` call dead at the new token's `created_at` are
    /// removed; if `rules.per_user` live ones remain, [`CommitError::TokenLimit`](crate::CommitError::TokenLimit).
    IssueToken {
        /// The token.
        token: Box<TokenRecord>,
        /// Which tokens are live, and how many may be.
        rules: TokenRules,
    },
    /// Ends one token; one that is not there is fine.
    DeleteToken(TokenHash),
    /// Ends every token of an owner, as [`SessionIdentity::name`](keyward_identity::SessionIdentity::name) gives it.
    DeleteTokensOf(String),
}

impl Write {
    /// [`Write::Put`] of any kind of record.
    pub fn put(record: impl Into<Record>, expect: Expect) -> Self {
        Write::Put { record: Box::new(record.into()), expect }
    }

    /// [`Write::Put`] of a record that is new.
    pub fn create(record: impl Into<Record>) -> Self {
        Self::put(record, Expect::Absent)
    }

    /// [`Write::Put`] of a record that was read at `revision`.
    pub fn update(record: impl Into<Record>, revision: Revision) -> Self {
        Self::put(record, Expect::Revision(revision))
    }

    /// [`Write::IssueToken`].
    pub fn issue_token(token: TokenRecord, rules: TokenRules) -> Self {
        Write::IssueToken { token: Box::new(token), rules }
    }
}

/// Writes that become true together, with the audit record that tells of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    writes: Vec<Write>,
    audit: AuditRecord,
}

impl Transaction {
    /// A transaction that so far only records `audit`; committed like this it notes something that changed nothing,
    /// such as a refused login.
    pub fn new(audit: AuditRecord) -> Self {
        Self { writes: Vec::new(), audit }
    }

    /// The same with one more step.
    #[must_use]
    pub fn write(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }

    /// The same with more steps.
    #[must_use]
    pub fn writes(mut self, writes: impl IntoIterator<Item = Write>) -> Self {
        self.writes.extend(writes);
        self
    }

    /// The steps, in order, and the audit record: for backends.
    pub fn into_parts(self) -> (Vec<Write>, AuditRecord) {
        (self.writes, self.audit)
    }
}

/// What became of a transaction. It is durable: neither `kill -9` nor a power cut takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The transaction's revision, which every record that it wrote now has.
    pub revision: Revision,
    /// The ids given to the buckets that it created, in order.
    pub bucket_ids: Vec<u64>,
}
