//! Object lock of a bucket: whether its objects can be locked, and for how long new ones are.

use serde::{Deserialize, Serialize};

/// Who may end a retention early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetentionMode {
    /// Those with a permission of their own for it.
    Governance,
    /// No one.
    Compliance,
}

impl RetentionMode {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            RetentionMode::Governance => "GOVERNANCE",
            RetentionMode::Compliance => "COMPLIANCE",
        }
    }

    /// The mode of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [RetentionMode::Governance, RetentionMode::Compliance].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// Object lock as a bucket has it: it is on once this is there, and never goes off again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLockConfiguration {
    /// The retention of a new version whose writer asks for none.
    pub default_retention: Option<DefaultRetention>,
}

/// The retention that a bucket gives new versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultRetention {
    /// Who may end it early.
    pub mode: RetentionMode,
    /// How long it lasts.
    pub period: RetentionPeriod,
}

/// How long a default retention lasts, in the unit that it was given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionPeriod {
    /// Days.
    Days(u32),
    /// Years, of 365 days each.
    Years(u32),
}

impl RetentionPeriod {
    /// The period in days.
    pub const fn days(self) -> u32 {
        match self {
            RetentionPeriod::Days(days) => days,
            RetentionPeriod::Years(years) => years.saturating_mul(365),
        }
    }
}
