//! The list of headers that a signature covers.

use http::HeaderMap;

use crate::headers::X_AMZ_CONTENT_SHA256;
use crate::{Flaw, SignatureError};

/// `SignedHeaders`: lower-case names, each once, `host` among them.
#[derive(Clone, Debug)]
pub(crate) struct SignedHeaders {
    text: Box<str>,
}

impl SignedHeaders {
    /// More names than any client signs; it bounds the work of comparing them.
    const MOST: usize = 128;

    /// Reads a list such as `host;range;x-amz-date`.
    pub(crate) fn parse(text: &str) -> Result<Self, Flaw> {
        let names = || text.as_bytes().split(|byte| *byte == b';');
        if !names().all(is_lower_case_name) || names().count() > Self::MOST {
            return Err(Flaw::SignedHeaders);
        }
        // Clients sort the list; only one that is not sorted needs each name compared with all before it.
        let is_repeated = |(at, name): (usize, &[u8])| names().take(at).any(|earlier| earlier == name);
        if !names().is_sorted_by(|one, next| one < next) && names().enumerate().any(is_repeated) {
            return Err(Flaw::SignedHeaders);
        }
        if names().any(|name| name == b"host") { Ok(Self { text: text.into() }) } else { Err(Flaw::HostNotSigned) }
    }

    /// Refuses a head with an `x-amz-*` or `x-emc-*` header that the signature does not cover: S3 acts on such
    /// headers, so one slipped in beside a valid signature would be obeyed in the signer's name. The one exception,
    /// `x-amz-content-sha256`, is covered by the last line of the canonical request.
    pub(crate) fn cover(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        let acts = |name: &str| name.starts_with("x-amz-") || name.starts_with("x-emc-");
        match headers
            .keys()
            .find(|name| acts(name.as_str()) && !self.contain(name.as_str()) && *name != X_AMZ_CONTENT_SHA256)
        {
            Some(name) => Err(SignatureError::UnsignedHeader { name: name.as_str().to_owned() }),
            None => Ok(()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.text.split(';')
    }

    fn contain(&self, name: &str) -> bool {
        self.text.as_bytes().split(|byte| *byte == b';').any(|signed| signed == name.as_bytes())
    }
}

fn is_lower_case_name(name: &[u8]) -> bool {
    let token = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-!#$%&'*+.^_`|~".contains(byte);
    !name.is_empty() && name.iter().all(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_lower_case_without_repeats_and_names_host() {
        assert!(SignedHeaders::parse("host;x-amz-date").is_ok());
        for text in ["", "Host", "host;host", "host;", "host;x amz", "host,range"] {
            assert_eq!(SignedHeaders::parse(text).err(), Some(Flaw::SignedHeaders), "{text}");
        }
        assert_eq!(SignedHeaders::parse("range;x-amz-date").err(), Some(Flaw::HostNotSigned));
        let many: Vec<String> = (0..200).map(|n| format!("h{n}")).collect();
        assert_eq!(SignedHeaders::parse(&many.join(";")).err(), Some(Flaw::SignedHeaders));
    }

    #[test]
    fn headers_that_s3_acts_on_must_be_covered() {
        let signed = SignedHeaders::parse("host;x-amz-date").unwrap();
        let with = |name: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-amz-date", "x".parse().unwrap());
            headers.insert(name, "x".parse().unwrap());
            headers
        };
        for name in ["x-amz-copy-source", "x-emc-namespace", "x-amz-acl"] {
            let refused = SignatureError::UnsignedHeader { name: name.to_owned() };
            assert_eq!(signed.cover(&with(name)), Err(refused));
        }
        for name in ["user-agent", "range", "x-amz-content-sha256", "x-forwarded-for"] {
            assert_eq!(signed.cover(&with(name)), Ok(()), "{name}");
        }
    }
}
