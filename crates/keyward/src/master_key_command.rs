//! `keyward master-key`: what is sealed under which key, a new key, and the end of an earlier one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use keyward_ambient::SystemEntropy;
use keyward_objects_local::engine::EngineError;
use keyward_sealing::{Fingerprint, KeyFileError, MasterKeys, add_key, remove_key};
use keyward_store::StoreError;

use crate::assemble::IDENTITY;
use crate::causes::in_one_line;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;
use crate::master_key;
use crate::sealed::{Tallies, count};
use crate::start_error::StartError;

/// What is to be done about master keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MasterKeyCommand {
    /// Tell what is sealed under which.
    Status,
    /// Put a new one in front.
    Rotate,
    /// Take an earlier one away.
    Retire {
        /// What it is called.
        fingerprint: String,
    },
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MasterKeyError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("there is no data in {path}: give the --data-dir of a server")]
    NoData { path: String },
    #[error(
        "the master keys are in KEYWARD_MASTER_KEY: put a new one in front there, or take an earlier one out once nothing is sealed under it"
    )]
    InEnvironment,
    #[error("{text} is no fingerprint of a master key; `keyward master-key status` shows those there are")]
    NoFingerprint { text: String },
    #[error("{fingerprint} is the key in use, or not in {path}; only an earlier one can be retired")]
    NotEarlier { fingerprint: Fingerprint, path: String },
    #[error(
        "{sealed} are still sealed under {fingerprint}: start the server with both keys, and try again when its log says that nothing is"
    )]
    StillNeeded { fingerprint: Fingerprint, sealed: String },
    #[error(
        "the server has not recorded yet that everything is under the key in use: start it with both keys, and try again when its log says so"
    )]
    NotRecorded,
    #[error("{}", in_one_line(.0))]
    File(#[from] KeyFileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the objects cannot be looked at: {0}")]
    Objects(#[from] EngineError),
}

/// Does it; answers what to tell the person who asked.
pub(crate) async fn run(
    command: MasterKeyCommand,
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
) -> Result<String, MasterKeyError> {
    let settings = Settings::read(config_file, flags, environment).map_err(StartError::from)?;
    // Asked first: nothing is to be made where nothing is.
    if !settings.data_dir.join(IDENTITY).exists() {
        return Err(MasterKeyError::NoData { path: settings.data_dir.display().to_string() });
    }
    let data_dir = DataDir::beside_a_server(&settings.data_dir).map_err(StartError::from)?;
    let keys = master_key::master_keys(&settings, environment, &data_dir, &SystemEntropy).map_err(StartError::from)?;
    let file = settings.master_key_file.clone().unwrap_or_else(|| data_dir.join("master.key"));
    if command != MasterKeyCommand::Status && environment.value("KEYWARD_MASTER_KEY").is_some() {
        return Err(MasterKeyError::InEnvironment);
    }
    match command {
        MasterKeyCommand::Rotate => {
            let keys = add_key(&file, &SystemEntropy)?;
            Ok(format!(
                "{} begins with the new master key {}; keep a copy of the file, then restart the server, which seals everything anew under it",
                file.display(),
                keys.fingerprint()
            ))
        }
        MasterKeyCommand::Status => {
            let (tallies, _) = count(&data_dir.join(IDENTITY), &data_dir.join("objects"), &keys).await?;
            Ok(status(&keys, &tallies))
        }
        MasterKeyCommand::Retire { fingerprint } => {
            let fingerprint =
                Fingerprint::parse(&fingerprint).ok_or(MasterKeyError::NoFingerprint { text: fingerprint })?;
            if !keys.earlier().contains(&fingerprint) {
                return Err(MasterKeyError::NotEarlier { fingerprint, path: file.display().to_string() });
            }
            let (tallies, recorded) = count(&data_dir.join(IDENTITY), &data_dir.join("objects"), &keys).await?;
            if let Some(tally) = tallies.get(&fingerprint) {
                return Err(MasterKeyError::StillNeeded { fingerprint, sealed: tally.in_words() });
            }
            if recorded != Some(keys.fingerprint().to_string()) {
                return Err(MasterKeyError::NotRecorded);
            }
            remove_key(&file, fingerprint)?;
            Ok(format!(
                "master key {fingerprint} is out of {}; backups that were made before need it still",
                file.display()
            ))
        }
    }
}

fn status(keys: &MasterKeys, tallies: &Tallies) -> String {
    let current = keys.fingerprint();
    let mut lines =
        vec![format!("{current} (in use): {}", tallies.get(&current).copied().unwrap_or_default().in_words())];
    for earlier in keys.earlier() {
        lines.push(match tallies.get(&earlier) {
            Some(tally) => format!("{earlier} (earlier): {}", tally.in_words()),
            None => format!("{earlier} (earlier): nothing; `keyward master-key retire {earlier}` takes it away"),
        });
    }
    let is_given = |fingerprint: &Fingerprint| *fingerprint == current || keys.earlier().contains(fingerprint);
    for (missing, tally) in tallies.iter().filter(|(fingerprint, _)| !is_given(fingerprint)) {
        lines.push(format!("{missing} (NOT GIVEN, so these cannot be opened): {}", tally.in_words()));
    }
    lines.join("\n")
}
