//! What an operator may choose about signatures, and the limits that nobody may.

use std::time::Duration;

use keyward_ambient::Timestamp;

use crate::SignatureError;

/// How far the time of a signature may lie from the server's clock, in either direction.
pub const CLOCK_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The longest life that a presigned URL may ask for: seven days.
pub const LONGEST_PRESIGNED_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The operator's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The regions that a signature's scope may name.
    pub regions: Regions,
    /// Whether Signature Version 2 is honoured.
    pub sigv2: SigV2,
}

/// Whether Signature Version 2 is honoured. It covers neither the host nor the body nor most query parameters, so
/// that what it protects is less than with Version 4; clients of ECS use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigV2 {
    /// As ECS does.
    Allowed {
        /// How far ahead the `Expires` of a presigned URL, or the expiration of a form, may lie; `None` for any time,
        /// as Version 2 has it.
        max_life: Option<Duration>,
    },
    /// Every such signature is refused, with an error that says so.
    Refused,
}

impl Default for SigV2 {
    fn default() -> Self {
        Self::Allowed { max_life: None }
    }
}

impl SigV2 {
    /// Refuses where the operator does.
    pub(crate) fn admit(self) -> Result<(), SignatureError> {
        if self == Self::Refused { Err(SignatureError::SigV2NotSupported) } else { Ok(()) }
    }

    /// Refuses what lives longer than the operator allows.
    pub(crate) fn check_end(self, end: Timestamp, now: Timestamp) -> Result<(), SignatureError> {
        match self {
            Self::Refused => Err(SignatureError::SigV2NotSupported),
            Self::Allowed { max_life: Some(life) } if end > now.plus(life) => Err(SignatureError::LivesTooLong),
            Self::Allowed { .. } => Ok(()),
        }
    }
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
