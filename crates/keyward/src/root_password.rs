//! The first password of `root`: given by the operator, or made and left in a file that only the owner can read.

use std::io;
use std::path::{Path, PathBuf};

use keyward_ambient::Entropy;
use keyward_login::Password;
use zeroize::Zeroizing;

use crate::config::Environment;
use crate::data_dir::DataDir;

/// The file in the data directory that a made password is left in.
pub(crate) const FILE: &str = "root-password";

/// Why there is no first password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RootPasswordError {
    #[error("cannot read root's password in {path}: {cause}")]
    Unreadable { path: String, cause: io::Error },
    #[error("root's password in {path} is empty")]
    Empty { path: String },
    #[error("cannot write root's password to the data directory: {0}")]
    Unwritable(io::Error),
}

/// Where the first password came from.
pub(crate) enum RootPassword {
    /// The operator gave it.
    Given(Password),
    /// It was made; the file says it.
    Made(Password),
}

impl RootPassword {
    /// The password of the first start: the environment's, the named file's, one made at an interrupted first start,
    /// or a new one.
    pub(crate) fn for_first_start(
        environment: &Environment,
        given: Option<&Path>,
        data_dir: &DataDir,
        entropy: &dyn Entropy,
    ) -> Result<Self, RootPasswordError> {
        if let Some(password) = environment.value("KEYWARD_ROOT_PASSWORD") {
            return Ok(RootPassword::Given(Password::from(password)));
        }
        if let Some(path) = given {
            return read(path).map(RootPassword::Given);
        }
        let made = data_dir.join(FILE);
        if made.exists() {
            return read(&made).map(RootPassword::Made);
        }
        let password = Password::new(words(&entropy.array::<20>()));
        let line = Zeroizing::new(format!("{}\n", password.expose()));
        // Before the account: a password that nobody knows would lock everybody out after a crash in between.
        data_dir.write_private(FILE, line.as_bytes()).map_err(RootPasswordError::Unwritable)?;
        Ok(RootPassword::Made(password))
    }

    /// The password.
    pub(crate) fn password(&self) -> &Password {
        match self {
            RootPassword::Given(password) | RootPassword::Made(password) => password,
        }
    }
}

/// Removes the file with the made password: root has another one now.
pub(crate) fn forget(path: &PathBuf) {
    match std::fs::remove_file(path) {
        Ok(()) => {
            tracing::info!(path = %path.display(), "root's first password is no longer in use; its file is removed")
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => tracing::warn!(path = %path.display(), %cause, "root's first password could not be removed"),
    }
}

fn read(path: &Path) -> Result<Password, RootPasswordError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|cause| RootPasswordError::Unreadable { path: shown.clone(), cause })?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(RootPasswordError::Empty { path: shown }),
        password => Ok(Password::from(password)),
    }
}

/// Groups of letters and digits that a person can copy, without those that look alike: five bits a character.
fn words(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use keyward_testkit::SeededEntropy;

    use super::*;

    fn data_dir(parent: &Path) -> DataDir {
        DataDir::open(&parent.join("data")).expect("opened")
    }

    #[test]
    fn a_made_password_is_in_the_file_and_nowhere_else() {
        let parent = tempfile::tempdir().expect("temp dir");
        let dir = data_dir(parent.path());
        let made =
            RootPassword::for_first_start(&Environment::of(&[]), None, &dir, &SeededEntropy::new(1)).expect("made");
        let file = dir.join(FILE);
        assert_eq!(std::fs::read_to_string(&file).expect("there").trim_end(), made.password().expose());
        assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(made.password().expose().len(), 23);
    }

    #[test]
    fn a_first_start_that_was_interrupted_keeps_its_password() {
        let parent = tempfile::tempdir().expect("temp dir");
        let dir = data_dir(parent.path());
        let make = |seed| {
            let made = RootPassword::for_first_start(&Environment::of(&[]), None, &dir, &SeededEntropy::new(seed));
            made.expect("made").password().expose().to_owned()
        };
        assert_eq!(make(1), make(2));
    }

    #[test]
    fn the_environment_beats_the_file_and_is_taken_as_it_is() {
        let parent = tempfile::tempdir().expect("temp dir");
        let dir = data_dir(parent.path());
        let environment = Environment::of(&[("KEYWARD_ROOT_PASSWORD", " with blanks ")]);
        let given =
            RootPassword::for_first_start(&environment, Some(Path::new("/nonexistent")), &dir, &SeededEntropy::new(1));
        assert_eq!(given.expect("given").password().expose(), " with blanks ");
        assert!(!dir.join(FILE).exists());
    }
}
