//! User mappings of several namespaces that mean the same people, who could use none of them.

use keyward_identity::{AuthnProvider, Namespace, NamespaceName, UserMapping};

use crate::{Service, ServiceError};

/// A mapping that has to do with one of another namespace.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clash<'a> {
    pub(super) mapping: &'a UserMapping,
    pub(super) other: &'a NamespaceName,
    pub(super) extent: Extent,
}

/// Who is meant by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Both mean the same people.
    Same,
    /// Everybody whom the other mapping means.
    AllOfTheirs,
    /// Everybody whom this mapping means.
    AllOfOurs,
    /// Whoever has what both ask for, which may be nobody.
    MaybeSome,
}

impl Clash<'_> {
    /// Why the mapping is refused; `None` when it may mean other people than the other one.
    pub(super) fn refusal(&self) -> Option<ServiceError> {
        let (domain, other) = (&self.mapping.domain, self.other);
        let what = match self.extent {
            Extent::Same => format!("the same people of {domain} are mapped to namespace {other} already"),
            Extent::AllOfTheirs => format!("it takes in all people of {domain} who are mapped to namespace {other}"),
            Extent::AllOfOurs => {
                format!("all people of {domain} whom it means are mapped to namespace {other} already")
            }
            Extent::MaybeSome => return None,
        };
        let why = format!(
            "{what}, and whoever is mapped to two namespaces can use neither; change the mapping of one of the two"
        );
        Some(ServiceError::invalid("user_mapping", why))
    }

    fn warn(&self, namespace: &NamespaceName) {
        let (domain, other) = (&self.mapping.domain, self.other);
        match self.extent {
            Extent::MaybeSome => tracing::warn!(
                %namespace, %other, %domain,
                "user mappings of two namespaces may mean the same people; whoever is mapped to both can use neither"
            ),
            _ => tracing::warn!(
                %namespace, %other, %domain,
                "user mappings of two namespaces mean the same people, who can use neither; change one of the two"
            ),
        }
    }
}

/// The clashes of a namespace's mappings with those of other namespaces. `providers` are all there are: a mapping means
/// the people of every domain that the provider of its own domain serves.
pub(super) fn clashes<'a>(
    namespace: &'a Namespace,
    others: &'a [Namespace],
    providers: &[AuthnProvider],
) -> Vec<Clash<'a>> {
    let mut clashes = Vec::new();
    for other in others.iter().filter(|other| other.name != namespace.name) {
        for mapping in &namespace.user_mappings {
            for theirs in other.user_mappings.iter().filter(|theirs| share_people(mapping, theirs, providers)) {
                let extent = match (mapping.takes_in(theirs), theirs.takes_in(mapping)) {
                    (true, true) => Extent::Same,
                    (true, false) => Extent::AllOfTheirs,
                    (false, true) => Extent::AllOfOurs,
                    (false, false) => Extent::MaybeSome,
                };
                clashes.push(Clash { mapping, other: &other.name, extent });
            }
        }
    }
    clashes
}

fn share_people(one: &UserMapping, other: &UserMapping, providers: &[AuthnProvider]) -> bool {
    let serves_both =
        |provider: &AuthnProvider| provider.serves(one.domain.as_str()) && provider.serves(other.domain.as_str());
    one.domain == other.domain || providers.iter().any(serves_both)
}

impl Service {
    /// All authentication providers.
    pub(super) async fn all_providers(&self) -> Result<Vec<AuthnProvider>, ServiceError> {
        Ok(self.store.providers().await?.into_iter().map(|found| found.value.provider).collect())
    }

    /// Warns of mappings that clash, and of those whose domain no provider serves. All namespaces, or `only` one of them.
    pub(crate) async fn warn_of_user_mappings(&self, only: Option<&NamespaceName>) -> Result<(), ServiceError> {
        let providers = self.all_providers().await?;
        let namespaces: Vec<Namespace> =
            self.store.all_namespaces().await?.into_iter().map(|found| found.value).collect();
        for (at, namespace) in namespaces.iter().enumerate() {
            let others = match only {
                Some(only) if *only != namespace.name => continue,
                Some(_) => &namespaces[..],
                // Each pair once.
                None => &namespaces[at..],
            };
            clashes(namespace, others, &providers).iter().for_each(|clash| clash.warn(&namespace.name));
            self.warn_of_unserved_domains(namespace, &providers);
        }
        Ok(())
    }

    fn warn_of_unserved_domains(&self, namespace: &Namespace, providers: &[AuthnProvider]) {
        for mapping in &namespace.user_mappings {
            let domain = &mapping.domain;
            let is_local = self.settings.local_domains.contains(domain);
            if !is_local && !providers.iter().any(|provider| provider.serves(domain.as_str())) {
                let namespace = &namespace.name;
                tracing::warn!(%namespace, %domain, "no authentication provider serves the domain of a user mapping");
            }
        }
    }
}
