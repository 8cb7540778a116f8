//! What is particular to Active Directory.

use keyward_login::Refusal;
use ldap3::ldap_escape;

/// `LDAP_MATCHING_RULE_IN_CHAIN`: follows memberships through nested groups.
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";

/// Reads the code that Active Directory puts into the text of result 49, as in `80090308: LdapErr: DSID-0C09042F,
/// comment: AcceptSecurityContext error, data 52e, v2580`. The number is a Windows error code, in hexadecimal.
pub(crate) fn refusal(text: &str) -> Option<Refusal> {
    let (_, after) = text.split_once(", data ")?;
    let digits = after.split(|c: char| !c.is_ascii_hexdigit()).next()?;
    match u32::from_str_radix(digits, 16).ok()? {
        0x525 => Some(Refusal::UnknownUser),
        0x52e => Some(Refusal::WrongPassword),
        // A restriction of the account, its hours, its workstations.
        0x52f..=0x531 => Some(Refusal::NotPermittedNow),
        0x532 => Some(Refusal::PasswordExpired),
        0x533 => Some(Refusal::Disabled),
        0x701 => Some(Refusal::AccountExpired),
        0x773 => Some(Refusal::MustChangePassword),
        0x775 => Some(Refusal::Locked),
        _ => None,
    }
}

/// The filter for all groups that hold the entry `dn`, directly or through other groups. The primary group (usually
/// Domain Users) is not among them: its members are not listed anywhere.
pub(crate) fn groups_of(dn: &str) -> String {
    format!("(&(objectClass=group)(member:{IN_CHAIN}:={}))", ldap_escape(dn))
}

/// The canonical text of a binary `objectGUID`, whose first three fields are little-endian (MS-DTYP 2.3.4.2).
pub(crate) fn object_guid(bytes: &[u8]) -> Option<String> {
    let [a, b, c, d, e, f, g, h, tail @ ..] = <[u8; 16]>::try_from(bytes).ok()?;
    let head = [d, c, b, a, f, e, h, g];
    let mut text = String::with_capacity(36);
    for (position, byte) in head.into_iter().chain(tail).enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Some(text)
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
            ("701", Refusal::AccountExpired),
            ("773", Refusal::MustChangePassword),
            ("775", Refusal::Locked),
        ];
        for (code, reason) in expected {
            assert_eq!(refusal(&with_code(code)), Some(reason), "data {code}");
        }
    }

    #[test]
    fn other_texts_say_nothing() {
        for text in ["", "invalid credentials", ", data ", ", data zz", &with_code("1"), &with_code("fffffffff")] {
            assert_eq!(refusal(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_guid_is_printed_as_windows_prints_it() {
        let bytes: [u8; 16] = std::array::from_fn(|n| n as u8);
        assert_eq!(object_guid(&bytes).as_deref(), Some("03020100-0504-0706-0809-0a0b0c0d0e0f"));
        assert_eq!(object_guid(&bytes[1..]), None);
    }

    #[test]
    fn a_dn_cannot_leave_the_group_filter() {
        let filter = groups_of(r"CN=Smith\, J (IT)*,DC=corp");
        let expected = r"(&(objectClass=group)(member:1.2.840.113556.1.4.1941:=CN=Smith\5c, J \28IT\29\2a,DC=corp))";
        assert_eq!(filter, expected);
        assert!(ldap3::parse_filter(&filter).is_ok());
    }
}
