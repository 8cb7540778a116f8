//! Why Active Directory refuses a bind: the code in the text of result 49.

use keyward_login::Refusal;

/// The meaning of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubCode {
    /// Says something about the account or its password.
    Refusal(Refusal),
    /// The domain controller could not find out itself, as a read-only one without its writable partner.
    Outage,
}

/// Reads the code in a text such as `80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 52e,
/// v2580`: a Windows error code (MS-ERREF 2.2), in hexadecimal. `None` for other texts and for codes that explain
/// nothing.
pub(crate) fn sub_code(text: &str) -> Option<SubCode> {
    let (_, after) = text.split_once(", data ")?;
    let digits = after.split(|c: char| !c.is_ascii_hexdigit()).next()?;
    let refusal = match u32::from_str_radix(digits, 16).ok()? {
        // No logon server; the domain cannot be reached.
        0x51f | 0x54b => return Some(SubCode::Outage),
        0x525 => Refusal::UnknownUser,
        0x52e => Refusal::WrongPassword,
        // A restriction of the account, its hours, its workstations; a kind of login, or more groups than a login may
        // have.
        0x52f..=0x531 | 0x569 | 0x568 => Refusal::NotPermittedNow,
        0x532 => Refusal::PasswordExpired,
        0x533 => Refusal::Disabled,
        0x701 => Refusal::AccountExpired,
        0x773 => Refusal::MustChangePassword,
        0x775 => Refusal::Locked,
        _ => return None,
    };
    Some(SubCode::Refusal(refusal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_code(code: &str) -> String {
        format!("80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data {code}, v2580")
    }

    #[test]
    fn the_code_in_the_text_says_why() {
        let expected = [
            ("525", Refusal::UnknownUser),
            ("52e", Refusal::WrongPassword),
            ("52E", Refusal::WrongPassword),
            ("530", Refusal::NotPermittedNow),
            ("531", Refusal::NotPermittedNow),
            ("532", Refusal::PasswordExpired),
            ("533", Refusal::Disabled),
            ("568", Refusal::NotPermittedNow),
            ("569", Refusal::NotPermittedNow),
            ("701", Refusal::AccountExpired),
            ("773", Refusal::MustChangePassword),
            ("775", Refusal::Locked),
        ];
        for (code, reason) in expected {
            assert_eq!(sub_code(&with_code(code)), Some(SubCode::Refusal(reason)), "data {code}");
        }
    }

    #[test]
    fn a_domain_controller_that_cannot_ask_its_domain_refuses_nobody() {
        for code in ["51f", "54b"] {
            assert_eq!(sub_code(&with_code(code)), Some(SubCode::Outage), "data {code}");
        }
    }

    #[test]
    fn other_texts_say_nothing() {
        for text in ["", "invalid credentials", ", data ", ", data zz", &with_code("1"), &with_code("fffffffff")] {
            assert_eq!(sub_code(text), None, "{text:?}");
        }
    }
}
