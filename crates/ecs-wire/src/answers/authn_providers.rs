//! Authentication providers: one and the list (ECS REST API, *Authentication providers*).

use keyward_ambient::Timestamp;

use crate::answers::{NamedLink, self_link};
use crate::document::{Document, Value, texts};
use crate::{Answer, sample};

const COLLECTION: &str = "/vdc/admin/authnproviders";

/// The answer to creating, reading and changing a provider. The manager's password is never part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnProvider {
    /// A URN.
    pub id: String,
    pub name: String,
    pub creation_time: Timestamp,
    pub tags: Vec<String>,
    /// `ad` or `ldap`.
    pub mode: String,
    pub description: String,
    pub server_urls: Vec<String>,
    pub domains: Vec<String>,
    pub manager_dn: String,
    pub search_base: String,
    pub search_filter: String,
    /// `ONELEVEL` or `SUBTREE`.
    pub search_scope: String,
    pub group_attribute: String,
    pub group_whitelist_values: Vec<String>,
    pub group_object_classes: Vec<String>,
    pub group_member_attributes: Vec<String>,
    /// Entries; 0 is the directory's own.
    pub max_page_size: i64,
    pub validate_certificates: bool,
    /// Beyond ECS: whether an `ldap://` connection is upgraded to TLS.
    pub start_tls: String,
    pub disable: bool,
    /// PEM certificates trusted for this provider.
    pub server_cert: Option<String>,
}

impl Answer for AuthnProvider {
    fn document(&self) -> Document<'_> {
        let wrapped = |item, list| Value::Wrapped { item, items: texts(list) };
        let fields = [
            ("name", Value::text(&self.name)),
            ("id", Value::text(&self.id)),
            ("link", Value::Link(self_link(COLLECTION, &self.id).into())),
            ("inactive", Value::Flag(false)),
            ("global", Value::Null),
            ("remote", Value::Null),
            ("vdc", Value::Null),
            ("internal", Value::Null),
            ("creation_time", Value::Number(self.creation_time.as_millis())),
            ("tags", wrapped("tag", &self.tags)),
            ("mode", Value::text(&self.mode)),
            ("description", Value::text(&self.description)),
            ("server_urls", wrapped("server_url", &self.server_urls)),
            ("domains", wrapped("domain", &self.domains)),
            ("manager_dn", Value::text(&self.manager_dn)),
            ("search_base", Value::text(&self.search_base)),
            ("search_filter", Value::text(&self.search_filter)),
            ("search_scope", Value::text(&self.search_scope)),
            ("group_attribute", Value::text(&self.group_attribute)),
            ("group_whitelist_values", wrapped("group_whitelist_value", &self.group_whitelist_values)),
            ("group_object_classes", wrapped("group_object_class", &self.group_object_classes)),
            ("group_member_attributes", wrapped("group_member_attribute", &self.group_member_attributes)),
            ("max_page_size", Value::Number(self.max_page_size)),
            ("validate_certificates", Value::Flag(self.validate_certificates)),
            ("start_tls", Value::text(&self.start_tls)),
            ("disable", Value::Flag(self.disable)),
            ("server_cert", Value::text_or_null(self.server_cert.as_deref())),
        ];
        Document::new("authnprovider", &["id", "inactive", "link", "name"], fields)
    }

    fn samples() -> Vec<Self> {
        let provider = Self {
            id: sample::PROVIDER.into(),
            name: "corp".into(),
            creation_time: sample::CREATED,
            tags: sample::texts(["head office"]),
            mode: "ad".into(),
            description: "The company's directory".into(),
            server_urls: sample::texts(["ldaps://dc1.corp.example:636"]),
            domains: sample::texts(["corp.example"]),
            manager_dn: "CN=reader,DC=corp,DC=example".into(),
            search_base: "DC=corp,DC=example".into(),
            search_filter: "(&(objectClass=user)(userPrincipalName=%u))".into(),
            search_scope: "SUBTREE".into(),
            group_attribute: "CN".into(),
            group_whitelist_values: sample::texts(["S3*"]),
            group_object_classes: sample::texts(["group"]),
            group_member_attributes: sample::texts(["member"]),
            max_page_size: 1000,
            validate_certificates: true,
            start_tls: "off".into(),
            disable: false,
            server_cert: None,
        };
        let certificate = Some("-----BEGIN CERTIFICATE-----...".to_owned());
        vec![provider.clone(), Self { server_cert: certificate, ..provider }]
    }
}

/// `GET /vdc/admin/authnproviders`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnProviders {
    pub providers: Vec<NamedLink>,
}

impl Answer for AuthnProviders {
    fn document(&self) -> Document<'_> {
        let entries = Value::Repeated(NamedLink::values(&self.providers, COLLECTION));
        Document::new("authnproviders", &[], [("authnprovider", entries)])
    }

    fn samples() -> Vec<Self> {
        vec![Self { providers: vec![NamedLink { name: "corp".into(), id: sample::PROVIDER.into() }] }]
    }
}
