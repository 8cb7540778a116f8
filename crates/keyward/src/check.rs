//! `keyward check`: whether everything that is kept is whole, beside a running server or without one.
//!
//! A line for each thing that is wrong, as it is found, and a summary. Nothing is changed.

mod identity;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_ambient::{Entropy, SystemEntropy};
use keyward_objects_local::engine::{BucketId, BucketState, EngineError};
use keyward_objects_local::{Checked, check_store};
use keyward_sealing::EnvelopeSealer;
use keyward_store::Sealer;

use crate::assemble::{IDENTITY, OBJECTS};
use crate::causes::in_one_line;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;
use crate::master_key;
use crate::start_error::StartError;
use crate::wiring::ObjectKeys;
use identity::Identity;

/// Why the data is not known to be whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("there is nothing to check in {path}: give the --data-dir of a server")]
    NoData { path: String },
    #[error("the objects cannot be checked: {}", in_one_line(.0))]
    Objects(#[from] EngineError),
    #[error("faults found: {0}")]
    Faults(u64),
}

/// Whom the findings are told, a line each.
pub(crate) type Tell<'t> = &'t mut (dyn FnMut(&str) + Send);

/// Checks everything in the data directory; answers the summary, for the person who asked.
pub(crate) async fn run(
    config_file: Option<PathBuf>,
    flags: BTreeMap<&'static str, String>,
    environment: &Environment,
    tell: Tell<'_>,
) -> Result<String, CheckError> {
    let settings = Settings::read(config_file, flags, environment).map_err(StartError::from)?;
    // Asked first: nothing is to be made where nothing is.
    if !settings.data_dir.join(IDENTITY).exists() {
        return Err(CheckError::NoData { path: settings.data_dir.display().to_string() });
    }
    let data_dir = DataDir::beside_a_server(&settings.data_dir).map_err(StartError::from)?;
    let keys = master_key::master_keys(&settings, environment, &data_dir, &SystemEntropy).map_err(StartError::from)?;
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let sealer: Arc<dyn Sealer> =
        Arc::new(EnvelopeSealer::new(&keys, entropy).map_err(|error| StartError::Sealing(error.to_string()))?);
    let mut faults = Counted { faults: 0, tell };
    let identity = identity::check(&data_dir.join(IDENTITY), &keys, &*sealer, &mut |line| faults.tell(line)).await;
    let objects = data_dir.join(OBJECTS);
    let checked = match objects.exists() {
        true => {
            let checking = || check_objects(&objects, sealer, &identity, &mut |line| faults.tell(line));
            tokio::task::block_in_place(checking)?
        }
        false => {
            if identity.knows_objects().await {
                faults.tell("objects: the folder is missing, and identity.db knows of an object store in it");
            }
            Checked::default()
        }
    };
    identity.compare_registry(&checked.buckets, &mut |line| faults.tell(line)).await;
    let summary = summary(&identity, &checked);
    match faults.faults {
        0 => Ok(format!("everything is whole: {summary}")),
        found => {
            (faults.tell)(&format!("checked: {summary}"));
            Err(CheckError::Faults(found))
        }
    }
}

/// Counts what it passes on.
struct Counted<'t> {
    faults: u64,
    tell: Tell<'t>,
}

impl Counted<'_> {
    fn tell(&mut self, line: &str) {
        self.faults += 1;
        (self.tell)(line);
    }
}

fn check_objects(
    directory: &Path,
    sealer: Arc<dyn Sealer>,
    identity: &Identity,
    tell: Tell<'_>,
) -> Result<Checked, EngineError> {
    check_store(directory, &ObjectKeys(sealer), &mut |finding| {
        let place = finding.place.in_words(|id| name_of(id, &identity.buckets));
        tell(&format!("{place}: {}", finding.fault));
    })
}

/// A bucket by its namespace and name; one that was made since by its id.
fn name_of(id: BucketId, names: &HashMap<u64, String>) -> String {
    names.get(&id.0).cloned().unwrap_or_else(|| format!("bucket {id}"))
}

fn summary(identity: &Identity, checked: &Checked) -> String {
    let mut text = format!(
        "{} key rings, {} audit records, {} versions of objects, {} delete markers, {} uploads in progress, {} bytes compared",
        identity.rings,
        identity.audit_records,
        checked.versions,
        checked.delete_markers,
        checked.uploads,
        checked.bytes
    );
    if checked.under_client_keys > 0 {
        text += &format!("; {} under keys of clients, of which only the length is known", checked.under_client_keys);
    }
    if checked.unnamed_bodies > 0 {
        let why = "body files that are being written or that the server's next start removes";
        text += &format!("; {} {why}", checked.unnamed_bodies);
    }
    text
}

/// Whether the metadata holds this bucket open.
fn is_open(buckets: &[(BucketId, BucketState)], id: u64) -> bool {
    buckets.iter().any(|(bucket, state)| bucket.0 == id && *state == BucketState::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_made_where_there_is_no_server() {
        let parent = tempfile::tempdir().expect("temp dir");
        let path = parent.path().join("data");
        let flags = BTreeMap::from([("data_dir", path.display().to_string())]);
        let refused = run(None, flags, &Environment::of(&[]), &mut |_| {}).await.expect_err("no data");
        assert!(matches!(refused, CheckError::NoData { .. }), "{refused}");
        assert!(!path.exists());
    }
}
