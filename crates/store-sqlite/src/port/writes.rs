//! The writing half of the port, handed to the writer.

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_identity::TokenRules;
use keyward_store::{Commit, CommitError, Committed, StoreError, Transaction, Upkeep};

use crate::store::SqliteStore;
use crate::upkeep::Task;

#[async_trait]
impl Commit for SqliteStore {
    async fn commit(&self, transaction: Transaction) -> Result<Committed, CommitError> {
        self.writer.commit(transaction).await
    }
}

#[async_trait]
impl Upkeep for SqliteStore {
    async fn sweep_tokens(&self, now: Timestamp, rules: &TokenRules) -> Result<u64, StoreError> {
        self.writer.upkeep(Task::SweepTokens { now, rules: *rules }).await
    }

    async fn trim_changes(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.writer.upkeep(Task::TrimChanges { before }).await
    }

    async fn try_write(&self) -> Result<u64, StoreError> {
        self.writer.upkeep(Task::TryWrite).await
    }

    async fn wipe_overwritten(&self) -> Result<u64, StoreError> {
        self.writer.wipe_overwritten().await
    }

    async fn trim_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.writer.upkeep(Task::TrimAudit { before }).await
    }
}
