//! The groups a person is in.

use std::collections::BTreeSet;

use keyward_identity::{AuthnProvider, ProviderMode};
use keyward_login::LoginName;
use ldap3::{Scope, ldap_escape};

use crate::ad;
use crate::bind::INSUFFICIENT_ACCESS;
use crate::directory::Directory;
use crate::dn::{domain_of, first_component, is_within, of_domain};
use crate::entry::Entry;
use crate::failure::LdapFailure;
use crate::search::{Extent, Search};

/// How deep groups within groups are followed.
const DEEPEST: usize = 10;
/// Members asked for in one search.
const MEMBERS_AT_ONCE: usize = 50;
/// Entries per page where the provider does not say: what OpenLDAP hands out at once by default.
const DEFAULT_PAGE: i32 = 500;
const SEARCH: &str = "search for groups";

/// Reads groups as the manager, by the rules of one provider.
pub(crate) struct Groups<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) provider: &'a AuthnProvider,
}

impl Groups<'_> {
    /// The names of the groups of `entry` that count for the provider, in order, each once.
    ///
    /// Active Directory tells all groups of an account at once, nested ones too. Other directories are asked through
    /// `memberOf` and, where the provider names object classes and member attributes, level by level.
    pub(crate) async fn of(&self, entry: &Entry, name: &LoginName, base: &str) -> Result<Vec<String>, LdapFailure> {
        let mut names: BTreeSet<String> = match self.provider.mode {
            ProviderMode::Ad => ad::names_of_groups(self, entry, base).await?,
            ProviderMode::Ldap => self.listed_in(entry).await?,
        }
        .into_iter()
        .collect();
        if self.provider.mode == ProviderMode::Ldap && !self.provider.group_object_classes.is_empty() {
            names.extend(self.level_by_level(entry, name, base).await?);
        }
        names.retain(|name| self.provider.counts_group(name));
        Ok(names.into_iter().collect())
    }

    /// Where groups are searched: the directory tree that `search_base` belongs to, because groups seldom live among
    /// people. In Active Directory that is the domain at the end of the DN, also in a global catalogue, whose root
    /// does not name all domains that it holds.
    pub(crate) async fn base(&self) -> Result<String, LdapFailure> {
        if self.provider.mode == ProviderMode::Ad
            && let Some(domain) = domain_of(&self.provider.search_base)
        {
            return Ok(of_domain(&domain));
        }
        let root = Search::entry("search for naming contexts", "", vec!["namingContexts".to_owned()]);
        let entries = self.directory.search(&root).await?;
        let contexts = entries.first().into_iter().flat_map(|root| root.text("namingContexts"));
        let search_base = &self.provider.search_base;
        // An empty context is a directory that serves everything; searching it from the top is not meant.
        let context = contexts.filter(|context| !context.is_empty() && is_within(search_base, context));
        Ok(context.max_by_key(|context| context.len()).unwrap_or(search_base).to_owned())
    }

    /// The names of the groups in the entry's `memberOf`.
    pub(crate) async fn listed_in(&self, entry: &Entry) -> Result<Vec<String>, LdapFailure> {
        let mut names = Vec::new();
        for dn in entry.text("memberOf") {
            names.extend(self.name_of(dn).await?);
        }
        Ok(names)
    }

    async fn level_by_level(&self, entry: &Entry, name: &LoginName, base: &str) -> Result<Vec<String>, LdapFailure> {
        let mut names = Vec::new();
        let mut members = vec![entry.dn.clone()];
        members.extend(entry.text("memberOf").map(str::to_owned));
        let mut seen: BTreeSet<String> = members.iter().map(|dn| dn.to_lowercase()).collect();
        let mut user = Some(name.user());
        for _ in 0..DEEPEST {
            let mut found = Vec::new();
            for some in members.chunks(MEMBERS_AT_ONCE) {
                if let Some(filter) = holders_of(self.provider, some, user.take()) {
                    found.extend(self.search(base, filter).await?);
                }
            }
            found.retain(|group| seen.insert(group.dn.to_lowercase()));
            if found.is_empty() {
                break;
            }
            names.extend(found.iter().flat_map(|group| self.names_in(group)));
            members = found.into_iter().map(|group| group.dn).collect();
        }
        Ok(names)
    }

    /// All entries that fit `filter`, with the attribute that holds a group's name.
    pub(crate) async fn search(&self, base: &str, filter: String) -> Result<Vec<Entry>, LdapFailure> {
        let page = i32::try_from(self.provider.max_page_size).unwrap_or(i32::MAX);
        let search = |base: &str| Search {
            operation: SEARCH,
            base: base.to_owned(),
            scope: Scope::Subtree,
            filter: filter.clone(),
            attributes: vec![self.provider.group_attribute.clone()],
            extent: Extent::All { page: if page == 0 { DEFAULT_PAGE } else { page } },
        };
        match self.directory.search(&search(base)).await {
            // A manager who may read the people's branch only.
            Err(
                LdapFailure::NoSearchBase { .. }
                | LdapFailure::Elsewhere { .. }
                | LdapFailure::Answer { code: INSUFFICIENT_ACCESS, .. },
            ) if base != self.provider.search_base => self.directory.search(&search(&self.provider.search_base)).await,
            answered => answered,
        }
    }

    /// The group's name, from its DN where that holds it (`CN=Builders,...` under `group_attribute` CN), otherwise
    /// from its entry.
    async fn name_of(&self, dn: &str) -> Result<Vec<String>, LdapFailure> {
        let named = name_in_dn(dn, &self.provider.group_attribute);
        if named.is_some() {
            return Ok(named.into_iter().collect());
        }
        let search = Search::entry(SEARCH, dn, vec![self.provider.group_attribute.clone()]);
        match self.directory.search(&search).await {
            Ok(entries) => Ok(entries.iter().flat_map(|group| self.names_in(group)).collect()),
            // Gone, not for the manager's eyes, or of another domain: then it cannot count.
            Err(LdapFailure::NoSearchBase { .. } | LdapFailure::Elsewhere { .. }) => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// The group's names, from its entry.
    pub(crate) fn names_in(&self, group: &Entry) -> Vec<String> {
        group.text(&self.provider.group_attribute).map(str::to_owned).collect()
    }
}

fn name_in_dn(dn: &str, attribute: &str) -> Option<String> {
    let components = first_component(dn).into_iter();
    components.filter(|(name, _)| name.eq_ignore_ascii_case(attribute)).map(|(_, value)| value).next()
}

/// The filter for groups that list one of `members`, or `user` where the attribute holds bare names (`memberUid`,
/// RFC 2307). `None` when no attribute could list them.
fn holders_of(provider: &AuthnProvider, members: &[String], user: Option<&str>) -> Option<String> {
    let classes: String =
        provider.group_object_classes.iter().map(|class| format!("(objectClass={})", ldap_escape(class))).collect();
    let mut listed = String::new();
    for attribute in &provider.group_member_attributes {
        let name = ldap_escape(attribute);
        if attribute.eq_ignore_ascii_case("memberUid") {
            listed.extend(user.map(|user| format!("({name}={})", ldap_escape(user))));
        } else {
            listed.extend(members.iter().map(|dn| format!("({name}={})", ldap_escape(dn))));
        }
    }
    (!listed.is_empty()).then(|| format!("(&(|{classes})(|{listed}))"))
}

#[cfg(test)]
mod tests {
    use keyward_ambient::Timestamp;
    use keyward_identity::{SearchScope, StartTls};

    use super::*;

    fn provider(classes: &[&str], members: &[&str]) -> AuthnProvider {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        AuthnProvider {
            id: "urn:AuthProvider:1".to_owned(),
            mode: ProviderMode::Ldap,
            name: "corp".to_owned(),
            description: String::new(),
            server_urls: owned(&["ldap://192.0.2.1"]),
            domains: vec!["corp.example".parse().unwrap()],
            manager_dn: "cn=svc".to_owned(),
            search_base: "dc=corp".to_owned(),
            search_filter: "uid=%U".to_owned(),
            search_scope: SearchScope::Subtree,
            group_attribute: "CN".to_owned(),
            group_whitelist: Vec::new(),
            group_object_classes: owned(classes),
            group_member_attributes: owned(members),
            max_page_size: 0,
            validate_certificates: true,
            start_tls: StartTls::Required,
            disabled: false,
            tags: Vec::new(),
            server_cert: None,
            created_at: Timestamp::EPOCH,
        }
    }

    #[test]
    fn a_group_is_named_by_its_dn_where_that_holds_the_attribute() {
        assert_eq!(name_in_dn(r"CN=Build\, Ship,OU=Groups,DC=corp", "cn").as_deref(), Some("Build, Ship"));
        assert_eq!(name_in_dn("uid=7+cn=ops,dc=corp", "CN").as_deref(), Some("ops"));
        assert_eq!(name_in_dn("uid=7,dc=corp", "CN"), None);
    }

    #[test]
    fn members_are_listed_by_dn_or_by_bare_name() {
        let provider = provider(&["groupOfNames", "posixGroup"], &["member", "memberUid"]);
        let members = ["uid=a(1),dc=corp".to_owned()];
        let filter = holders_of(&provider, &members, Some("a*")).unwrap();
        let expected =
            r"(&(|(objectClass=groupOfNames)(objectClass=posixGroup))(|(member=uid=a\281\29,dc=corp)(memberUid=a\2a)))";
        assert_eq!(filter, expected);
        assert!(ldap3::parse_filter(&filter).is_ok());
    }

    #[test]
    fn groups_within_groups_are_not_looked_up_by_bare_name() {
        let filter = holders_of(&provider(&["posixGroup"], &["memberUid"]), &["cn=ops,dc=corp".to_owned()], None);
        assert_eq!(filter, None);
    }
}
