//! The half of the check that looks at identity: the database, the audit trail, everything that is sealed.

use std::collections::HashMap;
use std::path::Path;

use keyward_objects_local::engine::{BucketId, BucketState};
use keyward_sealing::{MasterKeys, Recorded};
use keyward_store::{
    AuditLog, BucketFilter, Buckets, ObjectUserFilter, ObjectUsers, PageRequest, Providers, Sealer, Settings,
    StoreError,
};
use keyward_store_sqlite::{SqliteStore, integrity};

use super::{Tell, is_open};
use crate::audit_keys::audit_keys;
use crate::belonging::OBJECT_STORE;
use crate::causes::in_one_line;
use crate::master_key::FINGERPRINT;
use crate::user_scope::user_scope;

/// What was found out on the way, for the rest of the check.
pub(super) struct Identity {
    /// None where the store cannot be opened.
    store: Option<SqliteStore>,
    /// What buckets are called, by their ids.
    pub(super) buckets: HashMap<u64, String>,
    pub(super) rings: u64,
    pub(super) audit_records: u64,
}

/// Checks the identity store in the file `path`.
pub(super) async fn check(path: &Path, keys: &MasterKeys, sealer: &dyn Sealer, tell: Tell<'_>) -> Identity {
    let mut identity = Identity { store: None, buckets: HashMap::new(), rings: 0, audit_records: 0 };
    match integrity(path) {
        Ok(faults) => faults.iter().for_each(|fault| tell(&format!("identity.db: {fault}"))),
        Err(error) => {
            tell(&format!("identity.db: {}", in_one_line(&error)));
            return identity;
        }
    }
    let store = match audit_keys(path, keys).and_then(|keys| SqliteStore::open(path, keys)) {
        Ok(store) => store,
        Err(error) => {
            tell(&format!("identity.db: {}", in_one_line(&error)));
            return identity;
        }
    };
    match store.verify_chain().await {
        Ok(report) => identity.audit_records = report.records,
        Err(error) => tell(&format!("audit trail: {}", in_one_line(&error))),
    }
    let mut looking = Looking { store: &store, keys, sealer, identity: &mut identity, tell };
    if let Err(error) = looking.look().await {
        tell(&format!("identity.db: {}", in_one_line(&error)));
    }
    identity.store = Some(store);
    identity
}

/// Reading on through what the store holds.
struct Looking<'l> {
    store: &'l SqliteStore,
    keys: &'l MasterKeys,
    sealer: &'l dyn Sealer,
    identity: &'l mut Identity,
    tell: Tell<'l>,
}

impl Looking<'_> {
    async fn look(&mut self) -> Result<(), StoreError> {
        self.fingerprint().await?;
        self.rings().await?;
        self.providers().await?;
        self.bucket_names().await
    }

    async fn fingerprint(&mut self) -> Result<(), StoreError> {
        let recorded = self.store.setting(FINGERPRINT).await?;
        let recorded = recorded.as_ref().and_then(|found| found.value.value.as_str());
        if let Some(recorded) = recorded
            && self.keys.recognise(recorded) == Recorded::Unknown
        {
            let given = self.keys.fingerprint();
            (self.tell)(&format!("master key: the data is sealed with {recorded}, and the key given is {given}"));
        }
        Ok(())
    }

    async fn rings(&mut self) -> Result<(), StoreError> {
        let scope = user_scope(self.store).await?;
        let mut request = PageRequest::default();
        loop {
            let page = self.store.object_users(&ObjectUserFilter::default(), &request).await?;
            for found in page.items {
                let user = &found.value.user;
                if let Err(error) = found.value.ring.open(&scope.of(&user.namespace), &user.id, self.sealer) {
                    (self.tell)(&format!("key ring of {} in {}: {}", user.id, user.namespace, in_one_line(&error)));
                }
                self.identity.rings += 1;
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn providers(&mut self) -> Result<(), StoreError> {
        for found in self.store.providers().await? {
            if let Err(error) = found.value.manager_password(self.sealer) {
                (self.tell)(&format!("authentication provider {}: {error}", found.value.provider.name));
            }
        }
        Ok(())
    }

    async fn bucket_names(&mut self) -> Result<(), StoreError> {
        let mut request = PageRequest::default();
        loop {
            let page = self.store.buckets(&BucketFilter::default(), &request).await?;
            for found in page.items {
                let name = format!("{}/{}", found.value.namespace, found.value.name);
                self.identity.buckets.insert(found.value.id, name);
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(()),
            }
        }
    }
}

impl Identity {
    /// Whether the identity store records an object store.
    pub(super) async fn knows_objects(&self) -> bool {
        let Some(store) = &self.store else { return false };
        matches!(store.setting(OBJECT_STORE).await, Ok(Some(_)))
    }

    /// Compares the registry of buckets, as it was read first, with the buckets of the objects' metadata, and asks the
    /// registry again where they differ: either may have changed in between.
    pub(super) async fn compare_registry(&self, of_objects: &[(BucketId, BucketState)], tell: Tell<'_>) {
        let Some(store) = &self.store else { return };
        for (id, name) in self.buckets.iter().filter(|(id, _)| !is_open(of_objects, **id)) {
            if let Ok(Some(_)) = store.bucket_by_id(*id).await {
                tell(&format!("{name}: the bucket is in the registry, and the objects' metadata does not have it"));
            }
        }
        for (id, state) in of_objects.iter().filter(|(id, _)| !self.buckets.contains_key(&id.0)) {
            if let (Ok(None), BucketState::Open) = (store.bucket_by_id(id.0).await, state) {
                tell(&format!("bucket {id}: the objects' metadata has it, and the registry does not"));
            }
        }
    }
}
