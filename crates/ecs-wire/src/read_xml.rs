//! XML text to [`Node`].

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zeroize::Zeroizing;

use crate::node::{MAX_DEPTH, Node};
use crate::request::BodyError;

/// Reads one XML document; gives the root's name without prefix, and its content.
///
/// Attributes other than `null`/`nil`, namespaces, comments and processing instructions are ignored. There is no
/// document type here, so there are no entities to expand but the five that XML defines.
pub(crate) fn read_xml(text: &str) -> Result<(String, Node), BodyError> {
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(mistake(text, reader.error_position(), error.to_string())),
        };
        let ended = matches!(event, Event::Eof);
        tree.take(event).map_err(|problem| match problem {
            Problem::TooDeep => BodyError::TooDeep { limit: MAX_DEPTH },
            Problem::Mistake(why) => mistake(text, reader.buffer_position(), why),
        })?;
        if ended && let Some(root) = tree.root.take() {
            return Ok(root);
        }
    }
}

enum Problem {
    TooDeep,
    Mistake(String),
}

impl From<&str> for Problem {
    fn from(why: &str) -> Self {
        Problem::Mistake(why.to_owned())
    }
}

/// The elements that are open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<(String, Node)>,
}

struct Element {
    name: String,
    null: bool,
    text: Zeroizing<String>,
    members: Vec<(String, Node)>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) -> Result<(), Problem> {
        match event {
            Event::Start(start) => self.begin(&start),
            Event::Empty(start) => {
                self.begin(&start)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = character(&reference)?;
                self.text(character.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => Err("a document type is not allowed here: leave it out".into()),
            Event::Eof if !self.open.is_empty() => Err("the body ends inside an element".into()),
            Event::Eof if self.root.is_none() => Err("there is no element in the body".into()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), Problem> {
        if self.root.is_some() {
            return Err("there is a second root element".into());
        }
        if self.open.len() > MAX_DEPTH {
            return Err(Problem::TooDeep);
        }
        let name = start.local_name().into_inner().to_owned();
        let null = says_null(start)?;
        self.open.push(Element { name, null, text: Zeroizing::default(), members: Vec::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let element = self.open.pop().ok_or("an element ends that never began")?;
        let node = match element {
            Element { null: true, .. } => Node::Null,
            Element { members, text, .. } if members.is_empty() => Node::Text(text),
            Element { members, .. } => Node::Members(members),
        };
        match self.open.last_mut() {
            Some(parent) => parent.members.push((element.name, node)),
            None => self.root = Some((element.name, node)),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err("there is text outside the root element".into()),
        }
        Ok(())
    }
}

fn says_null(start: &BytesStart<'_>) -> Result<bool, Problem> {
    let mut null = false;
    // The reader's check for repeated attributes compares each with all before it: too dear for a hostile body.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Problem::Mistake(error.to_string()))?;
        let name = attribute.key.local_name();
        null |= matches!(name.as_ref(), "null" | "nil") && attribute.value.trim().eq_ignore_ascii_case("true");
    }
    Ok(null)
}

fn character(reference: &BytesRef<'_>) -> Result<char, Problem> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| Problem::Mistake(error.to_string()))? {
        return Ok(character);
    }
    match &*reference.xml10_content() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err("an entity other than &lt; &gt; &amp; &quot; &apos; is not known here".into()),
    }
}

fn mistake(text: &str, offset: u64, why: String) -> BodyError {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    let before = &text.as_bytes()[..offset];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    BodyError::Xml { line, column: 1 + offset - line_start, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> String {
        match read_xml(body) {
            Ok((_, Node::Text(text))) => text.to_string(),
            _ => panic!("{body} has no text"),
        }
    }

    #[test]
    fn text_is_put_together_from_all_its_spellings() {
        assert_eq!(text("<a>x&amp;y&#x2f;<!-- no --><![CDATA[<z>]]>&lt;</a>"), "x&y/<z><");
        assert_eq!(text("<?xml version='1.0'?>\n<p:a xmlns:p='urn:x' b='c'/>\n"), "");
    }

    #[test]
    fn what_is_no_single_well_formed_element_is_refused() {
        for body in [
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<!-- only -->",
            "<a b=c/>",
            "<a",
            "<a>&x;</a>",
            "<a>&#0;</a>",
            "<a>&</a>",
            "<a/>&#32;x",
            "<!DOCTYPE a><a/>",
        ] {
            assert!(matches!(read_xml(body), Err(BodyError::Xml { .. })), "{body}");
        }
    }

    #[test]
    fn an_entity_bomb_is_refused_at_its_declaration() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#;
        let Err(refusal) = read_xml(bomb) else { panic!("accepted") };
        assert!(refusal.to_string().contains("document type"), "{refusal}");
    }

    #[test]
    fn a_nesting_bomb_is_refused() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read_xml(&nested(MAX_DEPTH + 1)).is_ok());
        for depth in [MAX_DEPTH + 2, 100_000] {
            assert!(matches!(read_xml(&nested(depth)), Err(BodyError::TooDeep { .. })), "{depth}");
        }
    }

    #[test]
    fn the_place_of_a_mistake_is_told() {
        let Err(mistake) = read_xml("<a>\n <b>&x;</b></a>") else { panic!("accepted") };
        assert!(mistake.to_string().contains("line 2"), "{mistake}");
    }
}
