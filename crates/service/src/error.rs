//! What can go wrong in a use case, by who must act. Fronts map it to their wire in one place each.

use std::time::Duration;

use keyward_identity::{Forbidden, NamedPrincipal, NoNamespace};
use keyward_store::{CommitError, StoreError};

/// What kind of thing a name was looked up as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An object user.
    ObjectUser,
    /// A namespace.
    Namespace,
    /// A management user.
    ManagementUser,
    /// A person of the local domain.
    Person,
    /// An authentication provider.
    Provider,
    /// A base URL.
    BaseUrl,
    /// A bucket.
    Bucket,
    /// The metadata that clients of a protocol keep with a bucket.
    BucketMetadata,
    /// A replication group.
    ReplicationGroup,
    /// A storage pool.
    StoragePool,
    /// A virtual data center.
    DataCenter,
    /// A retention class of a namespace.
    RetentionClass,
    /// A secret key, by its value or among those of the user whose name is given.
    SecretKey,
    /// A secret key, by its id.
    SecretKeyId,
}

/// Why a use case did not do what was asked. Nothing was changed, unless the text says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// Name and password do not open any account.
    #[error("the user name or the password is wrong")]
    InvalidCredentials,
    /// The token is unknown, expired, idle for too long or logged out.
    #[error("the token is not valid")]
    InvalidToken,
    /// The token has not the shape of a token.
    #[error("the token cannot be decoded")]
    MalformedToken,
    /// Too many failed logins lately; nobody was asked about this one.
    #[error("too many failed logins; try again in {} seconds", retry_after.as_secs().max(1))]
    TooManyAttempts {
        /// When the next attempt is let through.
        retry_after: Duration,
    },
    /// The user has as many tokens as the rules allow.
    #[error("{user} has {limit} live tokens, which is the limit; end one with /logout, or all with /logout?force=true")]
    TokenLimit {
        /// Whose tokens.
        user: String,
        /// How many are allowed.
        limit: usize,
    },
    /// The caller lacks the right.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The caller belongs to no namespace, or to several.
    #[error(transparent)]
    NoNamespace(#[from] NoNamespace),
    /// The caller's account is not one that can have keys of its own.
    #[error(
        "no object user {user} is bound to the management user {user}; a system administrator creates one with POST /object/users and binds it with PUT /keyward/v1/object-users/{user}/management-user"
    )]
    NoObjectUser {
        /// The caller.
        user: String,
    },
    /// The object user belongs to an earlier holder of the name.
    #[error(
        "the object user {user} belongs to another directory entry of the same name; an administrator has to delete it first"
    )]
    NameReused {
        /// The name.
        user: String,
    },
    /// The directory would not let the caller log in any more: their entry is gone or disabled. Their sessions have ended.
    #[error(
        "the directory has no enabled entry for {user} any more; no key was made or prolonged, and the sessions of {user} have ended. An administrator of the directory can restore the entry"
    )]
    NoLongerAdmitted {
        /// The caller.
        user: String,
    },
    /// The caller's object user was locked by an administrator.
    #[error("the object user {user} is locked; an administrator can unlock it")]
    Locked {
        /// The user.
        user: String,
    },
    /// The caller's password is too old; the rules want a new one before anything else.
    #[error("the password of {user} has expired; change it with PUT /user/password, then log in again")]
    PasswordExpired {
        /// The caller.
        user: String,
    },
    /// A bucket policy names a user or namespace that does not exist.
    #[error("{}", unknown_principal(principal))]
    UnknownPrincipal {
        /// Whom it names.
        principal: NamedPrincipal,
    },
    /// A field that must be given was not, or was empty.
    #[error("{field} is required")]
    Missing {
        /// The field's name on the wire.
        field: &'static str,
    },
    /// A field was given with a value that cannot be used.
    #[error("{field}: {why}")]
    Invalid {
        /// The field's name on the wire.
        field: &'static str,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// A number was given outside its range.
    #[error("{field} was {given} but has to be from {min} to {max}")]
    OutOfRange {
        /// The field's name on the wire.
        field: &'static str,
        /// What was given.
        given: i64,
        /// The smallest value allowed.
        min: i64,
        /// The largest value allowed.
        max: i64,
    },
    /// The name cannot be a bucket's.
    #[error("{why}")]
    BucketName {
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// The user cannot own the bucket.
    #[error("{user} is no object user of namespace {namespace}; name one, or create it with POST /object/users first")]
    BucketOwner {
        /// The name that was given.
        user: String,
        /// The bucket's namespace.
        namespace: String,
    },
    /// What was named does not exist.
    #[error("there is no such {subject:?}: {id}")]
    NotFound {
        /// What it was looked up as.
        subject: Subject,
        /// The name that was given.
        id: String,
    },
    /// What was to be created exists.
    #[error("{id} already exists")]
    AlreadyExists {
        /// What it is.
        subject: Subject,
        /// Its name.
        id: String,
    },
    /// The user has two live secret keys.
    #[error("{user} already has two valid secret keys; deactivate one first{}", next_expiry.map(|at| format!(", or wait until one expires at {at}")).unwrap_or_default())]
    TwoSecretKeys {
        /// Whose keys.
        user: String,
        /// When the next of them expires, in the management API's form of a time.
        next_expiry: Option<KeyTime>,
    },
    /// The keys are no longer those that the caller decided upon.
    #[error("the secret keys of {user} have changed since they were last read; read them again and decide anew")]
    KeysChanged {
        /// Whose keys.
        user: String,
    },
    /// An expiry was given for the existing key of a user who has none (strict rule only).
    #[error("User {user} has no valid secret key. Cannot accept creation request with expiry for existing key.")]
    NoSecretKey {
        /// The user.
        user: String,
    },
    /// The caller's own secret key equals one that is in use.
    #[error("this secret key is already in use; choose another or leave it out")]
    DuplicateSecretKey,
    /// What was to be deleted still holds something.
    #[error("{why}")]
    NotEmpty {
        /// What it holds.
        why: String,
    },
    /// The change is refused to keep somebody able to administer the system, or one namespace apart from another.
    #[error("{why}")]
    Refused {
        /// Which change, and why not.
        why: String,
    },
    /// The rest of a bucket's configuration does not allow the change.
    #[error("{why}")]
    BucketState {
        /// What does not, and what would be right.
        why: String,
    },
    /// A new or changed provider's directory cannot be used.
    #[error("{cause}")]
    ProviderCheck {
        /// What the attempt met.
        cause: String,
    },
    /// The caller has changed the configuration of buckets too often of late.
    #[error("too many changes of buckets by one user; try again in {} seconds", retry_after.as_secs().max(1))]
    TooManyChanges {
        /// When the next change is taken.
        retry_after: Duration,
    },
    /// So little of the disk is left that only what ends access or frees space is taken.
    #[error(
        "the disk is nearly full, and the rest is kept for what ends access or frees space; delete objects, or ask the operator for space"
    )]
    DiskFull,
    /// It could not be found out: store or directory are down. Never a refusal.
    #[error("{what} cannot be reached at the moment")]
    Unavailable {
        /// What did not answer.
        what: &'static str,
    },
    /// Something that must not happen; the log has the details.
    #[error("internal error")]
    Internal,
}

/// A moment in the management API's form: `2026-03-05 17:39:13 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTime(pub keyward_ambient::Timestamp);

impl std::fmt::Display for KeyTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let civil = self.0.civil();
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )
    }
}

impl ServiceError {
    pub(crate) fn not_found(subject: Subject, id: impl Into<String>) -> Self {
        ServiceError::NotFound { subject, id: id.into() }
    }

    pub(crate) fn already_exists(subject: Subject, id: impl Into<String>) -> Self {
        ServiceError::AlreadyExists { subject, id: id.into() }
    }

    pub(crate) fn invalid(field: &'static str, why: impl std::fmt::Display) -> Self {
        ServiceError::Invalid { field, why: why.to_string() }
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = %error, "the identity store failed");
        match error {
            StoreError::Unavailable { .. } => ServiceError::Unavailable { what: "the identity store" },
            StoreError::Corrupt { .. } => ServiceError::Internal,
        }
    }
}

impl From<CommitError> for ServiceError {
    /// For what the use case has not handled itself: a race that was lost too often, or a store that fails.
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => error.into(),
            CommitError::NotEmpty(contents) => ServiceError::NotEmpty { why: contents.to_string() },
            CommitError::TokenLimit { owner, limit } => ServiceError::TokenLimit { user: owner, limit },
            CommitError::AlreadyExists(key) | CommitError::Missing(key) | CommitError::Conflict { key, .. } => {
                tracing::warn!(%key, "a change lost every race against other changes");
                ServiceError::Unavailable { what: "a record that many change at once" }
            }
        }
    }
}

impl From<keyward_store::SealError> for ServiceError {
    fn from(error: keyward_store::SealError) -> Self {
        tracing::error!(cause = %error, "a stored secret cannot be sealed or opened");
        ServiceError::Internal
    }
}

impl From<keyward_store::OpenRingError> for ServiceError {
    fn from(error: keyward_store::OpenRingError) -> Self {
        tracing::error!(cause = %error, "a stored key ring cannot be opened");
        ServiceError::Internal
    }
}

fn unknown_principal(principal: &NamedPrincipal) -> String {
    match principal {
        NamedPrincipal::User { namespace, id } => format!(
            "there is no object user {id} in namespace {namespace}; a person gets one with the first secret key, and an administrator creates one with POST /object/users"
        ),
        NamedPrincipal::Namespace(name) => format!("there is no namespace {name}; name one that exists"),
    }
}
