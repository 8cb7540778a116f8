//! What the caller's own keys depend on beside the object user: that the account of ours, or the person in the directory,
//! is still there.

use keyward_identity::{LOCAL_PROVIDER, ManagementUser, ManagementUserId, ObjectUserId, Person, SessionIdentity};
use keyward_login::{Presence, Refusal};
use keyward_store::{Expect, RecordKey, Revised, Transaction, Write};

use std::sync::atomic::Ordering;

use crate::{Caller, ServiceError};

/// The caller's record with us, as just read.
pub(super) enum OwnRecord {
    ManagementUser(Revised<ManagementUser>),
    Person(Revised<Person>),
    /// The person is known to another directory alone.
    Elsewhere,
}

impl OwnRecord {
    /// The condition that it is still as it was read: keys are not made for somebody who is removed meanwhile.
    pub(super) fn condition(&self) -> Option<Write> {
        let (key, revision) = match self {
            OwnRecord::ManagementUser(found) => (RecordKey::ManagementUser(found.value.id.clone()), found.revision),
            OwnRecord::Person(found) => (RecordKey::Person(found.value.name.clone()), found.revision),
            OwnRecord::Elsewhere => return None,
        };
        Some(Write::RequireAt { key, expect: Expect::Revision(revision) })
    }

    pub(super) fn management_user(&self) -> Option<&ManagementUser> {
        match self {
            OwnRecord::ManagementUser(found) => Some(&found.value),
            _ => None,
        }
    }
}

impl Caller {
    /// The caller's record with us.
    ///
    /// # Errors
    /// [`ServiceError::InvalidToken`] when it was removed since the caller was identified.
    pub(super) async fn own_record(&self) -> Result<OwnRecord, ServiceError> {
        match &self.principal.identity {
            SessionIdentity::Management(id) => self.own_management_user(id).await,
            SessionIdentity::Directory(user) if user.provider == LOCAL_PROVIDER => {
                let name = ObjectUserId::parse(&user.name).map_err(|_| ServiceError::InvalidToken)?;
                let found = self.service.store.person(&name).await?;
                let found = found.filter(|found| Some(&found.value.unique_id) == user.unique_id.as_ref());
                found.map(OwnRecord::Person).ok_or(ServiceError::InvalidToken)
            }
            SessionIdentity::Directory(_) => Ok(OwnRecord::Elsewhere),
        }
    }

    async fn own_management_user(&self, id: &ManagementUserId) -> Result<OwnRecord, ServiceError> {
        let found = self.service.store.management_user(id).await?.filter(|found| !found.value.locked);
        found.map(OwnRecord::ManagementUser).ok_or(ServiceError::InvalidToken)
    }

    /// Asks the caller's directory whether they could still log in, as far as it can tell without the password. To be
    /// asked before a key is made or made to last longer: a session lives for hours.
    ///
    /// # Errors
    /// [`ServiceError::NoLongerAdmitted`] when the person is gone or disabled there: their sessions end.
    /// [`ServiceError::Unavailable`] when the directory does not answer.
    pub(super) async fn require_presence(&self) -> Result<(), ServiceError> {
        let SessionIdentity::Directory(user) = &self.principal.identity else { return Ok(()) };
        if self.service.chain_is_stale.load(Ordering::SeqCst) {
            self.service.reload_providers().await?;
        }
        let refusal = match self.service.chain.look_up(user).await {
            Presence::Present => return Ok(()),
            Presence::Refused(refusal) => refusal,
            // Whoever disabled or deleted the directory meant its people.
            Presence::NotAskedFor if !self.service.still_vouched_for(&self.principal.identity).await? => {
                Refusal::Disabled
            }
            Presence::NotAskedFor => {
                tracing::error!(
                    provider = user.provider,
                    "a directory that cannot be used has to be asked for a person"
                );
                return Err(ServiceError::Unavailable { what: "the directory of this user" });
            }
            Presence::Unavailable(cause) => {
                tracing::error!(provider = %cause.provider, cause = %cause.cause, "a directory could not be asked");
                return Err(ServiceError::Unavailable { what: "the directory of this user" });
            }
        };
        self.end_sessions_of_absent(refusal).await;
        Err(ServiceError::NoLongerAdmitted { user: user.name.clone() })
    }

    /// Ends all tokens of the caller. Where that fails, the next attempt to make a key ends them.
    async fn end_sessions_of_absent(&self, refusal: Refusal) {
        let name = self.principal.name.clone();
        let audit = self.audit(self.now(), "logout").on(name.clone());
        let audit = audit.detail("tokens", "all").detail("reason", refusal.as_str());
        let audit = self.principal.namespace.iter().cloned().fold(audit, |audit, home| audit.in_namespace(home));
        if let Err(cause) = self.service.commit(Transaction::new(audit).write(Write::DeleteTokensOf(name))).await {
            tracing::error!(%cause, "the sessions of a person who left the directory could not be ended");
        }
    }
}
