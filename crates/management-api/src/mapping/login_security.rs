//! The rules about logins and passwords: the names that they have on the wire, their ranges, and what follows them.

use keyward_identity::{LONGEST_PASSWORD, LoginSecurity};
use keyward_service::ServiceError;

/// A setting that is a number.
struct Number {
    name: &'static str,
    range: (u32, u32),
    place: fn(&mut LoginSecurity) -> &mut u32,
}

const fn number(name: &'static str, least: u32, most: u32, place: fn(&mut LoginSecurity) -> &mut u32) -> Number {
    Number { name, range: (least, most), place }
}

const RULES: &str = "passwordRulesEnabled";
const AGREEMENT: &str = "userAgreementText";

/// The longest agreement, in bytes.
const LONGEST_AGREEMENT: usize = 16 * 1024;

/// Lives of sessions are bounded as in the lineage that ECS comes from: five minutes to a day.
const NUMBERS: &[Number] = &[
    number("passwordMinTotalCharCount", 1, LONGEST_PASSWORD, |all| &mut all.min_length),
    number("passwordMaxTotalCharCount", 1, LONGEST_PASSWORD, |all| &mut all.max_length),
    number("passwordMinUppercaseCharCount", 0, LONGEST_PASSWORD, |all| &mut all.min_uppercase),
    number("passwordMinLowercaseCharCount", 0, LONGEST_PASSWORD, |all| &mut all.min_lowercase),
    number("passwordMinNumericCharCount", 0, LONGEST_PASSWORD, |all| &mut all.min_digits),
    number("passwordMinSpecialCharCount", 0, LONGEST_PASSWORD, |all| &mut all.min_special),
    number("passwordMinCharChange", 0, LONGEST_PASSWORD, |all| &mut all.min_changed),
    number("passwordExpiryDays", 0, 3650, |all| &mut all.expiry_days),
    number("passwordMinLifeTimeHours", 0, 24 * 365, |all| &mut all.min_life_hours),
    number("passwordHistoryCount", 0, 24, |all| &mut all.history),
    number("userMaxLoginAttempts", 0, 1000, |all| &mut all.max_attempts),
    number("userLockMinutes", 1, 1440, |all| &mut all.lock_minutes),
    number("sessionMaxActiveCountPerUser", 1, 1000, |all| &mut all.sessions_per_user),
    number("sessionMaxLifeTimeMinutes", 5, 1440, |all| &mut all.session_life_minutes),
    number("sessionMaxIdleTimeMinutes", 5, 1440, |all| &mut all.session_idle_minutes),
];

/// Settings of ECS that nothing here follows. They are shown as what is in force, and refuse to promise anything else.
const WITHOUT_EFFECT: &[(&str, &str, &str)] = &[
    ("userInactiveLockDays", "0", "accounts are not locked for being unused; send 0, or leave it out"),
    ("sessionMaxUIIdleTimeMinutes", "0", "every session follows sessionMaxIdleTimeMinutes; send 0, or leave it out"),
];

/// All settings by their names on the wire.
pub(crate) fn shown(security: &LoginSecurity) -> Vec<(String, String)> {
    let mut security = security.clone();
    let mut entries = vec![(RULES.to_owned(), security.password_rules.to_string())];
    entries.extend(NUMBERS.iter().map(|one| (one.name.to_owned(), (one.place)(&mut security).to_string())));
    entries.extend(WITHOUT_EFFECT.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned())));
    entries.push((AGREEMENT.to_owned(), security.agreement));
    entries
}

/// Sets what a request names; answers what changed, for the audit.
///
/// # Errors
/// For a name that is no setting, a value that is none, and one that would have no effect.
pub(crate) fn apply(entries: &[(String, String)], security: &mut LoginSecurity) -> Result<String, ServiceError> {
    let before = shown(security);
    for (name, value) in entries {
        set(security, name, value.trim())?;
    }
    let after = shown(security);
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
    let changed = changed.map(|((name, before), (_, after))| match name.as_str() {
        AGREEMENT => name.clone(),
        _ => format!("{name} {before} -> {after}"),
    });
    Ok(changed.collect::<Vec<_>>().join(", "))
}

fn set(security: &mut LoginSecurity, name: &str, value: &str) -> Result<(), ServiceError> {
    if let Some(one) = NUMBERS.iter().find(|one| one.name == name) {
        let (min, max) = (i64::from(one.range.0), i64::from(one.range.1));
        let given: i64 = value.parse().map_err(|_| invalid(one.name, "send a whole number"))?;
        let number = u32::try_from(given).ok().filter(|number| (one.range.0..=one.range.1).contains(number));
        *(one.place)(security) = number.ok_or(ServiceError::OutOfRange { field: one.name, given, min, max })?;
        return Ok(());
    }
    if let Some((name, in_force, why)) = WITHOUT_EFFECT.iter().find(|(known, ..)| *known == name) {
        return if value == *in_force { Ok(()) } else { Err(invalid(name, why)) };
    }
    match name {
        RULES => {
            let word = value.to_ascii_lowercase();
            security.password_rules = word.parse().map_err(|_| invalid(RULES, "send true or false"))?;
        }
        AGREEMENT if value.len() > LONGEST_AGREEMENT => return Err(invalid(AGREEMENT, "send 16 KiB at most")),
        AGREEMENT => value.clone_into(&mut security.agreement),
        _ => return Err(invalid("entries", &unknown(name))),
    }
    Ok(())
}

fn unknown(name: &str) -> String {
    let names: Vec<String> = shown(&LoginSecurity::default()).into_iter().map(|(name, _)| name).collect();
    let given: String = name.chars().take(60).collect();
    format!("{given} is no setting; there are {}", names.join(", "))
}

fn invalid(field: &'static str, why: &str) -> ServiceError {
    ServiceError::Invalid { field, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(entries: &[(&str, &str)]) -> Result<(LoginSecurity, String), ServiceError> {
        let entries: Vec<_> = entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut security = LoginSecurity::default();
        let changed = apply(&entries, &mut security)?;
        Ok((security, changed))
    }

    #[test]
    fn what_is_shown_can_be_sent_back() {
        let mut security = LoginSecurity::default();
        let shown = shown(&security);
        assert_eq!(apply(&shown, &mut security).expect("accepted"), "");
        assert_eq!(security, LoginSecurity::default());
    }

    #[test]
    fn every_number_reaches_a_place_of_its_own() {
        for (value, one) in (10..).zip(NUMBERS) {
            let (security, changed) = applied(&[(one.name, &value.to_string())]).expect("in range");
            let moved = shown(&security).into_iter().zip(shown(&LoginSecurity::default())).filter(|(a, b)| a != b);
            let moved: Vec<_> = moved.map(|((name, _), _)| name).collect();
            let was = (one.place)(&mut LoginSecurity::default()).to_string();
            if was != value.to_string() {
                assert_eq!(moved, [one.name]);
                assert_eq!(changed, format!("{} {was} -> {value}", one.name));
            }
        }
    }

    #[test]
    fn what_would_have_no_effect_is_not_promised() {
        for wrong in [
            ("userInactiveLockDays", "35"),
            ("sessionMaxLifeTimeMinutes", "4"),
            ("sessionMaxLifeTimeMinutes", "many"),
            ("passwordRulesEnabled", "yes"),
            ("passwordMinLength", "8"),
        ] {
            assert!(applied(&[wrong]).is_err(), "{wrong:?}");
        }
        let error = applied(&[("passwordMinLength", "8")]).expect_err("unknown").to_string();
        assert!(error.contains("passwordMinTotalCharCount"), "{error}");
    }
}
