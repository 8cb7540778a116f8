//! The schema of an answer, taken from what its samples write: there is no second definition that could differ.

use crate::document::{Document, Object, Value};
use crate::schema::{Property, Schema};
use crate::{Answer, Format};

/// An answer as the description of the API shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerSchema {
    /// The name of the XML root element.
    pub root: &'static str,
    /// What all samples together tell.
    pub schema: Schema,
    /// The first sample, in JSON.
    pub json: String,
    /// The first sample, in XML.
    pub xml: String,
}

impl AnswerSchema {
    /// The schema of an answer.
    ///
    /// # Panics
    /// When the answer has no samples, which is a mistake in its definition.
    pub fn of<T: Answer>() -> Self {
        let samples = T::samples();
        let shown = samples.first().expect("an answer has a sample");
        let written = |format| String::from_utf8_lossy(&shown.render(format)).into_owned();
        let merged = samples.iter().map(|sample| of_document(&sample.document())).reduce(Schema::or);
        AnswerSchema {
            root: shown.document().root,
            schema: merged.expect("an answer has a sample"),
            json: written(Format::Json),
            xml: written(Format::Xml),
        }
    }
}

fn of_document(document: &Document<'_>) -> Schema {
    of_object(&document.object)
}

fn of_object(object: &Object<'_>) -> Schema {
    Schema::Object(object.fields.iter().map(|(name, value)| property(name, value)).collect())
}

fn property(name: &str, value: &Value<'_>) -> Property {
    let (value, only_in_json) = match value {
        Value::InJsonOnly(value) => (&**value, true),
        value => (value, false),
    };
    Property {
        name: name.to_owned(),
        schema: of_value(value),
        required: true,
        nullable: matches!(value, Value::Null),
        only_in_json,
    }
}

fn of_value(value: &Value<'_>) -> Schema {
    match value {
        Value::Null => Schema::Null,
        Value::Text(_) => Schema::Text,
        Value::Flag(_) => Schema::Flag,
        Value::Number(_) => Schema::Number,
        Value::Link(_) => Schema::Link,
        Value::Object(object) => of_object(object),
        Value::Repeated(items) => Schema::List { item: of_items(items), wrapped: None },
        Value::Wrapped { item, items } => Schema::List { item: of_items(items), wrapped: Some((*item).to_owned()) },
        Value::Map(_) => Schema::Map,
        Value::InJsonOnly(value) => of_value(value),
    }
}

fn of_items(items: &[Value<'_>]) -> Option<Box<Schema>> {
    items.iter().map(of_value).reduce(Schema::or).map(Box::new)
}
