//! Keeps what the process holds in memory, which are secrets, out of core dumps and away from other processes.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps, and other processes of the same user to attach to this one or to read its memory and
/// environment under `/proc`. To be called before the first secret is read.
///
/// Only an administrator of the machine can read them from then on. A failure is not fatal: what remains is the system's
/// own protection of one user against another.
pub(crate) fn protect() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(cause) = setrlimit(Resource::Core, none) {
        warn(&format!("core dumps cannot be switched off: {cause}"));
    }
    #[cfg(target_os = "linux")]
    if let Err(cause) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        warn(&format!("other processes of this user can read the memory of this one: {cause}"));
    }
}

#[expect(clippy::print_stderr, reason = "there is no log yet")]
fn warn(what: &str) {
    eprintln!("keyward: warning: {what}");
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn core_dumps_are_off_and_the_process_is_not_dumpable() {
        protect();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    }
}
