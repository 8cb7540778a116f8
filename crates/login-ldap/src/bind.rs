//! What a directory's answer to a person's bind means.

use keyward_identity::ProviderMode;
use keyward_login::Refusal;

use crate::ad::{SubCode, sub_code};

/// Result codes of RFC 4511, appendix A.
pub(crate) const SUCCESS: u32 = 0;
pub(crate) const PROTOCOL_ERROR: u32 = 2;
pub(crate) const SIZE_LIMIT_EXCEEDED: u32 = 4;
pub(crate) const STRONGER_AUTH_REQUIRED: u32 = 8;
pub(crate) const REFERRAL: u32 = 10;
pub(crate) const UNAVAILABLE_CRITICAL_EXTENSION: u32 = 12;
pub(crate) const CONFIDENTIALITY_REQUIRED: u32 = 13;
pub(crate) const UNDEFINED_ATTRIBUTE_TYPE: u32 = 17;
pub(crate) const INAPPROPRIATE_MATCHING: u32 = 18;
pub(crate) const CONSTRAINT_VIOLATION: u32 = 19;
pub(crate) const NO_SUCH_OBJECT: u32 = 32;
pub(crate) const INVALID_CREDENTIALS: u32 = 49;
pub(crate) const INSUFFICIENT_ACCESS: u32 = 50;
pub(crate) const BUSY: u32 = 51;
pub(crate) const UNAVAILABLE: u32 = 52;
pub(crate) const UNWILLING_TO_PERFORM: u32 = 53;

/// The meaning of a bind result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BindAnswer {
    Accepted,
    Refused(Refusal),
    /// Says nothing about the password: the directory is busy, wants TLS, or is broken.
    Unclear,
}

/// Reads a bind result. Only codes that are about this person refuse; everything else leaves the question open.
pub(crate) fn bind_answer(mode: ProviderMode, code: u32, text: &str) -> BindAnswer {
    match (code, mode) {
        (SUCCESS, _) => BindAnswer::Accepted,
        (INVALID_CREDENTIALS, _) => match sub_code(text) {
            Some(SubCode::Refusal(refusal)) => BindAnswer::Refused(refusal),
            Some(SubCode::Outage) => BindAnswer::Unclear,
            None => BindAnswer::Refused(Refusal::WrongPassword),
        },
        // 389 Directory Server and its kin: too many failures lock an account with this code.
        (CONSTRAINT_VIOLATION, ProviderMode::Ldap) => BindAnswer::Refused(Refusal::Locked),
        // The same: an inactivated account. Active Directory has sub-codes for both.
        (UNWILLING_TO_PERFORM, ProviderMode::Ldap) => BindAnswer::Refused(Refusal::Disabled),
        _ => BindAnswer::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use ProviderMode::{Ad, Ldap};

    use super::*;

    #[test]
    fn only_answers_about_the_person_refuse() {
        for mode in [Ad, Ldap] {
            assert_eq!(bind_answer(mode, 0, ""), BindAnswer::Accepted);
            assert_eq!(bind_answer(mode, 49, ""), BindAnswer::Refused(Refusal::WrongPassword));
            for code in [1, 2, 3, 7, 8, 10, 11, 13, 32, 34, 48, 50, 51, 52, 80, 4_711] {
                assert_eq!(bind_answer(mode, code, ""), BindAnswer::Unclear, "result {code}");
            }
        }
    }

    #[test]
    fn codes_that_lock_and_disable_elsewhere_mean_nothing_of_the_kind_in_active_directory() {
        assert_eq!(bind_answer(Ldap, 19, ""), BindAnswer::Refused(Refusal::Locked));
        assert_eq!(bind_answer(Ldap, 53, ""), BindAnswer::Refused(Refusal::Disabled));
        assert_eq!(bind_answer(Ad, 19, ""), BindAnswer::Unclear);
        assert_eq!(bind_answer(Ad, 53, ""), BindAnswer::Unclear);
    }
}
