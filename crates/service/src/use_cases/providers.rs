//! Authentication providers, and the login chain that follows from them (ECS: *Authentication providers*).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use keyward_identity::{AuthnProvider, DomainName, ProviderMode, SearchScope, StartTls};
use keyward_login::{Password, Provider};
use keyward_store::{ProviderRecord, Record, RecordKey, Revised, Transaction, Write};

use crate::commit::Settled;
use crate::unique::PROVIDER_DOMAINS;
use crate::{Caller, Service, ServiceError, Subject};

/// How a list is to change: all of it, or by what is added and removed.
#[derive(Clone, Debug, Default)]
pub struct ListChange {
    /// Replaces the list.
    pub replace: Option<Vec<String>>,
    /// Added if not there yet.
    pub add: Vec<String>,
    /// Removed if there.
    pub remove: Vec<String>,
}

/// What to change about a provider; `None` leaves a part as it is.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of the provider, documented there")]
pub struct ProviderChange {
    pub mode: Option<ProviderMode>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub server_urls: ListChange,
    pub domains: ListChange,
    pub manager_dn: Option<String>,
    pub manager_password: Option<Password>,
    pub search_base: Option<String>,
    pub search_filter: Option<String>,
    pub search_scope: Option<SearchScope>,
    pub group_attribute: Option<String>,
    pub group_whitelist: ListChange,
    pub group_object_classes: ListChange,
    pub group_member_attributes: ListChange,
    pub max_page_size: Option<u32>,
    pub validate_certificates: Option<bool>,
    pub start_tls: Option<StartTls>,
    pub disabled: Option<bool>,
    pub tags: Option<Vec<String>>,
    pub server_cert: Option<String>,
}

impl Caller {
    /// Makes a provider, after trying it unless it is disabled; it is asked from the next login on.
    pub async fn create_provider(&self, change: ProviderChange) -> Result<AuthnProvider, ServiceError> {
        self.principal.may_manage_providers()?;
        let mut provider = AuthnProvider {
            id: format!("urn:AuthProvider:{}", self.service.uuid()),
            mode: change.mode.ok_or(ServiceError::Missing { field: "mode" })?,
            name: String::new(),
            description: String::new(),
            server_urls: Vec::new(),
            domains: Vec::new(),
            manager_dn: String::new(),
            search_base: String::new(),
            search_filter: String::new(),
            search_scope: SearchScope::default(),
            group_attribute: "CN".to_owned(),
            group_whitelist: Vec::new(),
            group_object_classes: Vec::new(),
            group_member_attributes: Vec::new(),
            max_page_size: 0,
            validate_certificates: true,
            start_tls: change.start_tls.unwrap_or(StartTls::IfOffered),
            disabled: false,
            tags: Vec::new(),
            server_cert: None,
            created_at: self.now(),
        };
        change.apply(&mut provider)?;
        if change.validate_certificates.is_none() {
            provider.validate_certificates = counts_on_tls(&provider);
        }
        let password = change.manager_password.filter(|password| !password.is_empty());
        let password = password.ok_or(ServiceError::Missing { field: "manager_password" })?;
        self.service
            .until_settled(|| async {
                let turn = self.service.turn(PROVIDER_DOMAINS).await?;
                self.require_may_configure(&[&provider]).await?;
                self.examine(&provider, &password).await?;
                let record = ProviderRecord::seal(provider.clone(), Some(password.expose()), &*self.service.sealer)?;
                let audit = self.audit(self.now(), "provider.create").on(provider.name.clone());
                let transaction = Transaction::new(audit).write(Write::create(Record::Provider(record))).write(turn);
                Settled::after(self.service.commit(transaction).await, provider.clone())
            })
            .await?;
        self.warn_of_domains().await;
        Ok(provider)
    }

    /// The domains of a provider decide which user mappings mean the same people.
    async fn warn_of_domains(&self) {
        if let Err(cause) = self.service.warn_of_user_mappings(None).await {
            tracing::warn!(%cause, "the user mappings of namespaces could not be compared");
        }
    }

    /// Changes a provider, after trying it unless it is disabled.
    pub async fn update_provider(
        &self,
        id: &str,
        change: ProviderChange,
        may_change_group_attribute: bool,
    ) -> Result<AuthnProvider, ServiceError> {
        self.principal.may_manage_providers()?;
        let changed = self
            .service
            .until_settled(|| async {
                let turn = self.service.turn(PROVIDER_DOMAINS).await?;
                let Revised { value: record, revision } = self.found_provider(id).await?;
                let kept = record.manager_password(&*self.service.sealer)?;
                let mut provider = record.provider;
                let before = provider.clone();
                let group_attribute = provider.group_attribute.clone();
                let counted_on_tls = counts_on_tls(&provider);
                change.apply(&mut provider)?;
                self.require_may_configure(&[&before, &provider]).await?;
                if change.validate_certificates.is_none() && counts_on_tls(&provider) && !counted_on_tls {
                    // Whoever moves to TLS means to be sure whom passwords go to, unless they say otherwise.
                    provider.validate_certificates = true;
                }
                if provider.group_attribute != group_attribute && !may_change_group_attribute {
                    return Err(ServiceError::invalid(
                        "group_attribute",
                        "changing it changes who is in which group; add ?allow_group_attr_change=true if that is meant",
                    ));
                }
                let password = match &change.manager_password {
                    Some(password) if !password.is_empty() => password.clone(),
                    _ if sends_password_elsewhere(&before, &provider) => {
                        let why = "send it again: the one that is kept goes to no other server, nor less protected, \
                                   than it was given for";
                        return Err(ServiceError::invalid("manager_password", why));
                    }
                    _ => Password::from(kept.as_ref().map_or("", |kept| kept.as_str())),
                };
                self.examine(&provider, &password).await?;
                let record = ProviderRecord::seal(provider.clone(), Some(password.expose()), &*self.service.sealer)?;
                let audit = self.audit(self.now(), "provider.update").on(provider.name.clone());
                let write = Write::update(Record::Provider(record), revision);
                let transaction = Transaction::new(audit).write(write).write(turn);
                Settled::after(self.service.commit(transaction).await, provider)
            })
            .await?;
        self.warn_of_domains().await;
        Ok(changed)
    }

    /// Deletes a provider. Tokens of its users live on until they end; keys stay.
    pub async fn delete_provider(&self, id: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_providers()?;
        self.service
            .until_settled(|| async {
                let found = self.found_provider(id).await?;
                let provider = found.value.provider;
                self.require_may_configure(&[&provider]).await?;
                let audit = self.audit(self.now(), "provider.delete").on(provider.name);
                let delete = Write::Delete { key: RecordKey::Provider(provider.id), revision: found.revision };
                Settled::after(self.service.commit(Transaction::new(audit).write(delete)).await, ())
            })
            .await
    }

    /// One provider.
    pub async fn provider(&self, id: &str) -> Result<AuthnProvider, ServiceError> {
        self.principal.may_read_providers()?;
        Ok(self.found_provider(id).await?.value.provider)
    }

    /// All providers.
    pub async fn providers(&self) -> Result<Vec<AuthnProvider>, ServiceError> {
        self.principal.may_read_providers()?;
        Ok(self.service.store.providers().await?.into_iter().map(|row| row.value.provider).collect())
    }

    async fn found_provider(&self, id: &str) -> Result<Revised<ProviderRecord>, ServiceError> {
        self.service.store.provider(id).await?.ok_or_else(|| ServiceError::not_found(Subject::Provider, id))
    }

    /// Checks a provider's fields, that its domains are its own, and that its directory answers.
    async fn examine(&self, provider: &AuthnProvider, password: &Password) -> Result<(), ServiceError> {
        use keyward_identity::ProviderError::{FilterWithoutName, HalfAGroupSearch, Missing, ServerUrl};
        provider.check().map_err(|error| match &error {
            Missing { field } => ServiceError::Missing { field },
            ServerUrl { .. } => ServiceError::invalid("server_urls", &error),
            FilterWithoutName => ServiceError::invalid("search_filter", &error),
            HalfAGroupSearch => ServiceError::invalid("group_object_classes", &error),
        })?;
        if let Some(domain) = self.service.settings.local_domains.iter().find(|own| provider.serves(own.as_str())) {
            return Err(ServiceError::invalid("domains", format!("{domain} belongs to the built-in directory")));
        }
        for other in self.service.store.providers().await? {
            let other = other.value.provider;
            let taken = provider.domains.iter().find(|domain| other.serves(domain.as_str()));
            if let Some(domain) = taken.filter(|_| other.id != provider.id) {
                let why = format!("{domain} is already served by the provider {}", other.name);
                return Err(ServiceError::invalid("domains", why));
            }
        }
        if provider.disabled {
            return Ok(());
        }
        let checked = self.service.directories.check(provider, password.clone()).await;
        checked.map_err(|failed| ServiceError::ProviderCheck { cause: failed.0 })
    }
}

/// Whether a changed provider could give the manager's password to somebody who does not have it yet. Whoever may change
/// providers must not be able to read it by naming a server of their own, or by listening on the way.
fn sends_password_elsewhere(before: &AuthnProvider, after: &AuthnProvider) -> bool {
    let is_new = |url: &String| !before.server_urls.contains(url);
    let protection = |provider: &AuthnProvider| match provider.start_tls {
        StartTls::Off => 0,
        StartTls::IfOffered => 1,
        StartTls::Required => 2,
    };
    after.server_urls.iter().any(is_new)
        || before.validate_certificates && !after.validate_certificates
        || protection(after) < protection(before)
        || before.server_cert != after.server_cert
}

/// Whether somebody asked for TLS, so that a server's certificate is checked unless they say otherwise. Encryption that
/// was only offered is taken from any server: the alternative is clear text.
fn counts_on_tls(provider: &AuthnProvider) -> bool {
    let ldaps = |url: &String| url.trim_start().to_ascii_lowercase().starts_with("ldaps:");
    provider.start_tls == StartTls::Required || provider.server_urls.iter().any(ldaps)
}

impl Service {
    /// Makes the login chain anew from what is stored: local accounts first, then the directories.
    ///
    /// One directory that cannot be opened does not keep the others out.
    pub(crate) async fn reload_providers(&self) -> Result<(), ServiceError> {
        let _turn = self.reloading.lock().await;
        self.chain_is_stale.store(true, Ordering::SeqCst);
        let attributes = self.mapped_attributes().await?;
        let mut chain: Vec<Arc<dyn Provider>> = self.local_providers.clone();
        for record in self.store.providers().await? {
            let provider = &record.value.provider;
            if provider.disabled {
                continue;
            }
            let password = match record.value.manager_password(&*self.sealer) {
                Ok(password) => Password::from(password.as_ref().map_or("", |password| password.as_str())),
                Err(cause) => {
                    tracing::error!(provider = provider.name, %cause, "a directory's stored password cannot be used");
                    continue;
                }
            };
            match self.directories.open(provider, password, &attributes) {
                Ok(provider) => chain.push(provider),
                Err(cause) => tracing::error!(provider = provider.name, %cause, "a directory cannot be used"),
            }
        }
        self.chain.replace(chain);
        self.chain_is_stale.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// The directory attributes that user mappings look at.
    async fn mapped_attributes(&self) -> Result<Vec<String>, ServiceError> {
        let namespaces = self.store.all_namespaces().await?;
        let keys: BTreeSet<String> = namespaces
            .iter()
            .flat_map(|namespace| &namespace.value.user_mappings)
            .flat_map(|mapping| &mapping.attributes)
            .map(|attribute| attribute.key.clone())
            .collect();
        Ok(keys.into_iter().collect())
    }
}

impl ProviderChange {
    fn apply(&self, provider: &mut AuthnProvider) -> Result<(), ServiceError> {
        let domains = self.domains.applied(provider.domains.iter().map(|domain| domain.as_str().to_owned()).collect());
        provider.domains = domains
            .iter()
            .map(|domain| DomainName::parse(domain).map_err(|why| ServiceError::invalid("domains", why)))
            .collect::<Result<_, _>>()?;
        provider.server_urls = self.server_urls.applied(std::mem::take(&mut provider.server_urls));
        provider.group_whitelist = self.group_whitelist.applied(std::mem::take(&mut provider.group_whitelist));
        provider.group_object_classes =
            self.group_object_classes.applied(std::mem::take(&mut provider.group_object_classes));
        provider.group_member_attributes =
            self.group_member_attributes.applied(std::mem::take(&mut provider.group_member_attributes));
        set(&mut provider.mode, &self.mode);
        set(&mut provider.name, &self.name);
        set(&mut provider.description, &self.description);
        set(&mut provider.manager_dn, &self.manager_dn);
        set(&mut provider.search_base, &self.search_base);
        set(&mut provider.search_filter, &self.search_filter);
        set(&mut provider.search_scope, &self.search_scope);
        set(&mut provider.group_attribute, &self.group_attribute);
        set(&mut provider.max_page_size, &self.max_page_size);
        set(&mut provider.validate_certificates, &self.validate_certificates);
        set(&mut provider.start_tls, &self.start_tls);
        set(&mut provider.disabled, &self.disabled);
        set(&mut provider.tags, &self.tags);
        if let Some(certificate) = &self.server_cert {
            provider.server_cert = Some(certificate.clone()).filter(|pem| !pem.trim().is_empty());
        }
        Ok(())
    }
}

impl ListChange {
    /// The list that this change makes of `list`.
    fn applied(&self, list: Vec<String>) -> Vec<String> {
        let mut list = self.replace.clone().unwrap_or(list);
        list.retain(|item| !self.remove.contains(item));
        for item in &self.add {
            if !list.contains(item) {
                list.push(item.clone());
            }
        }
        list
    }
}

fn set<T: Clone>(field: &mut T, change: &Option<T>) {
    if let Some(value) = change {
        field.clone_from(value);
    }
}
