//! Audit records: who did what to whom, from where, and how it ended.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use keyward_ambient::Timestamp;
use keyward_identity::NamespaceName;
use serde::{Deserialize, Serialize};

use crate::Revision;

/// One line of the audit log as a service writes it. No field ever holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When it happened.
    pub at: Timestamp,
    /// The name of the principal who acted, as far as known: for a refused login, the name that was tried.
    pub actor: String,
    /// The address the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// What was done: an object and a verb, as `key.issue`, `user.delete`, `login`.
    pub action: Cow<'static, str>,
    /// The namespace it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<NamespaceName>,
    /// What it was done to: a user's id, a bucket's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// What else is worth knowing, by name: the id of a secret, the reason of a refusal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
}

/// How an audited act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It could not be found out whether to do it, because something it depends on did not answer.
    Unavailable,
}

impl AuditOutcome {
    /// The word that the log shows: `done`, `refused` or `unavailable`.
    pub const fn as_str(self) -> &'static str {
        match self {
            AuditOutcome::Done => "done",
            AuditOutcome::Refused => "refused",
            AuditOutcome::Unavailable => "unavailable",
        }
    }
}

impl AuditRecord {
    /// `actor` did `action` at `at`; everything else is still open.
    pub fn new(at: Timestamp, actor: impl Into<String>, action: impl Into<Cow<'static, str>>) -> Self {
        Self {
            at,
            actor: actor.into(),
            from: None,
            action: action.into(),
            namespace: None,
            target: String::new(),
            outcome: AuditOutcome::Done,
            details: BTreeMap::new(),
        }
    }

    /// The same, from this address.
    #[must_use]
    pub fn from_address(mut self, from: Option<IpAddr>) -> Self {
        self.from = from;
        self
    }

    /// The same, in this namespace.
    #[must_use]
    pub fn in_namespace(mut self, namespace: NamespaceName) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// The same, done to `target`.
    #[must_use]
    pub fn on(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// The same, ended like this.
    #[must_use]
    pub fn ended(mut self, outcome: AuditOutcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The same with one more detail.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }
}

/// An audit record as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The transaction that wrote it; every transaction writes exactly one, so these numbers have no gaps.
    pub revision: Revision,
    /// The record.
    pub record: AuditRecord,
}

/// Which audit entries to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Only those of this namespace.
    pub namespace: Option<NamespaceName>,
}
