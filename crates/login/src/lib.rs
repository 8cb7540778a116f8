//! Who may log in: the port that login providers implement, the chain that asks them, and what surrounds a login.
//!
//! A provider answers one of four things: *not asked for* (the name is not of its kind), *authenticated*,
//! *refused*, or *could not find out*. The [`Chain`] stops at the first provider that was asked for. An outage is never
//! a refusal: it travels as [`Unavailable`] up to the wire, where it is 503.
//!
//! A caller wraps the chain in the [`Throttle`], so that a guess is slowed before it reaches a directory:
//!
//! ```text
//! throttle.enter(clock, name, from) ── TooManyAttempts ──▶ 429, no provider is asked
//!        │ Admission
//!        ▼
//! chain.authenticate(credentials) ──▶ Authenticated ──▶ admission.succeeded(now)
//!                                 ├─▶ Refused       ──▶ admission.failed(now)
//!                                 ├─▶ TurnedAway    ──▶ drop(admission): the provider's own brake, 429
//!                                 └─▶ Unavailable   ──▶ drop(admission): nobody's fault
//! ```

mod chain;
mod credentials;
mod login_name;
mod outcome;
mod password;
mod provider;
mod throttle;
mod token;

pub use chain::{Chain, Verdict};
pub use credentials::Credentials;
pub use login_name::{LoginName, LoginNameError};
pub use outcome::{Outcome, Presence, Refusal, Unavailable};
pub use password::Password;
pub use provider::{Decoy, Provider};
pub use throttle::{Admission, Pace, Throttle, ThrottleRules, TooManyAttempts};
pub use token::{Token, TokenError};
