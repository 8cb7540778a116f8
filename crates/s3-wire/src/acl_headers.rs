//! Access control as headers ask for it: a canned ACL, or explicit grants.

use std::fmt;

use http::HeaderMap;
pub use keyward_identity::Permission;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

/// A ready-made access control list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CannedAcl {
    /// The owner alone.
    Private,
    /// Everyone reads.
    PublicRead,
    /// Everyone reads and writes.
    PublicReadWrite,
    /// Every authenticated user reads.
    AuthenticatedRead,
    /// The bucket's owner reads the object.
    BucketOwnerRead,
    /// The bucket's owner may do everything with the object.
    BucketOwnerFullControl,
    /// The log delivery group writes.
    LogDeliveryWrite,
    /// EC2 reads an image; kept for clients that send it.
    AwsExecRead,
}

const CANNED: [(&str, CannedAcl); 8] = [
    ("private", CannedAcl::Private),
    ("public-read", CannedAcl::PublicRead),
    ("public-read-write", CannedAcl::PublicReadWrite),
    ("authenticated-read", CannedAcl::AuthenticatedRead),
    ("bucket-owner-read", CannedAcl::BucketOwnerRead),
    ("bucket-owner-full-control", CannedAcl::BucketOwnerFullControl),
    ("log-delivery-write", CannedAcl::LogDeliveryWrite),
    ("aws-exec-read", CannedAcl::AwsExecRead),
];

const GRANT_HEADERS: [(&str, Permission); 5] = [
    ("x-amz-grant-read", Permission::Read),
    ("x-amz-grant-write", Permission::Write),
    ("x-amz-grant-read-acp", Permission::ReadAcp),
    ("x-amz-grant-write-acp", Permission::WriteAcp),
    ("x-amz-grant-full-control", Permission::FullControl),
];

/// Whom a grant is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// A user, by canonical id: here the object user's id.
    Id(String),
    /// A group, by its URI.
    Group(String),
}

/// What the headers of a write ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclHeaders {
    /// `x-amz-acl`.
    pub canned: Option<CannedAcl>,
    /// `x-amz-grant-*`, in order.
    pub grants: Vec<(Permission, Grantee)>,
}

impl AclHeaders {
    /// Reads `x-amz-acl` and `x-amz-grant-*`.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown canned ACL or a grant that cannot be read, `InvalidRequest` for both at once,
    /// `UnresolvableGrantByEmailAddress` for a grant by e-mail address.
    pub fn of(headers: &HeaderMap) -> Result<Self, S3Error> {
        let canned = single_header::filled(headers, "x-amz-acl")?.map(canned).transpose()?;
        let mut grants = Vec::new();
        for (name, permission) in GRANT_HEADERS {
            for part in single_header::filled(headers, name)?.into_iter().flat_map(|text| text.split(',')) {
                grants.push((permission, grantee(name, part.trim())?));
            }
        }
        if canned.is_some() && !grants.is_empty() {
            return Err(S3Error::because(ErrorCode::InvalidRequest, "Send either x-amz-acl or x-amz-grant- headers."));
        }
        Ok(AclHeaders { canned, grants })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.canned.is_none() && self.grants.is_empty()
    }
}

impl fmt::Display for CannedAcl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = CANNED.iter().find(|(_, acl)| acl == self).map_or("private", |(name, _)| name);
        f.write_str(name)
    }
}

fn canned(name: &str) -> Result<CannedAcl, S3Error> {
    let found = CANNED.iter().find(|(known, _)| *known == name).map(|(_, acl)| *acl);
    found.ok_or_else(|| S3Error::argument("x-amz-acl", name, "This canned ACL is not known; use private, for one."))
}

/// One `id="…"` or `uri="…"`, with the quotes or without.
fn grantee(header: &str, text: &str) -> Result<Grantee, S3Error> {
    let unreadable = || S3Error::argument(header, text, "A grant has to read id=\"…\" or uri=\"…\".");
    let (kind, value) = text.split_once('=').ok_or_else(unreadable)?;
    let value = value.trim().trim_matches('"');
    if value.is_empty() {
        return Err(unreadable());
    }
    match kind.trim() {
        kind if kind.eq_ignore_ascii_case("id") => Ok(Grantee::Id(value.to_owned())),
        kind if kind.eq_ignore_ascii_case("uri") => Ok(Grantee::Group(value.to_owned())),
        kind if kind.eq_ignore_ascii_case("emailAddress") => Err(ErrorCode::UnresolvableGrantByEmailAddress.into()),
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn acl(pairs: &[(&'static str, &'static str)]) -> Result<AclHeaders, ErrorCode> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        AclHeaders::of(&headers).map_err(|error| error.code())
    }

    #[test]
    fn canned_lists_are_known_by_name() {
        for (name, expected) in CANNED {
            assert_eq!(canned(name), Ok(expected));
            assert_eq!(expected.to_string(), name);
        }
        assert_eq!(acl(&[("x-amz-acl", "public")]), Err(ErrorCode::InvalidArgument));
    }

    #[test]
    fn grants_name_users_and_groups() {
        let acl = acl(&[("x-amz-grant-read", "id=\"dana@corp.example\", uri=http://acs/AllUsers")]).unwrap();
        assert_eq!(
            acl.grants,
            [
                (Permission::Read, Grantee::Id("dana@corp.example".into())),
                (Permission::Read, Grantee::Group("http://acs/AllUsers".into())),
            ]
        );
    }

    #[test]
    fn contradictions_and_unknown_grantees_are_refused() {
        assert_eq!(acl(&[("x-amz-acl", "private"), ("x-amz-grant-read", "id=a")]), Err(ErrorCode::InvalidRequest));
        assert_eq!(acl(&[("x-amz-grant-read", "dana")]), Err(ErrorCode::InvalidArgument));
        assert_eq!(acl(&[("x-amz-grant-read", "emailAddress=a@b")]), Err(ErrorCode::UnresolvableGrantByEmailAddress));
    }
}
