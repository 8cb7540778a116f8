//! How long a directory may take, and how much of it a login may use.

use std::time::Duration;

/// Time-outs and bounds of one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For finding a server's addresses, and for reaching one of them.
    pub connect: Duration,
    /// For a TLS handshake, a bind, a search.
    pub operation: Duration,
    /// For a whole login, fail-over included.
    pub login: Duration,
    /// Logins under way at once; each holds a connection to the directory.
    pub at_once: usize,
    /// A server that failed is asked last for this long.
    pub rest: Duration,
    /// The shared connection is renewed after being unused for so long: firewalls forget idle connections silently,
    /// and Active Directory closes them after 15 minutes.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            operation: Duration::from_secs(5),
            login: Duration::from_secs(15),
            at_once: 32,
            rest: Duration::from_secs(30),
            idle: Duration::from_secs(120),
        }
    }
}
