//! The format of an answer, chosen by the path's suffix or the `Accept` headers, never by the request's body.

use crate::strip_suffix;

/// XML or JSON. XML is what an ECS sends when nothing else was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// `application/xml`
    #[default]
    Xml,
    /// `application/json`
    Json,
}

impl Format {
    /// The format to answer in (ECS REST API, content negotiation): the suffix of `path` wins; else the first exact
    /// `application/json` or `application/xml` in all `accept` header values together, in order of preference; else
    /// XML.
    pub fn of_response<'a>(path: &str, accept: impl IntoIterator<Item = &'a str>) -> Self {
        strip_suffix(path).1.unwrap_or_else(|| Self::preferred(accept))
    }

    /// The value of the answer's `Content-Type`, which carries no charset.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Xml => "application/xml",
            Format::Json => "application/json",
        }
    }

    fn preferred<'a>(accept: impl IntoIterator<Item = &'a str>) -> Self {
        let mut best = (0, Format::default());
        for range in accept.into_iter().flat_map(|value| value.split(',')) {
            let (media_type, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters);
            if let Some(format) = Self::named(media_type.trim())
                && weight > best.0
            {
                best = (weight, format);
            }
        }
        best.1
    }

    fn named(media_type: &str) -> Option<Self> {
        [Format::Xml, Format::Json].into_iter().find(|format| media_type.eq_ignore_ascii_case(format.content_type()))
    }
}

/// The `q` of a media range in thousandths; 1000 when there is none or it makes no sense.
fn weight(parameters: &str) -> u16 {
    let q = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let weight = q.and_then(|value| value.parse::<f32>().ok()).filter(|weight| (0.0..=1.0).contains(weight));
    weight.map_or(1000, |weight| (weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &[&str]) -> Format {
        Format::of_response("/object/secret-keys", accept.iter().copied())
    }

    #[test]
    fn xml_is_answered_unless_json_was_asked_for() {
        for accept in
            [&[][..], &["*/*"], &[""], &["text/html"], &["application/*"], &["application/vnd.x+json"], &["*/*;q=0.1"]]
        {
            assert_eq!(chosen(accept), Format::Xml, "{accept:?}");
        }
        assert_eq!(chosen(&["application/json"]), Format::Json);
        assert_eq!(chosen(&["Application/JSON; charset=utf-8"]), Format::Json);
        assert_eq!(chosen(&["text/html, */*, application/json;q=0.5"]), Format::Json);
    }

    #[test]
    fn the_first_of_two_accept_headers_wins() {
        assert_eq!(chosen(&["application/json", "application/xml"]), Format::Json);
        assert_eq!(chosen(&["application/xml", "application/json"]), Format::Xml);
    }

    #[test]
    fn preference_outranks_position() {
        assert_eq!(chosen(&["application/xml;q=0.3, application/json;q=0.9"]), Format::Json);
        assert_eq!(chosen(&["application/json;q=0.3", "application/xml"]), Format::Xml);
        assert_eq!(chosen(&["application/json;q=0"]), Format::Xml, "q=0 means: not this one");
        assert_eq!(chosen(&["application/json;q=nonsense"]), Format::Json);
    }

    #[test]
    fn the_suffix_outranks_accept() {
        assert_eq!(Format::of_response("/object/secret-keys.json", ["application/xml"]), Format::Json);
        assert_eq!(Format::of_response("/object/secret-keys.xml", ["application/json"]), Format::Xml);
    }
}
