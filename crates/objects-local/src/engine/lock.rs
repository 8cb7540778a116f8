//! The lock of a version: until when it may not be deleted, and a hold without an end.

use std::time::Duration;

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

/// Who may end a retention early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionMode {
    /// Those who may bypass it.
    Governance,
    /// No one.
    Compliance,
}

/// Until when a version is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// How strictly.
    pub mode: RetentionMode,
    /// The first moment at which it may be deleted.
    pub until: Timestamp,
}

/// For how long after its writing a version is kept, whoever asks. The longer is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionPeriod {
    /// So many seconds.
    Seconds(u32),
    /// Without an end.
    Forever,
}

impl RetentionPeriod {
    /// Whether what was written then has to stay at `now`.
    pub fn forbids_deletion(self, written: Timestamp, now: Timestamp) -> bool {
        match self {
            RetentionPeriod::Seconds(seconds) => now < written.plus(Duration::from_secs(u64::from(seconds))),
            RetentionPeriod::Forever => true,
        }
    }
}

/// What keeps a version from being deleted. The default keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lock {
    /// For a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// For as long as it is on; `None` when nothing was ever said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_hold: Option<bool>,
}

impl Lock {
    /// Whether the version has to stay at `now`.
    pub fn forbids_deletion(&self, now: Timestamp, bypasses_governance: bool) -> bool {
        self.legal_hold == Some(true)
            || self.retention.is_some_and(|retention| retention.binds(now, bypasses_governance))
    }

    /// Whether the retention may become `wanted` at `now`: it may always get longer, and change otherwise only by whom
    /// it does not bind. Not even to a stricter mode: who may bypass it could not take that back.
    pub fn permits_retention(&self, wanted: Option<Retention>, now: Timestamp, bypasses_governance: bool) -> bool {
        let Some(present) = self.retention.filter(|present| present.binds(now, bypasses_governance)) else {
            return true;
        };
        wanted.is_some_and(|wanted| wanted.mode == present.mode && wanted.until >= present.until)
    }
}

impl Retention {
    fn binds(self, now: Timestamp, bypasses_governance: bool) -> bool {
        now < self.until && !(bypasses_governance && self.mode == RetentionMode::Governance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(100);

    fn retained(mode: RetentionMode, until: i64) -> Lock {
        Lock { retention: Some(Retention { mode, until: Timestamp::from_seconds(until) }), legal_hold: None }
    }

    #[test]
    fn a_retention_ends_at_its_moment_and_a_hold_does_not() {
        assert!(retained(RetentionMode::Compliance, 101).forbids_deletion(NOW, true));
        assert!(!retained(RetentionMode::Compliance, 100).forbids_deletion(NOW, false));
        assert!(Lock { retention: None, legal_hold: Some(true) }.forbids_deletion(NOW, true));
        assert!(!Lock { retention: None, legal_hold: Some(false) }.forbids_deletion(NOW, false));
    }

    #[test]
    fn only_governance_can_be_bypassed() {
        assert!(retained(RetentionMode::Governance, 101).forbids_deletion(NOW, false));
        assert!(!retained(RetentionMode::Governance, 101).forbids_deletion(NOW, true));
    }

    #[test]
    fn a_retention_in_force_only_gets_longer() {
        use RetentionMode::{Compliance, Governance};
        let may = |present: Lock, wanted: Lock, bypass| present.permits_retention(wanted.retention, NOW, bypass);
        assert!(may(retained(Governance, 200), retained(Governance, 201), false));
        assert!(!may(retained(Governance, 200), retained(Compliance, 200), false));
        assert!(may(retained(Governance, 200), retained(Compliance, 200), true));
        assert!(!may(retained(Governance, 200), retained(Governance, 199), false));
        assert!(may(retained(Governance, 200), retained(Governance, 199), true));
        assert!(!may(retained(Governance, 200), Lock::default(), false));
        assert!(!may(retained(Compliance, 200), retained(Governance, 300), true));
        assert!(!may(retained(Compliance, 200), Lock::default(), true));
        assert!(may(retained(Compliance, 99), Lock::default(), false), "one that is over binds no one");
    }
}
