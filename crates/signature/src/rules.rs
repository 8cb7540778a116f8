//! What an operator may choose about signatures, and the limits that nobody may.

use std::time::Duration;

/// How far the time of a signature may lie from the server's clock, in either direction.
pub const CLOCK_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The longest life that a presigned URL may ask for: seven days.
pub const LONGEST_PRESIGNED_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The operator's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The regions that a signature's scope may name.
    pub regions: Regions,
}

/// Which regions are honoured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Regions {
    /// Whatever the client was configured with, as ECS does.
    #[default]
    Any,
    /// These, compared as they stand; the first is named to a client that used another.
    Only(Vec<String>),
}

impl Regions {
    /// Whether a signature for `region` is honoured.
    pub fn accept(&self, region: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(accepted) => accepted.iter().any(|one| one == region),
        }
    }

    /// The region that a refused client should use; empty when any would do.
    pub(crate) fn preferred(&self) -> &str {
        match self {
            Self::Any => "",
            Self::Only(accepted) => accepted.first().map_or("", String::as_str),
        }
    }
}
