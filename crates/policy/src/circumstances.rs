//! What is known of a request beside who asks for what: the values behind condition keys and policy variables.

use std::borrow::Cow;
use std::net::IpAddr;

use http::HeaderMap;
use keyward_ambient::Timestamp;
use keyward_identity::{Acl, UserRef};
use keyward_s3_wire::date::iso8601;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::tagging_header;

use crate::Requester;

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
    /// The query, undecoded.
    pub query: Option<&'r str>,
    /// Now.
    pub now: Timestamp,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// How it was signed; `None` when it was not.
    pub signed: Option<SignedBy>,
    /// The tags that the request gives, where they are in its body and that was read.
    pub tags: Option<&'r [(String, String)]>,
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

/// Circumstances that outlive the request, for what is decided key by key later.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    headers: HeaderMap,
    query: String,
    object: Option<Option<ObjectFacts>>,
    rest: (Timestamp, Option<IpAddr>, bool, Option<SignedBy>),
}

impl Kept {
    pub(crate) fn of(circumstances: &Circumstances<'_>) -> Self {
        Kept {
            headers: circumstances.headers.cloned().unwrap_or_default(),
            query: circumstances.query.unwrap_or_default().to_owned(),
            object: match circumstances.object {
                Facts::Unknown => None,
                Facts::Absent => Some(None),
                Facts::Known(facts) => Some(Some(facts.clone())),
            },
            rest: (circumstances.now, circumstances.address, circumstances.encrypted, circumstances.signed),
        }
    }

    pub(crate) fn view(&self) -> Circumstances<'_> {
        let (now, address, encrypted, signed) = self.rest;
        Circumstances {
            headers: Some(&self.headers),
            query: Some(&self.query),
            now,
            address,
            encrypted,
            signed,
            tags: None,
            object: match &self.object {
                None => Facts::Unknown,
                Some(None) => Facts::Absent,
                Some(Some(facts)) => Facts::Known(facts),
            },
            source: Facts::Unknown,
        }
    }
}

/// Whether a condition key is one that requests are asked for. Keys of AWS that nothing here can have are known too:
/// they are absent.
pub(crate) fn is_known(key: &str) -> bool {
    const PRESENT: [&str; 26] = [
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principaltype",
        "aws:referer",
        "aws:securetransport",
        "aws:sourceip",
        "aws:useragent",
        "aws:userid",
        "aws:username",
        "s3:authtype",
        "s3:delimiter",
        "s3:max-keys",
        "s3:object-lock-legal-hold",
        "s3:object-lock-mode",
        "s3:object-lock-retain-until-date",
        "s3:object-lock-remaining-retention-days",
        "s3:prefix",
        "s3:requestobjecttagkeys",
        "s3:resourceaccount",
        "aws:resourceaccount",
        "s3:signatureage",
        "s3:signatureversion",
        "s3:versionid",
        "s3:locationconstraint",
    ];
    const ABSENT: [&str; 16] = [
        "aws:calledvia",
        "aws:federatedprovider",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:requestedregion",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:tokenissuetime",
        "aws:viaawsservice",
        "aws:vpcsourceip",
    ];
    const FAMILIES: [&str; 5] =
        ["s3:x-amz-", "s3:existingobjecttag/", "s3:requestobjecttag/", "aws:principaltag/", "s3:dataaccesspoint"];
    PRESENT.contains(&key)
        || ABSENT.contains(&key)
        || FAMILIES.iter().any(|family| key.len() > family.len() && key.starts_with(family))
}

impl<'r> Circumstances<'r> {
    /// A request of which nothing is known but when it arrives.
    pub fn at(now: Timestamp) -> Self {
        Circumstances {
            headers: None,
            query: None,
            now,
            address: None,
            encrypted: false,
            signed: None,
            tags: None,
            object: Facts::Unknown,
            source: Facts::Unknown,
        }
    }

    /// The values under a key in lower case (but for the name of a tag); `None` when the request says nothing.
    pub(crate) fn values(&self, key: &str, requester: &Requester) -> Option<Vec<Cow<'r, str>>> {
        if key == "s3:requestobjecttagkeys" {
            let names: Vec<_> = self.request_tags().into_iter().map(|(name, _)| Cow::Owned(name)).collect();
            return Some(names).filter(|names| !names.is_empty());
        }
        self.value(key, requester).map(|value| vec![value])
    }

    /// The one value under a key.
    pub(crate) fn value(&self, key: &str, requester: &Requester) -> Option<Cow<'r, str>> {
        if let Some(tag) = key.strip_prefix("s3:existingobjecttag/") {
            let Facts::Known(facts) = self.object else { return None };
            return facts.tags.iter().find(|(name, _)| name == tag).map(|(_, value)| Cow::Borrowed(value.as_str()));
        }
        if let Some(tag) = key.strip_prefix("s3:requestobjecttag/") {
            return self.request_tags().into_iter().find(|(name, _)| name == tag).map(|(_, value)| Cow::Owned(value));
        }
        if let Some(lock) = key.strip_prefix("s3:object-lock-") {
            return self.header(&format!("x-amz-object-lock-{lock}"));
        }
        if let Some(name) = key.strip_prefix("s3:").filter(|name| name.starts_with("x-amz-")) {
            return self.header(name);
        }
        match key {
            "s3:prefix" => self.parameter("prefix"),
            "s3:delimiter" => self.parameter("delimiter"),
            "s3:max-keys" => self.parameter("max-keys"),
            "s3:versionid" => self.parameter("versionId"),
            "s3:signatureversion" => self.signed.map(|signed| Cow::Borrowed(signed.version)),
            "s3:authtype" => self.signed.map(|signed| Cow::Borrowed(signed.carrier)),
            "s3:signatureage" => {
                let at = self.signed?.at?;
                Some(Cow::Owned(self.now.since(at).as_millis().to_string()))
            }
            "aws:useragent" => self.header("user-agent"),
            "aws:referer" => self.header("referer"),
            "aws:securetransport" => Some(Cow::Borrowed(if self.encrypted { "true" } else { "false" })),
            "aws:sourceip" => self.address.map(|address| Cow::Owned(address.to_canonical().to_string())),
            "aws:currenttime" => Some(Cow::Owned(iso8601(self.now))),
            "aws:epochtime" => Some(Cow::Owned((self.now.as_millis() / 1000).to_string())),
            _ => of_requester(key, requester),
        }
    }

    fn header(&self, name: &str) -> Option<Cow<'r, str>> {
        self.headers?.get(name).and_then(|value| value.to_str().ok()).map(Cow::Borrowed)
    }

    fn parameter(&self, name: &str) -> Option<Cow<'r, str>> {
        let query = Query::parse(self.query?).ok()?;
        query.value(name).ok().flatten().map(|value| Cow::Owned(value.to_owned()))
    }

    fn request_tags(&self) -> Vec<(String, String)> {
        match self.tags {
            Some(tags) => tags.to_vec(),
            None => self.headers.and_then(|headers| tagging_header::tags(headers).ok()).unwrap_or_default(),
        }
    }

    /// Whether the request asks to pass over retentions in governance mode. SDKs that are told not to say `false`.
    pub(crate) fn asks_to_bypass_governance(&self) -> bool {
        let word = self.header("x-amz-bypass-governance-retention");
        word.is_some_and(|word| word.trim().eq_ignore_ascii_case("true"))
    }

    /// Whether the request names a version of the object it acts on.
    pub(crate) fn names_version(&self) -> bool {
        self.query.is_some_and(|query| query.contains("versionId=")) && self.parameter("versionId").is_some()
    }

    /// Whether it names a version of the object it copies from.
    pub(crate) fn names_source_version(&self) -> bool {
        self.header("x-amz-copy-source").is_some_and(|source| source.contains("?versionId="))
    }
}

fn of_requester<'r>(key: &str, requester: &Requester) -> Option<Cow<'r, str>> {
    let Requester::User { id, namespace } = requester else {
        return (key == "aws:principaltype").then_some(Cow::Borrowed("Anonymous"));
    };
    match key {
        "aws:username" | "aws:userid" => Some(Cow::Owned(id.to_string())),
        "aws:principalaccount" => Some(Cow::Owned(namespace.to_string())),
        "aws:principaltype" => Some(Cow::Borrowed("User")),
        "aws:principalarn" => Some(Cow::Owned(format!("urn:ecs:iam::{namespace}:user/{id}"))),
        _ => None,
    }
}
