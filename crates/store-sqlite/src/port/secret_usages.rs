//! Uses of secrets.

use async_trait::async_trait;
use keyward_identity::ObjectUserId;
use keyward_store::{Scope, SecretUsage, SecretUsages, SecretUses, StoreError};

use crate::secret_usage;
use crate::store::SqliteStore;
use crate::upkeep::Task;

/// The most uses that one task notes, so that no task holds up the commits behind it for long.
const AT_ONCE: usize = 1000;

#[async_trait]
impl SecretUsages for SqliteStore {
    async fn note_uses(&self, uses: &[SecretUses]) -> Result<(), StoreError> {
        for some in uses.chunks(AT_ONCE) {
            self.writer.upkeep(Task::NoteUses(some.to_vec())).await?;
        }
        Ok(())
    }

    async fn usages_of(&self, scope: &Scope, user: &ObjectUserId) -> Result<Vec<SecretUsage>, StoreError> {
        let (scope, user) = (scope.clone(), user.clone());
        self.readers.ask(move |connection| secret_usage::of_user(connection, &scope, &user)).await
    }
}
