//! The file with the tokens of monitoring systems: read at start, and read again when it changes.

use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_management_api::ScrapeTokens;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::start_error::StartError;

/// How often the file is read.
const EVERY: Duration = Duration::from_secs(10);

/// The largest file that is read, in bytes: many times what the tokens of one take.
const LARGEST: u64 = 64 * 1024;

/// Reads the file, if there is one.
pub(crate) fn open(file: Option<&Path>) -> Result<ScrapeTokens, StartError> {
    file.map_or(Ok(ScrapeTokens::default()), |path| {
        read(path).map_err(|cause| StartError::MetricsToken { path: path.to_owned(), cause })
    })
}

/// Follows the file for as long as the server runs. While it cannot be used, the tokens stay as they were.
pub(crate) async fn follow(file: Option<PathBuf>, tokens: watch::Sender<ScrapeTokens>, clock: Arc<dyn Clock>) {
    let Some(file) = file else { return };
    let mut trouble = String::new();
    loop {
        clock.sleep(EVERY).await;
        match read_aside(file.clone()).await {
            Ok(read) => {
                trouble.clear();
                let changed = tokens.send_if_modified(|tokens| std::mem::replace(tokens, read.clone()) != read);
                if changed {
                    tracing::info!(file = %file.display(), "metrics tokens read again");
                }
            }
            Err(cause) => {
                if trouble != cause {
                    tracing::warn!(file = %file.display(), cause, "metrics tokens cannot be read; the previous ones stay");
                }
                trouble = cause;
            }
        }
    }
}

/// Reads on a thread where waiting holds up no request: the file may lie on a file system that does not answer.
async fn read_aside(path: PathBuf) -> Result<ScrapeTokens, String> {
    tokio::task::spawn_blocking(move || read(&path)).await.map_err(|cause| cause.to_string())?
}

/// Refuses what is not a regular file: a pipe would make the reader wait, and a device may have no end.
fn read(path: &Path) -> Result<ScrapeTokens, String> {
    let told = |cause: std::io::Error| cause.to_string();
    let without_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = std::fs::OpenOptions::new().read(true).custom_flags(without_waiting).open(path).map_err(told)?;
    if !file.metadata().map_err(told)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(told)?;
    if text.len() as u64 > LARGEST {
        return Err(format!("it is larger than {LARGEST} bytes"));
    }
    ScrapeTokens::parse(&text).map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests {
    use keyward_testkit::FrozenClock;

    use super::*;

    const FIRST: &str = "0123456789abcdef0123456789abcdef";
    const SECOND: &str = "fedcba9876543210fedcba9876543210";

    #[tokio::test]
    async fn a_token_that_changes_is_followed_and_a_broken_file_changes_nothing() {
        let dir = tempfile::tempdir().expect("temp dir");
        let file = dir.path().join("token");
        std::fs::write(&file, FIRST).expect("written");
        let first = open(Some(&file)).expect("read");
        let (tokens, mut followed) = watch::channel(first.clone());
        let clock = FrozenClock::default();
        tokio::spawn(follow(Some(file.clone()), tokens, Arc::new(clock.clone())));

        for text in ["short", SECOND] {
            std::fs::write(&file, text).expect("written");
            tokio::task::yield_now().await;
            clock.advance(EVERY);
        }
        // The file is read on another thread, so time may have passed before it was waited for.
        while !followed.has_changed().expect("followed") {
            tokio::task::yield_now().await;
            clock.advance(EVERY);
        }
        assert_eq!(*followed.borrow_and_update(), ScrapeTokens::parse(SECOND).expect("tokens"));
    }

    #[test]
    fn what_is_not_a_regular_file_of_a_sane_size_is_refused_without_waiting() {
        let dir = tempfile::tempdir().expect("temp dir");
        let (pipe, large) = (dir.path().join("pipe"), dir.path().join("large"));
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .expect("a pipe");
        std::fs::write(&large, "#".repeat(70_000)).expect("written");
        for path in [&pipe, &large, Path::new("/dev/zero"), dir.path()] {
            assert!(open(Some(path)).is_err(), "{}", path.display());
        }
    }

    #[test]
    fn a_file_without_a_token_ends_the_start() {
        let dir = tempfile::tempdir().expect("temp dir");
        let file = dir.path().join("token");
        assert!(open(Some(&file)).is_err(), "it is not there");
        std::fs::write(&file, "short").expect("written");
        let error = open(Some(&file)).expect_err("refused").to_string();
        assert!(error.contains("line 1") && error.contains("openssl rand") && !error.contains("short"), "{error}");
        assert_eq!(open(None).expect("none"), ScrapeTokens::default());
    }
}
