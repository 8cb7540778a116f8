//! Names in a request that its call does not know: refused in calls of Keyward's own, where they are mistakes; ignored in
//! those of ECS, whose clients send fields of many releases, and told once in the log.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use keyward_ecs_wire::{EcsError, ErrorCode};

use crate::error::Failure;

/// How many names are remembered as told. Beyond that nothing is told: clients choose the names.
const REMEMBERED: usize = 500;

/// The longest name that is told. A secret key has 40 characters, and somebody may send one as a name.
const LONGEST_TOLD: usize = 32;

/// How much of a name is repeated to the client who sent it, in characters.
const REPEATED: usize = 60;

/// How alike two names are, from 0 to 1, for one to be offered for the other.
const ALIKE: f64 = 0.5;

/// What carries a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Carrier {
    Query,
    Body,
}

impl Carrier {
    fn as_str(self) -> &'static str {
        match self {
            Carrier::Query => "query parameter",
            Carrier::Body => "field",
        }
    }
}

/// The unknown names that were told in the log since the start.
#[derive(Default)]
pub(crate) struct ToldNames(Mutex<HashSet<(&'static str, Carrier, String)>>);

impl ToldNames {
    /// Tells that a call ignores `name`, unless that was told before.
    pub(crate) fn tell(&self, route: &'static str, carrier: Carrier, name: &str) {
        if self.is_new(route, carrier, name) {
            tracing::info!(route, name, "a client sends a {} that is ignored", carrier.as_str());
        }
    }

    /// Whether the name is to be told: it looks like a name, and was not told before.
    fn is_new(&self, route: &'static str, carrier: Carrier, name: &str) -> bool {
        let looks_like_one = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if name.is_empty() || name.len() > LONGEST_TOLD || !name.chars().all(looks_like_one) {
            return false;
        }
        // Every step is a single change, so a panic elsewhere does not spoil it.
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < REMEMBERED && told.insert((route, carrier, name.to_owned()))
    }
}

impl fmt::Debug for ToldNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToldNames")
    }
}

/// The refusal of a name that is none of `known`: 400, with the nearest of them.
pub(crate) fn refusal(carrier: Carrier, name: &str, known: &[&str]) -> Failure {
    let shown: String = name.chars().take(REPEATED).collect();
    let remedy = match (nearest(name, known), known) {
        (Some(nearest), _) => format!("Did you mean {nearest}?"),
        (None, []) => "This call takes none; leave it out.".to_owned(),
        (None, known) => format!("This call knows {}.", known.join(", ")),
    };
    let details = format!("The {} {shown} is not known here. {remedy}", carrier.as_str());
    EcsError::new(ErrorCode::InvalidParameter, details).into()
}

fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    if given.chars().count() > REPEATED {
        return None;
    }
    let given = given.to_ascii_lowercase();
    known
        .iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&given, name), *name))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, known: &[&str]) -> String {
        format!("{:?}", refusal(Carrier::Query, name, known))
    }

    #[test]
    fn a_refusal_names_the_nearest_or_all_there_are() {
        let known = ["from", "until", "namespace", "limit"];
        assert_eq!(refusal(Carrier::Body, "limt", &known).status(), 400);
        assert!(text("limt", &known).contains("Did you mean limit?"), "{}", text("limt", &known));
        assert!(text("NameSpace", &known).contains("Did you mean namespace?"));
        assert!(text("user", &known).contains("This call knows from, until, namespace, limit."));
        assert!(text("user", &[]).contains("This call takes none"));
        assert!(text(&"x".repeat(100_000), &known).len() < 400);
    }

    #[test]
    fn a_name_is_told_once_for_each_call_and_what_may_be_a_secret_never() {
        let told = ToldNames::default();
        assert!(told.is_new("/a", Carrier::Query, "user") && !told.is_new("/a", Carrier::Query, "user"));
        assert!(told.is_new("/a", Carrier::Body, "user") && told.is_new("/b", Carrier::Query, "user"));
        for name in ["", "two words", "a\nb", &"x".repeat(33), "wemtu5OTOqGH1k4VOavxYGFUzdGceyrnr95PjMlx"] {
            assert!(!told.is_new("/a", Carrier::Query, name), "{name}");
        }
    }

    #[test]
    fn made_up_names_fill_neither_memory_nor_log() {
        let told = ToldNames::default();
        let new = (0..10_000).filter(|n| told.is_new("/a", Carrier::Query, &n.to_string())).count();
        assert_eq!(new, REMEMBERED);
    }
}
