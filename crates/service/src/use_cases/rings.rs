//! Changing a key ring: read, ask the rules, commit. What self-service and administrators' calls share.

use keyward_ambient::Timestamp;
use keyward_identity::{Forbidden, NamespaceName, ObjectUserId, Principal, Role};
use keyward_keyring::{Deactivation, ExpiryMinutes, IssueError, KeyRing, Secret, SecretId, SecretKey};
use keyward_store::{Record, Revised, Scope, SealedKeyRing, Transaction, UserRecord, Write};

use super::waiting_buckets::came_meanwhile;
use crate::commit::Settled;
use crate::error::KeyTime;
use crate::{Caller, ServiceError, Subject, UserScope};

/// A new secret key, as asked for.
pub(crate) struct KeyOrder {
    /// When the existing key ends.
    pub(crate) existing_expiry: Option<ExpiryMinutes>,
    /// The caller's own value; else one is made.
    pub(crate) value: Option<SecretKey>,
    /// What the owner calls it.
    pub(crate) label: String,
    /// The keys that the caller knows of, when the order holds only while they are still the live ones.
    pub(crate) having_seen: Option<Vec<SecretId>>,
}

/// The longest label, in characters.
const LONGEST_LABEL: usize = 64;

impl KeyOrder {
    pub(crate) fn new(existing_expiry: Option<i64>, value: Option<&str>) -> Result<Self, ServiceError> {
        let existing_expiry =
            existing_expiry.map(ExpiryMinutes::new).transpose().map_err(|range| ServiceError::OutOfRange {
                field: "existing_key_expiry_time_mins",
                given: range.given,
                min: range.min,
                max: range.max,
            })?;
        let value = value.map(SecretKey::choose).transpose().map_err(|why| ServiceError::invalid("secretkey", why))?;
        Ok(Self { existing_expiry, value, label: String::new(), having_seen: None })
    }

    /// The same with what the owner calls the new key.
    pub(crate) fn labelled(self, label: &str) -> Result<Self, ServiceError> {
        let label = label.trim();
        if label.chars().count() > LONGEST_LABEL {
            return Err(ServiceError::invalid("label", format!("give {LONGEST_LABEL} characters or fewer")));
        }
        if label.chars().any(char::is_control) {
            return Err(ServiceError::invalid("label", "leave out line breaks and other control characters"));
        }
        Ok(Self { label: label.to_owned(), ..self })
    }

    /// Whether the ring is still the one that the order was given for.
    fn still_stands(&self, ring: &KeyRing, now: Timestamp) -> bool {
        let Some(seen) = &self.having_seen else { return true };
        ring.live(now).count() == seen.len() && ring.live(now).all(|secret| seen.contains(&secret.id))
    }
}

/// The user whose ring changes, as read.
pub(crate) enum RingOwner {
    /// There is no object user yet; this is the one to be made.
    New(UserRecord),
    /// There is one.
    Existing(Revised<UserRecord>),
}

impl RingOwner {
    fn record(&self) -> &UserRecord {
        match self {
            RingOwner::New(record) => record,
            RingOwner::Existing(found) => &found.value,
        }
    }

    fn write(self, scope: Scope, record: UserRecord) -> Write {
        let record = Record::User { scope, record };
        match self {
            RingOwner::New(_) => Write::create(record),
            RingOwner::Existing(found) => Write::update(record, found.revision),
        }
    }
}

impl Caller {
    /// Opens the ring of a user.
    pub(crate) fn ring_of(&self, record: &UserRecord) -> Result<KeyRing, ServiceError> {
        Ok(record.ring.open(
            &self.service.user_scope().of(&record.user.namespace),
            &record.user.id,
            &*self.service.sealer,
        )?)
    }

    /// Makes one more secret for `owner`, provided that `condition` holds.
    pub(crate) async fn issue(
        &self,
        owner: RingOwner,
        order: &KeyOrder,
        action: &'static str,
        condition: Option<Write>,
    ) -> Result<Settled<Secret>, ServiceError> {
        let now = self.now();
        let user = owner.record().user.id.clone();
        let secret = self.new_secret(order, now);
        let before = self.ring_of(owner.record())?;
        if !order.still_stands(&before, now) {
            return Err(ServiceError::KeysChanged { user: user.to_string() });
        }
        let ring = before
            .issue(now, secret.clone(), order.existing_expiry, self.service.settings.first_key)
            .map_err(|error| issue_refused(error, &user))?;
        let mut audit = self.audit(now, action).detail("secret_id", secret.id.to_string());
        if let Some(minutes) = order.existing_expiry {
            audit = audit.detail("existing_key_expiry_time_mins", minutes.minutes().to_string());
        }
        self.put_ring(owner, &ring, audit, condition, secret).await
    }

    /// Ends secrets of `owner`.
    pub(crate) async fn deactivate(
        &self,
        owner: Revised<UserRecord>,
        which: &Deactivation<'_>,
        action: &'static str,
    ) -> Result<Settled<()>, ServiceError> {
        let now = self.now();
        let before = self.ring_of(&owner.value)?;
        let ring = before
            .deactivate(now, which)
            .map_err(|_| ServiceError::not_found(Subject::SecretKey, owner.value.user.id.as_str()))?;
        let ended: Vec<String> = before
            .live(now)
            .filter(|secret| ring.live_secret(now, secret.id).is_none())
            .map(|secret| secret.id.to_string())
            .collect();
        if ended.is_empty() {
            let user = &owner.value.user;
            self.service.stopped_writes(&self.service.user_scope().of(&user.namespace), &user.id).await;
            return Ok(Settled::Done(()));
        }
        let audit = self.audit(now, action).detail("secret_id", ended.join(","));
        self.put_ring(RingOwner::Existing(owner), &ring, audit, None, ()).await
    }

    /// Moves the end of one secret: sooner, later, never (`None`), or now; provided that `condition` holds.
    pub(crate) async fn set_grace_end(
        &self,
        owner: Revised<UserRecord>,
        id: SecretId,
        minutes: Option<ExpiryMinutes>,
        condition: Option<Write>,
    ) -> Result<Settled<()>, ServiceError> {
        let now = self.now();
        let end = minutes.map(|minutes| now.plus(minutes.duration()));
        let ring = self
            .ring_of(&owner.value)?
            .set_grace_end(now, id, end)
            .map_err(|_| ServiceError::not_found(Subject::SecretKeyId, id.to_string()))?;
        let end = minutes.map_or("never".to_owned(), |minutes| minutes.minutes().to_string());
        let audit = self.audit(now, "key.grace").detail("secret_id", id.to_string()).detail("minutes", end);
        self.put_ring(RingOwner::Existing(owner), &ring, audit, condition, ()).await
    }

    async fn put_ring<T>(
        &self,
        owner: RingOwner,
        ring: &KeyRing,
        audit: keyward_store::AuditRecord,
        condition: Option<Write>,
        outcome: T,
    ) -> Result<Settled<T>, ServiceError> {
        let user = owner.record().user.clone();
        let scope = self.service.user_scope().of(&user.namespace);
        let is_new = matches!(owner, RingOwner::New(_));
        let taken = match is_new {
            true => self.service.take_waiting_buckets(&user).await?,
            false => Vec::new(),
        };
        let audit = audit.in_namespace(user.namespace.clone()).on(user.id.as_str());
        let ring = SealedKeyRing::seal(ring, &scope, &user.id, &*self.service.sealer)?;
        let write = owner.write(scope, UserRecord { user, ring });
        let same_scope = is_new.then(|| self.service.scope_as_it_is());
        let transaction = Transaction::new(audit).writes(condition).writes(same_scope).write(write).writes(taken);
        match self.service.commit(transaction).await {
            Err(error) if came_meanwhile(&error) => Ok(Settled::Overtaken(error)),
            result => Settled::after(result, outcome),
        }
    }

    fn new_secret(&self, order: &KeyOrder, now: Timestamp) -> Secret {
        let entropy = &self.service.entropy;
        Secret {
            id: SecretId::from_bytes(entropy.array()),
            key: order.value.clone().unwrap_or_else(|| SecretKey::generate(entropy.array())),
            created_at: now,
            expires_at: None,
            made_by: self.principal.name.clone(),
            made_from: self.origin.address,
            label: order.label.clone(),
        }
    }

    /// Looks up a user by name; `None` also for names that no user can have. In NAMESPACE user scope a name says nothing
    /// without its namespace.
    pub(crate) async fn find_user(
        &self,
        id: &str,
        namespace: Option<&str>,
    ) -> Result<Option<Revised<UserRecord>>, ServiceError> {
        let scope = match self.service.user_scope() {
            UserScope::Global => Scope::Global,
            UserScope::Namespace => Scope::Namespace(self.existing_namespace(namespace.unwrap_or_default()).await?),
        };
        let Ok(id) = ObjectUserId::parse(id) else { return Ok(None) };
        Ok(self.service.store.object_user(&scope, &id).await?)
    }

    /// The user, as far as `may` lets the caller know of it.
    ///
    /// Whoever administers one namespace cannot tell a user of another from one that does not exist: both are forbidden
    /// where no namespace is named, and both unknown in the caller's own.
    pub(crate) async fn user_within_reach(
        &self,
        user: &str,
        namespace: Option<&str>,
        may: fn(&Principal, &NamespaceName) -> Result<(), Forbidden>,
    ) -> Result<Revised<UserRecord>, ServiceError> {
        let named = namespace.filter(|given| !given.is_empty());
        let sees_all = self.require_some_role(&[Role::SystemAdmin, Role::SystemMonitor]).is_ok();
        if let Some(given) = named.filter(|_| !sees_all) {
            let given = NamespaceName::parse(given).map_err(|_| self.principal.forbidden())?;
            may(&self.principal, &given)?;
        }
        match self.find_user(user, named).await? {
            Some(found) if may(&self.principal, &found.value.user.namespace).is_ok() => {
                self.agree_on_namespace(named, &found.value.user.namespace).await?;
                Ok(found)
            }
            _ if sees_all || named.is_some() => Err(ServiceError::not_found(Subject::ObjectUser, user)),
            _ => Err(self.principal.forbidden().into()),
        }
    }

    /// The namespace that a request names must exist and be the user's own.
    pub(crate) async fn agree_on_namespace(
        &self,
        given: Option<&str>,
        actual: &NamespaceName,
    ) -> Result<(), ServiceError> {
        let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(()) };
        if given == actual.as_str() {
            return Ok(());
        }
        self.existing_namespace(given).await?;
        Err(ServiceError::invalid("namespace", format!("the user belongs to another namespace than {given}")))
    }
}

fn issue_refused(error: IssueError, user: &ObjectUserId) -> ServiceError {
    match error {
        IssueError::TwoLiveSecrets { next_expiry } => {
            ServiceError::TwoSecretKeys { user: user.to_string(), next_expiry: next_expiry.map(KeyTime) }
        }
        IssueError::NoLiveSecret => ServiceError::NoSecretKey { user: user.to_string() },
        IssueError::DuplicateSecret => ServiceError::DuplicateSecretKey,
    }
}
