//! A request that was verified and authorised.

use keyward_policy::{Access, Allowed};
use keyward_s3_wire::Operation;
use keyward_signature::{Clean, Payload};

use crate::{CommitCheck, RequestBody};

/// All that a backend is given. What it acts on is what was granted: operation and resource come out of the
/// permission, not out of the head.
#[derive(Debug)]
pub struct Checked {
    head: Clean,
    allowed: Allowed,
    payload: Payload<RequestBody>,
    commit_check: CommitCheck,
    room: Option<u64>,
}

impl Checked {
    /// Puts together what the front has proven. `commit_check` is to be asked before each commit.
    pub fn new(head: Clean, allowed: Allowed, payload: Payload<RequestBody>, commit_check: CommitCheck) -> Self {
        Self { head, allowed, payload, commit_check, room: None }
    }

    /// What is to be asked before each commit: the key that signed may have been revoked while the body arrived.
    pub fn commit_check(&self) -> &CommitCheck {
        &self.commit_check
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.allowed.access().operation
    }

    /// Who may do what on what.
    pub fn access(&self) -> &Access {
        self.allowed.access()
    }

    /// The head, without anything that served authentication.
    pub fn head(&self) -> &Clean {
        &self.head
    }

    /// The same for a bucket in which so many bytes may still be stored.
    #[must_use]
    pub fn with_room(self, room: Option<u64>) -> Self {
        Self { room, ..self }
    }

    /// How many bytes may still be stored where this one stores; `None` where no quota is set. What a backend stores
    /// beyond it is refused with `QuotaExceeded`.
    pub fn room(&self) -> Option<u64> {
        self.room
    }

    /// Takes the request apart; the payload has not been read.
    pub fn into_parts(self) -> (Clean, Allowed, Payload<RequestBody>) {
        (self.head, self.allowed, self.payload)
    }
}
