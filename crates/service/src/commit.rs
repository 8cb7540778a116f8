//! Committing a change so that no cache outlives it, and trying again when somebody else was faster.

use std::sync::Arc;

use keyward_credential_cache::{BucketKey, CredentialKey, UserChange};
use keyward_identity::ObjectUserId;
use keyward_store::{CommitError, Committed, Record, RecordKey, Scope, Transaction, Write};

use crate::governing::{LOGIN_SECURITY, USER_SCOPE};
use crate::known_callers::concerns_callers;
use crate::use_cases::secret_visibility;
use crate::{Service, ServiceError};

/// How often a use case reads and decides anew after losing a race, before it gives up with 503.
const ATTEMPTS: usize = 16;

impl Service {
    /// Commits, then makes the caches forget what was written, stops the writes in progress under secrets that the change
    /// ended, takes up what is kept in memory throughout, then answers: after the answer no such write is committed. Runs to its end even when the caller stops waiting: a client that hangs up must not leave a revoked key
    /// in a cache, or a deleted directory in the login chain.
    pub(crate) async fn commit(self: &Arc<Self>, transaction: Transaction) -> Result<Committed, CommitError> {
        let service = Arc::clone(self);
        let task = tokio::spawn(async move {
            let (writes, audit) = transaction.into_parts();
            let touched: Vec<RecordKey> = writes.iter().filter_map(touched_record).collect();
            let callers_change = writes.iter().any(concerns_callers);
            let (user_changes, decided_at) = (writes.iter().filter_map(user_change).collect::<Vec<_>>(), audit.at);
            let result = service.store.commit(Transaction::new(audit).writes(writes)).await;
            // Also after an error: when the store did not answer, the change may have been made.
            touched.iter().for_each(|key| service.forget(key));
            // What is certain not to have been made stops nothing.
            if matches!(result, Ok(_) | Err(CommitError::Store(_))) {
                for (owner, change) in &user_changes {
                    service.signed_writes.report(owner, change, decided_at, result.is_ok()).finished().await;
                }
            }
            if callers_change {
                service.known_callers.change();
            }
            service.take_up(&touched).await;
            result
        });
        match task.await {
            Ok(result) => result,
            Err(cause) => {
                tracing::error!(%cause, "a commit did not run to its end");
                Err(CommitError::Store(keyward_store::StoreError::Unavailable {
                    attempted: "commit a change",
                    cause: "the commit was interrupted".to_owned(),
                }))
            }
        }
    }

    /// Waits until the writes are over that earlier changes of this user stopped: for a call that answers that the change is
    /// made already.
    pub(crate) async fn stopped_writes(&self, scope: &Scope, user: &ObjectUserId) {
        self.signed_writes.stopping(&credential_key(scope, user)).finished().await;
    }

    /// Drops what is cached of a record.
    pub(crate) fn forget(&self, key: &RecordKey) {
        match key {
            RecordKey::User { scope, id } => self.credentials.forget(&credential_key(scope, id)),
            RecordKey::Bucket { namespace, name } => {
                self.bucket_names.forget(name);
                self.buckets.forget(&BucketKey { namespace: namespace.clone(), name: name.clone() });
            }
            _ => {}
        }
    }

    /// Brings up to date what is kept in memory throughout, as far as it follows from these records.
    async fn take_up(&self, touched: &[RecordKey]) {
        let any = |of_kind: fn(&RecordKey) -> bool| touched.iter().any(of_kind);
        if any(|key| matches!(key, RecordKey::Provider(_) | RecordKey::Namespace(_)))
            && let Err(cause) = self.reload_providers().await
        {
            tracing::error!(%cause, "the login providers could not be read anew; the next login tries again");
        }
        if any(|key| matches!(key, RecordKey::Namespace(_)))
            && let Err(cause) = self.reload_sigv2().await
        {
            tracing::error!(%cause, "what namespaces say of signatures could not be read anew; the next change tries again");
        }
        if any(|key| matches!(key, RecordKey::Setting(name) if [LOGIN_SECURITY, USER_SCOPE].contains(&name.as_str())))
            && let Err(cause) = self.reload_governing().await
        {
            tracing::error!(%cause, "the settings could not be read anew; the next change of one tries again");
        }
        if any(|key| matches!(key, RecordKey::BaseUrl(_)))
            && let Err(cause) = self.reload_base_urls().await
        {
            tracing::error!(%cause, "the base URLs could not be read anew; the next change of one tries again");
        }
        if any(secret_visibility::is_choice)
            && let Err(cause) = self.reload_secret_visibility().await
        {
            tracing::error!(%cause, "whether secret keys are hidden could not be read anew; the next change tries again");
        }
    }

    /// Runs `attempt` (read, decide, commit) until it is not overtaken by another change.
    pub(crate) async fn until_settled<T, A>(&self, mut attempt: impl FnMut() -> A) -> Result<T, ServiceError>
    where
        A: Future<Output = Result<Settled<T>, ServiceError>>,
    {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match attempt().await? {
                Settled::Done(value) => return Ok(value),
                Settled::Overtaken(error) => last = Some(error),
            }
        }
        Err(last.map_or(ServiceError::Internal, ServiceError::from))
    }
}

/// Runs `work` to its end even when the caller stops waiting.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::spawn(work).await.unwrap_or_else(|cause| {
        tracing::error!(%cause, "a change did not run to its end");
        Err(ServiceError::Internal)
    })
}

/// How an attempt to change something ended.
pub(crate) enum Settled<T> {
    /// The change was made, or there was nothing to change.
    Done(T),
    /// Somebody else changed what was read: read and decide again.
    Overtaken(CommitError),
}

impl<T> Settled<T> {
    /// The same with another view of the outcome.
    pub(crate) fn map<U>(self, view: impl FnOnce(T) -> U) -> Settled<U> {
        match self {
            Settled::Done(value) => Settled::Done(view(value)),
            Settled::Overtaken(error) => Settled::Overtaken(error),
        }
    }

    /// Sorts the result of a commit: a lost race is worth another attempt, anything else is not.
    pub(crate) fn after(result: Result<Committed, CommitError>, value: T) -> Result<Self, ServiceError> {
        match result {
            Ok(_) => Ok(Settled::Done(value)),
            Err(error @ (CommitError::Conflict { .. } | CommitError::AlreadyExists(_) | CommitError::Missing(_))) => {
                Ok(Settled::Overtaken(error))
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn credential_key(scope: &Scope, user: &ObjectUserId) -> CredentialKey {
    let scope = match scope {
        Scope::Global => None,
        Scope::Namespace(namespace) => Some(namespace.clone()),
    };
    CredentialKey { scope, access_key_id: user.clone() }
}

/// What the write makes of an object user, as far as it is one.
fn user_change(write: &Write) -> Option<(CredentialKey, UserChange)> {
    match write {
        Write::Put { record, .. } => match &**record {
            Record::User { scope, record } => {
                let secrets = record.ring.secrets.iter().map(|secret| (secret.id, secret.expires_at)).collect();
                let change = UserChange::Stored { locked: record.user.locked, secrets };
                Some((credential_key(scope, &record.user.id), change))
            }
            _ => None,
        },
        Write::Delete { key: RecordKey::User { scope, id }, .. } => {
            Some((credential_key(scope, id), UserChange::Deleted))
        }
        _ => None,
    }
}

fn touched_record(write: &Write) -> Option<RecordKey> {
    match write {
        Write::Put { record, .. } => Some(record.key()),
        Write::Delete { key, .. } => Some(key.clone()),
        _ => None,
    }
}
