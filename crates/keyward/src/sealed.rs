//! What is sealed under which master key, counted from outside: beside a running server or without one.

use std::collections::BTreeMap;
use std::path::Path;

use keyward_objects_local::sealed_keys;
use keyward_sealing::{Fingerprint, MasterKeys, sealed_under};
use keyward_store::{ObjectUserFilter, PageRequest, Sealed, Settings as _, Store};
use keyward_store_sqlite::SqliteStore;

use crate::audit_keys::{self, audit_keys};
use crate::master_key_command::MasterKeyError;
use crate::start_error::StartError;

/// How much is sealed under one master key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    secret_keys: u64,
    passwords: u64,
    object_keys: u64,
    audit_keys: u64,
}

impl Tally {
    /// In words.
    pub(crate) fn in_words(self) -> String {
        format!(
            "{} secret keys, {} passwords of directories, {} keys of objects, {} audit keys",
            self.secret_keys, self.passwords, self.object_keys, self.audit_keys
        )
    }
}

/// Counts by fingerprint.
pub(crate) type Tallies = BTreeMap<Fingerprint, Tally>;

/// Counts what the identity store and the object store hold; answers the fingerprint too that the data records.
pub(crate) async fn count(
    identity: &Path,
    objects: &Path,
    keys: &MasterKeys,
) -> Result<(Tallies, Option<String>), MasterKeyError> {
    let mut tallies = Tallies::new();
    let audit = audit_keys(identity, keys).map_err(StartError::from)?;
    let store = SqliteStore::open(identity, audit).map_err(StartError::from)?;
    let recorded = store.setting(crate::master_key::FINGERPRINT).await?;
    let recorded = recorded.and_then(|found| found.value.value.as_str().map(str::to_owned));
    count_identity(&store, &mut tallies).await?;
    if objects.exists() {
        tokio::task::block_in_place(|| {
            sealed_keys(objects, &mut |sealed| {
                note(&mut tallies, &Sealed::from_bytes(sealed), |tally| tally.object_keys += 1);
            })
        })?;
    }
    Ok((tallies, recorded))
}

async fn count_identity(store: &dyn Store, tallies: &mut Tallies) -> Result<(), MasterKeyError> {
    let kept = store.setting(audit_keys::EARLIER).await?;
    for sealed in audit_keys::kept_in(kept.as_ref().map(|found| &found.value.value)) {
        note(tallies, &sealed, |tally| tally.audit_keys += 1);
    }
    for found in store.providers().await? {
        if let Some(sealed) = &found.value.sealed_manager_password {
            note(tallies, sealed, |tally| tally.passwords += 1);
        }
    }
    let mut request = PageRequest::default();
    loop {
        let page = store.object_users(&ObjectUserFilter::default(), &request).await?;
        for secret in page.items.iter().flat_map(|found| &found.value.ring.secrets) {
            note(tallies, &secret.sealed, |tally| tally.secret_keys += 1);
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// What cannot be read as sealed is for `keyward check` to name.
fn note(tallies: &mut Tallies, sealed: &Sealed, count: impl Fn(&mut Tally)) {
    if let Ok(fingerprint) = sealed_under(sealed) {
        count(tallies.entry(fingerprint).or_default());
    }
}
