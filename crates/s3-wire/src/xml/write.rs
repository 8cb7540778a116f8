//! Writes S3's documents: elements, text, and attributes where S3 has them.

use std::fmt::{self, Display, Write};

use super::S3_NAMESPACE;

const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The bytes of text that may have to be written otherwise. 0xEF begins U+FFFE and U+FFFF, among others.
const MARKED: [bool; 256] = {
    let mut marked = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        marked[control] = true;
        control += 1;
    }
    marked[b'&' as usize] = true;
    marked[b'<' as usize] = true;
    marked[b'>' as usize] = true;
    marked[b'"' as usize] = true;
    marked[0x7f] = true;
    marked[0xef] = true;
    marked
};

/// Writes one document into memory. Elements close by themselves, so a document is always well-formed as far as its
/// text is; what XML 1.0 cannot hold goes out as a character reference, as S3 does it, except in errors.
#[derive(Debug, Default)]
pub struct XmlWriter {
    out: Vec<u8>,
    /// Whether characters that XML 1.0 cannot hold are replaced.
    is_strict: bool,
}

impl XmlWriter {
    /// A document whose root is in S3's namespace.
    pub fn document(root: &str, fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        Self::whole(root, Some(S3_NAMESPACE), 0, fill)
    }

    /// As [`document`](Self::document), where it is known that it will have about so many bytes.
    pub fn long_document(root: &str, about: usize, fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        Self::whole(root, Some(S3_NAMESPACE), about, fill)
    }

    /// A document without a namespace.
    pub fn bare_document(root: &str, fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        Self::whole(root, None, 0, fill)
    }

    /// The `<Error>` document. It shows what was sent, whatever that was, and every parser has to be able to read it:
    /// what XML 1.0 cannot hold, not even as a reference, is U+FFFD there.
    pub fn error(fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        XmlWriter { out: Vec::new(), is_strict: true }.filled("Error", None, fill)
    }

    /// The `<ErrorResponse>` document of AWS's query protocol, held to the same as [`error`](Self::error).
    pub fn error_response(namespace: Option<&str>, fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        XmlWriter { out: Vec::new(), is_strict: true }.filled("ErrorResponse", namespace, fill)
    }

    fn whole(root: &str, namespace: Option<&str>, about: usize, fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        let out = Vec::with_capacity(DECLARATION.len() + about);
        XmlWriter { out, is_strict: false }.filled(root, namespace, fill)
    }

    fn filled(self, root: &str, namespace: Option<&str>, fill: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
        let mut xml = self;
        xml.out.extend_from_slice(DECLARATION);
        xml.raw("<").raw(root);
        if let Some(namespace) = namespace {
            xml.raw(" xmlns=\"").raw(namespace).raw("\"");
        }
        xml.raw(">");
        fill(&mut xml);
        xml.raw("</").raw(root).raw(">");
        xml.out
    }

    /// An element that holds elements.
    pub fn element(&mut self, name: &str, fill: impl FnOnce(&mut XmlWriter)) {
        self.raw("<").raw(name).raw(">");
        fill(self);
        self.raw("</").raw(name).raw(">");
    }

    /// An element with attributes that holds elements. Names and values are ours, so nothing in them needs escaping.
    pub fn element_with(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &'static str)],
        fill: impl FnOnce(&mut XmlWriter),
    ) {
        self.raw("<").raw(name);
        for (attribute, value) in attributes {
            self.raw(" ").raw(attribute).raw("=\"").raw(value).raw("\"");
        }
        self.raw(">");
        fill(self);
        self.raw("</").raw(name).raw(">");
    }

    /// An element that holds text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| xml.content(text));
    }

    /// An element that holds text, when there is one.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// An element that holds a number, a truth value or another plain word.
    pub fn value(&mut self, name: &str, value: impl Display) {
        self.element(name, |xml| write!(Content(xml), "{value}").expect("a document takes any text"));
    }

    /// Text of the element that is open.
    pub fn content(&mut self, text: &str) {
        let mut rest = text;
        // What needs nothing goes out in one piece. A marked byte begins a character, so the cuts are between two.
        while let Some(at) = rest.bytes().position(|byte| MARKED[usize::from(byte)]) {
            let (plain, behind) = rest.split_at(at);
            self.raw(plain);
            let mut characters = behind.chars();
            characters.next().into_iter().for_each(|character| self.marked(character));
            rest = characters.as_str();
        }
        self.raw(rest);
    }

    fn marked(&mut self, character: char) {
        match character {
            '&' => self.raw("&amp;"),
            '<' => self.raw("&lt;"),
            '>' => self.raw("&gt;"),
            '"' => self.raw("&quot;"),
            forbidden if self.is_strict && is_forbidden(forbidden) => self.raw("\u{fffd}"),
            // A parser turns a bare carriage return into a line feed and forbids the other controls.
            '\0'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => {
                self.raw(&format!("&#x{:x};", u32::from(character)))
            }
            _ => self.raw(character.encode_utf8(&mut [0; 4])),
        };
    }

    fn raw(&mut self, text: &str) -> &mut Self {
        self.out.extend_from_slice(text.as_bytes());
        self
    }
}

/// What is printed as text of the element that is open.
struct Content<'x>(&'x mut XmlWriter);

impl Write for Content<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.content(text);
        Ok(())
    }
}

/// Whether XML 1.0 has no place for a character (its production *Char*).
fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let xml = XmlWriter::bare_document("Key", |xml| xml.content(text));
        String::from_utf8(xml).unwrap().split_once('\n').unwrap().1.to_owned()
    }

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(written("a<b>&\"c\""), "<Key>a&lt;b&gt;&amp;&quot;c&quot;</Key>");
    }

    #[test]
    fn text_of_all_planes_goes_out_as_it_is() {
        let text = "é\u{ff5e}\u{efff}\u{f000}\u{fffd}\u{10fffe}";
        assert_eq!(written(text), format!("<Key>{text}</Key>"));
    }

    #[test]
    fn characters_that_xml_forbids_go_out_as_references() {
        assert_eq!(written("a\u{1}\r\n\u{ffff}é"), "<Key>a&#x1;&#xd;&#xa;&#xffff;é</Key>");
    }

    #[test]
    fn an_error_holds_nothing_that_xml_forbids() {
        let every: String = (0..=0x20).chain([0x7f, 0xe9, 0xfffe, 0xffff]).filter_map(char::from_u32).collect();
        let written = String::from_utf8(XmlWriter::error(|xml| xml.text("Key", &every))).unwrap();
        let read = quick_xml::escape::unescape(written.split("Key>").nth(1).unwrap().trim_end_matches("</")).unwrap();
        assert!(!read.chars().any(is_forbidden), "{read:?}");
        for kept in ['\t', '\n', '\r', ' ', '\u{7f}', 'é'] {
            assert!(read.contains(kept), "{kept:?}");
        }
        assert_eq!(read.matches('\u{fffd}').count(), 0x20 - 3 + 2);
    }
}
