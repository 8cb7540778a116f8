//! HTML in which every text is escaped, and which is wiped from memory: a page may hold a secret key.

use zeroize::Zeroizing;

/// A piece of a page. There are two ways to make one: from a text, which is escaped, and from a template of ours.
#[derive(Clone)]
pub(crate) struct Html(Zeroizing<String>);

impl Html {
    /// Nothing.
    pub(crate) fn empty() -> Self {
        Self(Zeroizing::new(String::new()))
    }

    /// A text, for the content of an element or the value of an attribute in quotes.
    pub(crate) fn text(text: &str) -> Self {
        let mut escaped = Zeroizing::new(String::with_capacity(text.len() * LONGEST_ENTITY));
        for letter in text.chars() {
            match letter {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
        }
        Self(escaped)
    }

    /// A template with its places, `{{name}}`, filled. A place without a filling stays as it stands, for tests to see.
    pub(crate) fn fill(template: &'static str, fillings: &[(&str, Html)]) -> Self {
        let pieces = pieces(template, fillings);
        Self::joined(pieces)
    }

    /// Several pieces, one after the other.
    pub(crate) fn all(pieces: &[Html]) -> Self {
        Self::joined(pieces.iter().map(|Html(piece)| piece.as_str()).collect())
    }

    /// Joins without growing, so that no copy of a secret is left where the buffer was before.
    fn joined(pieces: Vec<&str>) -> Self {
        let mut whole = Zeroizing::new(String::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
        pieces.into_iter().for_each(|piece| whole.push_str(piece));
        Self(whole)
    }
}

const LONGEST_ENTITY: usize = "&quot;".len();

impl AsRef<[u8]> for Html {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
impl std::ops::Deref for Html {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

fn pieces<'a>(template: &'static str, fillings: &'a [(&str, Html)]) -> Vec<&'a str> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, (place, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        pieces.push(before);
        match fillings.iter().find(|(name, _)| *name == place) {
            Some((_, Html(filling))) => pieces.push(filling),
            None => pieces.extend(["{{", place, "}}"]),
        }
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_markup() {
        let page = Html::fill("<p title=\"{{t}}\">{{t}}</p>", &[("t", Html::text("<b a='1'>\"&"))]);
        assert_eq!(&*page, "<p title=\"&lt;b a=&#39;1&#39;&gt;&quot;&amp;\">&lt;b a=&#39;1&#39;&gt;&quot;&amp;</p>");
    }

    #[test]
    fn a_filling_is_not_a_template_itself() {
        let page = Html::fill("{{a}}{{b}}", &[("a", Html::text("{{b}}")), ("b", Html::text("x"))]);
        assert_eq!(&*page, "{{b}}x");
    }

    #[test]
    fn a_place_that_nobody_fills_is_seen() {
        assert_eq!(&*Html::fill("a {{b}} c", &[]), "a {{b}} c");
    }
}
