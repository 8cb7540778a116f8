//! Text with wildcards and policy variables: `*` stands for any text, `?` for one character, `${key}` for what the
//! request says (AWS IAM User Guide, *Policy variables*).

use std::borrow::Cow;

use crate::keys::Key;

/// A pattern, ready to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Exactly this text.
    Exact(String),
    /// Any text that begins so.
    Prefix(String),
    /// Anything else.
    General(Vec<Token>),
}

/// A piece of a general pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// This character.
    Character(char),
    /// One character, whichever.
    One,
    /// Any text, also none.
    Any,
    /// What the request says under this key, else the text that is given for that case.
    Variable(Key, Option<String>),
}

/// How the text of a pattern is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
    /// Whether `${…}` are variables: not in policies of the first version of the language.
    pub(crate) variables: bool,
    /// Whether keys that have no value here are taken all the same, as ones that cannot be told: a policy that was
    /// taken by an earlier release must not be lost.
    pub(crate) lenient: bool,
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with a variable.
    pub(crate) fn read(text: &str, reading: Reading) -> Result<Self, String> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if reading.variables
                && let Some(inner) = rest.strip_prefix("${")
            {
                let (name, behind) =
                    inner.split_once('}').ok_or_else(|| format!("the variable in {text} has no closing brace"))?;
                tokens.push(variable(name, reading)?);
                rest = behind;
                continue;
            }
            tokens.push(match character {
                '*' if reading.wildcards => Token::Any,
                '?' if reading.wildcards => Token::One,
                other => Token::Character(other),
            });
            rest = &rest[character.len_utf8()..];
        }
        Ok(Self::of(tokens))
    }

    fn of(tokens: Vec<Token>) -> Self {
        let literal = |tokens: &[Token]| {
            tokens.iter().map(|token| if let Token::Character(one) = token { Some(*one) } else { None }).collect()
        };
        match literal(&tokens) {
            Some(text) => Pattern::Exact(text),
            None => match tokens.split_last() {
                Some((Token::Any, before)) if literal(before).is_some() => {
                    Pattern::Prefix(literal(before).unwrap_or_default())
                }
                _ => Pattern::General(tokens),
            },
        }
    }

    /// Whether the pattern covers `text`. A variable that the request says nothing about covers nothing.
    pub(crate) fn matches<'v>(&self, text: &str, variable: &dyn Fn(&Key) -> Option<Cow<'v, str>>) -> bool {
        match self {
            Pattern::Exact(exact) => exact == text,
            Pattern::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Pattern::General(tokens) => match filled(tokens, variable) {
                Some(tokens) => covers(&tokens, &text.chars().collect::<Vec<_>>()),
                None => false,
            },
        }
    }

    /// Whether what it covers cannot be told.
    pub(crate) fn is_unclear(&self) -> bool {
        self.variables().any(|key| *key == Key::Unknowable)
    }

    /// The keys of its variables.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &Key> {
        let tokens: &[Token] = if let Pattern::General(tokens) = self { tokens } else { &[] };
        tokens.iter().filter_map(|token| if let Token::Variable(key, _) = token { Some(key) } else { None })
    }

    /// Whether it covers exactly one text, whoever asks.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Pattern::Exact(_))
    }
}

fn variable(inner: &str, reading: Reading) -> Result<Token, String> {
    // The three escapes stand for the character itself.
    if let "*" | "?" | "$" = inner {
        return Ok(Token::Character(inner.chars().next().unwrap_or('$')));
    }
    let (name, default) = match inner.split_once(',') {
        Some((name, default)) => (name, Some(default.trim().trim_matches('\'').to_owned())),
        None => (inner, None),
    };
    match Key::named(name.trim()) {
        Some(key) => Ok(Token::Variable(key, default)),
        None if reading.lenient => Ok(Token::Variable(Key::Unknowable, default)),
        None => Err(format!("the policy variable {name} has no value in this store; write one such as aws:username")),
    }
}

/// The tokens with every variable replaced by its text, in which nothing is a wildcard.
fn filled<'v>(tokens: &[Token], variable: &dyn Fn(&Key) -> Option<Cow<'v, str>>) -> Option<Vec<Token>> {
    let mut filled = Vec::with_capacity(tokens.len());
    for token in tokens {
        match token {
            Token::Variable(key, default) => {
                let value = variable(key).or_else(|| default.clone().map(Cow::Owned))?;
                filled.extend(value.chars().map(Token::Character));
            }
            token => filled.push(token.clone()),
        }
    }
    Some(filled)
}

/// The usual walk: on a mismatch the latest `*` takes one character more. At most length of pattern times text.
fn covers(tokens: &[Token], text: &[char]) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while position < text.len() {
        match tokens.get(at) {
            Some(Token::Any) => {
                retry = Some((at + 1, position));
                at += 1;
            }
            Some(Token::One) => (at, position) = (at + 1, position + 1),
            Some(Token::Character(one)) if *one == text[position] => (at, position) = (at + 1, position + 1),
            _ => match retry {
                Some((behind, taken)) => {
                    retry = Some((behind, taken + 1));
                    (at, position) = (behind, taken + 1);
                }
                None => return false,
            },
        }
    }
    tokens[at..].iter().all(|token| *token == Token::Any)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Reading = Reading { wildcards: true, variables: true, lenient: false };

    fn matches(pattern: &str, text: &str) -> bool {
        let user = |key: &Key| (*key == Key::UserName).then_some(Cow::Borrowed("da*na"));
        Pattern::read(pattern, ALL).unwrap().matches(text, &user)
    }

    #[test]
    fn wildcards_stand_for_what_they_say() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a", "a", true),
            ("a", "A", false),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("*/logs/*", "b/x/logs/y", true),
            ("**a**", "xax", true),
            ("a*b*a", "aba", true),
            ("a*b*a", "aa", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_variables_text_holds_no_wildcards() {
        assert!(matches("home/${aws:username}/*", "home/da*na/x"));
        assert!(!matches("home/${aws:username}/*", "home/dana/x"));
        assert!(!matches("home/${aws:PrincipalAccount}/*", "home//x"));
        assert!(matches("home/${aws:PrincipalAccount, 'nobody'}", "home/nobody"));
        assert!(matches("a${*}b${?}${$}", "a*b?$"));
        assert!(Pattern::read("a${b", ALL).is_err());
        assert!(Pattern::read("a${aws:usernam}", ALL).is_err());
        let kept = Pattern::read("a${aws:usernam}", Reading { lenient: true, ..ALL }).unwrap();
        assert!(kept.is_unclear() && !kept.matches("a", &|_| None));
    }

    /// The definition, word for word.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|taken| by_definition(rest, &text[taken..])),
            Some(('?', rest)) => !text.is_empty() && by_definition(rest, &text[1..]),
            Some((one, rest)) => text.first() == Some(one) && by_definition(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn matching_is_as_defined(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let (pattern_letters, letters): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(matches(&pattern, &text), by_definition(&pattern_letters, &letters));
        }

        #[test]
        fn no_pattern_makes_the_reader_panic(pattern in ".{0,30}", text in ".{0,30}") {
            if let Ok(pattern) = Pattern::read(&pattern, ALL) {
                pattern.matches(&text, &|_| None);
            }
        }
    }
}
