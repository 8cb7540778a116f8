//! What a directory's answer to a person's bind means.

use keyward_login::Refusal;

use crate::ad;

/// Result codes of RFC 4511, appendix A.
pub(crate) const SUCCESS: u32 = 0;
pub(crate) const SIZE_LIMIT_EXCEEDED: u32 = 4;
pub(crate) const REFERRAL: u32 = 10;
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
pub(crate) fn bind_answer(code: u32, text: &str) -> BindAnswer {
    match code {
        SUCCESS => BindAnswer::Accepted,
        INVALID_CREDENTIALS => BindAnswer::Refused(ad::refusal(text).unwrap_or(Refusal::WrongPassword)),
        // 389 Directory Server and its kin: too many failures lock an account with this code.
        CONSTRAINT_VIOLATION => BindAnswer::Refused(Refusal::Locked),
        // The same: an inactivated account.
        UNWILLING_TO_PERFORM => BindAnswer::Refused(Refusal::Disabled),
        _ => BindAnswer::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_about_the_person_refuse() {
        assert_eq!(bind_answer(0, ""), BindAnswer::Accepted);
        assert_eq!(bind_answer(49, ""), BindAnswer::Refused(Refusal::WrongPassword));
        assert_eq!(bind_answer(19, ""), BindAnswer::Refused(Refusal::Locked));
        assert_eq!(bind_answer(53, ""), BindAnswer::Refused(Refusal::Disabled));
        for code in [1, 2, 3, 7, 8, 10, 11, 13, 32, 34, 48, 50, 51, 52, 80, 4_711] {
            assert_eq!(bind_answer(code, ""), BindAnswer::Unclear, "result {code}");
        }
    }
}
