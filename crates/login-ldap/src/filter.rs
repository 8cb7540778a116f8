//! The search filter with its placeholders, and the attribute in it that names the person.

use keyward_login::LoginName;
use ldap3::{ldap_escape, parse_filter};

use crate::ConfigurationError;

/// A parsed `search_filter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilterTemplate {
    text: String,
    sources: Vec<NameSource>,
}

/// An attribute that the filter compares with a placeholder, so that its value in the entry is the person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameSource {
    /// The attribute's name, in lower case.
    pub(crate) attribute: String,
    pub(crate) part: NamePart,
}

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamePart {
    /// `%u`: the login name with its domain.
    Whole,
    /// `%U`: the part before the `@`.
    User,
}

impl NamePart {
    fn of(self, name: &LoginName) -> &str {
        match self {
            NamePart::Whole => name.as_str(),
            NamePart::User => name.user(),
        }
    }
}

impl FilterTemplate {
    /// Reads a filter; outer parentheses may be missing (`uid=%U`), as ECS accepts it.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigurationError> {
        let text = text.trim();
        let text = if text.starts_with('(') { text.to_owned() } else { format!("({text})") };
        let sample: String = pieces(&text).map(|piece| piece.fill("x")).collect();
        parse_filter(&sample).map_err(|()| ConfigurationError::FilterSyntax)?;

        let mut sources = Vec::new();
        for item in text.split(['(', ')']).filter(|item| has_placeholder(item)) {
            let (attribute, value) = item.split_once('=').ok_or(ConfigurationError::FilterPlaceholder)?;
            // A value with '=' is a DN. A name in it would need DN escaping too, and could leave its component.
            if has_placeholder(attribute) || value.contains('=') {
                return Err(ConfigurationError::FilterPlaceholder);
            }
            let part = match value {
                "%u" => NamePart::Whole,
                "%U" => NamePart::User,
                _ => continue,
            };
            if attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.') {
                sources.push(NameSource { attribute: attribute.to_ascii_lowercase(), part });
            }
        }
        if sources.is_empty() { Err(ConfigurationError::FilterNamesNobody) } else { Ok(Self { text, sources }) }
    }

    /// The filter that finds `name`. What was typed stands in it as escaped values only (RFC 4515, 3).
    pub(crate) fn for_name(&self, name: &LoginName) -> String {
        pieces(&self.text)
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Name(part) => ldap_escape(part.of(name)).into_owned(),
            })
            .collect()
    }

    /// The attributes that name the person, the most telling first.
    pub(crate) fn sources(&self) -> &[NameSource] {
        &self.sources
    }
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Name(NamePart),
}

impl Piece<'_> {
    fn fill(self, name: &str) -> String {
        match self {
            Piece::Text(text) => text.to_owned(),
            Piece::Name(_) => name.to_owned(),
        }
    }
}

/// Splits at the placeholders, in one pass, so that a name that contains `%U` is not filled in again.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let part = match rest.get(..2) {
            Some("%u") => Some(NamePart::Whole),
            Some("%U") => Some(NamePart::User),
            _ => None,
        };
        if let Some(part) = part {
            rest = &rest[2..];
            return Some(Piece::Name(part));
        }
        let end = [rest.find("%u"), rest.find("%U")].into_iter().flatten().min().unwrap_or(rest.len());
        let (text, remaining) = rest.split_at(end);
        rest = remaining;
        (!text.is_empty()).then_some(Piece::Text(text))
    })
}

fn has_placeholder(text: &str) -> bool {
    text.contains("%u") || text.contains("%U")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(template: &str, name: &str) -> String {
        FilterTemplate::parse(template).unwrap().for_name(&LoginName::parse(name).unwrap())
    }

    #[test]
    fn the_placeholders_stand_for_the_whole_name_and_the_part_before_the_at() {
        assert_eq!(filled("uid=%U", "alice@corp.example"), "(uid=alice)");
        assert_eq!(filled("userPrincipalName=%u", "alice@corp.example"), "(userPrincipalName=alice@corp.example)");
        let both = "(&(objectClass=person)(|(sAMAccountName=%U)(mail=%u)))";
        let found = "(&(objectClass=person)(|(sAMAccountName=alice)(mail=alice@corp.example)))";
        assert_eq!(filled(both, "alice@corp.example"), found);
    }

    #[test]
    fn what_was_typed_cannot_change_the_filter() {
        assert_eq!(filled("uid=%U", "*)(uid=*@corp.example"), r"(uid=\2a\29\28uid=\2a)");
        assert_eq!(filled("uid=%U", r"a\2a@corp.example"), r"(uid=a\5c2a)");
        assert_eq!(filled("(|(uid=%U)(mail=%u))", "%u@corp.example"), "(|(uid=%u)(mail=%u@corp.example))");
    }

    #[test]
    fn the_attributes_compared_with_a_placeholder_name_the_person() {
        let template = FilterTemplate::parse("(&(objectClass=user)(|(sAMAccountName=%U)(mail=%u)(cn=*%U*)))").unwrap();
        let names: Vec<_> = template.sources().iter().map(|source| (&*source.attribute, source.part)).collect();
        assert_eq!(names, [("samaccountname", NamePart::User), ("mail", NamePart::Whole)]);
    }

    #[test]
    fn filters_that_cannot_work_name_their_remedy() {
        let error = |text: &str| FilterTemplate::parse(text).unwrap_err();
        assert!(matches!(error("(&(uid=%U)"), ConfigurationError::FilterSyntax));
        assert!(matches!(error("(uid=alice)"), ConfigurationError::FilterNamesNobody));
        assert!(matches!(error("(uid=*%U*)"), ConfigurationError::FilterNamesNobody));
        assert!(matches!(error("(mail=%U@corp.example)"), ConfigurationError::FilterNamesNobody));
        assert!(matches!(error("(%U=alice)"), ConfigurationError::FilterPlaceholder));
        assert!(matches!(error("(memberOf=uid=%U,ou=people,dc=corp)"), ConfigurationError::FilterPlaceholder));
    }

    proptest! {
        #[test]
        fn no_special_character_of_a_name_ever_stands_unescaped(typed in "[a-z*()\\\\%uU=&|!,é]{1,30}") {
            let Ok(name) = LoginName::parse(&format!("{typed}@corp.example")) else { return Ok(()) };
            let filter = FilterTemplate::parse("(&(objectClass=person)(uid=%U))").unwrap().for_name(&name);
            let value = filter.strip_prefix("(&(objectClass=person)(uid=").unwrap().strip_suffix("))").unwrap();
            prop_assert!(!value.contains(['(', ')', '*', '\0']));
            prop_assert_eq!(ldap3::ldap_unescape(value).unwrap(), name.user());
            prop_assert!(parse_filter(&filter).is_ok());
        }

        #[test]
        fn no_filter_makes_parsing_panic(text in "\\PC{0,60}") {
            let _ = FilterTemplate::parse(&text);
        }
    }
}
