//! A copy of a store's directory as it was at one moment, made while a server goes on using it.
//!
//! Each metadata file is copied in one read transaction, then every body. Bodies never change, and none is unlinked
//! meanwhile (`unlink_hold`), so each that the metadata names is there. Bodies that came later, or not to an end, are
//! copied as well: to the copy they are orphans, which its first sweep removes.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::body_dir::{create_private, sync};
use super::schema::refuse_newer;
use super::{EngineError, unlink_hold};

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Body files.
    pub bodies: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Every page in one step: the copy is of one read transaction, however much is written meanwhile.
const ALL_PAGES: std::ffi::c_int = -1;

/// Copies the store in the directory `from` to the directory `to`, which must not exist, durably and for its owner
/// alone. Blocks while it copies; the store may be in use. Bodies that are replaced or deleted meanwhile keep their
/// space until it is done.
///
/// # Errors
/// [`EngineError`]; what there is of `to` is then no store.
pub fn copy_store(from: &Path, to: &Path) -> Result<Copied, EngineError> {
    let _held = unlink_hold::hold(from).map_err(EngineError::io("hold off the unlinking of bodies"))?;
    fs::DirBuilder::new().mode(0o700).create(to).map_err(EngineError::io("create the copy's directory"))?;
    for name in metadata_files(from)? {
        copy_metadata(&from.join(&name), &to.join(&name))?;
    }
    let mut copied = Copied::default();
    copy_bodies(&from.join("bodies"), &to.join("bodies"), &mut copied).map_err(EngineError::io("copy a body"))?;
    sync(to).map_err(EngineError::io("sync the copy"))?;
    Ok(copied)
}

fn metadata_files(store: &Path) -> Result<Vec<String>, EngineError> {
    let attempt = EngineError::io("list the metadata files");
    let mut names = Vec::new();
    for entry in fs::read_dir(store).map_err(&attempt)? {
        let name = entry.map_err(&attempt)?.file_name().to_string_lossy().into_owned();
        if name.starts_with("meta-") && name.ends_with(".db") {
            names.push(name);
        }
    }
    match names.is_empty() {
        true => Err(EngineError::corrupt("there is no metadata file".to_owned())),
        false => Ok(names),
    }
}

fn copy_metadata(from: &Path, to: &Path) -> Result<(), EngineError> {
    let attempt = EngineError::io("copy a metadata file");
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(&attempt)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    source.pragma_update(None, "query_only", true)?;
    refuse_newer(&source)?;
    let mut copy = Connection::open(to)?;
    Backup::new(&source, &mut copy)?.step(ALL_PAGES)?;
    // A single file is easier to keep than one with a log beside it; the store switches back when it opens it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(attempt)
}

fn copy_bodies(from: &Path, to: &Path, copied: &mut Copied) -> io::Result<()> {
    create_private(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_bodies(&entry.path(), &target, copied)?;
            continue;
        }
        // An upload that was given up unlinks its own file.
        match fs::copy(entry.path(), &target) {
            Ok(bytes) => {
                File::open(&target)?.sync_all()?;
                (copied.bodies, copied.bytes) = (copied.bodies + 1, copied.bytes + bytes);
            }
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    sync(to)
}
