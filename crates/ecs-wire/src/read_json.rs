//! JSON text to [`Node`].

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::node::{MAX_DEPTH, Node};
use crate::request::BodyError;

/// Reads one JSON document.
pub(crate) fn read_json(text: &str) -> Result<Node, BodyError> {
    // The whole text is checked for its grammar here, so that line and column are those of the body.
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| BodyError::Json { why: error.to_string() })?;
    node(whole, 0)
}

fn node(raw: &RawValue, depth: usize) -> Result<Node, BodyError> {
    let text = raw.get().trim();
    if depth > MAX_DEPTH {
        return Err(BodyError::TooDeep { limit: MAX_DEPTH });
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = part(text)?;
            let members = members.into_iter().map(|(name, value)| Ok((name, node(value, depth + 1)?)));
            Ok(object(members.collect::<Result<_, BodyError>>()?))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = part(text)?;
            items.into_iter().map(|item| node(item, depth + 1)).collect::<Result<_, _>>().map(Node::List)
        }
        Some(b'"') => part(text).map(|text: String| Node::Text(Zeroizing::new(text))),
        Some(b'n') => Ok(Node::Null),
        _ => Ok(Node::Text(Zeroizing::new(text.to_owned()))),
    }
}

/// Drops what stands for XML attributes: some of the vendor's examples were converted from XML and write them as
/// members with a leading `-`.
fn object(mut members: Vec<(String, Node)>) -> Node {
    let nothing = members.iter().any(|(name, value)| {
        name == "-null" && matches!(value, Node::Text(text) if text.trim().eq_ignore_ascii_case("true"))
    });
    members.retain(|(name, _)| !name.starts_with('-'));
    if nothing { Node::Null } else { Node::Members(members) }
}

/// Reads a part of a text whose grammar was checked before; what is left to go wrong is an escape in a string.
fn part<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, BodyError> {
    serde_json::from_str(text)
        .map_err(|_| BodyError::Json { why: "a string holds a \\u escape that is not a character".to_owned() })
}

/// An object's members in order, repeated names and all.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> String {
        match read_json(body) {
            Ok(Node::Text(text)) => text.to_string(),
            _ => panic!("{body} is no scalar"),
        }
    }

    #[test]
    fn a_scalar_keeps_its_spelling() {
        for (body, spelling) in
            [("60", "60"), (" 1e3 ", "1e3"), ("6.0", "6.0"), ("true", "true"), (r#""a\u0062""#, "ab")]
        {
            assert_eq!(text(body), spelling);
        }
        assert_eq!(text("99999999999999999999"), "99999999999999999999");
    }

    #[test]
    fn a_nesting_bomb_is_refused_without_recursion_into_it() {
        for depth in [MAX_DEPTH + 1, 1000, 200_000] {
            let bomb = format!("{}{}", "[".repeat(depth + 1), "]".repeat(depth + 1));
            assert!(matches!(read_json(&bomb), Err(BodyError::TooDeep { .. })), "{depth}");
        }
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
        assert!(read_json(&deep).is_ok());
    }

    #[test]
    fn an_escape_that_is_no_character_is_refused() {
        assert!(matches!(read_json(r#"{"a":"\ud800"}"#), Err(BodyError::Json { .. })));
        assert!(matches!(read_json(r#"{"\udfff":1}"#), Err(BodyError::Json { .. })));
    }

    #[test]
    fn the_place_of_a_mistake_is_told() {
        let Err(mistake) = read_json("{\n \"user\": }") else { panic!("accepted") };
        assert!(mistake.to_string().contains("line 2 column 10"), "{mistake}");
    }
}
