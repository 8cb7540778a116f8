//! Users and namespaces that grants name: found when a grant is put, shown by a dead id once they are gone.

use std::collections::{BTreeMap, HashMap};

use keyward_credential_cache::CredentialRef;
use keyward_identity::{
    Acl, AclGrantee, Bucket, BucketGrant, BucketGrants, BucketSettings, NamedPrincipal, NamespaceName, NamespaceRef,
    ObjectUserId, PolicyPrincipals, UserRef,
};

use crate::use_cases::bucket_grants::grants_of;
use crate::{Service, ServiceError, UserScope};

/// A bucket policy with whom its principals stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedPolicy {
    /// The document as it was put.
    pub text: String,
    /// Its principals.
    pub principals: PolicyPrincipals,
}

/// Gives a bucket this policy, or none.
pub(super) fn put_policy(settings: &mut BucketSettings, policy: Option<ResolvedPolicy>) {
    let (text, principals) = policy.map_or((None, None), |policy| (Some(policy.text), Some(policy.principals)));
    (settings.policy, settings.policy_principals) = (text, principals);
}

impl Service {
    /// The object user who has this name now. Where names are unique within a namespace only, `namespace` says in which;
    /// elsewhere it says nothing.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when it could not be found out.
    pub async fn user_named(
        &self,
        id: &ObjectUserId,
        namespace: &NamespaceName,
    ) -> Result<Option<UserRef>, ServiceError> {
        let scope = match self.user_scope() {
            UserScope::Global => None,
            UserScope::Namespace => Some(namespace),
        };
        let found = self.credentials.find(&CredentialRef { scope, access_key_id: id }).await.map_err(|cause| {
            tracing::error!(cause = ?std::error::Error::source(&cause), "an object user could not be looked up");
            ServiceError::Unavailable { what: "the identity store" }
        })?;
        Ok(found.map(|credential| credential.reference()))
    }

    /// How a user is shown to clients: by name, or by the dead id when the user was deleted.
    ///
    /// # Errors
    /// As [`user_named`](Self::user_named).
    pub async fn shown_user(&self, user: &UserRef) -> Result<String, ServiceError> {
        Ok(match self.user_named(&user.id, &user.namespace).await? {
            Some(living) if living == *user => user.id.to_string(),
            _ => user.dead_id(),
        })
    }

    /// How a user is shown who has to do with `bucket`. Its owner is shown by name in any case: no user is deleted who
    /// owns a bucket, but an administrator who owns one need not have an object user yet.
    ///
    /// # Errors
    /// As [`user_named`](Self::user_named).
    pub async fn shown_user_of(&self, bucket: &Bucket, user: &UserRef) -> Result<String, ServiceError> {
        match *user == bucket.owner() {
            true => Ok(user.id.to_string()),
            false => self.shown_user(user).await,
        }
    }

    /// Looks up whom a policy of a bucket names.
    ///
    /// # Errors
    /// [`ServiceError::UnknownPrincipal`] for a name that no user has, and as [`user_named`](Self::user_named).
    pub async fn resolve_policy(&self, text: &str, named: &[NamedPrincipal]) -> Result<ResolvedPolicy, ServiceError> {
        let mut principals = PolicyPrincipals::default();
        for principal in named {
            let unknown = || ServiceError::UnknownPrincipal { principal: principal.clone() };
            match principal {
                NamedPrincipal::User { namespace, id } => {
                    let found = self.user_named(id, namespace).await?.filter(|user| user.namespace == *namespace);
                    principals.users.push(found.ok_or_else(unknown)?);
                }
                NamedPrincipal::Namespace(name) => {
                    principals.namespaces.push(self.namespace_named(name).await?.ok_or_else(unknown)?);
                }
            }
        }
        Ok(ResolvedPolicy { text: text.to_owned(), principals })
    }

    /// The policy of a bucket as it is read back; `None` where there is none.
    ///
    /// # Errors
    /// As [`user_named`](Self::user_named).
    pub async fn shown_policy(&self, bucket: &Bucket) -> Result<Option<String>, ServiceError> {
        let Some(text) = &bucket.settings.policy else { return Ok(None) };
        // One that cannot be read is shown as it is: its owner has to mend it.
        let Ok(policy) = self.policies.read(text, bucket) else { return Ok(Some(text.clone())) };
        let known = bucket.settings.policy_principals.clone().unwrap_or_default();
        let mut dead = BTreeMap::new();
        for principal in policy.principals {
            let dead_id = match &principal {
                NamedPrincipal::User { namespace, id } => {
                    let found = known.users.iter().find(|user| user.id == *id && user.namespace == *namespace);
                    let unique_id = found.and_then(|user| user.unique_id);
                    let user = UserRef { namespace: namespace.clone(), id: id.clone(), unique_id };
                    let lives = self.user_named(id, namespace).await?.is_some_and(|living| living == user);
                    (!lives).then(|| user.dead_id())
                }
                NamedPrincipal::Namespace(name) => {
                    let found = known.namespaces.iter().find(|namespace| namespace.name == *name);
                    let unique_id = found.and_then(|namespace| namespace.unique_id);
                    let namespace = NamespaceRef { name: name.clone(), unique_id };
                    let lives = self.namespace_named(name).await?.is_some_and(|living| living == namespace);
                    (!lives).then(|| namespace.dead_id())
                }
            };
            dead.extend(dead_id.map(|id| (principal, id)));
        }
        match dead.is_empty() {
            true => Ok(Some(text.clone())),
            false => Ok(Some(self.policies.shown(text, bucket, &dead))),
        }
    }

    /// The access control list of a bucket in the words of ECS, with the dead ids of users who are gone.
    ///
    /// # Errors
    /// As [`user_named`](Self::user_named).
    pub async fn shown_grants(&self, bucket: &Bucket) -> Result<BucketGrants, ServiceError> {
        let Some(mut grants) = bucket.settings.grants.clone() else {
            let acl = bucket.settings.acl.clone().unwrap_or_else(|| Acl::private(bucket.owner()));
            return Ok(grants_of(&acl, &self.shown_grantees(bucket, &acl).await?));
        };
        for BucketGrant { to, unique_id, .. } in &mut grants.users {
            let Ok(id) = ObjectUserId::parse(to) else { continue };
            let user = UserRef { namespace: bucket.namespace.clone(), id, unique_id: *unique_id };
            *to = self.shown_user_of(bucket, &user).await?;
        }
        Ok(grants)
    }

    /// How the owner and the users of a list are shown.
    ///
    /// # Errors
    /// As [`user_named`](Self::user_named).
    pub async fn shown_grantees(&self, bucket: &Bucket, acl: &Acl) -> Result<HashMap<UserRef, String>, ServiceError> {
        let granted = acl.grants.iter().filter_map(|grant| match &grant.grantee {
            AclGrantee::User(user) => Some(user),
            _ => None,
        });
        let mut shown = HashMap::new();
        for user in granted.chain([&acl.owner]) {
            if !shown.contains_key(user) {
                shown.insert(user.clone(), self.shown_user_of(bucket, user).await?);
            }
        }
        Ok(shown)
    }

    async fn namespace_named(&self, name: &NamespaceName) -> Result<Option<NamespaceRef>, ServiceError> {
        let found = self.store.namespace(name).await?.map(|found| found.value);
        Ok(found.map(|namespace| NamespaceRef { name: namespace.name, unique_id: namespace.unique_id }))
    }
}
