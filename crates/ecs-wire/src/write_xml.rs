//! [`Document`] to XML, the way JAXB prints it: no indentation, `<x></x>` for an empty text, `<x/>` for no content.

use std::io::{Result, Write};

use crate::document::{Document, Object, Value};

const PROLOG: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// Writes the prolog and, on the same line, the document.
pub(crate) fn write_xml(document: &Document<'_>, out: &mut impl Write) -> Result<()> {
    out.write_all(PROLOG.as_bytes())?;
    object(document.root, &document.object, out)
}

fn element(name: &str, value: &Value<'_>, out: &mut impl Write) -> Result<()> {
    match value {
        Value::Null | Value::InJsonOnly(_) => Ok(()),
        Value::Text(text) => {
            write!(out, "<{name}>")?;
            escaped(text, out)?;
            write!(out, "</{name}>")
        }
        Value::Flag(flag) => write!(out, "<{name}>{flag}</{name}>"),
        Value::Number(number) => write!(out, "<{name}>{number}</{name}>"),
        Value::Link(href) => {
            write!(out, r#"<{name} rel="self" href=""#)?;
            escaped(href, out)?;
            out.write_all(br#""/>"#)
        }
        Value::Object(fields) => object(name, fields, out),
        Value::Repeated(items) => items.iter().try_for_each(|item| element(name, item, out)),
        Value::Wrapped { items, .. } if items.is_empty() => write!(out, "<{name}/>"),
        Value::Wrapped { item: item_name, items } => {
            write!(out, "<{name}>")?;
            items.iter().try_for_each(|item| element(item_name, item, out))?;
            write!(out, "</{name}>")
        }
        Value::Map(pairs) => map(name, pairs, out),
    }
}

fn object(name: &str, object: &Object<'_>, out: &mut impl Write) -> Result<()> {
    if !object.fields.iter().any(|(_, value)| value.shows_in_xml()) {
        return write!(out, "<{name}/>");
    }
    write!(out, "<{name}>")?;
    object.in_xml_order().try_for_each(|(field, value)| element(field, value, out))?;
    write!(out, "</{name}>")
}

fn map(name: &str, pairs: &[(String, String)], out: &mut impl Write) -> Result<()> {
    write!(out, "<{name}>")?;
    for (key, value) in pairs {
        out.write_all(b"<entry>")?;
        element("key", &Value::text(key), out)?;
        element("value", &Value::text(value), out)?;
        out.write_all(b"</entry>")?;
    }
    write!(out, "</{name}>")
}

/// Writes text for an element or a quoted attribute. What XML 1.0 cannot hold at all becomes U+FFFD: a directory's
/// odd user name must not make an answer unreadable.
fn escaped(text: &str, out: &mut impl Write) -> Result<()> {
    let mut plain = 0;
    for (at, character) in text.char_indices() {
        let replacement = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\t' => "&#9;",
            '\n' => "&#10;",
            '\r' => "&#13;",
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
            _ => continue,
        };
        out.write_all(&text.as_bytes()[plain..at])?;
        out.write_all(replacement.as_bytes())?;
        plain = at + character.len_utf8();
    }
    out.write_all(&text.as_bytes()[plain..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::object;

    fn written(value: Value<'_>) -> String {
        let mut out = Vec::new();
        element("x", &value, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn text_comes_back_from_a_reader_as_it_was() {
        for text in ["", "a & b < c > \"d\" 'e'", "tab\tline\nreturn\r", "ümläut 🗝", "]]>", "&amp;"] {
            let (_, node) = crate::read_xml::read_xml(&written(Value::text(text))).expect("well-formed");
            let crate::node::Node::Text(read) = node else { panic!("text") };
            assert_eq!(*read, text);
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(written(Value::text("a\0b\u{1}c\u{ffff}")), "<x>a\u{fffd}b\u{fffd}c\u{fffd}</x>");
    }

    #[test]
    fn nothing_empty_and_null_look_different() {
        assert_eq!(written(Value::text("")), "<x></x>");
        assert_eq!(written(Value::Null), "");
        assert_eq!(written(object(&[], [("y", Value::Null)])), "<x/>");
        assert_eq!(written(Value::Wrapped { item: "y", items: Vec::new() }), "<x/>");
        assert_eq!(written(Value::Repeated(Vec::new())), "");
    }

    #[test]
    fn a_quote_cannot_leave_its_attribute() {
        assert_eq!(written(Value::Link("/a\" b=\"".into())), r#"<x rel="self" href="/a&quot; b=&quot;"/>"#);
    }
}
