//! Whether an entry is switched off, as far as its attributes tell without a password.

use keyward_ambient::Timestamp;
use keyward_identity::ProviderMode;
use keyward_login::Refusal;

use crate::entry::Entry;

/// The attributes that tell it. A directory that has one of them not leaves it out of the answer.
pub(crate) const TELLING: [&str; 4] = ["userAccountControl", "accountExpires", "nsAccountLock", "pwdAccountLockedTime"];

/// The bit `ADS_UF_ACCOUNT_DISABLE` of `userAccountControl` (MS-ADTS 2.2.16).
const DISABLED: i64 = 0x2;

/// Milliseconds from 1601 to 1970, where the times of Active Directory and ours begin.
const FROM_1601: i64 = 11_644_473_600_000;

/// `accountExpires` counts in tenths of a microsecond (MS-ADTS, attribute *accountExpires*).
const TICKS_PER_MILLISECOND: i64 = 10_000;

/// The value of `pwdAccountLockedTime` for a lock that only an administrator lifts (draft-behera-ldap-password-policy,
/// 5.3.3).
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// Why the entry could not log in at `now`; `None` when nothing speaks against it.
pub(crate) fn refusal_of(entry: &Entry, mode: ProviderMode, now: Timestamp) -> Option<Refusal> {
    let number = |attribute: &str| entry.text(attribute).next().and_then(|value| value.trim().parse::<i64>().ok());
    match mode {
        ProviderMode::Ad if number("userAccountControl").is_some_and(|flags| flags & DISABLED != 0) => {
            Some(Refusal::Disabled)
        }
        ProviderMode::Ad if number("accountExpires").is_some_and(|end| has_passed(end, now)) => {
            Some(Refusal::AccountExpired)
        }
        ProviderMode::Ad => None,
        ProviderMode::Ldap if entry.text("nsAccountLock").any(|value| value.eq_ignore_ascii_case("true")) => {
            Some(Refusal::Disabled)
        }
        ProviderMode::Ldap if entry.text("pwdAccountLockedTime").any(|value| value == LOCKED_FOR_GOOD) => {
            Some(Refusal::Locked)
        }
        ProviderMode::Ldap => None,
    }
}

/// Both 0 and the largest number stand for never.
fn has_passed(end: i64, now: Timestamp) -> bool {
    end != 0 && end != i64::MAX && end / TICKS_PER_MILLISECOND - FROM_1601 <= now.as_millis()
}

#[cfg(test)]
mod tests {
    use ProviderMode::{Ad, Ldap};

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_772_732_353);

    fn refusal(mode: ProviderMode, attribute: &str, value: &str) -> Option<Refusal> {
        let attributes = [(attribute.to_owned(), vec![value.as_bytes().to_vec()])];
        refusal_of(&Entry::new("cn=alice".to_owned(), attributes), mode, NOW)
    }

    #[test]
    fn active_directory_tells_of_disabled_accounts_by_a_bit() {
        for (flags, expected) in [("512", None), ("514", Some(Refusal::Disabled)), ("66050", Some(Refusal::Disabled))] {
            assert_eq!(refusal(Ad, "userAccountControl", flags), expected, "{flags}");
            assert_eq!(refusal(Ldap, "userAccountControl", flags), None, "{flags}");
        }
        assert_eq!(refusal(Ad, "userAccountControl", "unreadable"), None);
    }

    #[test]
    fn an_account_of_active_directory_ends_at_the_moment_it_names() {
        let ticks = |at: Timestamp| ((at.as_millis() + FROM_1601) * TICKS_PER_MILLISECOND).to_string();
        let later = Timestamp::from_millis(NOW.as_millis() + 1);
        assert_eq!(refusal(Ad, "accountExpires", &ticks(NOW)), Some(Refusal::AccountExpired));
        assert_eq!(refusal(Ad, "accountExpires", &ticks(later)), None);
        for never in ["0", "9223372036854775807"] {
            assert_eq!(refusal(Ad, "accountExpires", never), None, "{never}");
        }
    }

    #[test]
    fn other_directories_tell_of_locks_by_attributes_of_their_own() {
        assert_eq!(refusal(Ldap, "nsAccountLock", "TRUE"), Some(Refusal::Disabled));
        assert_eq!(refusal(Ldap, "nsAccountLock", "false"), None);
        assert_eq!(refusal(Ldap, "pwdAccountLockedTime", LOCKED_FOR_GOOD), Some(Refusal::Locked));
        assert_eq!(refusal(Ldap, "pwdAccountLockedTime", "20260305173913Z"), None);
    }
}
