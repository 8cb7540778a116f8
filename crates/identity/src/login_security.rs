//! What governs logins and passwords: how long sessions last, when an account locks, what a password has to be.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{TokenRules, caseless};

/// The settings of `/config-admin/security` (ECS REST API, *Login security*), and how long a lock lasts.
///
/// Lock-out and sessions are governed always; what speaks of passwords only while
/// [`password_rules`](Self::password_rules) is on, as in ECS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoginSecurity {
    /// Whether the rules about passwords are in force.
    pub password_rules: bool,
    /// The fewest characters.
    pub min_length: u32,
    /// The most characters.
    pub max_length: u32,
    /// The fewest upper-case letters.
    pub min_uppercase: u32,
    /// The fewest lower-case letters.
    pub min_lowercase: u32,
    /// The fewest digits.
    pub min_digits: u32,
    /// The fewest characters that are neither letter nor digit.
    pub min_special: u32,
    /// In how many characters a new password of one's own differs from the present one.
    pub min_changed: u32,
    /// After how many days a password has to be changed; 0 is never.
    pub expiry_days: u32,
    /// For how many hours one's own choice stands before one may choose again; 0 is not at all.
    pub min_life_hours: u32,
    /// How many former passwords cannot be chosen again.
    pub history: u32,
    /// After how many failures in a row a local management user is locked; 0 is never. `root` never is.
    pub max_attempts: u32,
    /// How long such a lock lasts, in minutes. Beyond ECS.
    pub lock_minutes: u32,
    /// How many sessions a user may have at once.
    pub sessions_per_user: u32,
    /// How long a session lives at most, in minutes.
    pub session_life_minutes: u32,
    /// How long a session lives without use, in minutes.
    pub session_idle_minutes: u32,
    /// What users are shown before they log in. Kept for clients that show it.
    pub agreement: String,
}

impl Default for LoginSecurity {
    fn default() -> Self {
        Self {
            password_rules: false,
            min_length: 8,
            max_length: 256,
            min_uppercase: 1,
            min_lowercase: 1,
            min_digits: 1,
            min_special: 1,
            min_changed: 3,
            expiry_days: 60,
            min_life_hours: 24,
            history: 5,
            max_attempts: 3,
            lock_minutes: 10,
            sessions_per_user: 100,
            session_life_minutes: 480,
            session_idle_minutes: 120,
            agreement: String::new(),
        }
    }
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too few characters.
    #[error("a password has at least {least} characters")]
    TooShort {
        /// The fewest allowed.
        least: u32,
    },
    /// The name of its user, which everybody knows.
    #[error("a password is not the name of its user, with or without the domain")]
    UserName,
    /// Too many characters.
    #[error("a password has at most {most} characters")]
    TooLong {
        /// The most allowed.
        most: u32,
    },
    /// Too few of a class.
    #[error("a password has at least {least} {class}")]
    TooFew {
        /// What it lacks.
        class: &'static str,
        /// The fewest allowed.
        least: u32,
    },
    /// Too much like the present one.
    #[error("the new password has to differ from the present one in at least {least} characters")]
    TooSimilar {
        /// The fewest changes.
        least: u32,
    },
}

/// The longest password that is accepted without any rules: hashing takes time.
pub const LONGEST_PASSWORD: u32 = 256;

/// The shortest password that is accepted, in characters, whether the rules are in force or not.
pub const SHORTEST_PASSWORD: u32 = 8;

/// What a password needs some of: its name, how many, and what belongs to it.
type Class = (&'static str, u32, fn(&char) -> bool);

impl LoginSecurity {
    /// How long sessions last and how many there may be.
    pub fn token_rules(&self) -> TokenRules {
        let minutes = |count: u32| Duration::from_secs(60 * u64::from(count));
        TokenRules {
            life: minutes(self.session_life_minutes),
            idle: minutes(self.session_idle_minutes),
            per_user: usize::try_from(self.sessions_per_user).unwrap_or(usize::MAX),
        }
    }

    /// How long a lock lasts.
    pub fn lock_duration(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.lock_minutes))
    }

    /// Whether `password` may be set for the user called `name`. Its length, and that it is not the name, count always;
    /// everything else while [`password_rules`](Self::password_rules) is on.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn admits(&self, password: &str, name: &str) -> Result<(), WeakPassword> {
        let length = count(password.chars());
        let most = if self.password_rules { self.max_length } else { LONGEST_PASSWORD };
        if length > most {
            return Err(WeakPassword::TooLong { most });
        }
        let least = if self.password_rules { self.min_length.max(SHORTEST_PASSWORD) } else { SHORTEST_PASSWORD };
        if length < least {
            return Err(WeakPassword::TooShort { least });
        }
        let (text, name) = (password.trim(), name.trim());
        if caseless::same(text, name) || caseless::same(text, caseless::without_domain(name)) {
            return Err(WeakPassword::UserName);
        }
        if !self.password_rules {
            return Ok(());
        }
        let classes: [Class; 4] = [
            ("upper-case letters", self.min_uppercase, |letter| letter.is_uppercase()),
            ("lower-case letters", self.min_lowercase, |letter| letter.is_lowercase()),
            ("digits", self.min_digits, |letter| letter.is_numeric()),
            ("special characters", self.min_special, |letter| !letter.is_alphanumeric()),
        ];
        for (class, least, belongs) in classes {
            if count(password.chars().filter(belongs)) < least {
                return Err(WeakPassword::TooFew { class, least });
            }
        }
        Ok(())
    }

    /// Whether `new` differs enough from `present`, counted as the characters to insert, remove or replace.
    ///
    /// # Errors
    /// [`WeakPassword::TooSimilar`].
    pub fn tells_apart(&self, present: &str, new: &str) -> Result<(), WeakPassword> {
        match self.password_rules && edits(present, new) < self.min_changed {
            true => Err(WeakPassword::TooSimilar { least: self.min_changed }),
            false => Ok(()),
        }
    }

    /// How long a password is good for; `None` is for ever.
    pub fn password_life(&self) -> Option<Duration> {
        let days = u64::from(self.expiry_days);
        (self.password_rules && days > 0).then(|| Duration::from_secs(days * 24 * 60 * 60))
    }

    /// How long one's own choice stands before the next.
    pub fn password_rest(&self) -> Duration {
        let hours = if self.password_rules { u64::from(self.min_life_hours) } else { 0 };
        Duration::from_secs(hours * 60 * 60)
    }
}

fn count(letters: impl Iterator<Item = char>) -> u32 {
    u32::try_from(letters.count()).unwrap_or(u32::MAX)
}

/// The edit distance of two texts that are passwords: at most a few hundred characters each.
fn edits(one: &str, other: &str) -> u32 {
    let other: Vec<char> = other.chars().collect();
    let mut costs: Vec<u32> = (0..=u32::try_from(other.len()).unwrap_or(u32::MAX)).collect();
    for (row, letter) in (1..).zip(one.chars()) {
        let mut diagonal = std::mem::replace(&mut costs[0], row);
        for (column, theirs) in other.iter().enumerate() {
            let replaced = diagonal + u32::from(letter != *theirs);
            diagonal = costs[column + 1];
            costs[column + 1] = replaced.min(diagonal + 1).min(costs[column] + 1);
        }
    }
    costs.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strict() -> LoginSecurity {
        LoginSecurity { password_rules: true, ..LoginSecurity::default() }
    }

    #[test]
    fn a_password_has_to_have_something_of_everything() {
        assert_eq!(strict().admits("Ab1-efgh", "dana"), Ok(()));
        for (weak, what) in [
            ("Ab1-efg", "8 characters"),
            ("ab1-efgh", "upper-case"),
            ("AB1-EFGH", "lower-case"),
            ("Abc-efgh", "digits"),
            ("Ab1defgh", "special"),
        ] {
            let error = strict().admits(weak, "dana").expect_err("weak").to_string();
            assert!(error.contains(what), "{weak}: {error}");
        }
    }

    #[test]
    fn without_the_rules_eight_to_256_characters_will_do() {
        let lax = LoginSecurity::default();
        assert_eq!(lax.admits("xxxxxxxx", "dana"), Ok(()));
        assert_eq!(lax.admits("äöüßäöü", "dana"), Err(WeakPassword::TooShort { least: 8 }));
        assert_eq!(lax.admits(&"x".repeat(257), "dana"), Err(WeakPassword::TooLong { most: 256 }));
        assert_eq!(lax.tells_apart("same", "same"), Ok(()));
        assert_eq!((lax.password_life(), lax.password_rest()), (None, Duration::ZERO));
    }

    #[test]
    fn nobodys_password_is_their_name() {
        let lax = LoginSecurity::default();
        for (password, name) in [
            ("administrator", "administrator"),
            ("Administrator", "ADMINISTRATOR"),
            ("lena@local.test", "lena@local.test"),
            ("magdalena", "Magdalena@local.test"),
            (" magdalena ", "magdalena@local.test"),
        ] {
            assert_eq!(lax.admits(password, name), Err(WeakPassword::UserName), "{password}");
        }
        assert_eq!(lax.admits("magdalena1", "magdalena@local.test"), Ok(()));
    }

    #[test]
    fn settings_that_allow_less_than_eight_characters_do_not_lower_the_least() {
        let security = LoginSecurity { min_length: 4, min_special: 0, ..strict() };
        assert_eq!(security.admits("Abc1efg", "dana"), Err(WeakPassword::TooShort { least: 8 }));
        assert_eq!(security.admits("Abc1efgh", "dana"), Ok(()));
    }

    #[test]
    fn a_password_with_a_counter_at_its_end_is_no_new_one() {
        let error = Err(WeakPassword::TooSimilar { least: 3 });
        assert_eq!(strict().tells_apart("Summer-2025", "Summer-2026"), error);
        assert_eq!(strict().tells_apart("Summer-2025", "Winter-3036"), Ok(()));
    }

    #[test]
    fn the_defaults_are_those_of_ecs() {
        assert_eq!(LoginSecurity::default().token_rules(), TokenRules::default());
        assert_eq!(serde_json::from_str::<LoginSecurity>("{}").unwrap(), LoginSecurity::default());
    }

    proptest! {
        #[test]
        fn edits_are_a_distance(a in "\\PC{0,12}", b in "\\PC{0,12}", c in "\\PC{0,12}") {
            prop_assert_eq!(edits(&a, &a), 0);
            prop_assert_eq!(edits(&a, &b), edits(&b, &a));
            prop_assert!(edits(&a, &c) <= edits(&a, &b) + edits(&b, &c));
            prop_assert!(edits(&a, &b) as usize <= a.chars().count().max(b.chars().count()));
        }
    }
}
