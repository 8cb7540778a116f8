//! What a program otherwise takes from its surroundings, as values that are passed in: time and randomness.
//!
//! Rules take a [`Timestamp`] and already drawn bytes as arguments; services hold a [`Clock`] and an [`Entropy`].
//! The system's own clock and generator are touched in this crate and nowhere else (`clippy.toml` bans the rest).

mod clock;
mod entropy;
mod timestamp;

pub use clock::{Clock, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
pub use timestamp::{Civil, Timestamp};
