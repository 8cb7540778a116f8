//! The audit trail: reading it, having its chain checked, and writing what was only counted so far.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{NamespaceName, Reach};
use keyward_store::{AuditEntry, AuditQuery, AuditRecord, ChainError, ChainReport, Page, PageRequest, Transaction};

use crate::failed_logins::FailedLogin;
use crate::{Caller, Service, ServiceError, Subject};

/// Who acts when nobody asked: the server itself.
const OWN_NAME: &str = "keyward";

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// What a check of the audit trail found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Every record is as it was written.
    Intact(ChainReport),
    /// It is not, or cannot be told; never [`ChainError::Store`].
    Doubtful(ChainError),
}

impl Caller {
    /// A page of the audit trail, ordered by time: of the namespace named, else of all that the caller may see. An
    /// administrator of a namespace sees what happened in it since it was made, not in an earlier one of that name.
    pub async fn audit_entries(
        &self,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
        namespace: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<AuditEntry>, ServiceError> {
        let named = namespace.map(|name| self.named_namespace(name)).transpose()?;
        let query = match self.principal.may_read_audit()? {
            // A namespace that is gone has left its records.
            Reach::Everything => AuditQuery { from, until, namespace: named },
            Reach::Only(own) => {
                let namespace = self.one_of(own, named)?;
                let made = self.service.store.namespace(&namespace).await?;
                let made = made.ok_or_else(|| ServiceError::not_found(Subject::Namespace, namespace.as_str()))?;
                let from = from.max(Some(made.value.created_at));
                AuditQuery { from, until, namespace: Some(namespace) }
            }
        };
        Ok(self.service.store.audit_entries(&query, &page).await?)
    }

    /// Checks every record of the audit trail against its chain. Reads all of it.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, ServiceError> {
        self.principal.may_verify_audit()?;
        match self.service.store.verify_chain().await {
            Ok(report) => Ok(AuditVerdict::Intact(report)),
            Err(ChainError::Store(cause)) => Err(cause.into()),
            Err(found) => {
                tracing::error!(%found, "the audit trail did not pass its check");
                Ok(AuditVerdict::Doubtful(found))
            }
        }
    }

    fn one_of(&self, own: &[NamespaceName], named: Option<NamespaceName>) -> Result<NamespaceName, ServiceError> {
        match (named, own) {
            (Some(named), _) if own.contains(&named) => Ok(named),
            (Some(_), _) => Err(self.principal.forbidden().into()),
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(ServiceError::Missing { field: "namespace" }),
        }
    }
}

impl Service {
    /// Audits a login that failed: at once the first of its kind in a minute, counted otherwise.
    pub(crate) async fn note_failed_login(self: &Arc<Self>, failure: FailedLogin<'_>) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let FailedLogin { name, from, outcome, reason, .. } = failure;
        if !self.failed_logins.is_first(now, &failure) {
            tracing::debug!(user = name, ?from, outcome = outcome.as_str(), reason, "login failed once more");
            return Ok(());
        }
        tracing::info!(user = name, ?from, outcome = outcome.as_str(), reason, "login failed");
        let written = self.commit(Transaction::new(failure.record(now))).await;
        if written.is_err() {
            self.failed_logins.count(now, &failure);
        }
        written?;
        Ok(())
    }

    /// Removes the audit records that are older than `kept`, and says so in the audit trail; answers how many. The
    /// chain goes on: a checkpoint stands for what was removed.
    ///
    /// # Errors
    /// When the store does not answer, or finds that the records to be removed are not as they were written.
    pub async fn remove_old_audit_records(self: &Arc<Self>, kept: Duration) -> Result<u64, ServiceError> {
        let now = self.clock.now();
        let before = now.minus(kept);
        let mut removed = 0;
        loop {
            match self.store.trim_audit(before).await? {
                0 => break,
                more => removed += more,
            }
        }
        if removed > 0 {
            let record = AuditRecord::new(now, OWN_NAME, "audit.trim")
                .detail("kept_days", (kept.as_secs() / SECONDS_OF_A_DAY).to_string())
                .detail("records", removed.to_string());
            self.commit(Transaction::new(record)).await?;
        }
        Ok(removed)
    }

    /// Writes the counts of failed logins of the minutes that are over. To be called when one is.
    ///
    /// # Errors
    /// When the store does not answer; what is not written waits for the next call.
    pub async fn write_failed_logins(self: &Arc<Self>) -> Result<(), ServiceError> {
        let now = self.clock.now();
        // One at a time: whoever stops waiting loses none of those that were not begun.
        while let Some(tally) = self.failed_logins.take_over(now) {
            if let Err(cause) = self.commit(Transaction::new(tally.record(now))).await {
                self.failed_logins.put_back(tally);
                return Err(cause.into());
            }
        }
        Ok(())
    }

    /// Writes all counts of failed logins, that of this minute as well: before the process ends.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn write_last_failed_logins(self: &Arc<Self>) -> Result<(), ServiceError> {
        self.failed_logins.end_minute();
        self.write_failed_logins().await
    }
}
