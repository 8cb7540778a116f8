//! What is known of a request beside who asks for what: the values behind condition keys and policy variables.

use std::net::IpAddr;

use http::HeaderMap;
use keyward_ambient::Timestamp;
use keyward_identity::{Acl, UserRef};
use keyward_s3_wire::query::Query;

/// How a request was signed, in the words of condition keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// `s3:signatureversion`: `AWS4-HMAC-SHA256` or `AWS`.
    pub version: &'static str,
    /// `s3:authType`: `REST-HEADER`, `REST-QUERY-STRING` or `POST`.
    pub carrier: &'static str,
    /// When it was signed.
    pub at: Option<Timestamp>,
}

impl SignedBy {
    /// Whether the signature is in the query of a URL.
    pub fn is_presigned(&self) -> bool {
        self.carrier == "REST-QUERY-STRING"
    }
}

/// The request around an access. Borrowed, so that it costs nothing where no policy looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'r> {
    /// The headers, without those of authentication.
    pub headers: Option<&'r HeaderMap>,
    /// The query parameters, without those of authentication.
    pub query: Option<&'r Query>,
    /// `x-amz-content-sha256`, by which the body is verified.
    pub content_sha256: Option<&'r str>,
    /// Now.
    pub now: Timestamp,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// How it was signed; `None` when it was not.
    pub signed: Option<SignedBy>,
    /// What is known of the object that is acted on.
    pub object: Facts<'r>,
    /// What is known of the object that is copied from.
    pub source: Facts<'r>,
}

/// What is known of an object.
#[derive(Clone, Copy, Debug, Default)]
pub enum Facts<'r> {
    /// Nobody has asked.
    #[default]
    Unknown,
    /// There is none.
    Absent,
    /// These.
    Known(&'r ObjectFacts),
}

/// What a decision may depend on about an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Who owns it; `None` for the bucket's owner.
    pub owner: Option<UserRef>,
    /// Its access control list; `None` while it is its owner's alone.
    pub acl: Option<Acl>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

impl Circumstances<'_> {
    /// A request of which nothing is known but when it arrives.
    pub fn at(now: Timestamp) -> Self {
        Circumstances {
            headers: None,
            query: None,
            content_sha256: None,
            now,
            address: None,
            encrypted: false,
            signed: None,
            object: Facts::Unknown,
            source: Facts::Unknown,
        }
    }
}
