//! `keyward unlock`: opens a locked account to logins, whether a server runs on the data or not.
//!
//! The lock of the data directory keeps a second server out; this only adds one transaction to the identity store,
//! which a running server reads at the next login.

use std::collections::BTreeMap;
use std::path::PathBuf;

use keyward_ambient::{Clock, SystemClock, SystemEntropy};
use keyward_service::{ServiceError, unlock_account};
use keyward_store_sqlite::SqliteStore;

use crate::assemble::IDENTITY;
use crate::audit_keys::audit_keys;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;
use crate::master_key;
use crate::start_error::StartError;

/// Why the account is not known to be unlocked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnlockError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("there is no identity store in {path}: give the --data-dir of a server")]
    NoData { path: String },
    #[error(
        "{name} is neither a management user nor a person of the built-in directory; failed logins of others are forgotten within 15 minutes"
    )]
    Unknown { name: String },
    #[error(transparent)]
    Service(ServiceError),
}

/// Unlocks; answers what to tell the person who asked.
pub(crate) async fn run(
    name: &str,
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
) -> Result<String, UnlockError> {
    let settings = Settings::read(config_file, flags, environment).map_err(StartError::from)?;
    // Asked first: nothing is to be made where nothing is.
    if !settings.data_dir.join(IDENTITY).exists() {
        return Err(UnlockError::NoData { path: settings.data_dir.display().to_string() });
    }
    let data_dir = DataDir::beside_a_server(&settings.data_dir).map_err(StartError::from)?;
    let keys = master_key::master_keys(&settings, environment, &data_dir, &SystemEntropy).map_err(StartError::from)?;
    let path = data_dir.join(IDENTITY);
    let audit_keys = audit_keys(&path, &keys).map_err(StartError::from)?;
    let store = SqliteStore::open(path, audit_keys).map_err(StartError::from)?;
    let now = SystemClock.now();
    // The audit trail goes on under the key of the server, or could not be verified any more.
    master_key::compare_with_data(&keys, &store, now).await.map_err(StartError::from)?;
    unlock_account(&store, name, now).await.map_err(|error| match error {
        ServiceError::NotFound { .. } => UnlockError::Unknown { name: name.to_owned() },
        other => UnlockError::Service(other),
    })?;
    Ok(format!("{name} may log in again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_made_where_there_is_no_server() {
        let parent = tempfile::tempdir().expect("temp dir");
        let path = parent.path().join("data");
        let flags = BTreeMap::from([("data_dir", path.display().to_string())]);
        let refused = run("mona", None, flags, &Environment::of(&[])).await.expect_err("no data");
        assert!(matches!(refused, UnlockError::NoData { .. }), "{refused}");
        assert!(!path.exists());
    }
}
