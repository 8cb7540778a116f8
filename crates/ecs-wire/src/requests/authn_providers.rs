//! Authentication providers: create and update (ECS REST API, *Authentication providers*).

use crate::{EcsRequest, FieldError, Fields, GivenSecret};

/// `POST /vdc/admin/authnproviders`. Every list is read under its plural and its singular name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnProviderCreate {
    /// `ad` or `ldap`.
    pub mode: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub server_urls: Vec<String>,
    pub domains: Vec<String>,
    /// The account to search the directory with.
    pub manager_dn: String,
    pub manager_password: GivenSecret,
    pub search_base: String,
    /// With `%u` for the whole login name or `%U` for the part before the `@`.
    pub search_filter: String,
    /// `ONELEVEL` or `SUBTREE`.
    pub search_scope: Option<String>,
    pub group_attribute: String,
    pub group_whitelist_values: Vec<String>,
    pub group_object_classes: Vec<String>,
    pub group_member_attributes: Vec<String>,
    /// Entries; 0 is the directory's own.
    pub max_page_size: Option<i64>,
    pub validate_certificates: Option<bool>,
    /// Beyond ECS: whether an `ldap://` connection is to be upgraded to TLS.
    pub start_tls: Option<String>,
    /// Unless true, the connection is tried before the provider is stored.
    pub disable: Option<bool>,
    /// PEM certificates to trust for this provider.
    pub server_cert: Option<String>,
    pub tags: Vec<String>,
}

impl EcsRequest for AuthnProviderCreate {
    const ROOT: &'static str = "authnprovider_create";
    const EXAMPLE: &'static str = r#"{"mode":"ad","name":"corp","description":"The company's directory",
        "server_urls":["ldaps://dc1.corp.example:636"],"domains":["corp.example"],
        "manager_dn":"CN=reader,DC=corp,DC=example","manager_password":"...",
        "search_base":"DC=corp,DC=example",
        "search_filter":"(&(objectClass=user)(userPrincipalName=%u))","search_scope":"SUBTREE",
        "group_attribute":"CN","group_whitelist_values":["S3*"]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let list = |plural, singular| Ok::<_, FieldError>(fields.texts(plural, singular)?.unwrap_or_default());
        let required_list = |plural, singular| {
            let values: Vec<String> = list(plural, singular)?;
            if values.is_empty() { Err(fields.missing(plural)) } else { Ok(values) }
        };
        Ok(AuthnProviderCreate {
            mode: fields.required_text("mode")?,
            name: fields.text("name")?,
            description: fields.text("description")?,
            server_urls: required_list("server_urls", "server_url")?,
            domains: required_list("domains", "domain")?,
            manager_dn: fields.required_text("manager_dn")?,
            manager_password: fields.required_secret("manager_password")?,
            search_base: fields.required_text("search_base")?,
            search_filter: fields.required_text("search_filter")?,
            search_scope: fields.text("search_scope")?,
            group_attribute: fields.required_text("group_attribute")?,
            group_whitelist_values: list("group_whitelist_values", "group_whitelist_value")?,
            group_object_classes: list("group_object_classes", "group_object_class")?,
            group_member_attributes: list("group_member_attributes", "group_member_attribute")?,
            max_page_size: fields.number("max_page_size")?,
            validate_certificates: fields.flag("validate_certificates")?,
            start_tls: fields.text("start_tls")?,
            disable: fields.flag("disable")?,
            server_cert: fields.text("server_cert")?,
            tags: list("tags", "tag")?,
        })
    }
}

/// `PUT /vdc/admin/authnproviders/{id}`. `None` is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnProviderUpdate {
    pub mode: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    /// Replaces the earlier list, as the lists of the same kind below do.
    pub server_urls: Option<Vec<String>>,
    pub server_url_changes: ListChanges,
    pub domains: Option<Vec<String>>,
    pub domain_changes: ListChanges,
    pub manager_dn: Option<String>,
    pub manager_password: Option<GivenSecret>,
    pub search_base: Option<String>,
    pub search_filter: Option<String>,
    pub search_scope: Option<String>,
    pub group_attribute: Option<String>,
    pub group_whitelist_values: Option<Vec<String>>,
    pub group_whitelist_value_changes: ListChanges,
    pub group_object_classes: Option<Vec<String>>,
    pub group_object_class_changes: ListChanges,
    pub group_member_attributes: Option<Vec<String>>,
    pub group_member_attribute_changes: ListChanges,
    pub max_page_size: Option<i64>,
    pub validate_certificates: Option<bool>,
    /// Beyond ECS: whether an `ldap://` connection is to be upgraded to TLS.
    pub start_tls: Option<String>,
    pub disable: Option<bool>,
    pub server_cert: Option<String>,
    /// Replaces the earlier tags.
    pub tags: Option<Vec<String>>,
}

impl EcsRequest for AuthnProviderUpdate {
    const ROOT: &'static str = "authnprovider_update";
    const EXAMPLE: &'static str =
        r#"{"server_url_changes":{"add":["ldaps://dc2.corp.example:636"],"remove":[]},"disable":false}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let changes = |name, item| ListChanges::read(fields, name, item);
        Ok(AuthnProviderUpdate {
            mode: fields.text("mode")?,
            name: fields.text("name")?,
            description: fields.text("description")?,
            server_urls: fields.texts("server_urls", "server_url")?,
            domains: fields.texts("domains", "domain")?,
            group_whitelist_values: fields.texts("group_whitelist_values", "group_whitelist_value")?,
            group_object_classes: fields.texts("group_object_classes", "group_object_class")?,
            group_member_attributes: fields.texts("group_member_attributes", "group_member_attribute")?,
            server_url_changes: changes("server_url_changes", "server_url")?,
            domain_changes: changes("domain_changes", "domain")?,
            manager_dn: fields.text("manager_dn")?,
            manager_password: fields.secret("manager_password")?,
            search_base: fields.text("search_base")?,
            search_filter: fields.text("search_filter")?,
            search_scope: fields.text("search_scope")?,
            group_attribute: fields.text("group_attribute")?,
            group_whitelist_value_changes: changes("group_whitelist_value_changes", "group_whitelist_value")?,
            group_object_class_changes: changes("group_object_class_changes", "group_object_class")?,
            group_member_attribute_changes: changes("group_member_attribute_changes", "group_member_attribute")?,
            max_page_size: fields.number("max_page_size")?,
            validate_certificates: fields.flag("validate_certificates")?,
            start_tls: fields.text("start_tls")?,
            disable: fields.flag("disable")?,
            server_cert: fields.text("server_cert")?,
            tags: fields.texts("tags", "tag")?,
        })
    }
}

/// What to add to a list and what to remove from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListChanges {
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

impl ListChanges {
    fn read(fields: &Fields<'_>, name: &str, item: &str) -> Result<Self, FieldError> {
        let Some(changes) = fields.nested(name)? else { return Ok(ListChanges::default()) };
        Ok(ListChanges { add: changes.texts_of("add", item)?, remove: changes.texts_of("remove", item)? })
    }

    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}
