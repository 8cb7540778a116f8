//! How many files and connections the system lets this process hold open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not connections: databases, bodies of objects, directories.
const OTHER_FILES: u64 = 512;

/// Asks the system for as much as it allows, and tells how many connections each of the three listeners may hold so
/// that files can still be opened.
pub(crate) fn room_for_connections() -> usize {
    let allowed = raise();
    let connections = allowed.saturating_sub(OTHER_FILES.min(allowed / 2)) / 3;
    usize::try_from(connections.clamp(16, 10_000)).unwrap_or(10_000)
}

fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(cause) => {
            tracing::warn!(%cause, "the limit of open files stays as it is");
            limit.current.unwrap_or(u64::MAX)
        }
    }
}
