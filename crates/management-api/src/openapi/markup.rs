//! Texts of the description as HTML.

use serde_json::ser::PrettyFormatter;

use serde::Serialize;

use crate::openapi::json::Json;

/// A text with nothing in it that HTML would take for its own.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text with its words in backquotes as code and those between two stars strong.
pub(crate) fn prose(text: &str) -> String {
    let marked = |text: &str, mark: &str, open: &str, close: &str| {
        let mut html = String::new();
        for (at, part) in text.split(mark).enumerate() {
            if at > 0 {
                html.push_str(if at % 2 == 1 { open } else { close });
            }
            html.push_str(part);
        }
        html
    };
    marked(&marked(&escaped(text), "`", "<code>", "</code>"), "**", "<strong>", "</strong>")
}

/// The same with a paragraph for each.
pub(crate) fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>\n", prose(paragraph))).collect()
}

/// JSON as it is read best.
pub(crate) fn code(json: &Json) -> String {
    let mut written = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut written, PrettyFormatter::with_indent(b"  "));
    if json.serialize(&mut serializer).is_err() {
        return String::new();
    }
    escaped(&String::from_utf8_lossy(&written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_would_read_is_escaped_and_what_is_marked_is_shown() {
        assert_eq!(prose("**a** `<b>` & \"c\""), "<strong>a</strong> <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }
}
