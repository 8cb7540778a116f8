//! Whether the parts of the data directory are all there and belong together. A disk that is not mounted must not look
//! like an empty store: clients that synchronise would delete or overwrite what it holds.
//!
//! The object store carries an id since it was made. The identity store records that id, and up to which bucket the
//! object store had all contents at the last start: a bucket that was made since and has no contents is one whose
//! creation was cut short; any other has lost them.

use keyward_ambient::Timestamp;
use keyward_objects_local::engine::{holds_store, is_made};
use keyward_store::{
    AuditRecord, BucketFilter, CommitError, Expect, PageRequest, Record, Setting, Store, StoreError, Transaction, Write,
};
use serde::{Deserialize, Serialize};

use crate::assemble::{IDENTITY, OBJECTS};
use crate::data_dir::DataDir;

/// The setting that records the object store.
pub(crate) const OBJECT_STORE: &str = "objects.store";

/// Why the parts cannot be used together. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BelongingError {
    #[error(
        "{directory} holds objects and no {IDENTITY}: if that is on a disk of its own, mount it; else restore a backup of both"
    )]
    NoIdentity { directory: String },
    #[error(
        "the objects are missing: there is no object store in {objects}, and {IDENTITY} knows of one; if it is on a disk of its own, mount it; else restore a backup of both"
    )]
    NoObjects { objects: String },
    #[error(
        "metadata file {objects}/meta-00.db is missing: put it back, or restore a backup of {IDENTITY} and the objects"
    )]
    NoFirstFile { objects: String },
    #[error(
        "{objects} is not the object store that {IDENTITY} belongs to: put the right one there, or restore a backup of both"
    )]
    OtherObjects { objects: String },
    #[error("{objects} cannot be read: {cause}")]
    Unreadable { objects: String, cause: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What the identity store says of the object store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    /// Its id.
    id: String,
    /// All buckets with ids up to this had their contents at the last start.
    settled: u64,
}

/// The record as it was read.
pub(crate) struct Belonging {
    recorded: Option<Recorded>,
    read_at: Expect,
}

/// Refuses a data directory whose objects are there and whose identity store is not: a new one beside them would know
/// none of their buckets.
pub(crate) fn require_identity(data_dir: &DataDir) -> Result<(), BelongingError> {
    match !data_dir.join(IDENTITY).exists() && has_objects(data_dir)? {
        true => Err(BelongingError::NoIdentity { directory: data_dir.path().display().to_string() }),
        false => Ok(()),
    }
}

/// Whether there is an object store in the data directory.
pub(crate) fn has_objects(data_dir: &DataDir) -> Result<bool, BelongingError> {
    let objects = data_dir.join(OBJECTS);
    let unreadable = |cause| BelongingError::Unreadable { objects: objects.display().to_string(), cause };
    holds_store(&objects).map_err(unreadable)
}

impl Belonging {
    /// Reads the record, and refuses a data directory without the objects that the identity store knows of, before
    /// anything is made in their place.
    pub(crate) async fn read(store: &dyn Store, data_dir: &DataDir) -> Result<Self, BelongingError> {
        let found = store.setting(OBJECT_STORE).await?;
        let read_at = found.as_ref().map_or(Expect::Absent, |found| Expect::Revision(found.revision));
        let recorded = found.and_then(|found| serde_json::from_value(found.value.value).ok());
        let objects = data_dir.join(OBJECTS);
        if !is_made(&objects) && (recorded.is_some() || has_buckets(store).await?) {
            let shown = objects.display().to_string();
            return Err(match has_objects(data_dir)? {
                true => BelongingError::NoFirstFile { objects: shown },
                false => BelongingError::NoObjects { objects: shown },
            });
        }
        Ok(Self { recorded, read_at })
    }

    /// Refuses another object store than the recorded one.
    pub(crate) fn require_same(&self, id: &str, data_dir: &DataDir) -> Result<(), BelongingError> {
        match &self.recorded {
            Some(recorded) if recorded.id != id => {
                Err(BelongingError::OtherObjects { objects: data_dir.join(OBJECTS).display().to_string() })
            }
            _ => Ok(()),
        }
    }

    /// Up to which id all buckets have contents. Where nothing is recorded, in a data directory of release 0.1.0, every
    /// bucket has to.
    pub(crate) fn settled(&self) -> u64 {
        self.recorded.as_ref().map_or(u64::MAX, |recorded| recorded.settled)
    }

    /// Records the object store in which all buckets with ids up to `settled` have their contents.
    pub(crate) async fn record(
        self,
        store: &dyn Store,
        id: String,
        settled: u64,
        now: Timestamp,
    ) -> Result<(), BelongingError> {
        let recorded = Recorded { id, settled };
        if self.recorded.as_ref() == Some(&recorded) {
            return Ok(());
        }
        let audit = AuditRecord::new(now, "keyward", "objects.record").detail("store", recorded.id.clone());
        let value = serde_json::json!({ "id": recorded.id, "settled": recorded.settled });
        let setting = Setting { name: OBJECT_STORE.to_owned(), value };
        store.commit(Transaction::new(audit).write(Write::put(Record::Setting(setting), self.read_at))).await?;
        Ok(())
    }
}

async fn has_buckets(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(!store.buckets(&BucketFilter::default(), &PageRequest::first(1)).await?.items.is_empty())
}
