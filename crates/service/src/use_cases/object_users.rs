//! Object users: create, list, look at, lock, delete (ECS: *Object users*).

use keyward_identity::{ManagementAccess, NamespaceName, ObjectUser, ObjectUserId, Principal, Reach, Role, Tag};
use keyward_store::{
    CommitError, Contents, Marker, ObjectUserFilter, Page, PageRequest, Record, RecordKey, Revised, SealedKeyRing,
    Transaction, UserRecord, Write,
};

use super::waiting_buckets::came_meanwhile;
use crate::commit::Settled;
use crate::{Caller, ServiceError, Subject};

impl Caller {
    /// Makes an object user without keys; answers its id in its normal form.
    pub async fn create_object_user(
        &self,
        user: &str,
        namespace: &str,
        tags: Vec<Tag>,
    ) -> Result<ObjectUserId, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::NamespaceAdmin])?;
        let id = ObjectUserId::parse(user).map_err(|why| ServiceError::invalid("user", why))?;
        let namespace = self.existing_namespace(namespace).await?;
        self.principal.may_manage_users_in(&namespace)?;
        self.refuse_somebody_elses_person(&id, &namespace).await?;
        let user = ObjectUser {
            id: id.clone(),
            namespace: namespace.clone(),
            unique_id: Some(self.service.unique_id()),
            created_at: self.now(),
            locked: false,
            tags,
            directory: None,
            created_by: self.principal.name.clone(),
            management_access: ManagementAccess::default(),
        };
        self.service
            .until_settled(|| async {
                let audit = self.audit(self.now(), "user.create").in_namespace(namespace.clone()).on(id.as_str());
                let record = UserRecord { user: user.clone(), ring: SealedKeyRing::default() };
                let scope = self.service.user_scope().of(&namespace);
                let taken = self.service.take_waiting_buckets(&user).await?;
                let write = Write::create(Record::User { scope, record });
                let transaction =
                    Transaction::new(audit).write(self.service.scope_as_it_is()).write(write).writes(taken);
                match self.service.commit(transaction).await {
                    Err(CommitError::AlreadyExists(_)) => {
                        Err(ServiceError::already_exists(Subject::ObjectUser, id.as_str()))
                    }
                    Err(CommitError::Missing(_)) => {
                        Err(ServiceError::not_found(Subject::Namespace, namespace.as_str()))
                    }
                    Err(error) if came_meanwhile(&error) => Ok(Settled::Overtaken(error)),
                    result => Settled::after(result, id.clone()),
                }
            })
            .await
    }

    /// Whose domain is mapped to other namespaces only is not a namespace administrator's to make: the person could not
    /// help themselves any more.
    async fn refuse_somebody_elses_person(
        &self,
        id: &ObjectUserId,
        namespace: &NamespaceName,
    ) -> Result<(), ServiceError> {
        // The dot that ends a full domain name says the same domain.
        let domain = id.domain().map(|domain| domain.trim_end_matches('.'));
        let Some(domain) = domain.filter(|_| self.require_some_role(&[Role::SystemAdmin]).is_err()) else {
            return Ok(());
        };
        let namespaces = self.service.store.all_namespaces().await?;
        let mut homes = namespaces
            .iter()
            .map(|found| &found.value)
            .filter(|home| home.user_mappings.iter().any(|mapping| mapping.domain.as_str() == domain))
            .peekable();
        if homes.peek().is_some() && !homes.any(|home| home.name == *namespace) {
            return Err(self.principal.forbidden().into());
        }
        Ok(())
    }

    /// Deletes an object user and its keys. One that owns buckets is refused: the next user of that name would
    /// inherit them.
    pub async fn delete_object_user(&self, user: &str, namespace: Option<&str>) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                let found = self.manageable_user(user, namespace).await?;
                let owned = Contents::OwnedBuckets(found.value.user.reference());
                let ObjectUser { id, namespace, .. } = found.value.user;
                let audit = self.audit(self.now(), "user.delete").in_namespace(namespace.clone()).on(id.as_str());
                let key = RecordKey::User { scope: self.service.user_scope().of(&namespace), id };
                let transaction = Transaction::new(audit)
                    .write(Write::RequireEmpty(owned))
                    .write(Write::Delete { key, revision: found.revision });
                Settled::after(self.service.commit(transaction).await, ())
            })
            .await
    }

    /// Locks or unlocks an object user. A locked user's S3 requests are refused; the keys stay.
    pub async fn set_object_user_lock(
        &self,
        user: &str,
        namespace: Option<&str>,
        locked: bool,
    ) -> Result<(), ServiceError> {
        let action = if locked { "user.lock" } else { "user.unlock" };
        self.change_user(user, namespace, action, |user| {
            user.locked = locked;
            Ok(())
        })
        .await
    }

    /// Changes the tags of an object user.
    pub async fn change_object_user_tags(
        &self,
        user: &str,
        namespace: Option<&str>,
        change: impl Fn(&mut Vec<Tag>) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        self.change_user(user, namespace, "user.tags", |user| change(&mut user.tags)).await
    }

    async fn change_user(
        &self,
        user: &str,
        namespace: Option<&str>,
        action: &'static str,
        change: impl Fn(&mut ObjectUser) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                let Revised { value: mut record, revision } = self.manageable_user(user, namespace).await?;
                let before = record.user.clone();
                change(&mut record.user)?;
                if record.user == before {
                    self.service.stopped_writes(&self.service.user_scope().of(&before.namespace), &before.id).await;
                    return Ok(Settled::Done(()));
                }
                let audit = self
                    .audit(self.now(), action)
                    .in_namespace(record.user.namespace.clone())
                    .on(record.user.id.as_str());
                let scope = self.service.user_scope().of(&record.user.namespace);
                let record = Record::User { scope, record };
                let write = Write::update(record, revision);
                Settled::after(self.service.commit(Transaction::new(audit).write(write)).await, ())
            })
            .await
    }

    /// One object user.
    pub async fn object_user(&self, user: &str, namespace: Option<&str>) -> Result<ObjectUser, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::SystemMonitor, Role::NamespaceAdmin])?;
        Ok(self.user_within_reach(user, namespace, Principal::may_read_users_in).await?.value.user)
    }

    /// A page of object users, of one namespace or of all that the caller may see, whose ids begin with `prefix`.
    pub async fn object_users(
        &self,
        namespace: Option<&str>,
        prefix: &str,
        page: PageRequest,
    ) -> Result<Page<ObjectUser>, ServiceError> {
        let namespace = self.namespace_to_list(namespace, self.principal.may_list_users()?).await?;
        let filter = ObjectUserFilter { namespace, prefix: prefix.to_owned() };
        let found = self.service.store.object_users(&filter, &page).await?;
        Ok(found.map(|row| row.value.user))
    }

    /// The namespace that a list is of: the one named, if it is within reach, else all that is; `None` is all there are.
    pub(super) async fn namespace_to_list(
        &self,
        given: Option<&str>,
        reach: Reach<'_>,
    ) -> Result<Option<NamespaceName>, ServiceError> {
        match (given, reach) {
            (Some(given), reach) => {
                let given = self.named_namespace(given)?;
                if !reach.includes(&given) {
                    return Err(self.principal.forbidden().into());
                }
                Ok(Some(self.existing_namespace(given.as_str()).await?))
            }
            (None, Reach::Everything) => Ok(None),
            (None, Reach::Only(namespaces)) => {
                let own = namespaces.first().ok_or_else(|| self.principal.forbidden())?;
                Ok(Some(own.clone()))
            }
        }
    }

    /// The user, if the caller may manage it. Who may manage nobody learns nothing about who exists.
    async fn manageable_user(&self, user: &str, namespace: Option<&str>) -> Result<Revised<UserRecord>, ServiceError> {
        self.require_some_role(&[Role::SystemAdmin, Role::NamespaceAdmin])?;
        self.user_within_reach(user, namespace, Principal::may_manage_users_in).await
    }

    pub(crate) fn named_namespace(&self, name: &str) -> Result<NamespaceName, ServiceError> {
        if name.is_empty() {
            return Err(ServiceError::Missing { field: "namespace" });
        }
        NamespaceName::parse(name).map_err(|_| ServiceError::not_found(Subject::Namespace, name))
    }

    /// The namespace of this name, if there is one.
    pub(crate) async fn existing_namespace(&self, name: &str) -> Result<NamespaceName, ServiceError> {
        let name = self.named_namespace(name)?;
        match self.service.store.namespace(&name).await? {
            Some(_) => Ok(name),
            None => Err(ServiceError::not_found(Subject::Namespace, name.as_str())),
        }
    }
}

/// A page request from what a client sent.
pub fn page_request(marker: Option<&str>, limit: u32) -> PageRequest {
    match marker {
        Some(marker) => PageRequest::after(Marker::parse(marker), limit),
        None => PageRequest::first(limit),
    }
}
