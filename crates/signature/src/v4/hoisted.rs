//! Headers that a presigned URL carries as parameters: SDKs move them there, so that whoever uses the URL need not send
//! them.

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;

use crate::carrier::{AuthParameter, pairs};
use crate::percent::{self, Plus};
use crate::{Algorithm, Flaw, SignatureError, object_headers};

/// More than any client puts into a URL; it bounds the work of comparing them.
const MOST: usize = 128;

/// The headers among the parameters of a presigned URL. All of them are signed: parameters always are.
///
/// The checksum of nothing is passed over: SDKs compute it when they make the URL and know no body yet, and S3 does not
/// hold the body against it.
///
/// # Errors
/// [`Flaw::Hoisted`] for one that appears twice, that was sent as a header too and says something else there, or that no
/// header can hold.
pub(crate) fn read(parts: &Parts, plus: Plus) -> Result<Vec<(HeaderName, HeaderValue)>, SignatureError> {
    let mut seen: Vec<(HeaderName, HeaderValue)> = Vec::new();
    for (wire_name, wire_value) in pairs(parts.uri.query().unwrap_or_default()) {
        let Some(name) = name(wire_name) else { continue };
        let refused = || SignatureError::MalformedQuery(Flaw::Hoisted { name: name.as_str().to_owned() });
        let value = percent::decode(wire_value, plus);
        let value = HeaderValue::from_bytes(value.trim_ascii()).map_err(|_| refused())?;
        let mut sent = parts.headers.get_all(&name).iter();
        let agrees = match (sent.next(), sent.next()) {
            (None, _) => true,
            (Some(sent), None) => sent.as_bytes().trim_ascii() == value.as_bytes(),
            (Some(_), Some(_)) => false,
        };
        if !agrees || seen.len() == MOST || seen.iter().any(|(known, _)| *known == name) {
            return Err(refused());
        }
        seen.push((name, value));
    }
    seen.retain(|(name, value)| !is_sum_of_nothing(name, value) && !parts.headers.contains_key(name));
    Ok(seen)
}

/// The header that a parameter of this name stands for.
fn name(wire: &str) -> Option<HeaderName> {
    // Nearly every parameter of another kind is told apart by its first character.
    if !matches!(wire.as_bytes().first()?, b'x' | b'X' | b'%') || AuthParameter::named(wire).is_some() {
        return None;
    }
    let name = percent::decode(wire, Plus::Space);
    object_headers::hoisted(&String::from_utf8_lossy(&name).to_ascii_lowercase())
}

fn is_sum_of_nothing(name: &HeaderName, value: &HeaderValue) -> bool {
    let of_nothing: &[u8] = match Algorithm::from_header_name(name.as_str()) {
        Some(Algorithm::Crc32 | Algorithm::Crc32c) => b"AAAAAA==",
        Some(Algorithm::Crc64Nvme) => b"AAAAAAAAAAA=",
        Some(Algorithm::Sha1) => b"2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        Some(Algorithm::Sha256) => b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        None => return false,
    };
    value.as_bytes() == of_nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(query: &str, sent: &[(&'static str, &str)]) -> Result<String, Flaw> {
        let request = http::Request::put(format!("/b/k?{query}"));
        let request = sent.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let parts = request.body(()).unwrap().into_parts().0;
        match read(&parts, Plus::Space) {
            Ok(headers) => {
                let all = headers.iter().map(|(name, value)| format!("{name}:{}", value.to_str().unwrap()));
                Ok(all.collect::<Vec<_>>().join(" "))
            }
            Err(SignatureError::MalformedQuery(flaw)) => Err(flaw),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_describes_the_object_becomes_a_header() {
        let query =
            "X-Amz-Date=x&X-Amz-Acl=private&x%2Damz-meta-Note=a%20b%2Bc&x-amz-checksum-mode=ENABLED&x-id=GetObject";
        assert_eq!(headers(query, &[]).unwrap(), "x-amz-acl:private x-amz-meta-note:a b+c x-amz-checksum-mode:ENABLED");
        assert_eq!(headers("x-amz-acl=private", &[("x-amz-acl", "private")]).unwrap(), "");
    }

    #[test]
    fn what_selects_something_else_stays_a_parameter() {
        for name in ["x-emc-namespace", "x-amz-request-route", "x-amz-mfa"] {
            assert_eq!(headers(&format!("{name}=x"), &[]).unwrap(), "", "{name}");
        }
    }

    #[test]
    fn a_checksum_is_meant_unless_it_is_that_of_nothing() {
        assert_eq!(headers("x-amz-checksum-crc32=DUoRhQ%3D%3D", &[]).unwrap(), "x-amz-checksum-crc32:DUoRhQ==");
        for (name, value) in [
            ("crc32", "AAAAAA%3D%3D"),
            ("crc32c", "AAAAAA=="),
            ("crc64nvme", "AAAAAAAAAAA%3D"),
            ("sha1", "2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D"),
            ("sha256", "47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D"),
        ] {
            assert_eq!(headers(&format!("x-amz-checksum-{name}={value}"), &[]).unwrap(), "", "{name}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let refused = |name: &str| Err(Flaw::Hoisted { name: name.to_owned() });
        assert_eq!(headers("x-amz-acl=private&X-Amz-Acl=public-read", &[]), refused("x-amz-acl"));
        assert_eq!(headers("x-amz-acl=private", &[("x-amz-acl", "public-read")]), refused("x-amz-acl"));
        let source = "x-amz-copy-source=b%2Fk";
        assert_eq!(headers(source, &[("x-amz-copy-source", "b/other")]), refused("x-amz-copy-source"));
        assert_eq!(headers("x-amz-meta-a=1%0D%0Ax-amz-copy-source:b", &[]), refused("x-amz-meta-a"));
        let many: String = (0..129).map(|n| format!("x-amz-meta-{n}=1&")).collect();
        assert_eq!(headers(&many, &[]), refused("x-amz-meta-128"));
    }
}
