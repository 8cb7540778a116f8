//! `keyward audit verify`: checks the audit trail of a server that is not running.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keyward_ambient::SystemEntropy;
use keyward_store::{AuditLog, ChainError, Revision};
use keyward_store_sqlite::SqliteStore;

use crate::assemble::IDENTITY;
use crate::audit_keys::audit_keys;
use crate::config::{Environment, Settings};
use crate::data_dir::{DataDir, DataDirError};
use crate::master_key;
use crate::start_error::StartError;

/// Why the trail is not known to be intact.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("there is no audit trail in {path}: give the --data-dir of a server")]
    NoData { path: String },
    #[error(
        "the data directory {path} is in use by a running server: ask it with GET /keyward/v1/audit/verify, or stop it first"
    )]
    Running { path: String },
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Checks every record; answers what to tell the person who asked.
pub(crate) async fn run(
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
) -> Result<String, VerifyError> {
    let settings = Settings::read(config_file, flags, environment).map_err(StartError::from)?;
    let data_dir = locked(&settings.data_dir)?;
    let keys = master_key::master_keys(&settings, environment, &data_dir, &SystemEntropy).map_err(StartError::from)?;
    let path = data_dir.join(IDENTITY);
    let audit_keys = audit_keys(&path, &keys).map_err(StartError::from)?;
    let store = SqliteStore::open(path, audit_keys).map_err(StartError::from)?;
    let report = store.verify_chain().await?;
    let removed = match report.removed_upto {
        Revision::ZERO => String::new(),
        upto => format!(", those up to {upto} removed because of their age"),
    };
    Ok(format!("the audit trail is intact: {} records{removed}, head {}", report.records, report.head))
}

/// The data directory, which no server uses meanwhile.
fn locked(path: &Path) -> Result<DataDir, VerifyError> {
    // Asked first: nothing is to be made where nothing is.
    if !path.join(IDENTITY).exists() {
        return Err(VerifyError::NoData { path: path.display().to_string() });
    }
    DataDir::open(path).map_err(|error| match error {
        DataDirError::InUse { path } => VerifyError::Running { path },
        other => StartError::from(other).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_where_there_is_no_trail() {
        let parent = tempfile::tempdir().expect("temp dir");
        let path = parent.path().join("data");
        assert!(matches!(locked(&path), Err(VerifyError::NoData { .. })));
        assert!(!path.exists());
    }

    #[test]
    fn while_a_server_runs_the_command_says_whom_to_ask_instead() {
        let parent = tempfile::tempdir().expect("temp dir");
        let server = DataDir::open(parent.path()).expect("locked");
        std::fs::write(server.join(IDENTITY), "").expect("written");
        let refused = locked(parent.path()).expect_err("in use");
        assert!(refused.to_string().contains("/keyward/v1/audit/verify"), "{refused}");
    }
}
