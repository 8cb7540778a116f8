//! The list of headers that a signature covers.

use http::{HeaderMap, Method};

use crate::headers::X_AMZ_CONTENT_SHA256;
use crate::object_headers::has_to_be_signed;
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
        let (mut count, mut is_sorted, mut has_host, mut previous) = (0, true, false, &b""[..]);
        for name in names() {
            if name.is_empty() || !name.iter().all(|byte| OF_A_NAME[usize::from(*byte)]) {
                return Err(Flaw::SignedHeaders);
            }
            count += 1;
            is_sorted &= previous < name;
            has_host |= name == b"host";
            previous = name;
        }
        // Clients sort the list; only one that is not sorted needs each name compared with all before it.
        let is_repeated = |(at, name): (usize, &[u8])| names().take(at).any(|earlier| earlier == name);
        if count > Self::MOST || !is_sorted && names().enumerate().any(is_repeated) {
            return Err(Flaw::SignedHeaders);
        }
        if has_host { Ok(Self { text: text.into() }) } else { Err(Flaw::HostNotSigned) }
    }

    /// Refuses a head with a header that changes what the request does and that the signature does not cover: one
    /// added beside a valid signature would be obeyed in the signer's name. The one exception,
    /// `x-amz-content-sha256`, is covered by the last line of the canonical request.
    pub(crate) fn cover(&self, method: &Method, headers: &HeaderMap) -> Result<(), SignatureError> {
        let acts = |name: &str| has_to_be_signed(method, name) && !self.contain(name);
        match headers.keys().find(|name| acts(name.as_str()) && *name != X_AMZ_CONTENT_SHA256) {
            Some(name) => Err(SignatureError::UnsignedHeader { name: name.as_str().to_owned() }),
            None => Ok(()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.text.as_bytes().split(|byte| *byte == b';')
    }

    fn contain(&self, name: &str) -> bool {
        self.names().any(|signed| signed == name.as_bytes())
    }
}

/// The characters of a header's name, but for capital letters.
const OF_A_NAME: [bool; 256] = {
    let mut of_a_name = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        of_a_name[byte] = character.is_ascii_lowercase() || character.is_ascii_digit();
        byte += 1;
    }
    let others = b"-!#$%&'*+.^_`|~";
    let mut at = 0;
    while at < others.len() {
        of_a_name[others[at] as usize] = true;
        at += 1;
    }
    of_a_name
};

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
            assert_eq!(signed.cover(&Method::GET, &with(name)), Err(refused));
        }
        for name in ["user-agent", "range", "x-amz-content-sha256", "x-forwarded-for"] {
            assert_eq!(signed.cover(&Method::GET, &with(name)), Ok(()), "{name}");
        }
    }

    #[test]
    fn the_range_of_a_write_must_be_covered() {
        let headers = HeaderMap::from_iter([(http::header::RANGE, "bytes=-1-".parse().unwrap())]);
        let cover = |signed: &str| SignedHeaders::parse(signed).unwrap().cover(&Method::PUT, &headers);
        assert_eq!(cover("host"), Err(SignatureError::UnsignedHeader { name: "range".to_owned() }));
        assert_eq!(cover("host;range"), Ok(()));
    }
}
