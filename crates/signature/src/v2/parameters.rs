//! Which query parameters a Version 2 signature covers, and which of the others may be there at all.

use std::borrow::Cow;

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;

use crate::carrier::{self, AuthParameter};
use crate::percent::{self, Plus};
use crate::{Scheme, SignatureError, object_headers};

/// The parameters that belong to the resource and are signed with it, sorted: those of the S3 documentation, those
/// that SDKs sign beyond it, and those of ECS. No client signs all of them; each signs those that it sends.
const SIGNED: [&str; 39] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "endpoint",
    "inventory",
    "isstaleallowed",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "query",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "searchmetadata",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Parameters that no client signs and that select neither an operation nor an object: they narrow down a listing, or
/// repeat what a header or the method says.
const HARMLESS: [&str; 26] = [
    "allow-unordered",
    "bucket-region",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "limit",
    "list-type",
    "marker",
    "max-buckets",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "prefix",
    "start-after",
    "upload-id-marker",
    "version-id-marker",
    "x-id",
];

/// What narrows down a metadata search of ECS, beside the signed `query`. Elsewhere one of them selects an operation.
const OF_A_SEARCH: [&str; 3] = ["attributes", "include-older-versions", "sorted"];

/// The parameters of one request.
#[derive(Debug, Default)]
pub(crate) struct Parameters<'a> {
    /// Name and value on the wire of each parameter that is signed, sorted by name.
    pub(crate) signed: Vec<(&'static str, Option<&'a str>)>,
    /// Parameters that are signed as if they were headers.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl<'a> Parameters<'a> {
    /// More than any client puts into a URL; it bounds the work of comparing them.
    const MOST_HEADERS: usize = 128;

    /// Sorts out the parameters of a head.
    ///
    /// # Errors
    /// [`SignatureError::UnsignedParameter`] for one that is neither signed nor harmless: it would select, in the
    /// signer's name, what the signer did not sign. [`SignatureError::AmbiguousParameter`] for a value that could be
    /// read as several parameters.
    pub(crate) fn read(parts: &'a Parts, scheme: Scheme) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        let mut of_a_search = None;
        for (wire_name, value) in carrier::parameters(parts.uri.query().unwrap_or_default()) {
            let name = decoded(wire_name);
            match AuthParameter::named(wire_name) {
                Some(AuthParameter::SecurityToken) => return Err(SignatureError::TemporaryCredentials),
                Some(parameter) if parameter.is_v2() => continue,
                _ => {}
            }
            if let Some(name) = SIGNED.iter().find(|known| known.as_bytes() == &*name) {
                refuse_ambiguous(name, value.unwrap_or_default())?;
                parameters.signed.push((name, value));
                continue;
            }
            let name = String::from_utf8_lossy(&name);
            if object_headers::acts(&name.to_ascii_lowercase()) && scheme == Scheme::SigV2Presigned {
                parameters.add_header(&name, value.unwrap_or_default(), parts)?;
            } else if OF_A_SEARCH.contains(&&*name) {
                of_a_search = Some(name.into_owned());
            } else if !is_harmless(&name) {
                return Err(SignatureError::UnsignedParameter { name: name.into_owned() });
            }
        }
        let searches = || parameters.signed.iter().any(|(name, _)| *name == "query");
        if let Some(name) = of_a_search.filter(|_| !searches()) {
            return Err(SignatureError::UnsignedParameter { name });
        }
        // Repeated parameters stay in their order: which of them counts is up to the reader.
        parameters.signed.sort_by_key(|(name, _)| *name);
        Ok(parameters)
    }

    /// Takes a parameter that was signed as a header. Some clients send such a header in both places; then both must
    /// say the same.
    fn add_header(&mut self, name: &str, value: &str, parts: &Parts) -> Result<(), SignatureError> {
        let refused = || SignatureError::UnsignedParameter { name: name.to_owned() };
        let header = object_headers::named(&name.to_ascii_lowercase()).ok_or_else(refused)?;
        let value = HeaderValue::from_bytes(decoded(value).trim_ascii()).map_err(|_| refused())?;
        if self.headers.len() == Self::MOST_HEADERS || self.headers.iter().any(|(known, _)| *known == header) {
            return Err(refused());
        }
        let mut sent = parts.headers.get_all(&header).iter();
        match (sent.next(), sent.next()) {
            (None, _) => self.headers.push((header, value)),
            (Some(sent), None) if sent.as_bytes().trim_ascii() == value.as_bytes() => {}
            _ => return Err(refused()),
        }
        Ok(())
    }
}

fn is_harmless(name: &str) -> bool {
    // One client writes the names of headers as in headers.
    HARMLESS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A value is signed decoded, so that `versionId` in the value of another parameter looks like one of its own.
fn refuse_ambiguous(name: &'static str, value: &str) -> Result<(), SignatureError> {
    let value = decoded(value);
    let names = |part: &[u8]| {
        let end = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        SIGNED.iter().any(|known| known.as_bytes() == &part[..end])
    };
    if value.split(|byte| *byte == b'&').skip(1).any(names) {
        return Err(SignatureError::AmbiguousParameter { name });
    }
    Ok(())
}

fn decoded(wire: &str) -> Cow<'_, [u8]> {
    percent::decode(wire, Plus::Space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(scheme: Scheme, query: &str, headers: &[(&'static str, &str)]) -> Result<String, SignatureError> {
        let request = http::Request::get(format!("/b/k?{query}"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let parts = request.body(()).unwrap().into_parts().0;
        let Parameters { signed, headers } = Parameters::read(&parts, scheme)?;
        let signed = signed.iter().map(|(name, value)| format!("{name}={}", value.unwrap_or_default()));
        let headers = headers.iter().map(|(name, value)| format!("{name}:{}", value.to_str().unwrap()));
        Ok(signed.chain(headers).collect::<Vec<_>>().join(" "))
    }

    fn read(query: &str) -> Result<String, SignatureError> {
        read_as(Scheme::SigV2Header, query, &[])
    }

    fn unsigned(name: &str) -> Result<String, SignatureError> {
        Err(SignatureError::UnsignedParameter { name: name.to_owned() })
    }

    #[test]
    fn signed_parameters_are_found_however_they_are_spelt() {
        assert!(SIGNED.is_sorted() && HARMLESS.is_sorted());
        assert_eq!(read("uploadId=x&partNumber=2&%61cl").unwrap(), "acl= partNumber=2 uploadId=x");
        assert_eq!(read("versionId=b&versionId=a").unwrap(), "versionId=b versionId=a");
    }

    #[test]
    fn listings_may_be_narrowed_down() {
        let listing = "list-type=2&prefix=a%2Fb&delimiter=/&max-keys=7&encoding-type=url&fetch-owner&marker=&x-id=L";
        assert_eq!(read(listing).unwrap(), "");
        assert_eq!(read("versions&key-marker=a&version-id-marker=b").unwrap(), "versions=");
        assert_eq!(read("query=a&attributes=b&sorted=c").unwrap(), "query=a");
    }

    #[test]
    fn a_parameter_that_could_select_something_unsigned_is_refused() {
        for name in [
            "retention",
            "legal-hold",
            "attributes",
            "encryption",
            "publicAccessBlock",
            "ownershipControls",
            "retentionUpdate",
            "append",
            "renameObject",
            "id",
            "session",
            "whatever",
            "ACL",
            "versionid",
        ] {
            assert_eq!(read(name), unsigned(name), "{name}");
            assert_eq!(read(&format!("acl&{name}=x")), unsigned(name), "{name}");
        }
        assert_eq!(read("re%74ention"), unsigned("retention"));
        assert_eq!(read("x-amz-acl=private"), unsigned("x-amz-acl"));
        assert_eq!(read("X-Amz-Date=x"), unsigned("X-Amz-Date"));
        assert_eq!(read("x-amz-security-token=x"), Err(SignatureError::TemporaryCredentials));
    }

    #[test]
    fn a_value_that_reads_like_further_parameters_is_refused() {
        let refused = |name| Err(SignatureError::AmbiguousParameter { name });
        assert_eq!(read("partNumber=1%26uploadId%3Dx"), refused("partNumber"));
        assert_eq!(read("response-content-type=a%26acl"), refused("response-content-type"));
        assert!(read("response-content-disposition=a%26b%3Dacl").is_ok());
    }

    #[test]
    fn a_presigned_url_can_carry_headers_that_describe_the_object() {
        let presigned = |query: &str, headers: &[_]| read_as(Scheme::SigV2Presigned, query, headers);
        let query = "X-Amz-Acl=public-read&x-amz-meta-note=a%20b";
        assert_eq!(presigned(query, &[]).unwrap(), "x-amz-acl:public-read x-amz-meta-note:a b");
        assert_eq!(presigned(query, &[("x-amz-acl", "public-read")]).unwrap(), "x-amz-meta-note:a b");
        assert_eq!(presigned(query, &[("x-amz-acl", "private")]), unsigned("X-Amz-Acl"));
        for name in ["x-amz-copy-source", "x-emc-namespace", "x-amz-date", "x-amz-content-sha256"] {
            assert_eq!(presigned(&format!("{name}=x"), &[]), unsigned(name), "{name}");
        }
        assert_eq!(presigned("x-amz-meta-a=1&X-Amz-Meta-A=2", &[]), unsigned("X-Amz-Meta-A"));
        assert_eq!(presigned("x-amz-meta-a=1%0A2", &[]), unsigned("x-amz-meta-a"));
    }
}
