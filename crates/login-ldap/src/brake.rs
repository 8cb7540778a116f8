//! The brake on guessing at one entry, by whatever names it is found.
//!
//! A filter may find an entry by its account name, its mail address and more, and each of these is a name of its own to
//! the brake before the chain of providers. The directory counts them together, and so does this.

use std::net::IpAddr;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_login::{Admission, Throttle, ThrottleRules, TooManyAttempts};

/// Failures of the entries of all directories. Clones share them, so they outlive changes of a provider's settings.
#[derive(Clone, Debug)]
pub struct EntryBrake(Throttle);

impl Default for EntryBrake {
    fn default() -> Self {
        // Nobody waits here: whoever does holds one of the turns that the directory's other people need. A person who
        // uses one name alone waits at the brake before, which has the same rules.
        let rules = ThrottleRules { longest_wait: Duration::ZERO, never_held: Vec::new(), ..ThrottleRules::default() };
        Self(Throttle::new(rules))
    }
}

impl EntryBrake {
    /// Whether the entry `dn` of `provider` may be tried now.
    pub(crate) async fn enter(
        &self,
        clock: &dyn Clock,
        provider: &str,
        dn: &str,
        from: Option<IpAddr>,
    ) -> Result<Admission, TooManyAttempts> {
        self.0.enter_as(clock, &format!("{provider} {}", dn.to_lowercase()), from).await
    }
}
