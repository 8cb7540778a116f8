//! What the service needs from its surroundings beside store and login: directories, hashing, objects, the machine.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use keyward_identity::{AuthnProvider, Bucket, NamedPrincipal};
use keyward_login::{Password, Provider};

use crate::ServiceError;

/// Makes login providers of configured directories.
#[async_trait]
pub trait Directories: Send + Sync + 'static {
    /// A login provider for this directory. Connects when it is first asked.
    ///
    /// `attributes` are those that user mappings look at.
    fn open(
        &self,
        provider: &AuthnProvider,
        manager_password: Password,
        attributes: &[String],
    ) -> Result<Arc<dyn Provider>, DirectoryCheckFailed>;

    /// Connects, binds as the manager and looks at the search base.
    async fn check(&self, provider: &AuthnProvider, manager_password: Password) -> Result<(), DirectoryCheckFailed>;
}

/// Why a directory cannot be used. The text is for the administrator and holds no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DirectoryCheckFailed(pub String);

/// Hashes passwords that Keyward keeps, and checks them.
#[async_trait]
pub trait Passwords: Send + Sync + 'static {
    /// A hash to store, as a PHC string.
    async fn hash(&self, password: &Password) -> Result<String, ServiceError>;

    /// Whether the password belongs to the hash.
    async fn verify(&self, password: &Password, hash: &str) -> Result<bool, ServiceError>;
}

/// What is kept of root's first password until root chooses another.
#[async_trait]
pub trait FirstPassword: Send + Sync + 'static {
    /// Root's password has changed: removes what is kept of the first one. Doing it again is fine.
    async fn forget(&self);
}

/// The objects of buckets, as far as making and deleting a bucket concerns them.
#[async_trait]
pub trait BucketContents: Send + Sync + 'static {
    /// Makes room for the objects of a new bucket. Doing it twice is fine.
    async fn open(&self, bucket_id: u64) -> Result<(), ContentsError>;

    /// Closes a bucket that holds nothing, for ever: no object can be put into it any more.
    async fn close(&self, bucket_id: u64) -> Result<(), ContentsError>;

    /// Frees what is left of a closed bucket. Doing it twice is fine.
    async fn discard(&self, bucket_id: u64) -> Result<(), ContentsError>;

    /// Every bucket that was opened and not discarded.
    async fn states(&self) -> Result<Vec<(u64, ContentsState)>, ContentsError>;
}

/// The language of bucket policies.
pub trait BucketPolicies: Send + Sync + 'static {
    /// Reads a policy that `bucket` is to have. What is answered with a fault would not be evaluated as its author
    /// means it.
    fn read(&self, text: &str, bucket: &Bucket) -> Result<ReadPolicy, PolicyFault>;

    /// The policy of `bucket` as it is read back, with these ids in the place of principals that are gone.
    fn shown(&self, text: &str, bucket: &Bucket, dead: &BTreeMap<NamedPrincipal, String>) -> String;
}

/// A policy that can be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPolicy {
    /// Whether it lets in everybody, which a bucket may block.
    pub is_public: bool,
    /// Whom it names, each once.
    pub principals: Vec<NamedPrincipal>,
}

/// Why a document is no bucket policy. The text is for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyFault(pub String);

/// The machine that this process runs on, as far as clients ask for it.
#[async_trait]
pub trait ThisNode: Send + Sync + 'static {
    /// The machine's name.
    fn name(&self) -> String;

    /// The address that the management API listens on.
    fn address(&self) -> IpAddr;

    /// How much fits where data is kept; the error is for the log.
    async fn space(&self) -> Result<Space, String>;
}

/// The size of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Of all of it.
    pub total: u64,
    /// Of what can still be written to.
    pub free: u64,
    /// Of what changes that users make leave free, for what ends access or frees space.
    pub reserved: u64,
}

/// Where the contents of a bucket stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentsState {
    /// Objects can be put into it.
    Open,
    /// Its deletion has begun.
    Closed,
}

/// Why the contents of a bucket did not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentsError {
    /// The bucket holds objects.
    #[error("the bucket is not empty")]
    NotEmpty,
    /// The object store did not do it.
    #[error("the object store failed: {0}")]
    Unavailable(String),
}
