//! ListBuckets: the buckets of the user, or of the namespace.

use bytes::Bytes;
use http::Response;
use keyward_ambient::Timestamp;
use keyward_identity::BucketName;

use super::answer::document;
use crate::date::iso8601;
use crate::error::S3Error;
use crate::listing::ContinuationToken;
use crate::owner::Owner;
use crate::request_head::RequestHead;
use crate::xml::XmlWriter;

/// A request to list buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListBuckets {
    /// Only names that begin so.
    pub prefix: Option<String>,
    /// Only names after this one: what the continuation token, or ECS's `marker`, stands for.
    pub after: Option<String>,
    /// The most buckets to list: 1 to 10000 (S3's `max-buckets`), or ECS's `limit` or `max-keys`.
    pub most: u32,
    /// Only buckets of this region.
    pub region: Option<String>,
    /// Whether paging was asked for in ECS's way.
    pub paged_by_marker: bool,
}

impl ListBuckets {
    /// The most buckets of one answer.
    pub const MOST: u32 = 10_000;

    /// Reads the request.
    ///
    /// # Errors
    /// `InvalidArgument` for a count or continuation token that cannot be one.
    pub fn from_request(head: RequestHead<'_>) -> Result<Self, S3Error> {
        let query = head.query;
        let token = query.filled("continuation-token")?.map(ContinuationToken::parse).transpose()?;
        let marker = query.filled("marker")?;
        let counts = ["max-buckets", "limit", "max-keys"];
        let counted_by = counts.into_iter().find(|name| query.filled(name).is_ok_and(|value| value.is_some()));
        let most = query.count(counted_by.unwrap_or("max-buckets"), Self::MOST)?;
        if most == 0 {
            let name = counted_by.unwrap_or("max-buckets");
            return Err(S3Error::argument(name, "0", format!("{name} has to be a whole number from 1 to 10000.")));
        }
        Ok(ListBuckets {
            prefix: query.filled("prefix")?.map(str::to_owned),
            after: token.map(|token| token.last().to_owned()).or_else(|| marker.map(str::to_owned)),
            most,
            region: query.filled("bucket-region")?.map(str::to_owned),
            paged_by_marker: marker.is_some() || matches!(counted_by, Some("limit" | "max-keys")),
        })
    }
}

/// A bucket in the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBucket {
    /// Its name.
    pub name: BucketName,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A page of buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListBucketsAnswer {
    /// The request it answers.
    pub request: ListBuckets,
    /// Who asks.
    pub owner: Owner,
    /// The buckets in order of name.
    pub buckets: Vec<ListedBucket>,
    /// Whether buckets follow on another page.
    pub is_truncated: bool,
}

impl ListBucketsAnswer {
    /// The `<ListAllMyBucketsResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        let last = self.buckets.last().filter(|_| self.is_truncated).map(|bucket| bucket.name.as_str());
        XmlWriter::document("ListAllMyBucketsResult", |xml| {
            self.owner.write(xml, "Owner");
            xml.element("Buckets", |xml| {
                for bucket in &self.buckets {
                    bucket.write(xml);
                }
            });
            if self.request.paged_by_marker {
                xml.text("Marker", self.request.after.as_deref().unwrap_or_default());
                xml.optional("NextMarker", last);
                xml.value("MaxKeys", self.request.most);
                xml.value("IsTruncated", self.is_truncated);
            } else if let Some(last) = last {
                xml.text("ContinuationToken", &ContinuationToken::after(last).encoded());
            }
            xml.optional("Prefix", self.request.prefix.as_deref());
        })
    }

    /// 200 with the document.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}

impl ListedBucket {
    fn write(&self, xml: &mut XmlWriter) {
        xml.element("Bucket", |xml| {
            xml.text("Name", self.name.as_str());
            xml.text("CreationDate", &iso8601(self.created_at));
        });
    }
}
