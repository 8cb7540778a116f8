//! The file that holds the master keys: made once, whole or not at all, and read by its owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use keyward_ambient::Entropy;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Fingerprint, MasterKeyError, MasterKeys};

/// What the file says to whoever finds it.
const NOTICE: &str = "\
# Keyward's master key. With it and the data directory every secret key can be read; without it none can.
# Keep a copy, apart from the backups of the data. The first line is the key in use: `keyward master-key rotate` adds one.
";

/// A key file is a few lines; anything longer is another file.
const LONGEST: u64 = 64 * 1024;

/// Why the master keys could not be had from a file.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// There is no such file.
    #[error(
        "there is no master key file {path}; restore it from its copy: without it the stored secrets cannot be opened"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A new key was to be made, and the file is there.
    #[error("the master key file {path} exists already and is not overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Others than the owner and its group can read the file, or others than the owner can write it.
    #[error("the master key file {path} is open to others (mode {mode:03o}); run `chmod 600 {path}`")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("the master key file {path} cannot be used")]
    Contents {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: MasterKeyError,
    },
    /// The file could not be read or written.
    #[error("the master key file {path} could not be {attempted}")]
    Io {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        attempted: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Reads the master keys from a file, the current one first ([`MasterKeys::parse`]). The file may be readable by its
/// group, as mounted secrets are, and by nobody else.
pub fn load_key_file(path: &Path) -> Result<MasterKeys, KeyFileError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing { path: path.to_owned() },
        _ => KeyFileError::Io { path: path.to_owned(), attempted: "read", source },
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o027 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
    }
    if metadata.len() > LONGEST {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it is far too long for a master key file")));
    }
    let text = read(file).map_err(failed)?;
    MasterKeys::parse(&text).map_err(|source| KeyFileError::Contents { path: path.to_owned(), source })
}

fn read(mut file: File) -> io::Result<Zeroizing<String>> {
    // All the room from the start: growing would leave copies of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize + 1));
    io::Read::read_to_string(&mut io::Read::take(&mut file, LONGEST), &mut text)?;
    Ok(text)
}

/// Makes a new master key and writes it to a file that must not exist yet, with mode 0600. When this answers, the file
/// is on the disk, whole; a crash before leaves none.
///
/// Only for a data directory without data: a new key beside old data cannot open any of it.
pub fn create_key_file(path: &Path, entropy: &dyn Entropy) -> Result<MasterKeys, KeyFileError> {
    let keys = MasterKeys::generate(entropy);
    let text = Zeroizing::new([NOTICE, &keys.current_base64(), "\n"].concat());
    write_new(path, text.as_bytes()).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists { path: path.to_owned() },
        _ => KeyFileError::Io { path: path.to_owned(), attempted: "written", source },
    })?;
    Ok(keys)
}

/// Puts a new master key before those of the file, and answers all of them. When this answers, the file is on the disk,
/// whole; a crash before leaves it as it was.
pub fn add_key(path: &Path, entropy: &dyn Entropy) -> Result<MasterKeys, KeyFileError> {
    let keys = load_key_file(path)?.with_new(entropy);
    replace(path, &keys)?;
    Ok(keys)
}

/// Takes an earlier master key out of the file, and answers those that are left; `None`, and nothing done, when it is
/// the current one or not in the file.
pub fn remove_key(path: &Path, fingerprint: Fingerprint) -> Result<Option<MasterKeys>, KeyFileError> {
    let Some(keys) = load_key_file(path)?.without(fingerprint) else { return Ok(None) };
    replace(path, &keys)?;
    Ok(Some(keys))
}

fn replace(path: &Path, keys: &MasterKeys) -> Result<(), KeyFileError> {
    let text = Zeroizing::new([NOTICE, &keys.lines_base64()].concat());
    let written = draft(path, text.as_bytes()).and_then(|draft| {
        fs::rename(draft, path)?;
        sync_directory_of(path)
    });
    written.map_err(|source| KeyFileError::Io { path: path.to_owned(), attempted: "written", source })
}

/// Writes a file beside its place and links it there, which fails if something is there already, unlike a rename.
fn write_new(path: &Path, contents: &[u8]) -> io::Result<()> {
    let draft = draft(path, contents)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked?;
    sync_directory_of(path)
}

/// Writes and syncs the file that is to become `path`.
fn draft(path: &Path, contents: &[u8]) -> io::Result<PathBuf> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    // Left by a crash; a draft that was never linked never sealed anything.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(contents)?;
    file.sync_all()?;
    Ok(draft)
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use keyward_testkit::SeededEntropy;
    use tempfile::TempDir;

    use super::*;

    fn room() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("master.key");
        (directory, path)
    }

    #[test]
    fn a_new_key_reads_back_from_a_file_that_only_its_owner_reads() {
        let (directory, path) = room();
        let made = create_key_file(&path, &SeededEntropy::new(1)).expect("makes a key");
        assert_eq!(load_key_file(&path).expect("reads it").fingerprint(), made.fingerprint());
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1, "no draft is left");
    }

    #[test]
    fn an_existing_key_is_never_overwritten() {
        let (_directory, path) = room();
        let first = create_key_file(&path, &SeededEntropy::new(1)).expect("makes a key");
        let second = create_key_file(&path, &SeededEntropy::new(2));
        assert!(matches!(second, Err(KeyFileError::Exists { .. })), "{second:?}");
        assert_eq!(load_key_file(&path).expect("reads it").fingerprint(), first.fingerprint());
    }

    #[test]
    fn a_key_is_added_before_the_others_and_an_earlier_one_taken_out() {
        let (directory, path) = room();
        let first = create_key_file(&path, &SeededEntropy::new(1)).expect("makes a key").fingerprint();
        let second = add_key(&path, &SeededEntropy::new(2)).expect("adds one").fingerprint();
        let both = load_key_file(&path).expect("reads it");
        assert_eq!((both.fingerprint(), both.earlier()), (second, vec![first]));
        assert!(remove_key(&path, second).expect("reads it").is_none(), "the current one stays");
        assert!(remove_key(&path, first).expect("takes it out").is_some());
        let left = load_key_file(&path).expect("reads it");
        assert_eq!((left.fingerprint(), left.earlier()), (second, vec![]));
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1, "no draft is left");
    }

    #[test]
    fn what_a_crash_left_behind_is_no_hindrance() {
        let (_directory, path) = room();
        fs::write(path.with_file_name("master.key.new"), "half a k").expect("writes");
        create_key_file(&path, &SeededEntropy::new(1)).expect("makes a key");
        load_key_file(&path).expect("reads it");
    }

    #[test]
    fn a_missing_file_is_told_from_an_unreadable_one() {
        let (directory, path) = room();
        assert!(matches!(load_key_file(&path), Err(KeyFileError::Missing { .. })));
        let unreadable = load_key_file(directory.path());
        assert!(matches!(unreadable, Err(KeyFileError::Exposed { .. } | KeyFileError::Io { .. })), "{unreadable:?}");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_remedy() {
        let (_directory, path) = room();
        create_key_file(&path, &SeededEntropy::new(1)).expect("makes a key");
        for (mode, accepted) in [(0o400, true), (0o440, true), (0o640, true), (0o660, false), (0o604, false)] {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("sets the mode");
            assert_eq!(load_key_file(&path).is_ok(), accepted, "{mode:o}");
        }
        let error = load_key_file(&path).expect_err("exposed").to_string();
        assert!(error.contains("(mode 604)") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_of_something_else_is_refused_without_showing_it() {
        let (_directory, path) = room();
        create_key_file(&path, &SeededEntropy::new(1)).expect("makes a key");
        fs::write(&path, "hunter2\n").expect("writes");
        let error = load_key_file(&path).expect_err("no key");
        assert!(matches!(&error, KeyFileError::Contents { source: MasterKeyError::NotAKey { number: 1 }, .. }));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        fs::write(&path, "A".repeat(100_000)).expect("writes");
        assert!(matches!(load_key_file(&path), Err(KeyFileError::Io { .. })));
    }
}
