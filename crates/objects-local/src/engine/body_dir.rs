//! The directory of body files: `bodies/aa/bb/<32 hexadecimal digits>`.
//!
//! A file gets its final, random name at once: until a metadata row names it, it is an orphan like a temporary file
//! would be, and no rename has to be synced. [`BodyDir::settle`] makes it durable before the row is committed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_ambient::Entropy;

use super::EngineError;
use super::ids::FileId;

const DIRECTORIES: usize = 1 << 16;

/// So many names are drawn for one directory before those for the next: each new directory costs several syncs, and those
/// of one directory that come together cost hardly more than one.
const TOGETHER: u64 = 512;

/// The path of `id` below `bodies`.
pub(super) fn path(bodies: &Path, id: FileId) -> PathBuf {
    directory(bodies, id).join(id.to_string())
}

fn directory(bodies: &Path, id: FileId) -> PathBuf {
    bodies.join(format!("{:02x}", id.0[0])).join(format!("{:02x}", id.0[1]))
}

/// Makes the names in `directory` durable.
pub(super) fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Creates `directory` for its owner alone; it may be there already.
pub(super) fn create_private(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(there) if there.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

/// Creates and opens body files.
pub(super) struct BodyDir {
    root: PathBuf,
    /// One bit a directory `aa/bb`: whether its own name is known to be durable.
    durable: Box<[AtomicU64]>,
    /// How many names were drawn, counted from somewhere.
    drawn: AtomicU64,
}

impl BodyDir {
    pub(super) fn new(root: PathBuf, entropy: &dyn Entropy) -> Self {
        let durable = (0..DIRECTORIES / 64).map(|_| AtomicU64::new(0)).collect();
        // Each start begins elsewhere, so that no directory fills up with what a store takes between two of them.
        let begin = u64::from(u16::from_be_bytes(entropy.array())) * TOGETHER;
        Self { root, durable, drawn: AtomicU64::new(begin) }
    }

    /// A name for a new body.
    pub(super) fn draw(&self, entropy: &dyn Entropy) -> FileId {
        let mut id = FileId::draw(entropy);
        // The remainder always fits.
        let directory = (self.drawn.fetch_add(1, Ordering::Relaxed) / TOGETHER % DIRECTORIES as u64) as u16;
        id.0[..2].copy_from_slice(&directory.to_be_bytes());
        id
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A new, empty file. It survives a crash only after [`settle`](Self::settle).
    pub(super) fn create(&self, id: FileId) -> Result<File, EngineError> {
        let path = path(&self.root, id);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        match options.open(&path) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                self.make_room(id).map_err(EngineError::io("create a directory for bodies"))?;
                options.open(&path)
            }
            outcome => outcome,
        }
        .map_err(EngineError::io("create a body file"))
    }

    /// Waits until the file's bytes and its name are durable.
    pub(super) fn settle(&self, id: FileId, file: &File) -> Result<(), EngineError> {
        file.sync_data().map_err(EngineError::io("sync a body file"))?;
        self.settle_name(id)
    }

    /// Gives the file `from` the second name `to`, sharing its bytes; copies them where the file system cannot.
    pub(super) fn link(&self, from: FileId, to: FileId) -> Result<(), EngineError> {
        self.make_room(to).map_err(EngineError::io("create a directory for bodies"))?;
        let (source, target) = (path(&self.root, from), path(&self.root, to));
        if fs::hard_link(&source, &target).is_err() {
            // Too many links, or a file system without them.
            fs::copy(&source, &target).map_err(EngineError::io("copy a body file"))?;
            let copy = File::open(&target).map_err(EngineError::io("open a copied body file"))?;
            copy.sync_all().map_err(EngineError::io("sync a copied body file"))?;
        }
        self.settle_name(to)
    }

    /// Opens a file that a row names.
    pub(super) fn open(&self, id: FileId) -> Result<File, EngineError> {
        File::open(path(&self.root, id)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => EngineError::corrupt(format!("body file {id} is missing")),
            _ => EngineError::io("open a body file")(error),
        })
    }

    fn make_room(&self, id: FileId) -> io::Result<()> {
        let directory = directory(&self.root, id);
        if let Some(parent) = directory.parent() {
            create_private(parent)?;
        }
        create_private(&directory)
    }

    fn settle_name(&self, id: FileId) -> Result<(), EngineError> {
        let directory = directory(&self.root, id);
        let attempt = EngineError::io("sync a directory of bodies");
        sync(&directory).map_err(&attempt)?;
        let index = usize::from(u16::from_be_bytes([id.0[0], id.0[1]]));
        let (word, bit) = (&self.durable[index / 64], 1 << (index % 64));
        if word.load(Ordering::Acquire) & bit == 0 {
            if let Some(parent) = directory.parent() {
                sync(parent).map_err(&attempt)?;
            }
            sync(&self.root).map_err(&attempt)?;
            word.fetch_or(bit, Ordering::Release);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use keyward_testkit::SeededEntropy;

    use super::*;

    fn room() -> (tempfile::TempDir, BodyDir) {
        let home = tempfile::tempdir().unwrap();
        let bodies = BodyDir::new(home.path().to_owned(), &SeededEntropy::new(1));
        (home, bodies)
    }

    #[test]
    fn names_fill_one_directory_after_the_other() {
        let ((_home, bodies), entropy) = (room(), SeededEntropy::new(2));
        let names: BTreeSet<_> = (0..2 * TOGETHER).map(|_| bodies.draw(&entropy).0).collect();
        let directories: BTreeSet<_> = names.iter().map(|name| [name[0], name[1]]).collect();
        assert_eq!((names.len() as u64, directories.len()), (2 * TOGETHER, 2));
    }

    #[test]
    fn bodies_and_their_directories_are_for_the_owner_alone() {
        let (home, bodies) = room();
        let id = FileId([0xAB; 16]);
        let file = bodies.create(id).unwrap();
        bodies.settle(id, &file).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path(home.path(), id)), 0o600);
        assert_eq!((mode(&home.path().join("ab")), mode(&home.path().join("ab/ab"))), (0o700, 0o700));
    }

    #[test]
    fn a_name_is_never_used_twice() {
        let (_home, bodies) = room();
        bodies.create(FileId([1; 16])).unwrap();
        assert!(matches!(bodies.create(FileId([1; 16])), Err(EngineError::Io { .. })));
    }

    #[test]
    fn a_linked_body_outlives_the_name_it_was_linked_from() {
        let (home, bodies) = room();
        let (first, second) = (FileId([1; 16]), FileId([2; 16]));
        bodies.create(first).unwrap().write_all(b"kept").unwrap();
        bodies.link(first, second).unwrap();
        fs::remove_file(path(home.path(), first)).unwrap();
        assert_eq!(fs::read(path(home.path(), second)).unwrap(), b"kept");
        assert!(matches!(bodies.open(first), Err(EngineError::Corrupt(_))));
    }
}
