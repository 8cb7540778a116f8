//! The tree that an answer becomes before it is written in either format.

use std::borrow::Cow;

/// An answer's content: the XML root's name and the fields, in the order of JSON.
pub struct Document<'a> {
    pub(crate) root: &'static str,
    pub(crate) object: Object<'a>,
}

/// Named fields. `xml_order` lists those that XML puts first; the others follow in the order given.
pub(crate) struct Object<'a> {
    pub(crate) xml_order: &'static [&'static str],
    pub(crate) fields: Vec<(&'static str, Value<'a>)>,
}

/// A value and how each format shows it. Texts are borrowed from the answer, so no copy of a secret is made.
pub(crate) enum Value<'a> {
    /// JSON `null`; absent in XML.
    Null,
    Text(Cow<'a, str>),
    Flag(bool),
    Number(i64),
    /// `<link rel="self" href="…"/>`; `{"rel":"self","href":"…"}`.
    Link(Cow<'a, str>),
    Object(Object<'a>),
    /// An element for each item; a JSON array.
    Repeated(Vec<Value<'a>>),
    /// One element with an `item` element for each; a JSON array.
    Wrapped {
        item: &'static str,
        items: Vec<Value<'a>>,
    },
    /// `<entry><key/><value/></entry>` for each; a JSON object.
    Map(&'a [(String, String)]),
    /// Absent in XML.
    InJsonOnly(Box<Value<'a>>),
}

impl<'a> Document<'a> {
    /// A document whose XML has its fields in the order of `xml_order`.
    pub(crate) fn new(
        root: &'static str,
        xml_order: &'static [&'static str],
        fields: impl IntoIterator<Item = (&'static str, Value<'a>)>,
    ) -> Self {
        Document { root, object: Object { xml_order, fields: fields.into_iter().collect() } }
    }
}

impl<'a> Object<'a> {
    /// The fields in the order of XML.
    pub(crate) fn in_xml_order(&self) -> impl Iterator<Item = &(&'static str, Value<'a>)> {
        let first = self.xml_order.iter().flat_map(|name| self.fields.iter().filter(move |(field, _)| field == name));
        first.chain(self.fields.iter().filter(|(field, _)| !self.xml_order.contains(field)))
    }
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }

    pub(crate) fn owned(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }

    pub(crate) fn text_or_null(text: Option<&'a str>) -> Self {
        text.map_or(Value::Null, Value::text)
    }

    pub(crate) fn in_json_only(self) -> Self {
        Value::InJsonOnly(Box::new(self))
    }

    pub(crate) fn shows_in_xml(&self) -> bool {
        match self {
            Value::Null | Value::InJsonOnly(_) => false,
            Value::Repeated(items) => items.iter().any(Value::shows_in_xml),
            _ => true,
        }
    }
}

/// An object within an answer.
pub(crate) fn object<'a>(
    xml_order: &'static [&'static str],
    fields: impl IntoIterator<Item = (&'static str, Value<'a>)>,
) -> Value<'a> {
    Value::Object(Object { xml_order, fields: fields.into_iter().collect() })
}

/// A list's texts.
pub(crate) fn texts(texts: &[String]) -> Vec<Value<'_>> {
    texts.iter().map(|text| Value::text(text)).collect()
}
