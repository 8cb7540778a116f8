//! Revisions: the one order in which all changes of a store happened.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a committed transaction: 1 for the first, one more for each, without gaps, in commit order.
///
/// A record's revision is that of the transaction that last wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(u64);

impl Revision {
    /// Before the first transaction.
    pub const ZERO: Revision = Revision(0);

    /// The revision with this number.
    pub const fn new(number: u64) -> Self {
        Revision(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The revision that the next transaction gets.
    #[must_use]
    pub const fn next(self) -> Self {
        Revision(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A record as it was read, with the revision that a conditional write of it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revised<T> {
    /// What was read.
    pub value: T,
    /// The transaction that last wrote it.
    pub revision: Revision,
}

impl<T> Revised<T> {
    /// `value` as written by transaction `revision`.
    pub const fn new(value: T, revision: Revision) -> Self {
        Self { value, revision }
    }

    /// The same revision with another view of the value.
    pub fn map<U>(self, view: impl FnOnce(T) -> U) -> Revised<U> {
        Revised { value: view(self.value), revision: self.revision }
    }
}
