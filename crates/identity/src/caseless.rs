//! Comparing what a directory calls things: names there differ by more than case or not at all.

/// The text with every letter in lower case, the same wherever in a word it stands.
pub(crate) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Whether both are the same text but for the case of letters.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

/// A group or user name without the `@domain` it may end in.
pub(crate) fn without_domain(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(bare, _)| bare)
}

/// The domain that a name ends in, when it is written `name@domain`.
pub(crate) fn domain_of(name: &str) -> Option<&str> {
    name.rsplit_once('@').map(|(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_case_of_letters_is_ignored() {
        assert!(same("Bau-Gruppe ÄÖ", "bau-gruppe äö"));
        assert!(!same("builders", "builders "));
        assert!(!same("builders", "builder"));
    }

    #[test]
    fn the_last_at_sign_begins_the_domain() {
        assert_eq!(without_domain("ops@night@corp.example"), "ops@night");
        assert_eq!(domain_of("ops@night@corp.example"), Some("corp.example"));
        assert_eq!((without_domain("ops"), domain_of("ops")), ("ops", None));
    }
}
