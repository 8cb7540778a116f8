//! Finds the entry that a login name stands for.

use std::collections::BTreeMap;

use keyward_identity::{AuthnProvider, ProviderMode, SearchScope};
use keyward_login::LoginName;
use ldap3::Scope;

use crate::directory::Directory;
use crate::dn::{domain_of, is_within, of_domain};
use crate::entry::Entry;
use crate::failure::LdapFailure;
use crate::filter::{FilterTemplate, NamePart};
use crate::person::UNIQUE_IDS;
use crate::search::{Extent, Search};

/// More than one entry names nobody, so two are as good as all.
const ENOUGH: i32 = 2;
/// Entries of one account name, each in another domain of a forest, among which the right one is looked for.
const NAMESAKES: i32 = 32;

/// Searches people as the manager, by the rules of one provider.
pub(crate) struct Lookup<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) provider: &'a AuthnProvider,
    pub(crate) filter: &'a FilterTemplate,
}

impl Lookup<'_> {
    /// The entries for `name`, with the attributes that name them and those of `wanted`.
    ///
    /// An account name is unique in a domain of Active Directory, not in a forest. Where the search base holds the
    /// domain that was asked for, only people of that domain are found: in a global catalogue somebody else's namesake
    /// would do otherwise, once the one who was meant has left.
    pub(crate) async fn find(&self, name: &LoginName, wanted: &[String]) -> Result<Vec<Entry>, LdapFailure> {
        let base = &self.provider.search_base;
        let Some(domain) = name.domain().filter(|domain| self.is_place(domain)) else {
            return self.directory.search(&self.search(base, ENOUGH, name, wanted)).await;
        };
        let below = of_domain(domain);
        let place = if is_within(base, &below) { base } else { &below };
        match self.directory.search(&self.search(place, NAMESAKES, name, wanted)).await {
            Ok(mut found) => {
                found.retain(|entry| domain_of(&entry.dn).as_deref() == Some(domain));
                Ok(found)
            }
            // Not a domain after all but an ending of login names, which the whole forest shares.
            Err(LdapFailure::NoSearchBase { .. } | LdapFailure::Elsewhere { .. }) if place != base => {
                self.directory.search(&self.search(base, ENOUGH, name, wanted)).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// Whether `domain` may be a place below the search base where its people are. A filter on the whole login name
    /// says who is meant by itself, wherever the entry is.
    fn is_place(&self, domain: &str) -> bool {
        self.provider.mode == ProviderMode::Ad
            && self.provider.search_scope == SearchScope::Subtree
            && self.filter.sources().iter().all(|source| source.part == NamePart::User)
            && is_within(&of_domain(domain), &self.provider.search_base)
    }

    fn search(&self, base: &str, most: i32, name: &LoginName, wanted: &[String]) -> Search {
        let named = self.filter.sources().iter().map(|source| source.attribute.clone());
        let always = UNIQUE_IDS.iter().chain(&["memberOf"]).map(|&attribute| attribute.to_owned());
        // By lower-cased name: asking for an attribute twice is an error in some directories.
        let attributes: BTreeMap<String, String> = named
            .chain(always)
            .chain(wanted.iter().cloned())
            .map(|attribute| (attribute.to_ascii_lowercase(), attribute))
            .collect();
        Search {
            operation: "search for the person",
            base: base.to_owned(),
            scope: match self.provider.search_scope {
                SearchScope::OneLevel => Scope::OneLevel,
                SearchScope::Subtree => Scope::Subtree,
            },
            filter: self.filter.for_name(name),
            attributes: attributes.into_values().collect(),
            extent: Extent::AtMost(most),
        }
    }
}
