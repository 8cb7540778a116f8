//! After a change of the master key: sealing everything anew under the current one, so that the earlier can go.
//!
//! Runs beside everything else and again after each start while earlier keys are given. What is sealed already is
//! passed over, so a round that a crash cut short is taken up by the next. The current key is recorded as the data's
//! only after a whole round found nothing to do.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_objects_local::LocalObjects;
use keyward_objects_local::engine::EngineError;
use keyward_sealing::MasterKeys;
use keyward_store::{
    AuditRecord, CommitError, Expect, ObjectUserFilter, PageRequest, Record, SealError, Sealer, Setting, Store,
    StoreError, Transaction, UserRecord, Write,
};

use crate::audit_keys;
use crate::master_key::FINGERPRINT;
use crate::user_scope::user_scope;

/// How many key rings are sealed anew in one transaction.
const RINGS: u32 = 100;

/// How long to wait before a round that failed is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// What sealing anew takes.
#[derive(Clone)]
pub(crate) struct Rewrap {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) objects: Arc<LocalObjects>,
    pub(crate) keys: MasterKeys,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Round {
    resealed: u64,
    failed: u64,
}

#[derive(Debug, thiserror::Error)]
enum RewrapError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Objects(#[from] EngineError),
}

impl Rewrap {
    /// Seals anew until nothing is sealed under an earlier key. Ends at once when none is given.
    pub(crate) async fn run(self) {
        let earlier = self.keys.earlier();
        if earlier.is_empty() {
            return;
        }
        let mut total = 0;
        loop {
            match self.round().await {
                Ok(Round { resealed: 0, failed: 0 }) => match self.record(total).await {
                    Ok(()) => {
                        let current = self.keys.fingerprint();
                        tracing::info!(%current, ?earlier, total, "nothing is sealed under an earlier master key any more");
                        return;
                    }
                    Err(error) => tracing::warn!(%error, "the change of the master key could not be recorded"),
                },
                Ok(Round { resealed, failed: 0 }) => {
                    total += resealed;
                    continue;
                }
                Ok(round) => {
                    total += round.resealed;
                    tracing::warn!(?round, "some secrets could not be sealed anew; keep every master key");
                }
                Err(error) => tracing::warn!(%error, "sealing anew under the current master key was cut short"),
            }
            self.clock.sleep(AGAIN).await;
        }
    }

    async fn round(&self) -> Result<Round, RewrapError> {
        let mut round = Round::default();
        self.audit_keys(&mut round).await?;
        self.providers(&mut round).await?;
        self.rings(&mut round).await?;
        let objects = self.objects.rewrap_keys().await?;
        if let Some(why) = &objects.why {
            tracing::warn!(failed = objects.failed, why, "keys of objects could not be sealed anew");
        }
        Ok(Round { resealed: round.resealed + objects.resealed, failed: round.failed + objects.failed })
    }

    fn audit(&self, count: u64) -> AuditRecord {
        AuditRecord::new(self.clock.now(), "keyward", "master_key.rewrap")
            .detail("fingerprint", self.keys.fingerprint().to_string())
            .detail("secrets", count.to_string())
    }

    /// Commits; `false` when somebody changed a record meanwhile.
    async fn commit(&self, transaction: Transaction) -> Result<bool, RewrapError> {
        match self.store.commit(transaction).await {
            Ok(_) => Ok(true),
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "a record was changed while it was sealed anew");
                Ok(false)
            }
        }
    }

    async fn audit_keys(&self, round: &mut Round) -> Result<(), RewrapError> {
        let found = self.store.setting(audit_keys::EARLIER).await?;
        let before = found.as_ref().map(|found| &found.value.value);
        let Some(value) = audit_keys::resealed(before, &self.keys, &*self.sealer)? else { return Ok(()) };
        let expect = found.as_ref().map_or(Expect::Absent, |found| Expect::Revision(found.revision));
        let setting = Setting { name: audit_keys::EARLIER.to_owned(), value };
        let write = Write::put(Record::Setting(setting), expect);
        self.commit(Transaction::new(self.audit(1)).write(write)).await?;
        round.resealed += 1;
        Ok(())
    }

    async fn providers(&self, round: &mut Round) -> Result<(), RewrapError> {
        for found in self.store.providers().await? {
            match found.value.rewrap(&*self.sealer) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    let write = Write::update(record, found.revision);
                    self.commit(Transaction::new(self.audit(1)).write(write)).await?;
                    round.resealed += 1;
                }
                Err(error) => {
                    tracing::warn!(provider = found.value.provider.name, %error, "a password could not be sealed anew");
                    round.failed += 1;
                }
            }
        }
        Ok(())
    }

    async fn rings(&self, round: &mut Round) -> Result<(), RewrapError> {
        let scope = user_scope(&*self.store).await?;
        let mut request = PageRequest::first(RINGS);
        loop {
            let page = self.store.object_users(&ObjectUserFilter::default(), &request).await?;
            let mut writes = Vec::new();
            for found in page.items {
                match found.value.ring.rewrap(&*self.sealer) {
                    Ok(None) => {}
                    Ok(Some(ring)) => {
                        let scope = scope.of(&found.value.user.namespace);
                        let record = UserRecord { ring, ..found.value };
                        writes.push(Write::update((scope, record), found.revision));
                    }
                    Err(error) => {
                        tracing::warn!(user = %found.value.user.id, %error, "a key ring could not be sealed anew");
                        round.failed += 1;
                    }
                }
            }
            if !writes.is_empty() {
                let count = writes.len() as u64;
                // Whatever was not committed is come upon in the next round, which there is since this one did something.
                self.commit(Transaction::new(self.audit(count)).writes(writes)).await?;
                round.resealed += count;
            }
            match page.next {
                Some(next) => request = PageRequest::after(next, RINGS),
                None => return Ok(()),
            }
        }
    }

    /// Records that the data is the current key's.
    async fn record(&self, total: u64) -> Result<(), RewrapError> {
        let current = self.keys.fingerprint().to_string();
        let Some(found) = self.store.setting(FINGERPRINT).await? else { return Ok(()) };
        let before = found.value.value.as_str().unwrap_or_default().to_owned();
        if before == current {
            return Ok(());
        }
        let audit = AuditRecord::new(self.clock.now(), "keyward", "master_key.change")
            .detail("before", before)
            .detail("fingerprint", current.clone())
            .detail("secrets", total.to_string());
        let setting = Setting { name: FINGERPRINT.to_owned(), value: current.into() };
        let write = Write::update(Record::Setting(setting), found.revision);
        self.store.commit(Transaction::new(audit).write(write)).await?;
        Ok(())
    }
}
