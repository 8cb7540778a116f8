//! A request that was verified and authorised.

use keyward_policy::{Access, Allowed};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Operation, RequestHead};
use keyward_signature::{Clean, Payload};

use crate::{CommitCheck, Judged, RequestBody};

/// All that a backend is given. What it acts on is what was granted: operation, resource and the entries of a body that
/// was decided about come out of the permission, not out of the head.
#[derive(Debug)]
pub struct Checked {
    granted: Granted,
    payload: Payload<RequestBody>,
}

/// A request without its body.
#[derive(Debug)]
pub struct Granted {
    head: Clean,
    query: Query,
    allowed: Allowed,
    judged: Judged,
    base_url: Option<String>,
    room: Option<u64>,
    commit_check: CommitCheck,
}

impl Checked {
    /// Puts together what the front has proven; `query` is the query of `head`, parsed, and `commit_check` is to be asked
    /// before each commit.
    pub fn new(
        head: Clean,
        query: Query,
        allowed: Allowed,
        payload: Payload<RequestBody>,
        commit_check: CommitCheck,
    ) -> Self {
        let judged = Judged::default();
        let granted = Granted { head, query, allowed, judged, base_url: None, room: None, commit_check };
        Self { granted, payload }
    }

    /// What is to be asked before each commit.
    pub fn commit_check(&self) -> &CommitCheck {
        self.granted.commit_check()
    }

    /// The same for a bucket in which so many bytes may still be stored.
    #[must_use]
    pub fn with_room(mut self, room: Option<u64>) -> Self {
        self.granted.room = room;
        self
    }

    /// The same where the permission was decided by facts about objects.
    #[must_use]
    pub fn with_judged(mut self, judged: Judged) -> Self {
        self.granted.judged = judged;
        self
    }

    /// The same with scheme and host as the client addressed them, such as `https://s3.corp.example:9021`, where the
    /// answer names an object by its URL.
    #[must_use]
    pub fn with_base_url(mut self, base_url: Option<String>) -> Self {
        self.granted.base_url = base_url;
        self
    }

    /// All but the body.
    pub fn granted(&self) -> &Granted {
        &self.granted
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.granted.operation()
    }

    /// Who may do what on what.
    pub fn access(&self) -> &Access {
        self.granted.access()
    }

    /// The head, without anything that served authentication.
    pub fn head(&self) -> RequestHead<'_> {
        self.granted.head()
    }

    /// Takes the request apart; the payload has not been read.
    pub fn into_parts(self) -> (Granted, Payload<RequestBody>) {
        (self.granted, self.payload)
    }
}

impl Granted {
    /// The operation.
    pub fn operation(&self) -> Operation {
        self.allowed.access().operation
    }

    /// Who may do what on what.
    pub fn access(&self) -> &Access {
        self.allowed.access()
    }

    /// The permission.
    pub fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    /// The head, without anything that served authentication.
    pub fn head(&self) -> RequestHead<'_> {
        RequestHead::of(self.head.parts(), &self.query)
    }

    /// What the permission was decided by.
    pub fn judged(&self) -> &Judged {
        &self.judged
    }

    /// Scheme and host as the client addressed them; empty where the answer names no URL.
    pub fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or_default()
    }

    /// What is to be asked before each commit: the key that signed may have been revoked while the body arrived.
    pub fn commit_check(&self) -> &CommitCheck {
        &self.commit_check
    }

    /// How many bytes may still be stored where this one stores; `None` where no quota is set. What a backend stores
    /// beyond it is refused with `QuotaExceeded`.
    pub fn room(&self) -> Option<u64> {
        self.room
    }
}
