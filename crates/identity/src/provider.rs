//! Authentication providers as they are persisted: how a directory is reached and read.

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DomainName, caseless};

/// A directory (ECS REST API, *Authentication providers*). The manager's password is not here: it is sealed beside this
/// record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthnProvider {
    /// A URN, `urn:AuthProvider:<uuid>`.
    pub id: String,
    /// Which kind of directory it is.
    pub mode: ProviderMode,
    /// What administrators call it.
    pub name: String,
    /// What it is for; may be empty.
    #[serde(default)]
    pub description: String,
    /// `ldap://host:389` or `ldaps://host:636`, tried in this order.
    pub server_urls: Vec<String>,
    /// The domains whose people are looked up here.
    pub domains: Vec<DomainName>,
    /// Whom we bind as to search.
    pub manager_dn: String,
    /// Where searches begin.
    pub search_base: String,
    /// How a person is found: `%u` stands for the login name with its domain, `%U` for the part before `@`.
    pub search_filter: String,
    /// How deep searches go.
    #[serde(default)]
    pub search_scope: SearchScope,
    /// The attribute that holds a group's name.
    #[serde(default = "common_name")]
    pub group_attribute: String,
    /// Patterns (`*` for anything) of the groups that count; empty means all.
    #[serde(default)]
    pub group_whitelist: Vec<String>,
    /// For LDAP: object classes of groups, such as `groupOfNames`.
    #[serde(default)]
    pub group_object_classes: Vec<String>,
    /// For LDAP: attributes that list a group's members, such as `member`.
    #[serde(default)]
    pub group_member_attributes: Vec<String>,
    /// Entries per page of a search; 0 leaves it to the directory.
    #[serde(default)]
    pub max_page_size: u32,
    /// Whether the server's certificate has to be trusted.
    #[serde(default = "yes")]
    pub validate_certificates: bool,
    /// Whether a plain connection is turned into an encrypted one.
    #[serde(default)]
    pub start_tls: StartTls,
    /// Whether it is left out of logins.
    #[serde(default)]
    pub disabled: bool,
    /// Labels set by administrators.
    #[serde(default)]
    pub tags: Vec<String>,
    /// A certificate to trust for this provider alone, in PEM.
    #[serde(default)]
    pub server_cert: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

fn common_name() -> String {
    "CN".to_owned()
}

fn yes() -> bool {
    true
}

/// The kind of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderMode {
    /// Active Directory.
    Ad,
    /// Any other LDAP directory.
    Ldap,
}

/// How deep a search goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchScope {
    /// The entries right below the search base.
    #[default]
    OneLevel,
    /// Everything below the search base.
    Subtree,
}

/// Whether a connection to an `ldap://` address is encrypted before passwords go over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartTls {
    /// It is, or there is no login.
    Required,
    /// It is when the server can. Somebody on the way can make it look as if it could not.
    #[default]
    IfOffered,
    /// It is not: passwords travel in clear.
    Off,
}

/// What is wrong with the settings of a provider. Messages name the field of the management API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// A field that has to be there is missing or blank.
    #[error("{field} is required")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// An address that is not one of a directory.
    #[error("server_urls: {url:?} is not of the form ldap://host[:port] or ldaps://host[:port]")]
    ServerUrl {
        /// What was given.
        url: String,
    },
    /// A filter that finds the same entry whoever logs in.
    #[error("search_filter has to contain %u (the whole login name) or %U (the part before @)")]
    FilterWithoutName,
    /// One of the two settings that only make sense together.
    #[error("group_object_classes and group_member_attributes are given together or not at all")]
    HalfAGroupSearch,
}

impl AuthnProvider {
    /// Whether the people of `domain` are looked up here.
    pub fn serves(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| caseless::same(own.as_str(), domain))
    }

    /// Whether memberships in `group` count: when a pattern of the list fits its name without `@domain`, or when
    /// there is no list.
    pub fn counts_group(&self, group: &str) -> bool {
        let group = caseless::folded(caseless::without_domain(group));
        self.group_whitelist.is_empty()
            || self.group_whitelist.iter().any(|pattern| fits(&caseless::folded(pattern), &group))
    }

    /// Looks for settings that could not work or that would let the wrong people in. Reaches out to nothing.
    ///
    /// # Errors
    /// The first [`ProviderError`] found.
    pub fn check(&self) -> Result<(), ProviderError> {
        let required = [
            ("name", self.name.trim().is_empty()),
            ("server_urls", self.server_urls.is_empty()),
            ("domains", self.domains.is_empty()),
            ("manager_dn", self.manager_dn.trim().is_empty()),
            ("search_base", self.search_base.trim().is_empty()),
            ("search_filter", self.search_filter.trim().is_empty()),
            ("group_attribute", self.group_attribute.trim().is_empty()),
        ];
        if let Some((field, _)) = required.into_iter().find(|(_, missing)| *missing) {
            return Err(ProviderError::Missing { field });
        }
        if let Some(url) = self.server_urls.iter().find(|url| !is_directory_address(url)) {
            return Err(ProviderError::ServerUrl { url: url.clone() });
        }
        if !self.search_filter.contains("%u") && !self.search_filter.contains("%U") {
            return Err(ProviderError::FilterWithoutName);
        }
        if self.group_object_classes.is_empty() != self.group_member_attributes.is_empty() {
            return Err(ProviderError::HalfAGroupSearch);
        }
        Ok(())
    }
}

fn is_directory_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of a bracketed IPv6 address are not a port's.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    (scheme.eq_ignore_ascii_case("ldap") || scheme.eq_ignore_ascii_case("ldaps"))
        && !host.is_empty()
        && !host.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#@".contains(c))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number != 0))
}

/// Whether `text` fits `pattern`, in which `*` stands for any run of characters.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut remaining) = text.strip_prefix(head) else { return false };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        match remaining.find(part) {
            Some(at) => remaining = &remaining[at + part.len()..],
            None => return false,
        }
    }
    remaining.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::NOW;

    fn provider() -> AuthnProvider {
        AuthnProvider {
            id: "urn:AuthProvider:1".to_owned(),
            mode: ProviderMode::Ldap,
            name: "corp".to_owned(),
            description: String::new(),
            server_urls: vec!["ldaps://ldap.corp.example:636".to_owned()],
            domains: vec![DomainName::parse("corp.example").unwrap()],
            manager_dn: "cn=reader,dc=corp,dc=example".to_owned(),
            search_base: "dc=corp,dc=example".to_owned(),
            search_filter: "uid=%U".to_owned(),
            search_scope: SearchScope::OneLevel,
            group_attribute: "CN".to_owned(),
            group_whitelist: Vec::new(),
            group_object_classes: Vec::new(),
            group_member_attributes: Vec::new(),
            max_page_size: 0,
            validate_certificates: true,
            start_tls: StartTls::IfOffered,
            disabled: false,
            tags: Vec::new(),
            server_cert: None,
            created_at: NOW,
        }
    }

    #[test]
    fn a_complete_provider_passes() {
        assert_eq!(provider().check(), Ok(()));
        let groups = AuthnProvider {
            group_object_classes: vec!["groupOfNames".to_owned()],
            group_member_attributes: vec!["member".to_owned()],
            ..provider()
        };
        assert_eq!(groups.check(), Ok(()));
    }

    #[test]
    fn what_is_missing_is_named() {
        type Removal = fn(&mut AuthnProvider);
        let cases: [(&str, Removal); 7] = [
            ("name", |p| p.name.clear()),
            ("server_urls", |p| p.server_urls.clear()),
            ("domains", |p| p.domains.clear()),
            ("manager_dn", |p| p.manager_dn = " ".to_owned()),
            ("search_base", |p| p.search_base.clear()),
            ("search_filter", |p| p.search_filter.clear()),
            ("group_attribute", |p| p.group_attribute.clear()),
        ];
        for (field, remove) in cases {
            let mut broken = provider();
            remove(&mut broken);
            assert_eq!(broken.check(), Err(ProviderError::Missing { field }));
        }
    }

    #[test]
    fn a_filter_that_finds_the_same_entry_for_everybody_is_refused() {
        let filtering = |filter: &str| AuthnProvider { search_filter: filter.to_owned(), ..provider() }.check();
        assert_eq!(filtering("objectClass=person"), Err(ProviderError::FilterWithoutName));
        assert_eq!(filtering("userPrincipalName=%u"), Ok(()));
    }

    #[test]
    fn only_addresses_of_directories_are_accepted() {
        let at = |url: &str| AuthnProvider { server_urls: vec![url.to_owned()], ..provider() }.check();
        for url in ["ldap://dc1", "LDAPS://dc1:636", "ldap://[2001:db8::1]:389", "ldap://[2001:db8::1]", "ldap://dc1/"]
        {
            assert_eq!(at(url), Ok(()), "{url:?}");
        }
        for url in ["", "dc1", "http://dc1", "ldap://", "ldap://:389", "ldap://dc1:0", "ldap://dc1:99999", "ldap://a b"]
        {
            assert_eq!(at(url), Err(ProviderError::ServerUrl { url: url.to_owned() }));
        }
    }

    #[test]
    fn a_group_search_needs_both_of_its_settings() {
        let half = AuthnProvider { group_object_classes: vec!["groupOfNames".to_owned()], ..provider() };
        assert_eq!(half.check(), Err(ProviderError::HalfAGroupSearch));
    }

    #[test]
    fn groups_count_when_a_pattern_fits() {
        assert!(provider().counts_group("anything"));
        let listed = AuthnProvider { group_whitelist: vec!["s3*".to_owned(), "*-Ops".to_owned()], ..provider() };
        for (group, counts) in [("S3Users@corp.example", true), ("night-ops", true), ("xs3", false), ("ops", false)] {
            assert_eq!(listed.counts_group(group), counts, "{group:?}");
        }
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text) in
            [("*", ""), ("a*b*c", "abc"), ("a*b*c", "axxbbxc"), ("**", "x"), ("*a*", "bab"), ("", "")]
        {
            assert!(fits(pattern, text), "{pattern:?} {text:?}");
        }
        for (pattern, text) in [("a*a", "a"), ("a*b*c", "acb"), ("", "x"), ("ab*ba", "aba"), ("*a*a*", "a")] {
            assert!(!fits(pattern, text), "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn people_are_looked_up_by_domain_whatever_its_case() {
        assert!(provider().serves("Corp.EXAMPLE"));
        assert!(!provider().serves("example"));
    }

    #[test]
    fn settings_that_were_never_written_are_read_as_their_defaults() {
        let mut stored = serde_json::to_value(provider()).unwrap();
        let fields = stored.as_object_mut().unwrap();
        for optional in ["validate_certificates", "start_tls", "disabled", "tags", "server_cert", "group_attribute"] {
            assert!(fields.remove(optional).is_some());
        }
        assert_eq!(serde_json::from_value::<AuthnProvider>(stored).unwrap(), provider());
    }
}
