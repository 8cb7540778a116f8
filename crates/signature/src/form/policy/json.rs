//! JSON as the conditions of a policy need it: an object keeps all its members, also of one name, since each of them
//! is a condition.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Text(String),
    /// A number without sign or fraction.
    Number(u64),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// What no policy has in it.
    Other,
}

impl Json {
    /// A text, or a number where some tools write one.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string()),
            Self::Array(_) | Self::Object(_) | Self::Other => None,
        }
    }

    /// A number, or its digits where some tools write a text.
    pub(crate) fn into_number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) if text.bytes().all(|digit| digit.is_ascii_digit()) => text.parse().ok(),
            Self::Text(_) | Self::Array(_) | Self::Object(_) | Self::Other => None,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_an_object_is_kept() {
        let json: Json = serde_json::from_str(r#"{"a":"1","a":[2,-2,2.5,null,true]}"#).unwrap();
        let values = [vec![Json::Number(2)], vec![Json::Other; 4]].concat();
        let members = vec![("a".to_owned(), Json::Text("1".to_owned())), ("a".to_owned(), Json::Array(values))];
        assert_eq!(json, Json::Object(members));
    }
}
