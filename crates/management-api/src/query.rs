//! The query of a request: names and values, decoded as forms are.

use keyward_ecs_wire::EcsError;
use percent_encoding::percent_decode_str;

use crate::about::{About, Named};
use crate::error::Failure;

/// The parameters after the `?`, in the order sent.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    /// The parameters that the route names; `None` where there is no route.
    described: Option<&'static [Named]>,
}

impl Query {
    /// Reads a query: `+` is a blank here, other than in a path.
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(decoded_pair).collect();
        Self { pairs, described: None }
    }

    /// The same, of which only what the route names may be read: else its description were not the truth.
    pub(crate) fn described_by(self, about: &About) -> Self {
        Self { described: Some(about.query), ..self }
    }

    /// Whether there is a parameter of this name, be it described or not.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.pairs.iter().any(|(given, _)| given == name)
    }

    /// The names that the route does not know, each as often as it was sent.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &str> {
        let known = |name: &str| self.described.into_iter().flatten().any(|parameter| parameter.name == name);
        self.pairs.iter().map(|(name, _)| name.as_str()).filter(move |name| !known(name))
    }

    /// The first value of this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        debug_assert!(
            self.described.is_none_or(|described| described.iter().any(|parameter| parameter.name == name)),
            "no route names the query parameter {name}"
        );
        self.pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name, unless it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.is_empty())
    }

    /// Whether a flag is set: by its name alone, or as `true` in any case (Python clients send `True`).
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.value(name) {
            None => Ok(false),
            Some("") => Ok(true),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(EcsError::invalid_field(name, "send true or false").into()),
        }
    }
}

fn decoded_pair((name, value): (&str, &str)) -> (String, String) {
    (decoded(name), decoded(value))
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded_once() {
        let query = Query::parse(Some("userid=plus%2B+blank&service=%2Fa%3Fb%3D%2526&&flag"));
        assert_eq!(query.value("userid"), Some("plus+ blank"));
        assert_eq!(query.value("service"), Some("/a?b=%26"));
        assert_eq!(query.value("flag"), Some(""));
        assert_eq!(query.value("other"), None);
    }

    #[test]
    fn a_flag_is_set_by_its_name_or_by_true_in_any_case() {
        let set = |query: &str| Query::parse(Some(query)).flag("force").map_err(|failure| failure.status().as_u16());
        for query in ["force", "force=", "force=true", "x=1&force=True"] {
            assert_eq!(set(query), Ok(true), "{query}");
        }
        for query in ["", "force=FALSE", "forced=true"] {
            assert_eq!(set(query), Ok(false), "{query}");
        }
        assert_eq!(set("force=yes"), Err(400));
    }
}
