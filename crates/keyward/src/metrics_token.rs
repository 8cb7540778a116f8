//! The file with the tokens of monitoring systems: read at start, and read again when it changes.

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
        match read(&file) {
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

fn read(path: &Path) -> Result<ScrapeTokens, String> {
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|cause| cause.to_string())?);
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

        for (text, changed) in [("short", false), (SECOND, true)] {
            std::fs::write(&file, text).expect("written");
            tokio::task::yield_now().await;
            clock.advance(EVERY);
            if changed {
                followed.changed().await.expect("followed");
            }
        }
        assert_eq!(*followed.borrow(), ScrapeTokens::parse(SECOND).expect("tokens"));
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
