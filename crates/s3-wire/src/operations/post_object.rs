//! PostObject: writes an object from a form that a browser sends; answers as the form asks.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::S3Error;
use crate::xml::{Element, XmlWriter};

/// All that stays as it is in a value of a query string.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The longest `tagging` field: ten tags of the greatest length, and the markup around them.
const LONGEST_TAGGING: usize = 32 * 1024;

/// The object that a form stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostObjectAnswer<'a> {
    /// Its bucket.
    pub bucket: &'a str,
    /// Its key.
    pub key: &'a str,
    /// Its URL.
    pub location: String,
    /// The headers of the answer to the PUT that the form stands for.
    pub stored: &'a HeaderMap,
}

impl PostObjectAnswer<'_> {
    /// The answer that the form asks for: to its `redirect` with bucket, key and ETag added to the query, else with its
    /// `status`: 200 and 204 without a document, 201 with one. Without either, and for a URL that is none, 204.
    pub fn response(&self, redirect: Option<&str>, status: Option<u16>) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        let kept = self.stored.iter().filter(|(name, _)| *name == ETAG || is_of_s3(name));
        response.headers_mut().extend(kept.map(|(name, value)| (name.clone(), value.clone())));
        if let Some(target) = redirect.and_then(|url| self.redirected(url)) {
            *response.status_mut() = StatusCode::SEE_OTHER;
            response.headers_mut().insert(LOCATION, target);
            return response;
        }
        if let Ok(location) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(LOCATION, location);
        }
        *response.status_mut() = match status {
            Some(200) => StatusCode::OK,
            Some(201) => StatusCode::CREATED,
            _ => StatusCode::NO_CONTENT,
        };
        if status == Some(201) {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
            *response.body_mut() = self.document().into();
        }
        response
    }

    fn document(&self) -> Vec<u8> {
        XmlWriter::bare_document("PostResponse", |xml| {
            xml.text("Location", &self.location);
            xml.text("Bucket", self.bucket);
            xml.text("Key", self.key);
            xml.text("ETag", self.etag());
        })
    }

    fn redirected(&self, url: &str) -> Option<HeaderValue> {
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return None;
        }
        let (url, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let joint = if url.contains('?') { '&' } else { '?' };
        let [bucket, key, etag] = [self.bucket, self.key, self.etag()].map(|text| utf8_percent_encode(text, KEPT));
        HeaderValue::try_from(format!("{url}{joint}bucket={bucket}&key={key}&etag={etag}{fragment}")).ok()
    }

    fn etag(&self) -> &str {
        self.stored.get(ETAG).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn is_of_s3(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-amz-")
}

/// Reads the `tagging` field of a form, a document as for PutObjectTagging, into what `x-amz-tagging` would say.
///
/// # Errors
/// `MalformedXML`. How many tags there may be, and of what length, is up to the reader of the header.
pub fn tags_of_form(document: &str) -> Result<HeaderValue, S3Error> {
    let root = Element::parse(document.as_bytes(), "Tagging", LONGEST_TAGGING)?;
    let mut header = String::new();
    for tag in root.child("TagSet")?.into_iter().flat_map(|set| set.children("Tag")) {
        let [key, value] = [tag.required_text("Key")?, tag.required_text("Value")?];
        let joint = if header.is_empty() { "" } else { "&" };
        let [key, value] = [key, value].map(|text| utf8_percent_encode(text, KEPT));
        header.push_str(&format!("{joint}{key}={value}"));
    }
    Ok(HeaderValue::try_from(header).expect("percent-encoded text is ASCII without controls"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn stored() -> HeaderMap {
        let all = [("etag", "\"e1\""), ("x-amz-version-id", "v1"), ("content-length", "0")];
        all.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).into_iter().collect()
    }

    fn answered(redirect: Option<&str>, status: Option<u16>) -> (u16, String, String) {
        let stored = stored();
        let location = "http://s3.test/b/a%20%26".to_owned();
        let answer = PostObjectAnswer { bucket: "b", key: "a &", location, stored: &stored };
        let response = answer.response(redirect, status);
        assert_eq!((&response.headers()["etag"], response.headers().get("content-length")), (&stored["etag"], None));
        assert_eq!(response.headers()["x-amz-version-id"], "v1");
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        (response.status().as_u16(), location, String::from_utf8(response.into_body().to_vec()).unwrap())
    }

    #[test]
    fn the_status_is_the_one_that_the_form_asks_for() {
        for (status, expected) in [(None, 204), (Some(200), 200), (Some(204), 204)] {
            let location = "http://s3.test/b/a%20%26".to_owned();
            assert_eq!(answered(None, status), (expected, location, String::new()));
        }
        let (status, _, document) = answered(None, Some(201));
        assert_eq!(status, 201);
        let expected = "<PostResponse><Location>http://s3.test/b/a%20%26</Location><Bucket>b</Bucket>\
                        <Key>a &amp;</Key><ETag>&quot;e1&quot;</ETag></PostResponse>";
        assert!(document.ends_with(expected), "{document}");
    }

    #[test]
    fn a_redirect_tells_what_was_stored() {
        for (url, expected) in [
            ("https://a.test", "https://a.test?bucket=b&key=a%20%26&etag=%22e1%22"),
            ("https://a.test/done?x=1#end", "https://a.test/done?x=1&bucket=b&key=a%20%26&etag=%22e1%22#end"),
        ] {
            assert_eq!(answered(Some(url), Some(201)), (303, expected.to_owned(), String::new()));
        }
    }

    #[test]
    fn a_url_that_is_none_is_passed_over() {
        for url in ["", "javascript:alert(1)", "//a.test", "https://a.test/\r\nset-cookie: a=b"] {
            assert_eq!(answered(Some(url), None).0, 204, "{url}");
        }
    }

    #[test]
    fn tags_become_what_the_header_would_say() {
        let document = "<Tagging xmlns='urn:x'><TagSet><Tag><Key>a b</Key><Value>c&amp;d</Value></Tag>\
                        <Tag><Key>e</Key><Value></Value></Tag></TagSet></Tagging>";
        assert_eq!(tags_of_form(document).unwrap(), "a%20b=c%26d&e=");
        for bad in ["", "<Tagging>", "<Tags/>", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"] {
            let code = tags_of_form(bad).unwrap_err().code();
            assert!(matches!(code, ErrorCode::MalformedXML | ErrorCode::MissingRequestBodyError), "{bad}");
        }
    }
}
