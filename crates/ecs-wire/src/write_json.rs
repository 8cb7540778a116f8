//! [`Document`] to JSON: unwrapped, without indentation.

use std::io::{Result, Write};

use crate::document::{Document, Object, Value};

/// Writes the document's fields as one object.
pub(crate) fn write_json(document: &Document<'_>, out: &mut impl Write) -> Result<()> {
    object(&document.object, out)
}

fn value(value_: &Value<'_>, out: &mut impl Write) -> Result<()> {
    match value_ {
        Value::Null => out.write_all(b"null"),
        Value::Text(text) => string(text, out),
        Value::Flag(flag) => write!(out, "{flag}"),
        Value::Number(number) => write!(out, "{number}"),
        Value::Link(href) => {
            out.write_all(br#"{"rel":"self","href":"#)?;
            string(href, out)?;
            out.write_all(b"}")
        }
        Value::Object(fields) => object(fields, out),
        Value::Repeated(items) | Value::Wrapped { items, .. } => list(items, out),
        Value::Map(pairs) => {
            members(pairs.iter().map(|(key, text)| (key.as_str(), text)), out, |text, out| string(text, out))
        }
        Value::InJsonOnly(inner) => value(inner, out),
    }
}

fn object(object: &Object<'_>, out: &mut impl Write) -> Result<()> {
    members(object.fields.iter().map(|(name, field)| (*name, field)), out, |field, out| value(field, out))
}

fn members<'a, W: Write, T>(
    members: impl Iterator<Item = (&'a str, T)>,
    out: &mut W,
    mut write: impl FnMut(T, &mut W) -> Result<()>,
) -> Result<()> {
    let mut separator: &[u8] = b"{";
    let mut empty = true;
    for (name, member) in members {
        out.write_all(separator)?;
        string(name, out)?;
        out.write_all(b":")?;
        write(member, out)?;
        (separator, empty) = (b",", false);
    }
    out.write_all(if empty { b"{}" } else { b"}" })
}

fn list(items: &[Value<'_>], out: &mut impl Write) -> Result<()> {
    out.write_all(b"[")?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        value(item, out)?;
    }
    out.write_all(b"]")
}

fn string(text: &str, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer(out, text).map_err(Into::into)
}
