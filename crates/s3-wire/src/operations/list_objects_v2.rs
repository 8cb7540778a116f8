//! ListObjectsV2: the objects of a bucket, paged by continuation token.

use bytes::Bytes;
use http::Response;
use keyward_identity::BucketName;

use super::answer::document;
use crate::error::S3Error;
use crate::listing::{ContinuationToken, KeyEncoding, ListedObject, common_prefixes, length};
use crate::request_head::RequestHead;
use crate::xml::XmlWriter;

/// A request to list objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListObjectsV2 {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that go on to this after the prefix are folded into one common prefix.
    pub delimiter: Option<String>,
    /// Where the page before ended; outranks [`start_after`](Self::start_after).
    pub continuation_token: Option<ContinuationToken>,
    /// Only keys, and common prefixes, after this one.
    pub start_after: Option<String>,
    /// The most objects and common prefixes to list: 0 to 1000.
    pub max_keys: u32,
    /// How keys stand in the answer.
    pub encoding: KeyEncoding,
    /// Whether objects are to show their owners.
    pub fetch_owner: bool,
}

impl ListObjectsV2 {
    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a number, encoding or continuation token that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        Ok(ListObjectsV2 {
            prefix: query.value("prefix")?.unwrap_or_default().to_owned(),
            delimiter: query.filled("delimiter")?.map(str::to_owned),
            continuation_token: query.value("continuation-token")?.map(ContinuationToken::parse).transpose()?,
            start_after: query.value("start-after")?.map(str::to_owned),
            max_keys: query.count("max-keys", 1000)?,
            encoding: KeyEncoding::of(query)?,
            fetch_owner: query.value("fetch-owner")?.is_some_and(|word| word.eq_ignore_ascii_case("true")),
        })
    }

    /// After which key or common prefix the page begins; empty for the start.
    pub fn after(&self) -> &str {
        match (&self.continuation_token, &self.start_after) {
            (Some(token), _) if !token.last().is_empty() => token.last(),
            (_, Some(start_after)) => start_after,
            _ => "",
        }
    }
}

/// A page of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListObjectsV2Answer {
    /// The request it answers.
    pub request: ListObjectsV2,
    /// The bucket.
    pub bucket: BucketName,
    /// The objects in order of key.
    pub objects: Vec<ListedObject>,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// Goes on after the page's last key or common prefix, when another page follows.
    pub next: Option<ContinuationToken>,
}

impl ListObjectsV2Answer {
    /// The `<ListBucketResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let request = &self.request;
        let encoding = request.encoding;
        let token = request.continuation_token.as_ref().map(ContinuationToken::encoded);
        let about = length(&self.objects, &self.common_prefixes);
        XmlWriter::long_document("ListBucketResult", about, |xml| {
            xml.text("Name", self.bucket.as_str());
            encoding.write(xml, "Prefix", &request.prefix);
            xml.optional("ContinuationToken", token.as_deref());
            xml.optional("NextContinuationToken", self.next.as_ref().map(ContinuationToken::encoded).as_deref());
            encoding.write_optional(xml, "StartAfter", request.start_after.as_deref());
            xml.value("KeyCount", self.objects.len() + self.common_prefixes.len());
            xml.value("MaxKeys", request.max_keys);
            encoding.write_optional(xml, "Delimiter", request.delimiter.as_deref());
            encoding.write_type(xml);
            xml.value("IsTruncated", self.next.is_some());
            for object in &self.objects {
                object.write(xml, encoding);
            }
            common_prefixes(xml, encoding, &self.common_prefixes);
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}
