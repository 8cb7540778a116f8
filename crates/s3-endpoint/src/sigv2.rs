//! Whether Signature Version 2 is honoured: the server's choice, and that of a namespace where it makes one.

use std::time::Duration;

use keyward_identity::SigV2Setting;
use keyward_signature::SigV2;

/// What holds where a namespace says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigV2Default {
    /// Whether such signatures are honoured.
    pub enabled: bool,
    /// How far ahead the end of a presigned URL or of a form may lie; `None` for any time.
    pub max_life: Option<Duration>,
}

impl Default for SigV2Default {
    /// As ECS does.
    fn default() -> Self {
        Self { enabled: true, max_life: None }
    }
}

impl SigV2Default {
    /// What holds for the users of a namespace with this setting.
    pub(crate) fn with(self, own: SigV2Setting) -> SigV2 {
        if own.enabled.unwrap_or(self.enabled) {
            SigV2::Allowed { max_life: own.max_life_seconds.map(Duration::from_secs).or(self.max_life) }
        } else {
            SigV2::Refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_that_says_nothing_has_what_the_server_has() {
        let bounded = SigV2Default { enabled: true, max_life: Some(Duration::from_secs(60)) };
        assert_eq!(SigV2Default::default().with(SigV2Setting::default()), SigV2::Allowed { max_life: None });
        assert_eq!(bounded.with(SigV2Setting::default()), SigV2::Allowed { max_life: bounded.max_life });
        let off = SigV2Default { enabled: false, ..bounded };
        assert_eq!(off.with(SigV2Setting::default()), SigV2::Refused);
    }

    #[test]
    fn a_namespace_that_chooses_has_its_choice() {
        let off = SigV2Default { enabled: false, max_life: Some(Duration::from_secs(60)) };
        let on = SigV2Setting { enabled: Some(true), max_life_seconds: None };
        assert_eq!(off.with(on), SigV2::Allowed { max_life: Some(Duration::from_secs(60)) });
        let longer = SigV2Setting { enabled: Some(true), max_life_seconds: Some(90) };
        assert_eq!(off.with(longer), SigV2::Allowed { max_life: Some(Duration::from_secs(90)) });
        let refused = SigV2Setting { enabled: Some(false), max_life_seconds: Some(90) };
        assert_eq!(SigV2Default::default().with(refused), SigV2::Refused);
    }
}
