//! One secret of a key ring, with where it came from and how long it lives.

use std::net::IpAddr;

use keyward_ambient::Timestamp;

use crate::{SecretId, SecretKey};

/// A secret key and what is known about it. Its `Debug` shows all but the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The name under which answers, logs and audit records speak of it.
    pub id: SecretId,
    /// The shared secret itself.
    pub key: SecretKey,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The first moment at which it is no longer accepted; `None` when it lives until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// Name of the principal who issued it: the owner or an administrator.
    pub made_by: String,
    /// Address the issuing request came from, when known.
    pub made_from: Option<IpAddr>,
    /// What its owner calls it; may be empty.
    pub label: String,
}

impl Secret {
    /// Whether it is accepted at `now`: before its expiry, and not at it.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether it is still accepted at `now` but has an end.
    pub fn in_grace(&self, now: Timestamp) -> bool {
        self.expires_at.is_some() && self.is_live(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, minutes_later, secret};

    #[test]
    fn a_secret_is_live_before_its_end_and_not_at_it() {
        let ending = Secret { expires_at: Some(minutes_later(1)), ..secret(1) };
        assert!(ending.is_live(NOW) && ending.in_grace(NOW));
        assert!(!ending.is_live(minutes_later(1)) && !ending.in_grace(minutes_later(1)));
    }

    #[test]
    fn a_secret_without_an_end_is_live_for_ever_and_in_no_grace() {
        assert!(secret(1).is_live(Timestamp::MAX));
        assert!(!secret(1).in_grace(NOW));
    }
}
