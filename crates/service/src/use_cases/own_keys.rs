//! Self-service: a person's own secret keys (ECS: *Secret key self-service*).

use keyward_identity::{
    DirectoryBinding, ManagementAccess, ManagementUser, NoNamespace, ObjectUser, ObjectUserId, SessionIdentity,
};
use keyward_keyring::{Deactivation, ExpiryMinutes, Secret, SecretId};
use keyward_store::{Revised, SealedKeyRing, UserRecord};

use super::own_record::OwnRecord;
use super::rings::{KeyOrder, RingOwner};
use crate::commit::Settled;
use crate::{Caller, ServiceError, Subject, UserScope};

/// A secret key that was just made: the one time that it is shown for sure.
#[derive(Debug)]
pub struct IssuedKey {
    /// Whose key it is; this is the access key id.
    pub user: ObjectUserId,
    /// The key.
    pub secret: Secret,
}

/// How a caller wants a key of their own.
#[derive(Clone, Debug, Default)]
pub struct OwnKeyOrder {
    /// When the existing key ends, in minutes from now; `None` leaves it as it is.
    pub existing_expiry_minutes: Option<i64>,
    /// What to call the new key; may be empty.
    pub label: String,
    /// The ids of the live keys that the caller knows of. If others are live by now, no key is made: a form that is
    /// sent twice makes one key.
    pub having_seen: Option<Vec<SecretId>>,
}

impl Caller {
    /// The caller's live keys, slot 1 first. Nobody who has no object user yet has any.
    pub async fn own_keys(&self) -> Result<[Option<Secret>; 2], ServiceError> {
        match self.own_user(&self.own_record().await?).await? {
            RingOwner::New(_) => Ok([None, None]),
            RingOwner::Existing(found) => Ok(self.ring_of(&found.value)?.slots(self.now()).map(|slot| slot.cloned())),
        }
    }

    /// Makes a key for the caller, and the caller's object user if there is none. The existing key ends
    /// `existing_expiry_minutes` from now if that is given.
    pub async fn issue_own_key(&self, existing_expiry_minutes: Option<i64>) -> Result<IssuedKey, ServiceError> {
        self.order_own_key(OwnKeyOrder { existing_expiry_minutes, ..OwnKeyOrder::default() }).await
    }

    /// The same with all that can be said about it.
    ///
    /// # Errors
    /// [`ServiceError::KeysChanged`] when the order was given for other keys than there are.
    /// [`ServiceError::NoLongerAdmitted`] when the caller's directory has no enabled entry for them any more.
    pub async fn order_own_key(&self, order: OwnKeyOrder) -> Result<IssuedKey, ServiceError> {
        let OwnKeyOrder { existing_expiry_minutes, label, having_seen } = order;
        let order = KeyOrder { having_seen, ..KeyOrder::new(existing_expiry_minutes, None)?.labelled(&label)? };
        self.require_presence().await?;
        self.service
            .until_settled(|| async {
                let own = self.own_record().await?;
                let owner = self.own_user(&own).await?;
                let user = match &owner {
                    RingOwner::New(record) => record.user.id.clone(),
                    RingOwner::Existing(found) => found.value.user.id.clone(),
                };
                let settled = self.issue(self.bound(owner), &order, "key.issue", own.condition()).await?;
                Ok(settled.map(|secret| IssuedKey { user: user.clone(), secret }))
            })
            .await
    }

    /// Ends one of the caller's keys, or all.
    pub async fn deactivate_own_keys(&self, which: &Deactivation<'_>) -> Result<(), ServiceError> {
        self.service
            .until_settled(|| async {
                match self.own_user(&self.own_record().await?).await? {
                    RingOwner::New(record) => match which {
                        Deactivation::All => Ok(Settled::Done(())),
                        _ => Err(ServiceError::not_found(Subject::SecretKey, record.user.id.as_str())),
                    },
                    RingOwner::Existing(found) => self.deactivate(found, which, "key.deactivate").await,
                }
            })
            .await
    }

    /// Moves the end of one of the caller's keys to `minutes` from now; `None` takes the end away.
    pub async fn set_own_grace_end(&self, id: SecretId, minutes: Option<i64>) -> Result<(), ServiceError> {
        let minutes = minutes.map(ExpiryMinutes::new).transpose().map_err(|range| ServiceError::OutOfRange {
            field: "expires_in_minutes",
            given: range.given,
            min: range.min,
            max: range.max,
        })?;
        self.service
            .until_settled(|| async {
                let own = self.own_record().await?;
                match self.own_user(&own).await? {
                    RingOwner::New(_) => Err(ServiceError::not_found(Subject::SecretKeyId, id.to_string())),
                    RingOwner::Existing(found) => {
                        if self.would_last_longer(&found.value, id, minutes)? {
                            self.require_presence().await?;
                        }
                        self.set_grace_end(found, id, minutes, own.condition()).await
                    }
                }
            })
            .await
    }

    /// Whether the new end of a key is later than the one it has.
    fn would_last_longer(
        &self,
        record: &UserRecord,
        id: SecretId,
        minutes: Option<ExpiryMinutes>,
    ) -> Result<bool, ServiceError> {
        let (ring, now) = (self.ring_of(record)?, self.now());
        let present = ring.live_secret(now, id).and_then(|secret| secret.expires_at);
        let end = minutes.map(|minutes| now.plus(minutes.duration()));
        Ok(present.is_some_and(|present| end.is_none_or(|end| end > present)))
    }

    /// The caller's object user, or the one that the first key makes. `own` is the caller's record with us.
    pub(super) async fn own_user(&self, own: &OwnRecord) -> Result<RingOwner, ServiceError> {
        let name = &self.principal.name;
        let found = match (self.service.user_scope(), self.principal.own_namespace()) {
            (UserScope::Global, _) => self.find_user(name, None).await?,
            (UserScope::Namespace, Ok(own)) => self.find_user(name, Some(own.as_str())).await?,
            (UserScope::Namespace, Err(_)) => None,
        };
        if let Some(found) = found {
            return self.claim(found, own.management_user());
        }
        let namespace = match self.principal.own_namespace() {
            Ok(namespace) => namespace.clone(),
            Err(NoNamespace::NotMapped { .. }) if matches!(self.principal.identity, SessionIdentity::Management(_)) => {
                return Err(ServiceError::NoObjectUser { user: name.clone() });
            }
            Err(error) => return Err(error.into()),
        };
        let id = ObjectUserId::parse(name).map_err(|why| ServiceError::invalid("user", why))?;
        let user = ObjectUser {
            id,
            namespace,
            unique_id: Some(self.service.unique_id()),
            created_at: self.now(),
            locked: false,
            tags: Vec::new(),
            directory: self.principal.identity.directory_user().map(DirectoryBinding::to),
            created_by: name.clone(),
            management_access: ManagementAccess::default(),
        };
        Ok(RingOwner::New(UserRecord { user, ring: SealedKeyRing::default() }))
    }

    /// An object user of the caller's name is the caller's own, unless it was made for an earlier holder of the name, in
    /// another namespace, or is locked. To a management user it has to be bound, unless they manage its keys anyway as an
    /// administrator of its namespace.
    fn claim(
        &self,
        found: Revised<UserRecord>,
        management_user: Option<&ManagementUser>,
    ) -> Result<RingOwner, ServiceError> {
        let user = &found.value.user;
        if management_user
            .is_some_and(|holder| !user.is_open_to(holder) && !self.principal.administers(&user.namespace))
        {
            return Err(ServiceError::NoObjectUser { user: user.id.to_string() });
        }
        let is_of_directory = match self.principal.identity.directory_user() {
            Some(directory_user) if !user.belongs_to(directory_user) => {
                return Err(ServiceError::NameReused { user: user.id.to_string() });
            }
            directory_user => directory_user.is_some(),
        };
        match self.principal.own_namespace() {
            // Otherwise whoever administers some namespace could make a user of anybody's name there, and the keys that
            // this person then asks for would open the wrong tenant.
            Ok(own) if *own != user.namespace && !self.principal.administers(&user.namespace) => {
                let (id, theirs) = (&user.id, &user.namespace);
                let why = format!(
                    "the object user {id} is of namespace {theirs} and you are of {own}; an administrator has to delete it, or change the user mapping"
                );
                return Err(ServiceError::Refused { why });
            }
            // Whoever is no longer mapped to a namespace has lost self-service, keys or not.
            Err(error) if is_of_directory => return Err(error.into()),
            _ => {}
        }
        match user.locked {
            true => Err(ServiceError::Locked { user: user.id.to_string() }),
            false => Ok(RingOwner::Existing(found)),
        }
    }

    /// Ties an object user that an administrator made beforehand to the directory entry that first uses it.
    fn bound(&self, owner: RingOwner) -> RingOwner {
        match (owner, self.principal.identity.directory_user()) {
            (RingOwner::Existing(mut found), Some(directory_user)) => {
                found.value.user.directory = Some(DirectoryBinding::to(directory_user));
                RingOwner::Existing(found)
            }
            (owner, _) => owner,
        }
    }
}
