//! Which namespace, bucket and object a request addresses: by path, by host name, by header.

mod base_urls;
mod host;

use http::request::Parts;
use keyward_identity::{BucketName, NamespaceName};

pub use base_urls::{BaseUrls, InvalidBaseUrl};

use crate::error::{ErrorCode, S3Error};
use crate::object_key::ObjectKey;
use crate::percent::{DecodeError, Plus, decode};
use crate::single_header;
use base_urls::Named;

const NAMESPACE_HEADER: &str = "x-emc-namespace";

/// How a request names its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In the path: `http://host/bucket/key`.
    Path,
    /// In the host name: `http://bucket.base/key`.
    VirtualHost,
}

/// Whether an address is that of the service, of a bucket or of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Neither bucket nor key.
    Service,
    /// A bucket.
    Bucket,
    /// An object in a bucket.
    Object,
}

/// What a request addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The namespace that host name or `x-emc-namespace` names; `None` is the user's own.
    pub namespace: Option<NamespaceName>,
    /// The bucket.
    pub bucket: Option<BucketName>,
    /// The key; never without a bucket.
    pub key: Option<ObjectKey>,
    /// How the bucket is named.
    pub style: Style,
}

impl Address {
    /// Reads the address of a request. A host name that belongs to no base URL, and every IP address, is path style.
    /// The namespace is the host name's, or else the header's.
    ///
    /// # Errors
    /// `InvalidURI` when the path or host cannot be read, `InvalidBucketName`, `KeyTooLongError`, `InvalidArgument` for
    /// a namespace header that is none, `InvalidRequest` when two host names contradict each other.
    pub fn resolve(parts: &Parts, base_urls: &BaseUrls) -> Result<Self, S3Error> {
        let named = match host::of(parts)? {
            Some(host) => base_urls.names_in(&host),
            None => Named::default(),
        };
        let namespace = match named.namespace {
            Some(name) => Some(host_namespace(&name)?),
            None => header_namespace(parts)?,
        };
        let path = parts.uri.path().strip_prefix('/').ok_or_else(|| {
            S3Error::because(ErrorCode::InvalidURI, "The address has no path; send one that begins with a slash.")
        })?;
        match named.bucket {
            Some(bucket) => Ok(Address {
                namespace,
                bucket: Some(bucket_name(&bucket)?),
                key: object_key(path)?,
                style: Style::VirtualHost,
            }),
            None => {
                let (bucket, key) = path_style(path)?;
                Ok(Address { namespace, bucket, key, style: Style::Path })
            }
        }
    }

    /// Whether this is the service, a bucket or an object.
    pub fn shape(&self) -> Shape {
        match (&self.bucket, &self.key) {
            (None, _) => Shape::Service,
            (Some(_), None) => Shape::Bucket,
            (Some(_), Some(_)) => Shape::Object,
        }
    }

    /// The address in path style and not encoded, as `<Resource>` of an error shows it.
    pub fn resource(&self) -> String {
        match (&self.bucket, &self.key) {
            (None, _) => "/".to_owned(),
            (Some(bucket), None) => format!("/{bucket}"),
            (Some(bucket), Some(key)) => format!("/{bucket}/{key}"),
        }
    }
}

fn path_style(path: &str) -> Result<(Option<BucketName>, Option<ObjectKey>), S3Error> {
    // Some clients ask for the list of buckets at `//`.
    if path.is_empty() || path == "/" {
        return Ok((None, None));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let bucket = decode(bucket, Plus::Plus).map_err(undecodable)?;
    Ok((Some(bucket_name(&bucket)?), object_key(key)?))
}

fn object_key(encoded: &str) -> Result<Option<ObjectKey>, S3Error> {
    if encoded.is_empty() {
        return Ok(None);
    }
    ObjectKey::parse(&decode(encoded, Plus::Plus).map_err(undecodable)?).map(Some)
}

fn undecodable(error: DecodeError) -> S3Error {
    S3Error::because(ErrorCode::InvalidURI, format!("The path cannot be read: {error}; percent-encode it as UTF-8."))
}

fn bucket_name(name: &str) -> Result<BucketName, S3Error> {
    BucketName::parse(name).map_err(|error| {
        S3Error::because(ErrorCode::InvalidBucketName, format!("This is not a bucket name: {error}."))
            .with("BucketName", name)
    })
}

fn host_namespace(name: &str) -> Result<NamespaceName, S3Error> {
    NamespaceName::parse(name).map_err(|error| {
        let message = format!("The namespace in the host name cannot be one: {error}.");
        S3Error::because(ErrorCode::InvalidURI, message).with("Namespace", name)
    })
}

fn header_namespace(parts: &Parts) -> Result<Option<NamespaceName>, S3Error> {
    let Some(name) = single_header::text(&parts.headers, NAMESPACE_HEADER)? else { return Ok(None) };
    NamespaceName::parse(name).map(Some).map_err(|error| {
        S3Error::argument(NAMESPACE_HEADER, name, format!("This is not the name of a namespace: {error}."))
    })
}
