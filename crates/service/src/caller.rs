//! Who calls, as proven by a live token, and from where.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{Principal, TokenHash};
use keyward_store::AuditRecord;

use crate::Service;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, seen through the proxies we trust.
    pub address: Option<IpAddr>,
}

/// A caller whose token is live. Having one is the proof of login: the use cases are its methods.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) service: Arc<Service>,
    pub(crate) principal: Principal,
    pub(crate) token: TokenHash,
    pub(crate) origin: Origin,
    pub(crate) remaining: Duration,
    pub(crate) password_is_fresh: bool,
}

impl Caller {
    /// The caller as of this request: roles and namespace follow from today's records, not from the login.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// An audit record of what this caller does at `now`.
    pub(crate) fn audit(&self, now: Timestamp, action: &'static str) -> AuditRecord {
        AuditRecord::new(now, self.principal.name.clone(), action).from_address(self.origin.address)
    }

    /// The moment.
    pub fn now(&self) -> Timestamp {
        self.service.clock.now()
    }
}
