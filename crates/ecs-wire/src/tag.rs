//! The tag of an object user or a bucket, the same in requests and answers.

use crate::document::{Value, object};
use crate::{FieldError, Fields, Item};

/// A name and a value. Releases before 3.2 had plain strings: those are names with an empty value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub value: String,
}

impl Tag {
    /// Reads `tags` of a request: strings or objects, under the plural or the singular name.
    pub(crate) fn read_all(fields: &Fields<'_>) -> Result<Vec<Tag>, FieldError> {
        let items = fields.items("tags", "tag")?.unwrap_or_default();
        let tags = items.into_iter().map(|item| match item {
            Item::Text(name) => Ok(Tag { name: name.to_owned(), value: String::new() }),
            Item::Fields(tag) => {
                Ok(Tag { name: tag.required_text("name")?, value: tag.text("value")?.unwrap_or_default() })
            }
        });
        tags.collect()
    }

    /// Reads `TagSet` of a request about buckets, objects with `Key` and `Value`; failing that, `tags`.
    pub(crate) fn read_set(fields: &Fields<'_>) -> Result<Vec<Tag>, FieldError> {
        let Some(items) = fields.objects("TagSet", "Tag")? else { return Self::read_all(fields) };
        let tags = items
            .iter()
            .map(|tag| Ok(Tag { name: tag.required_text("Key")?, value: tag.text("Value")?.unwrap_or_default() }));
        tags.collect()
    }

    /// The tags as those of a bucket are shown.
    pub(crate) fn set(tags: &[Tag]) -> Value<'_> {
        let items =
            tags.iter().map(|tag| object(&[], [("Key", Value::text(&tag.name)), ("Value", Value::text(&tag.value))]));
        Value::Wrapped { item: "Tag", items: items.collect() }
    }

    pub(crate) fn values(tags: &[Tag]) -> Vec<Value<'_>> {
        tags.iter()
            .map(|tag| object(&[], [("name", Value::text(&tag.name)), ("value", Value::text(&tag.value))]))
            .collect()
    }
}
