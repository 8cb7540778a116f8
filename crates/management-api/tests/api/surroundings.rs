//! What stands in for the parts of a server that these tests do without.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use keyward_ambient::Entropy;
use keyward_identity::{
    AuthnProvider, Bucket, DirectoryUser, DomainName, ManagementUser, ManagementUserId, NamedPrincipal, ObjectUserId,
    Person,
};
use keyward_login::{Credentials, Outcome, Presence, Provider, Unavailable};
use keyward_login_local::{AccountsUnavailable, LocalAccounts, Passwords};
use keyward_policy::BucketPolicy;
use keyward_service::{
    BucketContents, BucketPolicies, ContentsError, ContentsState, Directories, DirectoryCheckFailed, FirstPassword,
    Password, PolicyFault, ReadPolicy, ServiceError, Space, ThisNode,
};
use keyward_store::Store;

/// Reads accounts from the store.
pub struct Accounts {
    pub store: Arc<dyn Store>,
    pub local_domains: Vec<DomainName>,
}

#[async_trait]
impl LocalAccounts for Accounts {
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<ManagementUser>, AccountsUnavailable> {
        Ok(self.store.management_user(id).await.expect("the store answers").map(|found| found.value))
    }

    async fn person(&self, name: &ObjectUserId) -> Result<Option<Person>, AccountsUnavailable> {
        Ok(self.store.person(name).await.expect("the store answers").map(|found| found.value))
    }

    async fn is_local_domain(&self, domain: &DomainName) -> Result<bool, AccountsUnavailable> {
        Ok(self.local_domains.contains(domain))
    }
}

pub struct Hashing {
    pub passwords: Passwords,
    pub entropy: Arc<dyn Entropy>,
}

#[async_trait]
impl keyward_service::Passwords for Hashing {
    async fn hash(&self, password: &Password) -> Result<String, ServiceError> {
        Ok(self.passwords.hash(password, &*self.entropy).await.expect("hashed"))
    }

    async fn verify(&self, password: &Password, hash: &str) -> Result<bool, ServiceError> {
        Ok(self.passwords.verify(password, hash).await.expect("verified"))
    }
}

/// A directory that is down, of the domain `down.test`.
pub struct OutOfReach;

#[async_trait]
impl Provider for OutOfReach {
    fn name(&self) -> &str {
        "down"
    }

    async fn authenticate(&self, credentials: &Credentials) -> Outcome {
        match credentials.name.domain() {
            Some("down.test") => {
                Outcome::Unavailable(Unavailable { provider: "down".to_owned(), cause: "nobody answers".into() })
            }
            _ => Outcome::NotAskedFor,
        }
    }

    async fn look_up(&self, _: &DirectoryUser) -> Presence {
        Presence::Unavailable(Unavailable { provider: "down".to_owned(), cause: "nobody answers".into() })
    }
}

/// Directories of which none can be reached, and one that brings its caller down.
pub struct NoDirectories;

#[async_trait]
impl Directories for NoDirectories {
    fn open(&self, _: &AuthnProvider, _: Password, _: &[String]) -> Result<Arc<dyn Provider>, DirectoryCheckFailed> {
        Ok(Arc::new(OutOfReach))
    }

    async fn check(&self, provider: &AuthnProvider, _: Password) -> Result<(), DirectoryCheckFailed> {
        assert!(!provider.server_urls[0].contains("panic"), "this directory brings its caller down");
        Err(DirectoryCheckFailed("nobody answers".to_owned()))
    }
}

/// Whether root's first password is still kept.
#[derive(Default)]
pub struct KeptPassword {
    forgotten: AtomicBool,
}

impl KeptPassword {
    pub fn is_kept(&self) -> bool {
        !self.forgotten.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl FirstPassword for KeptPassword {
    async fn forget(&self) {
        self.forgotten.store(true, Ordering::Relaxed);
    }
}

/// Buckets that hold objects or do not.
#[derive(Default)]
pub struct Contents {
    full: Mutex<HashSet<u64>>,
    opened: Mutex<Vec<u64>>,
}

impl Contents {
    /// From now on the bucket that was made last holds an object, or no bucket does.
    pub fn fill_newest(&self, full: bool) {
        let newest = self.opened.lock().expect("no panic").last().copied();
        *self.full.lock().expect("no panic") = newest.into_iter().filter(|_| full).collect();
    }
}

#[async_trait]
impl BucketContents for Contents {
    async fn open(&self, bucket_id: u64) -> Result<(), ContentsError> {
        self.opened.lock().expect("no panic").push(bucket_id);
        Ok(())
    }

    async fn close(&self, bucket_id: u64) -> Result<(), ContentsError> {
        match self.full.lock().expect("no panic").contains(&bucket_id) {
            true => Err(ContentsError::NotEmpty),
            false => Ok(()),
        }
    }

    async fn discard(&self, _: u64) -> Result<(), ContentsError> {
        Ok(())
    }

    async fn states(&self) -> Result<Vec<(u64, ContentsState)>, ContentsError> {
        Ok(Vec::new())
    }
}

/// A machine with a little more than three of four gigabytes free.
pub struct SmallMachine;

#[async_trait]
impl ThisNode for SmallMachine {
    fn name(&self) -> String {
        "node1".to_owned()
    }

    fn address(&self) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, 1).into()
    }

    async fn space(&self) -> Result<Space, String> {
        Ok(Space { total: 4 << 30, free: (3 << 30) + 5, reserved: 1 << 20 })
    }
}

/// The language of bucket policies, as it is in the product.
pub struct Policies;

impl BucketPolicies for Policies {
    fn read(&self, text: &str, bucket: &Bucket) -> Result<ReadPolicy, PolicyFault> {
        match BucketPolicy::read(text, &bucket.namespace, &bucket.name) {
            Ok(policy) => Ok(ReadPolicy { is_public: policy.is_public(), principals: policy.named_principals() }),
            Err(fault) => Err(PolicyFault(fault.to_string())),
        }
    }

    fn shown(&self, text: &str, bucket: &Bucket, dead: &BTreeMap<NamedPrincipal, String>) -> String {
        keyward_policy::shown(text, &bucket.namespace, dead, bucket.settings.policy_principals.is_none())
    }
}
