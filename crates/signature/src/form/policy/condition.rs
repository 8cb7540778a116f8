//! One condition of a policy.

use std::ops::RangeInclusive;

use super::json::Json;
use crate::form::FormFields;

/// What a field, or the file, must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The field has this value.
    Equals { field: String, value: String },
    /// The value of the field begins so.
    StartsWith { field: String, start: String },
    /// The file has so many bytes.
    Length(RangeInclusive<u64>),
}

impl Condition {
    /// Reads an entry of a policy's list: an array for one condition, or an object for any number of them.
    pub(crate) fn read(entry: Json) -> Option<Vec<Self>> {
        match entry {
            Json::Array(parts) => Self::of_array(parts).map(|condition| vec![condition]),
            Json::Object(members) if !members.is_empty() => {
                let equals = |(field, value): (String, Json)| {
                    Some(Self::Equals { field: field.to_ascii_lowercase(), value: value.into_text()? })
                };
                members.into_iter().map(equals).collect()
            }
            _ => None,
        }
    }

    /// Reads `["eq", "$field", "value"]` and its like.
    fn of_array(parts: Vec<Json>) -> Option<Self> {
        let [operator, left, right] = <[Json; 3]>::try_from(parts).ok()?;
        let field = |json: Json| json.into_text()?.strip_prefix('$').map(str::to_ascii_lowercase);
        match operator.into_text()?.to_ascii_lowercase().as_str() {
            "eq" => Some(Self::Equals { field: field(left)?, value: right.into_text()? }),
            "starts-with" => Some(Self::StartsWith { field: field(left)?, start: right.into_text()? }),
            "content-length-range" => {
                let (least, most) = (left.into_number()?, right.into_number()?);
                (least <= most).then_some(Self::Length(least..=most))
            }
            _ => None,
        }
    }

    /// The field that it is about, in lower case; none for the file.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Equals { field, .. } | Self::StartsWith { field, .. } => Some(field),
            Self::Length(_) => None,
        }
    }

    /// The length that the file may have, where it is about that.
    pub(crate) fn length(&self) -> Option<RangeInclusive<u64>> {
        match self {
            Self::Length(range) => Some(range.clone()),
            Self::Equals { .. } | Self::StartsWith { .. } => None,
        }
    }

    /// Whether the field's value, in which `${filename}` was replaced, is as it must be. The variable in a condition
    /// means the same.
    pub(crate) fn is_met_by(&self, given: &str, fields: &FormFields) -> bool {
        match self {
            Self::Equals { field, value } => fields.expand(field, value) == given,
            Self::StartsWith { field, start } => {
                let start = fields.expand(field, start);
                // A list of media types is as free as the freest of them.
                let mut types = given.split(',').map(str::trim);
                given.starts_with(&*start) && (field != "content-type" || types.all(|one| one.starts_with(&*start)))
            }
            Self::Length(_) => true,
        }
    }
}
