//! Reads a small XML document into a tree: bounded in bytes, depth and elements, without document types or entities.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::error::{ErrorCode, S3Error};

const DEEPEST: usize = 16;
// A completed upload of 10,000 parts, each with an ETag and every checksum, stays below this.
const MOST_ELEMENTS: usize = 120_000;

/// An element: its name without namespace or prefix, its own text, its child elements in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Reads `body`, whose root has to be called `root`, in S3's namespace or any other or none.
    ///
    /// # Errors
    /// `MissingRequestBodyError` when the body is empty, `MaxMessageLengthExceeded` when it is longer than `limit`
    /// bytes, `MalformedXML` for everything that is not one well-formed document with that root, and for characters
    /// that XML 1.0 forbids, raw or as references: an answer could not name them again.
    pub fn parse(body: &[u8], root: &str, limit: usize) -> Result<Element, S3Error> {
        if body.len() > limit {
            return Err(
                S3Error::new(ErrorCode::MaxMessageLengthExceeded).with("MaxMessageLengthBytes", limit.to_string())
            );
        }
        let text = std::str::from_utf8(body).map_err(|_| malformed("The XML body is not UTF-8; encode it so."))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err(ErrorCode::MissingRequestBodyError.into());
        }
        if !text.chars().all(allowed) {
            return Err(forbidden());
        }
        let element = tree(text)?;
        if element.name != root {
            return Err(malformed(format!("The XML body's root has to be <{root}>.")));
        }
        Ok(element)
    }

    /// The element's name, without a prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The element's own text, as it stands.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The child elements called `name`.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The names of the child elements, in order.
    pub fn child_names(&self) -> impl Iterator<Item = &str> {
        self.children.iter().map(Element::name)
    }

    /// The one child called `name`, if there is any.
    ///
    /// # Errors
    /// `MalformedXML` when there are several: which of them is meant must not depend on who reads the document.
    pub fn child<'a>(&'a self, name: &'a str) -> Result<Option<&'a Element>, S3Error> {
        let mut found = self.children(name);
        let first = found.next();
        match found.next() {
            Some(_) => Err(malformed(format!("<{name}> may stand only once in <{}>.", self.name))),
            None => Ok(first),
        }
    }

    /// The text of the one child called `name`.
    ///
    /// # Errors
    /// As [`child`](Self::child).
    pub fn child_text<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, S3Error> {
        Ok(self.child(name)?.map(Element::text))
    }

    /// The text of the one child called `name`, which has to be there.
    ///
    /// # Errors
    /// As [`child`](Self::child), and `MalformedXML` when there is none.
    pub fn required_text<'a>(&'a self, name: &'a str) -> Result<&'a str, S3Error> {
        self.child_text(name)?.ok_or_else(|| malformed(format!("<{}> has to hold <{name}>.", self.name)))
    }
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::because(ErrorCode::MalformedXML, message)
}

fn forbidden() -> S3Error {
    malformed("The XML body holds a character that XML 1.0 forbids; name a key that has it in a request of its own.")
}

/// Whether a document may hold the character: `Char` of XML 1.0, section 2.2.
fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The elements that are open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Growing {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

fn tree(text: &str) -> Result<Element, S3Error> {
    let mut reader = Reader::from_str(text);
    let mut growing = Growing::default();
    loop {
        let event = reader.read_event().map_err(|_| S3Error::new(ErrorCode::MalformedXML))?;
        match event {
            Event::Start(start) => growing.start(start.local_name().as_ref())?,
            Event::Empty(start) => {
                growing.start(start.local_name().as_ref())?;
                growing.end();
            }
            Event::End(_) => growing.end(),
            Event::Text(text) => growing.text(&text.xml10_content())?,
            Event::CData(text) => growing.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => growing.text(referred(&reference)?.encode_utf8(&mut [0; 4]))?,
            Event::DocType(_) => return Err(malformed("The XML body may not have a document type; leave it out.")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match growing.root {
        Some(root) if growing.open.is_empty() => Ok(root),
        _ => Err(malformed("The XML body ends before its last element is closed.")),
    }
}

impl Growing {
    fn start(&mut self, name: impl AsRef<str>) -> Result<(), S3Error> {
        self.elements += 1;
        if self.root.is_some() {
            return Err(malformed("The XML body may have only one root element."));
        }
        if self.open.len() >= DEEPEST || self.elements > MOST_ELEMENTS {
            return Err(malformed("The XML body has too many elements or nests them too deeply."));
        }
        self.open.push(Element { name: name.as_ref().to_owned(), ..Element::default() });
        Ok(())
    }

    fn end(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), S3Error> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(malformed("The XML body has text outside its root element.")),
        }
        Ok(())
    }
}

/// The character behind `&name;` or `&#n;`: the five of XML and the numeric ones; nothing a document could define.
fn referred(reference: &str) -> Result<char, S3Error> {
    let unknown = || malformed("The XML body refers to an entity that XML does not define.");
    let Some(number) = reference.strip_prefix('#') else {
        return Ok(match reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return Err(unknown()),
        });
    };
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    match code.ok().and_then(char::from_u32) {
        Some(character) if allowed(character) => Ok(character),
        Some(_) => Err(forbidden()),
        None => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::xml::XmlWriter;

    fn code(body: &str) -> ErrorCode {
        Element::parse(body.as_bytes(), "Delete", 1000).unwrap_err().code()
    }

    #[test]
    fn namespaces_comments_and_whitespace_do_not_matter() {
        let body = "\u{feff}<?xml version=\"1.0\"?>\n<!-- c --><a:Delete xmlns:a='urn:x'>\n <a:Key> a&amp;b </a:Key>\n</a:Delete>\n";
        let root = Element::parse(body.as_bytes(), "Delete", 1000).unwrap();
        assert_eq!(root.required_text("Key").unwrap(), " a&b ");
    }

    #[test]
    fn references_and_cdata_are_text() {
        let body = "<Delete><Key>&#x41;&#66;&lt;<![CDATA[<c>]]>&#9;</Key></Delete>";
        let root = Element::parse(body.as_bytes(), "Delete", 1000).unwrap();
        assert_eq!(root.required_text("Key").unwrap(), "AB<<c>\t");
    }

    #[test]
    fn entities_of_a_document_type_are_refused() {
        let bomb = "<!DOCTYPE d [<!ENTITY a 'aaaa'>]><Delete><Key>&a;</Key></Delete>";
        assert_eq!(code(bomb), ErrorCode::MalformedXML);
        assert_eq!(code("<Delete><Key>&a;</Key></Delete>"), ErrorCode::MalformedXML);
        assert_eq!(code("<Delete><Key>&#0;</Key></Delete>"), ErrorCode::MalformedXML);
    }

    #[test]
    fn characters_that_xml_forbids_are_refused_raw_and_as_references() {
        for character in ['\0', '\u{1}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            let number = u32::from(character);
            for text in [character.to_string(), format!("&#{number};"), format!("&#x{number:x};")] {
                assert_eq!(code(&format!("<Delete><Key>{text}</Key></Delete>")), ErrorCode::MalformedXML, "{number}");
            }
        }
        assert_eq!(code("<Delete a='\u{1}'/>"), ErrorCode::MalformedXML);
        assert_eq!(code("<Delete><Key>&#xd800;</Key></Delete>"), ErrorCode::MalformedXML);
    }

    #[test]
    fn the_last_characters_before_the_forbidden_ones_are_read() {
        let body = "<Delete><Key>\u{7f}\u{d7ff}\u{e000}\u{fffd}&#x10000;\u{10ffff}&#xd;</Key></Delete>";
        let root = Element::parse(body.as_bytes(), "Delete", 1000).unwrap();
        assert_eq!(root.required_text("Key").unwrap(), "\u{7f}\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{10ffff}\r");
    }

    #[test]
    fn what_is_not_one_document_with_the_root_is_malformed() {
        for body in ["<Delete>", "<Delete></Key>", "<Delete/><Delete/>", "<Delete/>x", "x<Delete/>", "<Other/>", "{}"] {
            assert_eq!(code(body), ErrorCode::MalformedXML, "{body}");
        }
        assert_eq!(code("  \n"), ErrorCode::MissingRequestBodyError);
    }

    #[test]
    fn size_and_depth_are_bounded() {
        assert_eq!(code(&" ".repeat(1001)), ErrorCode::MaxMessageLengthExceeded);
        assert_eq!(code(&format!("<Delete>{}", "<a>".repeat(100))), ErrorCode::MalformedXML);
    }

    #[test]
    fn a_single_element_given_twice_is_refused() {
        let root = Element::parse(b"<Delete><Key>a</Key><Key>b</Key></Delete>", "Delete", 1000).unwrap();
        assert_eq!(root.child("Key").unwrap_err().code(), ErrorCode::MalformedXML);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in any::<String>()) {
            let text: String = text.chars().filter(|character| allowed(*character)).collect();
            let body = XmlWriter::document("Delete", |xml| xml.text("Key", &text));
            let root = Element::parse(&body, "Delete", 100_000).unwrap();
            prop_assert_eq!(root.required_text("Key").unwrap(), text);
        }

        #[test]
        fn no_body_makes_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Element::parse(&body, "Delete", 1000);
        }

        #[test]
        fn no_markup_makes_the_reader_panic(body in "[<>/&;#!a-c\\[\\]x0-9 '\"=?-]{0,80}") {
            let _ = Element::parse(body.as_bytes(), "a", 1000);
        }
    }
}
