//! The rule that maps users of a domain to a namespace, the same in requests and answers (ECS REST API, *Namespaces*).

use crate::document::{Value, object, texts};
use crate::{FieldError, Fields};

/// Who of a domain belongs to the namespace: those with all these attributes and in all these groups; everybody when
/// there are neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserMapping {
    pub domain: String,
    pub attributes: Vec<MappedAttribute>,
    pub groups: Vec<String>,
}

/// A directory attribute and the values that it must have, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedAttribute {
    pub key: String,
    pub values: Vec<String>,
}

impl UserMapping {
    /// Reads `user_mapping` of a request: `None` when it is absent, `Some` and empty when it is there but empty.
    pub(crate) fn read_all(fields: &Fields<'_>) -> Result<Option<Vec<Self>>, FieldError> {
        let Some(mappings) = fields.objects("user_mapping", "user_mapping")? else { return Ok(None) };
        mappings.iter().map(Self::read).collect::<Result<_, _>>().map(Some)
    }

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let attributes = fields.objects("attributes", "attribute")?.unwrap_or_default();
        Ok(UserMapping {
            domain: fields.required_text("domain")?,
            attributes: attributes.iter().map(MappedAttribute::read).collect::<Result<_, _>>()?,
            groups: fields.texts("groups", "group")?.unwrap_or_default(),
        })
    }

    pub(crate) fn values(mappings: &[Self]) -> Vec<Value<'_>> {
        mappings.iter().map(Self::value).collect()
    }

    fn value(&self) -> Value<'_> {
        let attributes = self.attributes.iter().map(|attribute| {
            let values = Value::Repeated(texts(&attribute.values));
            object(&[], [("key", Value::text(&attribute.key)), ("value", values)])
        });
        object(
            &[],
            [
                ("domain", Value::text(&self.domain)),
                ("attributes", Value::Wrapped { item: "attribute", items: attributes.collect() }),
                ("groups", Value::Wrapped { item: "group", items: texts(&self.groups) }),
            ],
        )
    }
}

impl MappedAttribute {
    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let values = fields.texts("values", "value")?.unwrap_or_default();
        if values.is_empty() {
            // An attribute without values would hold for everybody.
            return Err(fields.missing("value"));
        }
        Ok(MappedAttribute { key: fields.required_text("key")?, values })
    }
}
