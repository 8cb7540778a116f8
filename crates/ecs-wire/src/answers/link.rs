//! Links to resources: relative paths, without host and without `.json`.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::document::{Value, object};

/// What cannot stand for itself in a path segment. `@`, `=` and `:` can, and clients see them as they are.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path of `id` under `collection`, such as `/object/namespaces/namespace/ns1`.
pub fn self_link(collection: &str, id: &str) -> String {
    let segment = utf8_percent_encode(id, SEGMENT).to_string();
    // Whoever follows the link would have it stripped as a choice of format.
    for (suffix, kept) in [(".json", "%2Ejson"), (".xml", "%2Exml")] {
        if let Some(stem) = segment.strip_suffix(suffix) {
            return format!("{collection}/{stem}{kept}");
        }
    }
    format!("{collection}/{segment}")
}

/// An entry of a list: a resource's name, id and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLink {
    pub name: String,
    pub id: String,
}

impl NamedLink {
    pub(crate) fn values<'a>(entries: &'a [NamedLink], collection: &str) -> Vec<Value<'a>> {
        let entry = |entry: &'a NamedLink| {
            let link = Value::Link(self_link(collection, &entry.id).into());
            object(
                &["id", "link", "name"],
                [("name", Value::text(&entry.name)), ("id", Value::text(&entry.id)), ("link", link)],
            )
        };
        entries.iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        assert_eq!(
            self_link("/object/user-secret-keys", "dana@corp.example"),
            "/object/user-secret-keys/dana@corp.example"
        );
        assert_eq!(self_link("/x", "a=b:c+d!$&'()*,;~"), "/x/a=b:c+d!$&'()*,;~");
        assert_eq!(self_link("/x", "a/b?c#d%e f"), "/x/a%2Fb%3Fc%23d%25e%20f");
    }

    #[test]
    fn an_id_that_ends_like_a_format_keeps_its_ending() {
        assert_eq!(self_link("/x", "x.json"), "/x/x%2Ejson");
        assert_eq!(self_link("/x", "x.json.xml"), "/x/x.json%2Exml");
        assert_eq!(self_link("/x", "x.jsonl"), "/x/x.jsonl");
    }
}
