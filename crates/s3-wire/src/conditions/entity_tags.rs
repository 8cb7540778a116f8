//! The entity tags of `If-Match` and `If-None-Match`.

use http::HeaderMap;

use crate::etag::ETag;

/// The tags a condition lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: any object at all.
    Any,
    /// These tags.
    Listed(Vec<EntityTag>),
}

/// One listed tag, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag {
    weak: bool,
    value: String,
}

impl EntityTags {
    /// The tags of a header, all its lines taken together; `None` when there is none or it is empty.
    pub(crate) fn of(headers: &HeaderMap, name: &str) -> Option<Self> {
        let lines: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let text = lines.join(",");
        (!text.trim().is_empty()).then(|| EntityTags::parse(&text))
    }

    /// Reads a comma-separated list. Tags without quotes are taken as they stand, as S3's clients send them.
    pub fn parse(text: &str) -> Self {
        if text.trim() == "*" {
            return EntityTags::Any;
        }
        let mut tags = Vec::new();
        let mut rest = text.trim_start_matches([' ', '\t', ',']);
        while !rest.is_empty() {
            let (weak, unmarked) = match rest.strip_prefix("W/") {
                Some(unmarked) => (true, unmarked),
                None => (false, rest),
            };
            let (value, after) = match unmarked.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
                Some((value, after)) => (value, after.trim_start()),
                None => unmarked.split_once(',').unwrap_or((unmarked, "")),
            };
            tags.push(EntityTag { weak, value: value.trim().to_owned() });
            rest = after.trim_start_matches([' ', '\t', ',']);
        }
        EntityTags::Listed(tags)
    }

    /// Whether the object's tag is among them, weak tags never being (`If-Match`).
    pub fn include(&self, etag: &ETag) -> bool {
        match self {
            EntityTags::Any => true,
            EntityTags::Listed(tags) => tags.iter().any(|tag| !tag.weak && tag.value == etag.as_str()),
        }
    }

    /// Whether the object's tag is among them, weak or not (`If-None-Match`).
    pub fn include_weakly(&self, etag: &ETag) -> bool {
        match self {
            EntityTags::Any => true,
            EntityTags::Listed(tags) => tags.iter().any(|tag| tag.value == etag.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn etag(text: &str) -> ETag {
        ETag::parse(text).unwrap()
    }

    #[test]
    fn lists_quotes_and_bare_tags_are_read() {
        let tags = EntityTags::parse("\"a\", W/\"b\",c , \"d,e\"");
        for listed in ["a", "c", "d,e"] {
            assert!(tags.include(&etag(listed)), "{listed}");
        }
        assert!(!tags.include(&etag("b")) && tags.include_weakly(&etag("b")));
        assert!(!tags.include_weakly(&etag("d")));
    }

    #[test]
    fn a_star_is_any_object_and_a_quoted_star_is_a_tag() {
        assert_eq!(EntityTags::parse(" * "), EntityTags::Any);
        assert!(!EntityTags::parse("\"*\"").include(&etag("a")));
    }

    proptest! {
        #[test]
        fn no_list_makes_the_reader_panic(text in "[\"W/a, *é]{0,30}") {
            let _ = EntityTags::parse(&text);
        }
    }
}
