//! Which master key this installation runs under, and that it is the right one.

use keyward_ambient::{Entropy, Timestamp};
use keyward_sealing::{KeyFileError, MasterKeyError, MasterKeys, Recorded, create_key_file, load_key_file};
use keyward_store::{AuditRecord, CommitError, Record, Setting, Store, StoreError, Transaction, Write};

use crate::causes::in_one_line;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;

/// The setting that records the fingerprint of the key that the data is sealed with.
pub(crate) const FINGERPRINT: &str = "master_key.fingerprint";

/// Why there is no master key to run under.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MasterKeyFailure {
    #[error("KEYWARD_MASTER_KEY cannot be used: {0}")]
    Environment(MasterKeyError),
    #[error("{}", in_one_line(.0))]
    File(#[from] KeyFileError),
    #[error(
        "the data is sealed with master key {recorded}, and the key given is {given}; give that key, with --master-key-file or KEYWARD_MASTER_KEY"
    )]
    Wrong { recorded: String, given: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// The keys: from the environment, from the named file, or from the data directory, where one is made on the first
/// start.
pub(crate) fn master_keys(
    settings: &Settings,
    environment: &Environment,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
) -> Result<MasterKeys, MasterKeyFailure> {
    if let Some(text) = environment.value("KEYWARD_MASTER_KEY") {
        return MasterKeys::parse(text).map_err(MasterKeyFailure::Environment);
    }
    if let Some(path) = &settings.master_key_file {
        return Ok(load_key_file(path)?);
    }
    let path = data_dir.join("master.key");
    // Beside data that another key sealed, a new key would be worse than none.
    match path.exists() || data_dir.join("identity.db").exists() {
        true => Ok(load_key_file(&path)?),
        false => Ok(create_key_file(&path, entropy)?),
    }
}

/// Refuses to run on data that none of the keys opens; records the current key on the first start.
pub(crate) async fn compare_with_data(
    keys: &MasterKeys,
    store: &dyn Store,
    now: Timestamp,
) -> Result<(), MasterKeyFailure> {
    let given = keys.fingerprint().to_string();
    let found = store.setting(FINGERPRINT).await?;
    let Some(recorded) = found.as_ref().and_then(|found| found.value.value.as_str()) else {
        let audit = AuditRecord::new(now, "keyward", "master_key.record").detail("fingerprint", given.clone());
        let setting = Setting { name: FINGERPRINT.to_owned(), value: given.into() };
        store.commit(Transaction::new(audit).write(Write::create(Record::Setting(setting)))).await?;
        return Ok(());
    };
    match keys.recognise(recorded) {
        Recorded::Current => Ok(()),
        Recorded::Earlier => {
            tracing::warn!(
                recorded,
                current = given,
                "secrets are still sealed with an earlier master key, and are being sealed anew; keep it until then"
            );
            Ok(())
        }
        Recorded::Unknown => Err(MasterKeyFailure::Wrong { recorded: recorded.to_owned(), given }),
    }
}
