//! The boundary between the parts of a form.

use super::FormError;
use super::parameters::Parameters;

/// What separates the parts, from the `Content-Type` of the form.
#[derive(Debug)]
pub(crate) struct Boundary {
    text: String,
}

impl Boundary {
    /// RFC 2046, 5.1.1.
    const LONGEST: usize = 70;

    /// Reads `multipart/form-data; boundary=…`.
    pub(crate) fn of(content_type: &[u8]) -> Result<Self, FormError> {
        let text = std::str::from_utf8(content_type).map_err(|_| FormError::ContentType)?;
        let (media_type, parameters) = Parameters::after_value(text).ok_or(FormError::ContentType)?;
        let boundary = parameters.value("boundary").unwrap_or_default();
        let is_usable = (1..=Self::LONGEST).contains(&boundary.len())
            && boundary.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
            && !boundary.ends_with(' ');
        if !media_type.eq_ignore_ascii_case("multipart/form-data") || !is_usable {
            return Err(FormError::ContentType);
        }
        Ok(Self { text: boundary.to_owned() })
    }

    /// What ends a part: a line break, two hyphens and the boundary.
    pub(crate) fn delimiter(&self) -> Vec<u8> {
        format!("\r\n--{}", self.text).into_bytes()
    }
}

/// What follows a delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterDelimiter {
    /// A part. The number is that of bytes up to the line break before it.
    Part(usize),
    /// The end of the form.
    End,
    /// Too little is here to tell.
    Unknown,
}

impl AfterDelimiter {
    /// The most blanks that a transport may have added (RFC 2046, 5.1.1, which sets no limit).
    const MOST_PADDING: usize = 128;

    /// Reads what follows a delimiter; `None` when that is neither an end nor a line break.
    pub(crate) fn of(rest: &[u8]) -> Option<Self> {
        if rest.starts_with(b"--") {
            return Some(Self::End);
        }
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if padding > Self::MOST_PADDING {
            return None;
        }
        match &rest[padding..] {
            [b'\r', b'\n', ..] => Some(Self::Part(padding)),
            [] | [b'\r'] => Some(Self::Unknown),
            [b'-'] if padding == 0 => Some(Self::Unknown),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(content_type: &str) -> Option<String> {
        Boundary::of(content_type.as_bytes()).ok().map(|boundary| String::from_utf8(boundary.delimiter()).unwrap())
    }

    #[test]
    fn the_boundary_is_read_as_clients_write_it() {
        for content_type in [
            "multipart/form-data; boundary=abc",
            "Multipart/Form-Data;charset=utf-8;BOUNDARY=\"abc\"",
            "multipart/form-data ; boundary=abc ;",
        ] {
            assert_eq!(delimiter(content_type).as_deref(), Some("\r\n--abc"), "{content_type}");
        }
    }

    #[test]
    fn a_delimiter_is_followed_by_a_line_break_or_two_hyphens() {
        use AfterDelimiter::{End, Part, Unknown};
        for (rest, expected) in [
            ("--", Some(End)),
            ("\r\nContent", Some(Part(0))),
            (" \t\r\n", Some(Part(2))),
            ("", Some(Unknown)),
            ("-", Some(Unknown)),
            ("  \r", Some(Unknown)),
            ("x", None),
            ("-x", None),
            (" -", None),
            ("\n", None),
            ("\r\r\n", None),
        ] {
            assert_eq!(AfterDelimiter::of(rest.as_bytes()), expected, "{rest:?}");
        }
        assert_eq!(AfterDelimiter::of(&[b' '; 129]), None);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        for content_type in [
            "",
            "text/plain; boundary=abc",
            "multipart/mixed; boundary=abc",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"abc",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=é",
            &long,
        ] {
            assert_eq!(delimiter(content_type), None, "{content_type}");
        }
    }
}
