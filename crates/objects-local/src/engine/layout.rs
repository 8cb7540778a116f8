//! The store's directory: who may have it open, which metadata files belong to it, whether it was left in order.
//!
//! ```text
//! lock           held while the store is open
//! clean          present while the store is closed and no body is orphaned
//! meta-00.db ..  metadata, a file per shard; each knows its number and the store it belongs to
//! bodies/        body files
//! unlink.lock    held, shared, by who copies the store
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use keyward_ambient::Entropy;
use rusqlite::{Connection, OptionalExtension};

use super::body_dir::{create_private, sync};
use super::{EngineError, schema};

/// An opened directory.
pub(super) struct Layout {
    root: PathBuf,
    /// What tells this store from all others.
    pub(super) store: [u8; 16],
    /// Closing it releases the lock.
    _lock: File,
    /// The store was not closed in order, so there may be bodies that no row names.
    pub(super) may_hold_orphans: bool,
}

/// The writing connections of the shards, in order, with the paths of their files.
pub(super) type ShardFiles = Vec<(PathBuf, Connection)>;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity {
    store: [u8; 16],
    shards: u16,
}

impl Layout {
    /// Opens `root`, creating what is missing; `shards` counts for a new store only.
    pub(super) fn open(root: &Path, shards: u16, entropy: &dyn Entropy) -> Result<(Self, ShardFiles), EngineError> {
        let create = EngineError::io("create the object store's directory");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(&create)?;
        let lock = lock(root)?;
        let bodies = root.join("bodies");
        let had_bodies = bodies.is_dir();
        if !path_of(root, 0).exists() {
            create_private(&bodies).map_err(&create)?;
        }
        let (shards, identity, new) = open_shards(root, shards, entropy)?;
        match new {
            true => create_private(&bodies).map_err(&create)?,
            false => require_bodies(&bodies, had_bodies, &shards)?,
        }
        let clean = take_clean_mark(root)?;
        sync(root).map_err(EngineError::io("sync the object store's directory"))?;
        let may_hold_orphans = !clean && !new;
        Ok((Self { root: root.to_owned(), store: identity.store, _lock: lock, may_hold_orphans }, shards))
    }

    pub(super) fn bodies(&self) -> PathBuf {
        self.root.join("bodies")
    }

    /// Notes that the store is closed and holds no orphans, so that the next start need not look for any.
    pub(super) fn mark_clean(&self) -> Result<(), EngineError> {
        let attempt = EngineError::io("note that the object store was closed in order");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600).open(self.root.join("clean")).map_err(&attempt)?;
        sync(&self.root).map_err(attempt)
    }
}

/// Whether the store in `root` was made to its end, as far as its first metadata file tells, which is made last.
pub fn is_made(root: &Path) -> bool {
    path_of(root, 0).exists()
}

/// Whether there is a store in `root`, whole or not.
///
/// # Errors
/// What keeps the directory from being read.
pub fn holds_store(root: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("meta-") && name.ends_with(".db") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses a store whose body files are on a disk that is not there. A store that never had any keeps an empty folder.
fn require_bodies(bodies: &Path, had_bodies: bool, shards: &ShardFiles) -> Result<(), EngineError> {
    let missing = |what: &str| {
        let remedy = "mount its disk, or restore a backup";
        Err(EngineError::corrupt(format!("{} {what}, and it holds the objects: {remedy}", bodies.display())))
    };
    if !had_bodies {
        return missing("is missing");
    }
    let list = EngineError::io("list the bodies");
    if fs::read_dir(bodies).map_err(list)?.next().is_some() {
        return Ok(());
    }
    for (_, connection) in shards {
        if connection.query_row("SELECT EXISTS (SELECT 1 FROM files)", [], |row| row.get(0))? {
            return missing("is empty");
        }
    }
    Ok(())
}

/// The metadata files of a store that is only looked at, each with a connection that cannot write.
pub(super) fn look(root: &Path) -> Result<ShardFiles, EngineError> {
    let first = path_of(root, 0);
    if !first.exists() {
        return Err(EngineError::corrupt("there is no metadata file meta-00.db"));
    }
    let connection = schema::open_onlooker(&first)?;
    let nothing = || EngineError::corrupt("meta-00.db does not say of which store it is");
    let identity = identity_in(&connection, 0)?.ok_or_else(nothing)?;
    let mut opened = vec![(first, connection)];
    for number in 1..identity.shards {
        let path = path_of(root, number);
        if !path.exists() {
            return Err(EngineError::corrupt(format!("metadata file meta-{number:02}.db is missing")));
        }
        let connection = schema::open_onlooker(&path)?;
        if identity_in(&connection, number)? != Some(identity) {
            return Err(EngineError::corrupt(format!("metadata file meta-{number:02}.db is of another store")));
        }
        opened.push((path, connection));
    }
    Ok(opened)
}

/// Whether a process has the store in `root` open.
pub(super) fn is_in_use(root: &Path) -> Result<bool, EngineError> {
    match lock(root) {
        Ok(_let_go_at_once) => Ok(false),
        Err(EngineError::InUse) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether the store in `root` was closed in order and not opened since.
pub(super) fn is_clean(root: &Path) -> bool {
    root.join("clean").exists()
}

fn lock(root: &Path) -> Result<File, EngineError> {
    let attempt = "lock the object store's directory";
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(root.join("lock")).map_err(EngineError::io(attempt))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EngineError::InUse),
        Err(TryLockError::Error(error)) => Err(EngineError::io(attempt)(error)),
    }
}

fn take_clean_mark(root: &Path) -> Result<bool, EngineError> {
    match fs::remove_file(root.join("clean")) {
        Ok(()) => Ok(true),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(EngineError::io("remove the mark of an orderly end")(error)),
    }
}

fn path_of(root: &Path, number: u16) -> PathBuf {
    root.join(format!("meta-{number:02}.db"))
}

/// So many shards are looked for where shard 0 is missing: as many as two digits name.
const MOST_SHARDS: u16 = 99;

/// Opens every shard, and tells whether the store is new. Shard 0 is written last when a store is made, so a store
/// whose making was cut short is made again, and one that has shard 0 has all others.
fn open_shards(root: &Path, shards: u16, entropy: &dyn Entropy) -> Result<(ShardFiles, Identity, bool), EngineError> {
    let first = path_of(root, 0);
    let present = if first.exists() { identity_in(&schema::open_writer(&first)?, 0)? } else { None };
    let identity = match present {
        Some(identity) => identity,
        None => begun(root)?.unwrap_or_else(|| Identity { store: entropy.array(), shards }),
    };
    let mut opened = Vec::with_capacity(usize::from(identity.shards));
    for number in (0..identity.shards).rev() {
        let path = path_of(root, number);
        if present.is_some() && !path.exists() {
            return Err(EngineError::corrupt(format!("metadata file meta-{number:02}.db is missing")));
        }
        let connection = schema::open_writer(&path)?;
        match present {
            Some(_) if identity_in(&connection, number)? == present => {}
            Some(_) => {
                return Err(EngineError::corrupt(format!("metadata file meta-{number:02}.db is of another store")));
            }
            None => claim(&connection, number, identity)?,
        }
        opened.push((path, connection));
    }
    opened.reverse();
    Ok((opened, identity, present.is_none()))
}

fn identity_in(connection: &Connection, number: u16) -> Result<Option<Identity>, EngineError> {
    let sql = "SELECT store, shards FROM shard WHERE number = ?1";
    let row = connection.query_row(sql, [number], |row| Ok(Identity { store: row.get(0)?, shards: row.get(1)? }));
    Ok(row.optional()?)
}

/// The identity of a store whose making was cut short before shard 0. One that has buckets was finished, and has lost
/// shard 0: it is refused before any of its files is changed.
fn begun(root: &Path) -> Result<Option<Identity>, EngineError> {
    let mut identity = None;
    for number in 1..=MOST_SHARDS {
        let path = path_of(root, number);
        if !path.exists() {
            continue;
        }
        let connection = schema::open_writer(&path)?;
        if connection.query_row("SELECT EXISTS (SELECT 1 FROM buckets)", [], |row| row.get(0))? {
            return Err(EngineError::corrupt(format!(
                "metadata file meta-00.db is missing, yet meta-{number:02}.db holds buckets"
            )));
        }
        identity = identity_in(&connection, number)?.or(identity);
    }
    Ok(identity)
}

fn claim(connection: &Connection, number: u16, identity: Identity) -> Result<(), EngineError> {
    connection.execute(
        "INSERT OR REPLACE INTO shard (id, store, number, shards) VALUES (0, ?1, ?2, ?3)",
        (identity.store, number, identity.shards),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use keyward_testkit::SeededEntropy;

    use super::*;

    fn open(root: &Path, shards: u16) -> Result<(Layout, ShardFiles), EngineError> {
        Layout::open(root, shards, &SeededEntropy::new(1))
    }

    #[test]
    fn a_store_keeps_the_number_of_shards_it_was_made_with() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(open(home.path(), 3).unwrap().1.len(), 3);
        assert_eq!(open(home.path(), 8).unwrap().1.len(), 3);
    }

    #[test]
    fn a_directory_is_open_once_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let first = open(home.path(), 1).unwrap();
        assert!(matches!(open(home.path(), 1), Err(EngineError::InUse)));
        drop(first);
        assert!(open(home.path(), 1).is_ok());
    }

    #[test]
    fn a_missing_metadata_file_is_noticed() {
        let home = tempfile::tempdir().unwrap();
        drop(open(home.path(), 2).unwrap());
        fs::remove_file(path_of(home.path(), 1)).unwrap();
        assert!(matches!(open(home.path(), 2), Err(EngineError::Corrupt(_))));
    }

    #[test]
    fn a_store_without_its_first_file_is_not_made_anew_over_its_buckets() {
        let home = tempfile::tempdir().unwrap();
        let (layout, shards) = open(home.path(), 3).unwrap();
        // In the middle one: those that come before and after it must not be changed either.
        shards[1].1.execute("INSERT INTO buckets VALUES (1, 0, 0, 0)", []).unwrap();
        drop((layout, shards));
        fs::rename(path_of(home.path(), 0), home.path().join("elsewhere")).unwrap();
        assert!(matches!(open(home.path(), 2), Err(EngineError::Corrupt(_))));
        fs::rename(home.path().join("elsewhere"), path_of(home.path(), 0)).unwrap();
        assert!(open(home.path(), 2).is_ok(), "no other file was changed meanwhile");
    }

    #[test]
    fn a_store_whose_making_was_cut_short_is_made_to_the_end_with_the_same_id() {
        let home = tempfile::tempdir().unwrap();
        let id = open(home.path(), 3).unwrap().0.store;
        fs::remove_file(path_of(home.path(), 0)).unwrap();
        let (layout, shards) = Layout::open(home.path(), 2, &SeededEntropy::new(2)).unwrap();
        assert_eq!((layout.store, shards.len()), (id, 3));
    }

    #[test]
    fn a_shard_of_another_store_is_noticed() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(open(ours.path(), 2).unwrap());
        drop(Layout::open(theirs.path(), 2, &SeededEntropy::new(2)).unwrap());
        fs::copy(path_of(theirs.path(), 1), path_of(ours.path(), 1)).unwrap();
        assert!(matches!(open(ours.path(), 2), Err(EngineError::Corrupt(_))));
    }

    #[test]
    fn a_store_without_its_bodies_is_refused_and_one_that_never_had_any_is_not() {
        let home = tempfile::tempdir().unwrap();
        let bodies = home.path().join("bodies");
        drop(open(home.path(), 1).unwrap());
        let (_, shards) = open(home.path(), 1).expect("without any body it may be empty");
        shards[0].1.execute("INSERT INTO files (id, uses) VALUES (x'00', 1)", []).unwrap();
        drop(shards);
        let refused = |home: &Path| match open(home, 1) {
            Err(EngineError::Corrupt(what)) => what,
            _ => panic!("it was opened"),
        };
        assert!(refused(home.path()).contains("bodies is empty"));
        fs::remove_dir(&bodies).unwrap();
        assert!(refused(home.path()).contains("bodies is missing"));
        assert!(!bodies.exists(), "nothing is made where a disk is to be mounted");
    }

    #[test]
    fn only_an_orderly_end_saves_the_search_for_orphans() {
        let home = tempfile::tempdir().unwrap();
        assert!(!open(home.path(), 1).unwrap().0.may_hold_orphans, "a new store has none");
        let layout = open(home.path(), 1).unwrap().0;
        assert!(layout.may_hold_orphans);
        layout.mark_clean().unwrap();
        drop(layout);
        assert!(!open(home.path(), 1).unwrap().0.may_hold_orphans);
        assert!(open(home.path(), 1).unwrap().0.may_hold_orphans, "the mark counts once");
    }
}
