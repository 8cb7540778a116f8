//! GetObjectTagging, PutObjectTagging, DeleteObjectTagging: the tags of an object, or of one version of it.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::answer::{document, empty, write_version};
use crate::error::{ErrorCode, S3Error};
use crate::request_head::RequestHead;
use crate::tagging_header;
use crate::version_id::VersionId;
use crate::xml::{Element, XmlWriter};

/// A request about the tags of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectTagging {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
}

/// A request to replace the tags of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutObjectTagging {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
    /// The tags in order of key, at most 10.
    pub tags: Vec<(String, String)>,
}

impl ObjectTagging {
    /// Reads a request to get or delete tags.
    ///
    /// # Errors
    /// `InvalidArgument` for what cannot be a version.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        Ok(Self { version_id: VersionId::of(head.query)? })
    }

    /// 204: the tags are gone.
    pub fn deleted(version_id: Option<&VersionId>) -> Response<Bytes> {
        let mut response = empty(StatusCode::NO_CONTENT);
        write_version(response.headers_mut(), version_id);
        response
    }
}

impl PutObjectTagging {
    /// The largest body, in bytes.
    pub const BODY_LIMIT: usize = 64 * 1024;

    /// Reads the request and its body.
    ///
    /// # Errors
    /// `MalformedXML` for anything but `<Tagging>`; `InvalidTag` as the header `x-amz-tagging` has it.
    pub fn from_request(head: RequestHead<'_>, body: &[u8]) -> Result<Self, S3Error> {
        let root = Element::parse(body, "Tagging", Self::BODY_LIMIT)?;
        let missing = || S3Error::because(ErrorCode::MalformedXML, "<Tagging> has to hold <TagSet>.");
        let set = root.child("TagSet")?.ok_or_else(missing)?;
        let tag = |tag: &Element| {
            Ok((tag.required_text("Key")?.to_owned(), tag.child_text("Value")?.unwrap_or_default().to_owned()))
        };
        let tags = set.children("Tag").map(tag).collect::<Result<Vec<_>, S3Error>>()?;
        Ok(Self { version_id: VersionId::of(head.query)?, tags: tagging_header::checked(tags)? })
    }

    /// 200: the tags are set.
    pub fn response(version_id: Option<&VersionId>) -> Response<Bytes> {
        let mut response = empty(StatusCode::OK);
        write_version(response.headers_mut(), version_id);
        response
    }
}

/// The tags of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetObjectTaggingAnswer {
    /// Its version, in a versioned bucket.
    pub version_id: Option<VersionId>,
    /// Its tags in order of key.
    pub tags: Vec<(String, String)>,
}

impl GetObjectTaggingAnswer {
    /// The `<Tagging>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        XmlWriter::document("Tagging", |xml| {
            xml.element("TagSet", |xml| {
                for (key, value) in &self.tags {
                    xml.element("Tag", |xml| {
                        xml.text("Key", key);
                        xml.text("Value", value);
                    });
                }
            });
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        let mut response = document(self.to_xml());
        write_version(response.headers_mut(), self.version_id.as_ref());
        response
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::query::Query;

    fn put(body: &str) -> Result<Vec<(String, String)>, ErrorCode> {
        let (parts, ()) = Request::put("/b/k?tagging").body(()).unwrap().into_parts();
        let query = Query::of(&parts).unwrap();
        let head = RequestHead::of(&parts, &query);
        PutObjectTagging::from_request(head, body.as_bytes()).map(|put| put.tags).map_err(|error| error.code())
    }

    #[test]
    fn tags_come_back_as_they_were_put() {
        let tags = vec![("a".to_owned(), "1 & 2".to_owned()), ("b".to_owned(), String::new())];
        let answer = GetObjectTaggingAnswer { version_id: None, tags: tags.clone() };
        assert_eq!(put(std::str::from_utf8(&answer.to_xml()).unwrap()), Ok(tags));
    }

    #[test]
    fn tags_outside_the_limits_are_refused() {
        let tag = |key: &str| format!("<Tag><Key>{key}</Key><Value>v</Value></Tag>");
        let set = |tags: &str| put(&format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"));
        let eleven: String = (0..11).map(|number| tag(&number.to_string())).collect();
        assert_eq!(set(&eleven), Err(ErrorCode::InvalidTag));
        assert_eq!(set(&(tag("a") + &tag("a"))), Err(ErrorCode::InvalidTag));
        assert_eq!(set(&tag(&"k".repeat(129))), Err(ErrorCode::InvalidTag));
        assert_eq!(put("<Tagging/>"), Err(ErrorCode::MalformedXML));
        assert_eq!(set(""), Ok(Vec::new()));
    }
}
