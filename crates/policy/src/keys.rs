//! Condition keys: which there are, and the value that a request gives each of them.
//!
//! A key either has its true value, or a policy that names it is not taken. What a request cannot have here by its
//! nature (a VPC, a session of several factors, a tag of the user) is absent, as it is on AWS for such a request.

use std::borrow::Cow;

use keyward_s3_wire::acl_headers::{Grantee, Permission};
use keyward_s3_wire::date::iso8601;
use keyward_s3_wire::{Operation, single_header};

use crate::Requester;
use crate::ask::Ask;
use crate::circumstances::Facts;
use crate::stated::{Body, Until};

/// A condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    CurrentTime,
    EpochTime,
    PrincipalAccount,
    PrincipalArn,
    PrincipalType,
    UserName,
    SourceIp,
    SecureTransport,
    ResourceAccount,
    AuthType,
    SignatureAge,
    SignatureVersion,
    ContentSha256,
    /// A header that a policy sees as it is sent.
    Header(&'static str),
    /// A parameter of a listing. One that is not sent, or is empty, reads as an empty text.
    Listing(&'static str),
    MaxKeys,
    VersionId,
    CopySource,
    Acl,
    /// Who is granted this by a header such as `x-amz-grant-read`.
    Grant(Permission),
    MetadataDirective,
    LockMode,
    LockUntil,
    LockDays,
    LegalHold,
    ExistingTag(String),
    GivenTag(String),
    GivenTagKeys,
    /// One of AWS that always reads this here.
    Fixed(&'static str),
    /// One of AWS that no request to this store has.
    Absent,
    /// One that may have a value which is not known here. Only a policy that was taken by an earlier release has it.
    Unknowable,
}

/// The keys that are one word each, in lower case.
const WORDS: &[(&str, Key)] = &[
    ("aws:calledvia", Key::Absent),
    ("aws:currenttime", Key::CurrentTime),
    ("aws:epochtime", Key::EpochTime),
    ("aws:federatedprovider", Key::Absent),
    ("aws:multifactorauthage", Key::Absent),
    ("aws:multifactorauthpresent", Key::Absent),
    ("aws:principalaccount", Key::PrincipalAccount),
    ("aws:principalarn", Key::PrincipalArn),
    ("aws:principalisawsservice", Key::Fixed("false")),
    ("aws:principalorgid", Key::Absent),
    ("aws:principalorgpaths", Key::Absent),
    ("aws:principalservicename", Key::Absent),
    ("aws:principaltype", Key::PrincipalType),
    ("aws:referer", Key::Header("referer")),
    ("aws:resourceaccount", Key::ResourceAccount),
    ("aws:securetransport", Key::SecureTransport),
    ("aws:sourceaccount", Key::Absent),
    ("aws:sourcearn", Key::Absent),
    ("aws:sourceip", Key::SourceIp),
    ("aws:sourcevpc", Key::Absent),
    ("aws:sourcevpce", Key::Absent),
    ("aws:tokenissuetime", Key::Absent),
    ("aws:useragent", Key::Header("user-agent")),
    ("aws:userid", Key::UserName),
    ("aws:username", Key::UserName),
    ("aws:viaawsservice", Key::Fixed("false")),
    ("aws:vpcsourceip", Key::Absent),
    ("s3:authtype", Key::AuthType),
    ("s3:dataaccesspointaccount", Key::Absent),
    ("s3:dataaccesspointarn", Key::Absent),
    ("s3:delimiter", Key::Listing("delimiter")),
    ("s3:max-keys", Key::MaxKeys),
    ("s3:object-lock-legal-hold", Key::LegalHold),
    ("s3:object-lock-mode", Key::LockMode),
    ("s3:object-lock-remaining-retention-days", Key::LockDays),
    ("s3:object-lock-retain-until-date", Key::LockUntil),
    ("s3:prefix", Key::Listing("prefix")),
    ("s3:requestobjecttagkeys", Key::GivenTagKeys),
    ("s3:resourceaccount", Key::ResourceAccount),
    ("s3:signatureage", Key::SignatureAge),
    ("s3:signatureversion", Key::SignatureVersion),
    ("s3:versionid", Key::VersionId),
    ("s3:x-amz-acl", Key::Acl),
    ("s3:x-amz-content-sha256", Key::ContentSha256),
    ("s3:x-amz-copy-source", Key::CopySource),
    ("s3:x-amz-grant-full-control", Key::Grant(Permission::FullControl)),
    ("s3:x-amz-grant-read", Key::Grant(Permission::Read)),
    ("s3:x-amz-grant-read-acp", Key::Grant(Permission::ReadAcp)),
    ("s3:x-amz-grant-write", Key::Grant(Permission::Write)),
    ("s3:x-amz-grant-write-acp", Key::Grant(Permission::WriteAcp)),
    ("s3:x-amz-metadata-directive", Key::MetadataDirective),
    ("s3:x-amz-server-side-encryption", Key::Header("x-amz-server-side-encryption")),
    ("s3:x-amz-server-side-encryption-aws-kms-key-id", Key::Header("x-amz-server-side-encryption-aws-kms-key-id")),
    (
        "s3:x-amz-server-side-encryption-customer-algorithm",
        Key::Header("x-amz-server-side-encryption-customer-algorithm"),
    ),
    ("s3:x-amz-storage-class", Key::Header("x-amz-storage-class")),
    ("s3:x-amz-website-redirect-location", Key::Header("x-amz-website-redirect-location")),
];

/// What a request says under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said<'r> {
    /// These values; never none.
    Values(Vec<Cow<'r, str>>),
    /// Nothing.
    Nothing,
    /// Nothing, which reads as an empty text where it is compared.
    Empty,
    /// It cannot be told.
    Unclear,
}

impl<'r> Said<'r> {
    fn one(value: impl Into<Cow<'r, str>>) -> Self {
        Said::Values(vec![value.into()])
    }

    fn maybe(value: Option<impl Into<Cow<'r, str>>>) -> Self {
        value.map_or(Said::Nothing, Said::one)
    }

    fn all(values: Vec<Cow<'r, str>>) -> Self {
        if values.is_empty() { Said::Nothing } else { Said::Values(values) }
    }

    /// The value of a policy variable: that of a key with exactly one.
    pub(crate) fn single(self) -> Option<Cow<'r, str>> {
        match self {
            Said::Values(values) if values.len() == 1 => values.into_iter().next(),
            Said::Empty => Some(Cow::Borrowed("")),
            _ => None,
        }
    }
}

impl Key {
    /// The key of this name, in which case does not matter but for the name of a tag; `None` for one that has no value
    /// here.
    pub(crate) fn named(name: &str) -> Option<Key> {
        if let Some((family, tag)) = name.split_once('/').filter(|(_, tag)| !tag.is_empty()) {
            return Some(match family.to_ascii_lowercase().as_str() {
                "s3:existingobjecttag" => Key::ExistingTag(tag.to_owned()),
                "s3:requestobjecttag" => Key::GivenTag(tag.to_owned()),
                // Users have no tags.
                "aws:principaltag" => Key::Absent,
                _ => return None,
            });
        }
        let lower = name.to_ascii_lowercase();
        WORDS.iter().find(|(word, _)| *word == lower).map(|(_, key)| key.clone())
    }

    /// Whether its value is one of the object that is there.
    pub(crate) fn reads_present_tags(&self) -> bool {
        matches!(self, Key::ExistingTag(_))
    }

    /// Whether its value may be in the body of a request for this operation.
    pub(crate) fn reads_body_of(&self, operation: Operation) -> bool {
        match operation {
            Operation::PutObjectTagging => matches!(self, Key::GivenTag(_) | Key::GivenTagKeys),
            Operation::PutObjectRetention => matches!(self, Key::LockMode | Key::LockUntil | Key::LockDays),
            Operation::PutObjectLegalHold => matches!(self, Key::LegalHold),
            _ => false,
        }
    }

    /// What the request says under this key.
    pub(crate) fn said<'r>(&self, ask: &Ask<'r>) -> Said<'r> {
        let (stated, circumstances) = (ask.stated, ask.circumstances);
        if stated.body == Body::Unread && self.reads_body_of(ask.operation) {
            return Said::Unclear;
        }
        match self {
            Key::CurrentTime => Said::one(iso8601(circumstances.now)),
            Key::EpochTime => Said::one((circumstances.now.as_millis() / 1000).to_string()),
            Key::PrincipalAccount | Key::PrincipalArn | Key::PrincipalType | Key::UserName => self.of(ask.requester),
            Key::SourceIp => Said::maybe(circumstances.address.map(|address| address.to_canonical().to_string())),
            Key::SecureTransport => Said::one(if circumstances.encrypted { "true" } else { "false" }),
            Key::ResourceAccount => Said::one(ask.bucket.namespace.as_str()),
            Key::AuthType => Said::maybe(circumstances.signed.map(|signed| signed.carrier)),
            Key::SignatureVersion => Said::maybe(circumstances.signed.map(|signed| signed.version)),
            Key::SignatureAge => {
                let at = circumstances.signed.and_then(|signed| signed.at);
                Said::maybe(at.map(|at| circumstances.now.since(at).as_millis().to_string()))
            }
            Key::ContentSha256 => Said::maybe(circumstances.content_sha256),
            Key::Header(name) => header(ask, name),
            // Its case does not matter to the store.
            Key::MetadataDirective => match header(ask, "x-amz-metadata-directive") {
                Said::Values(words) => {
                    Said::all(words.iter().map(|word| Cow::Owned(word.to_ascii_uppercase())).collect())
                }
                said => said,
            },
            Key::Listing(name) => match parameter(ask, name) {
                Said::Nothing if lists(ask.operation) => Said::Empty,
                said => said,
            },
            Key::MaxKeys => parameter(ask, "max-keys"),
            Key::VersionId => Said::maybe(ask.version.map(|version| version.as_str())),
            Key::CopySource => {
                Said::maybe(ask.source.map(|source| format!("{}/{}", source.bucket.name, source.key.as_str())))
            }
            Key::Acl | Key::Grant(_) => self.of_list(ask),
            Key::LockMode => Said::maybe(stated.retention().map(|(mode, _)| mode.as_str())),
            Key::LockUntil => Said::maybe(stated.retained_until(circumstances.now).map(Until::shown)),
            Key::LockDays => Said::maybe(
                stated.retained_until(circumstances.now).map(|until| until.days_from(circumstances.now).to_string()),
            ),
            Key::LegalHold => Said::maybe(stated.legal_hold().map(|on| if on { "ON" } else { "OFF" })),
            Key::ExistingTag(tag) => {
                let Facts::Known(facts) = ask.facts else { return Said::Nothing };
                Said::maybe(value_of(&facts.tags, tag))
            }
            Key::GivenTag(tag) => Said::maybe(value_of(stated.given_tags(), tag)),
            Key::GivenTagKeys => {
                Said::all(stated.given_tags().iter().map(|(name, _)| Cow::Borrowed(name.as_str())).collect())
            }
            Key::Fixed(value) => Said::one(*value),
            Key::Absent => Said::Nothing,
            Key::Unknowable => Said::Unclear,
        }
    }

    fn of<'r>(&self, requester: &'r Requester) -> Said<'r> {
        let Requester::User { id, namespace, .. } = requester else {
            return if *self == Key::PrincipalType { Said::one("Anonymous") } else { Said::Nothing };
        };
        match self {
            Key::PrincipalAccount => Said::one(namespace.as_str()),
            Key::PrincipalArn => Said::one(format!("urn:ecs:iam::{namespace}:user/{id}")),
            Key::PrincipalType => Said::one("User"),
            _ => Said::one(id.as_str()),
        }
    }

    /// The list that headers ask for. One that comes in the body is a list as well, which these keys do not tell.
    fn of_list<'r>(&self, ask: &Ask<'r>) -> Said<'r> {
        let asked = &ask.stated.acl;
        let may_be_in_body = matches!(ask.operation, Operation::PutObjectAcl | Operation::PutBucketAcl);
        if asked.is_empty() && may_be_in_body {
            return Said::Unclear;
        }
        let Key::Grant(permission) = self else { return Said::maybe(asked.canned.map(|name| name.to_string())) };
        let written = |grantee: &Grantee| match grantee {
            Grantee::Id(id) => Cow::Owned(format!("id={id}")),
            Grantee::Group(uri) => Cow::Owned(format!("uri={uri}")),
        };
        Said::all(
            asked
                .grants
                .iter()
                .filter(|(granted, _)| granted == permission)
                .map(|(_, grantee)| written(grantee))
                .collect(),
        )
    }
}

fn lists(operation: Operation) -> bool {
    use Operation as O;
    matches!(operation, O::ListObjects | O::ListObjectsV2 | O::ListObjectVersions | O::ListMultipartUploads)
}

fn value_of<'t>(tags: &'t [(String, String)], name: &str) -> Option<&'t str> {
    tags.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

/// A header that is repeated, or is not text, means one thing to one reader and another to the next.
fn header<'r>(ask: &Ask<'r>, name: &str) -> Said<'r> {
    let Some(headers) = ask.circumstances.headers else { return Said::Nothing };
    match single_header::filled(headers, name) {
        Ok(value) => Said::maybe(value),
        Err(_) => Said::Unclear,
    }
}

fn parameter<'r>(ask: &Ask<'r>, name: &str) -> Said<'r> {
    let Some(query) = ask.circumstances.query else { return Said::Nothing };
    match query.filled(name) {
        Ok(value) => Said::maybe(value),
        Err(_) => Said::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_in_any_case_and_tags_in_theirs() {
        assert_eq!(Key::named("AWS:SourceIP"), Some(Key::SourceIp));
        assert_eq!(Key::named("S3:ExistingObjectTag/Team"), Some(Key::ExistingTag("Team".to_owned())));
        for name in
            ["", "s3:", "s3:ExistingObjectTag/", "s3:LocationConstraint", "s3:x-amz-date", "aws:RequestedRegion"]
        {
            assert_eq!(Key::named(name), None, "{name}");
        }
        assert!(WORDS.is_sorted_by_key(|(word, _)| *word));
    }
}
