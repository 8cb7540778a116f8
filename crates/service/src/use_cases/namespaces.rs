//! Namespaces: create, list, look at, update, delete (ECS: *Namespaces*).

use keyward_identity::{DomainName, Namespace, NamespaceName, NamespaceSettings, Role, UserMapping};
use keyward_store::{CommitError, Page, PageRequest, Record, RecordKey, Revised, Transaction, Write};

use super::user_mappings::clashes;
use crate::commit::Settled;
use crate::unique::NAMESPACE_MEMBERS;
use crate::{Caller, ServiceError, Subject};

/// What to change about a namespace; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct NamespaceChange {
    /// Replaces all user mappings.
    pub user_mappings: Option<Vec<UserMapping>>,
    /// Replaces all administrators.
    pub namespace_admins: Option<Vec<String>>,
    /// Replaces all administrator groups.
    pub external_group_admins: Option<Vec<String>>,
    /// Replaces all settings; start from those of the namespace as it is.
    pub settings: Option<NamespaceSettings>,
}

impl Caller {
    /// Makes a namespace.
    pub async fn create_namespace(&self, name: &str, change: NamespaceChange) -> Result<Namespace, ServiceError> {
        self.principal.may_manage_namespaces()?;
        if name.is_empty() {
            return Err(ServiceError::Missing { field: "namespace" });
        }
        let name = NamespaceName::parse(name).map_err(|why| ServiceError::invalid("namespace", why))?;
        let unique_id = Some(self.service.unique_id());
        let mut namespace = Namespace { unique_id, ..Namespace::new(name.clone(), self.now()) };
        change.apply(&mut namespace)?;
        check_settings(&namespace.settings)?;
        self.service
            .until_settled(|| async {
                let turn = self.turn_for(&change).await?;
                self.refuse_what_is_taken(&namespace, &[]).await?;
                let audit = self.audit(self.now(), "namespace.create").in_namespace(name.clone()).on(name.as_str());
                let write = Write::create(Record::Namespace(namespace.clone()));
                match self.service.commit(Transaction::new(audit).write(write).writes(turn)).await {
                    Err(CommitError::AlreadyExists(RecordKey::Namespace(_))) => {
                        Err(ServiceError::already_exists(Subject::Namespace, name.as_str()))
                    }
                    result => Settled::after(result, namespace.clone()),
                }
            })
            .await?;
        self.warn_of_new_mappings(&change, &name).await;
        Ok(namespace)
    }

    /// Changes a namespace. `settings_change` sees the settings as they are.
    pub async fn update_namespace(
        &self,
        name: &str,
        change: NamespaceChange,
        settings_change: impl Fn(&mut NamespaceSettings),
    ) -> Result<Namespace, ServiceError> {
        let updated = self
            .service
            .until_settled(|| async {
                let turn = self.turn_for(&change).await?;
                let Revised { value: mut namespace, revision } = self.readable_namespace(name).await?;
                let mappings_before = namespace.user_mappings.clone();
                self.principal.may_update_namespace(&namespace.name)?;
                if change.names_members() {
                    // Who administers, and who belongs to, a namespace decides over other people's access.
                    self.principal.may_manage_namespaces()?;
                }
                change.apply(&mut namespace)?;
                settings_change(&mut namespace.settings);
                check_settings(&namespace.settings)?;
                if turn.is_some() {
                    self.refuse_what_is_taken(&namespace, &mappings_before).await?;
                }
                let audit = self
                    .audit(self.now(), "namespace.update")
                    .in_namespace(namespace.name.clone())
                    .on(namespace.name.as_str());
                let write = Write::update(Record::Namespace(namespace.clone()), revision);
                let transaction = Transaction::new(audit).write(write).writes(turn);
                Settled::after(self.service.commit(transaction).await, namespace)
            })
            .await?;
        self.warn_of_new_mappings(&change, &updated.name).await;
        Ok(updated)
    }

    /// Warns of mappings that were accepted and still may not be what their author means.
    async fn warn_of_new_mappings(&self, change: &NamespaceChange, name: &NamespaceName) {
        if change.user_mappings.is_some()
            && let Err(cause) = self.service.warn_of_user_mappings(Some(name)).await
        {
            tracing::warn!(%cause, "the user mappings could not be compared with those of other namespaces");
        }
    }

    /// Deletes a namespace without users and buckets.
    pub async fn delete_namespace(&self, name: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_namespaces()?;
        self.service
            .until_settled(|| async {
                let found = self.readable_namespace(name).await?;
                let name = found.value.name;
                let audit = self.audit(self.now(), "namespace.delete").in_namespace(name.clone()).on(name.as_str());
                let delete = Write::Delete { key: RecordKey::Namespace(name), revision: found.revision };
                match self.service.commit(Transaction::new(audit).write(delete)).await {
                    Err(CommitError::NotEmpty(_)) => Err(ServiceError::NotEmpty {
                        why: "The operation cannot be performed as the namespace is not empty; delete its object users and buckets first".to_owned(),
                    }),
                    result => Settled::after(result, ()),
                }
            })
            .await
    }

    /// One namespace.
    pub async fn namespace(&self, name: &str) -> Result<Namespace, ServiceError> {
        Ok(self.readable_namespace(name).await?.value)
    }

    /// A page of namespaces whose names begin with `prefix`.
    pub async fn namespaces(&self, prefix: &str, page: PageRequest) -> Result<Page<Namespace>, ServiceError> {
        self.principal.may_read_namespaces()?;
        Ok(self.service.store.namespaces(prefix, &page).await?.map(|row| row.value))
    }

    pub(super) async fn readable_namespace(&self, name: &str) -> Result<Revised<Namespace>, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::SystemMonitor, Role::NamespaceAdmin])?;
        let name = self.named_namespace(name)?;
        self.principal.may_read_namespace(&name)?;
        let found = self.service.store.namespace(&name).await?;
        found.ok_or_else(|| ServiceError::not_found(Subject::Namespace, name.as_str()))
    }

    /// What a change waits its turn with that says who belongs to a namespace; others need not wait.
    async fn turn_for(&self, change: &NamespaceChange) -> Result<Option<Write>, ServiceError> {
        match change.names_members() {
            true => self.service.turn(NAMESPACE_MEMBERS).await.map(Some),
            false => Ok(None),
        }
    }

    /// A user or group administers one namespace at most (ECS Administration Guide, *Namespace administrator*). A
    /// domain of the built-in directory is of one namespace: nothing tells its people apart. A mapping that is not one of
    /// `mappings_before` must not mean all people of another namespace's mapping, nor only such: whoever is mapped to two
    /// can use neither.
    async fn refuse_what_is_taken(
        &self,
        namespace: &Namespace,
        mappings_before: &[UserMapping],
    ) -> Result<(), ServiceError> {
        let is_local = |domain: &DomainName| self.service.settings.local_domains.contains(domain);
        let mapped: Vec<_> = namespace.user_mappings.iter().map(|mapping| &mapping.domain).collect();
        let all: Vec<Namespace> =
            self.service.store.all_namespaces().await?.into_iter().map(|found| found.value).collect();
        for other in all.iter().filter(|other| other.name != namespace.name) {
            let mut theirs = other.user_mappings.iter().map(|mapping| &mapping.domain);
            if let Some(domain) = theirs.find(|domain| is_local(domain) && mapped.contains(domain)) {
                let why = format!("{domain} of the built-in directory is mapped to namespace {} already", other.name);
                return Err(ServiceError::invalid("user_mapping", why));
            }
            let taken = |mine: &[String], theirs: &[String]| {
                let is_theirs = |name: &String| theirs.iter().any(|admin| admin.eq_ignore_ascii_case(name));
                // Clients of Cloud Foundry name this placeholder for every namespace.
                mine.iter().find(|name| *name != "noadmin" && is_theirs(name)).cloned()
            };
            let shared = taken(&namespace.namespace_admins, &other.namespace_admins)
                .or_else(|| taken(&namespace.external_group_admins, &other.external_group_admins));
            if let Some(admin) = shared {
                let why = format!("{admin} already administers namespace {}, and can administer only one", other.name);
                return Err(ServiceError::invalid("namespace_admins", why));
            }
        }
        let providers = self.service.all_providers().await?;
        let clashes = clashes(namespace, &all, &providers);
        let new = clashes.iter().filter(|clash| !mappings_before.contains(clash.mapping));
        new.filter_map(|clash| clash.refusal()).next().map_or(Ok(()), Err)
    }
}

impl NamespaceChange {
    /// Whether it says who administers, or who belongs to, the namespace.
    fn names_members(&self) -> bool {
        self.namespace_admins.is_some() || self.external_group_admins.is_some() || self.user_mappings.is_some()
    }

    fn apply(&self, namespace: &mut Namespace) -> Result<(), ServiceError> {
        if let Some(mappings) = &self.user_mappings {
            for mapping in mappings {
                mapping.check().map_err(|why| ServiceError::invalid("user_mapping", why))?;
            }
            namespace.user_mappings.clone_from(mappings);
        }
        if let Some(admins) = &self.namespace_admins {
            namespace.namespace_admins.clone_from(admins);
        }
        if let Some(groups) = &self.external_group_admins {
            namespace.external_group_admins.clone_from(groups);
        }
        if let Some(settings) = &self.settings {
            namespace.settings.clone_from(settings);
        }
        Ok(())
    }
}

/// A replication group is allowed or disallowed, not both.
fn check_settings(settings: &NamespaceSettings) -> Result<(), ServiceError> {
    let (allowed, disallowed) = (&settings.allowed_vpools_list, &settings.disallowed_vpools_list);
    match allowed.iter().find(|vpool| disallowed.contains(vpool)) {
        Some(vpool) => Err(ServiceError::invalid(
            "allowed_vpools_list",
            format!("{vpool} is both allowed and disallowed; name it in one list only"),
        )),
        None => Ok(()),
    }
}
