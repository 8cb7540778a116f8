//! How a request's body is to be read, by its `Content-Type`.

/// What the `Content-Type` says about the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFormat {
    /// `application/json`
    Json,
    /// `application/xml` or `text/xml`
    Xml,
    /// Nothing useful: no header, `text/plain`, or the form type that `curl -d` sends by itself. The body's first
    /// character decides.
    Undeclared,
}

/// The `Content-Type` names something that is neither XML nor JSON (415, code 1003).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media type {0:?} is not read here: send application/json or application/xml")]
pub struct UnsupportedMediaType(pub String);

impl RequestFormat {
    /// Reads the value of a `Content-Type` header; parameters such as a charset are ignored, bodies are UTF-8.
    ///
    /// # Errors
    /// The media type, when it is none of those above.
    pub fn of(content_type: Option<&str>) -> Result<Self, UnsupportedMediaType> {
        let whole = content_type.unwrap_or_default();
        let media_type = whole.split_once(';').map_or(whole, |(media_type, _)| media_type).trim();
        match media_type.to_ascii_lowercase().as_str() {
            "application/json" => Ok(RequestFormat::Json),
            "application/xml" | "text/xml" => Ok(RequestFormat::Xml),
            "" | "application/x-www-form-urlencoded" | "text/plain" => Ok(RequestFormat::Undeclared),
            _ => Err(UnsupportedMediaType(media_type.chars().take(80).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_type_picks_the_reader_whatever_its_case_and_parameters() {
        for (content_type, format) in [
            ("application/json", RequestFormat::Json),
            ("Application/JSON; charset=utf-8", RequestFormat::Json),
            ("application/xml;charset=UTF-8", RequestFormat::Xml),
            ("text/xml", RequestFormat::Xml),
            ("", RequestFormat::Undeclared),
            ("application/x-www-form-urlencoded", RequestFormat::Undeclared),
            ("text/plain; charset=us-ascii", RequestFormat::Undeclared),
        ] {
            assert_eq!(RequestFormat::of(Some(content_type)), Ok(format), "{content_type}");
        }
        assert_eq!(RequestFormat::of(None), Ok(RequestFormat::Undeclared));
    }

    #[test]
    fn any_other_type_is_named_in_the_refusal() {
        for content_type in
            ["text/html", "application/octet-stream", "application/jsonp", "multipart/form-data; boundary=x"]
        {
            let refusal = RequestFormat::of(Some(content_type)).expect_err(content_type);
            assert!(content_type.starts_with(&refusal.0), "{refusal}");
        }
    }
}
