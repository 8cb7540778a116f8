//! Erasing secrets that have ended by themselves: a secret whose end has passed verifies nothing, and is not to lie about.
//!
//! A secret that is revoked leaves the key ring with its revocation. One whose grace ends stays there until the ring
//! changes for another reason, or until it is erased here.

use std::sync::Arc;

use keyward_store::{
    AuditRecord, CommitError, Marker, ObjectUserFilter, PageRequest, Record, Revised, SealedSecret, Transaction,
    UserRecord, Write,
};

use crate::{KeyTime, Service, ServiceError};

/// How many users are looked at in one step.
const PAGE: u32 = 500;

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// How many secrets were erased.
    pub secrets: usize,
    /// Where the next step goes on; `None` when all users were looked at.
    pub next: Option<Marker>,
}

impl Service {
    /// Erases the secrets of some users that have ended by now, beginning after `after`. Each user is a transaction of its
    /// own, with an audit record that names the secrets and when they ended, so that no step holds up others for long.
    ///
    /// # Errors
    /// When the store does not answer; what was erased until then is erased.
    pub async fn erase_ended_secrets(self: &Arc<Self>, after: Option<Marker>) -> Result<Erased, ServiceError> {
        let mut request = PageRequest::first(PAGE);
        request.after = after;
        let page = self.store.object_users(&ObjectUserFilter::default(), &request).await?;
        let mut secrets = 0;
        for found in page.items {
            secrets += self.erase_of(found).await?;
        }
        Ok(Erased { secrets, next: page.next })
    }

    async fn erase_of(self: &Arc<Self>, found: Revised<UserRecord>) -> Result<usize, ServiceError> {
        let now = self.clock.now();
        let Some((ring, ended)) = found.value.ring.without_ended(now) else { return Ok(0) };
        let user = found.value.user;
        let audit = AuditRecord::new(now, "keyward", "key.expire")
            .in_namespace(user.namespace.clone())
            .on(user.id.as_str())
            .detail("secret_id", listed(&ended, |secret| secret.id.to_string()))
            .detail("ended_at", listed(&ended, |secret| KeyTime(secret.expires_at.unwrap_or(now)).to_string()));
        let scope = self.user_scope().of(&user.namespace);
        let write = Write::update(Record::User { scope, record: UserRecord { user, ring } }, found.revision);
        match self.commit(Transaction::new(audit).write(write)).await {
            Ok(_) => Ok(ended.len()),
            // The user was changed meanwhile, and whatever changes a ring drops what has ended; else the next pass does.
            Err(CommitError::Conflict { .. } | CommitError::Missing(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

fn listed(secrets: &[SealedSecret], one: impl Fn(&SealedSecret) -> String) -> String {
    secrets.iter().map(one).collect::<Vec<_>>().join(",")
}
