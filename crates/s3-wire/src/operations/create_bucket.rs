//! CreateBucket: makes a bucket.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use keyward_identity::{BucketName, ObjectOwnership};

use super::answer::empty;
use crate::acl_headers::AclHeaders;
use crate::error::{ErrorCode, S3Error};
use crate::request_head::RequestHead;
use crate::single_header;
use crate::xml::Element;

/// A request to make a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateBucket {
    /// The region of the body's `<LocationConstraint>`.
    pub location: Option<String>,
    /// Access control.
    pub acl: AclHeaders,
    /// Whether object lock is to be on, and with it versioning.
    pub object_lock: bool,
    /// `x-amz-object-ownership`.
    pub object_ownership: Option<ObjectOwnership>,
    /// The body's tags.
    pub tags: Vec<(String, String)>,
    /// What ECS's headers ask for.
    pub ecs: EcsBucketOptions,
}

/// The `x-emc-*` headers of bucket creation (ECS Data Access Guide, *S3*). Those a store cannot honour and that protect
/// data (encryption, compliance, retention) it has to refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EcsBucketOptions {
    /// `x-emc-dataservice-vpool`: the replication group.
    pub replication_group: Option<String>,
    /// `x-emc-file-system-access-enabled`.
    pub file_system_access: bool,
    /// `x-emc-is-stale-allowed`: reads during an outage of a site.
    pub stale_reads: bool,
    /// `x-emc-server-side-encryption-enabled`.
    pub encryption: bool,
    /// `x-emc-compliance-enabled`.
    pub compliance: bool,
    /// `x-emc-retention-period`, in seconds; -1 is for ever.
    pub retention_seconds: Option<i64>,
    /// `x-emc-metadata-search`: the keys to index.
    pub metadata_search: Option<String>,
}

impl CreateBucket {
    /// The largest body, in bytes.
    pub const BODY_LIMIT: usize = 64 * 1024;

    /// Reads the request and its body, which may be empty.
    ///
    /// # Errors
    /// `MalformedXML` for a body that is none, `NotImplemented` for a directory bucket, `InvalidArgument`.
    pub fn from_request(head: RequestHead<'_>, body: &[u8]) -> Result<Self, S3Error> {
        let headers = head.headers;
        let mut request = CreateBucket {
            acl: AclHeaders::of(headers)?,
            object_lock: single_header::truth(headers, "x-amz-bucket-object-lock-enabled")?,
            object_ownership: ownership(headers)?,
            ecs: EcsBucketOptions::of(headers)?,
            ..CreateBucket::default()
        };
        if !body.trim_ascii().is_empty() {
            request.read_body(&Element::parse(body, "CreateBucketConfiguration", Self::BODY_LIMIT)?)?;
        }
        Ok(request)
    }

    fn read_body(&mut self, root: &Element) -> Result<(), S3Error> {
        if root.child("Bucket")?.is_some() || root.child("Location")?.is_some() {
            let message = "Directory buckets are not offered; leave <Bucket> and <Location> out.";
            return Err(S3Error::because(ErrorCode::NotImplemented, message));
        }
        let location = root.child_text("LocationConstraint")?.map(str::trim).filter(|text| !text.is_empty());
        self.location = location.map(str::to_owned);
        for tag in root.child("Tags")?.into_iter().flat_map(|tags| tags.children("Tag")) {
            let value = tag.child_text("Value")?.unwrap_or_default();
            self.tags.push((tag.required_text("Key")?.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    /// 200 with the bucket's path.
    pub fn response(bucket: &BucketName) -> Response<Bytes> {
        let mut response = empty(StatusCode::OK);
        let path = HeaderValue::from_str(&format!("/{bucket}")).expect("a bucket's name is visible ASCII");
        response.headers_mut().insert(LOCATION, path);
        response
    }
}

impl EcsBucketOptions {
    fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        const RETENTION: &str = "x-emc-retention-period";
        let text = |name| Ok::<_, S3Error>(single_header::filled(headers, name)?.map(str::to_owned));
        let seconds = |text: &str| {
            let message = "The retention period has to be a number of seconds, or -1 for ever.";
            text.parse().map_err(|_| S3Error::argument(RETENTION, text, message))
        };
        Ok(EcsBucketOptions {
            replication_group: text("x-emc-dataservice-vpool")?,
            file_system_access: single_header::truth(headers, "x-emc-file-system-access-enabled")?,
            stale_reads: single_header::truth(headers, "x-emc-is-stale-allowed")?,
            encryption: single_header::truth(headers, "x-emc-server-side-encryption-enabled")?,
            compliance: single_header::truth(headers, "x-emc-compliance-enabled")?,
            retention_seconds: single_header::filled(headers, RETENTION)?.map(seconds).transpose()?,
            metadata_search: text("x-emc-metadata-search")?,
        })
    }
}

fn ownership(headers: &HeaderMap) -> Result<Option<ObjectOwnership>, S3Error> {
    const HEADER: &str = "x-amz-object-ownership";
    let Some(name) = single_header::filled(headers, HEADER)? else { return Ok(None) };
    let message = "The ownership has to be BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter.";
    ObjectOwnership::named(name).map(Some).ok_or_else(|| S3Error::argument(HEADER, name, message))
}
