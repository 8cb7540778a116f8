//! A store that can be made to fail, to lose its answers, and to hold a call up at a chosen point.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_identity::*;
use keyward_store::*;
use tokio::sync::watch;

use super::gate::Gate;

/// Passes everything on to a real store, unless told otherwise.
pub(crate) struct FaultyStore {
    real: Arc<dyn Store>,
    asked: AtomicUsize,
    down: AtomicBool,
    loses_answers: AtomicBool,
    fails_once: AtomicBool,
    is_full: AtomicBool,
    rival: Mutex<Option<Transaction>>,
    /// Where commits wait before they begin.
    pub(crate) commits: Gate,
    /// Where reads of all providers wait after they have read.
    pub(crate) provider_reads: Gate,
}

impl FaultyStore {
    pub(crate) fn new(real: Arc<dyn Store>) -> Self {
        Self {
            real,
            asked: AtomicUsize::new(0),
            down: AtomicBool::new(false),
            loses_answers: AtomicBool::new(false),
            fails_once: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            rival: Mutex::new(None),
            commits: Gate::default(),
            provider_reads: Gate::default(),
        }
    }

    /// From now on nothing is answered, or everything again.
    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// From now on everything can be read and nothing written, or everything again.
    pub(crate) fn set_full(&self, full: bool) {
        self.is_full.store(full, Ordering::SeqCst);
    }

    /// How often anything was asked of the store so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// From now on commits are made, and who asked for them is told that the store did not answer.
    pub(crate) fn lose_answers(&self) {
        self.loses_answers.store(true, Ordering::SeqCst);
    }

    /// Reading all providers fails the next time.
    pub(crate) fn fail_the_next_read_of_all_providers(&self) {
        self.fails_once.store(true, Ordering::SeqCst);
    }

    /// Commits `rival` right before the next commit.
    pub(crate) fn overtake_the_next_commit_by(&self, rival: Transaction) {
        *self.rival.lock().unwrap() = Some(rival);
    }

    fn answering(&self, attempted: &'static str) -> Result<(), StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let fails = self.is_full.load(Ordering::SeqCst) && ["commit", "try_write"].contains(&attempted);
        match fails || self.down.load(Ordering::SeqCst) {
            true => Err(StoreError::Unavailable { attempted, cause: "the test has switched it off".to_owned() }),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Commit for FaultyStore {
    async fn commit(&self, transaction: Transaction) -> Result<Committed, CommitError> {
        self.answering("commit")?;
        let _passage = self.commits.pass().await;
        let rival = self.rival.lock().unwrap().take();
        if let Some(rival) = rival {
            self.real.commit(rival).await.expect("the rival is first");
        }
        let committed = self.real.commit(transaction).await;
        match self.loses_answers.load(Ordering::SeqCst) {
            true => {
                Err(StoreError::Unavailable { attempted: "commit", cause: "the answer got lost".to_owned() }.into())
            }
            false => committed,
        }
    }
}

#[async_trait]
impl Providers for FaultyStore {
    async fn provider(&self, id: &str) -> Result<Option<Revised<ProviderRecord>>, StoreError> {
        self.answering("read a provider")?;
        self.real.provider(id).await
    }

    async fn providers(&self) -> Result<Vec<Revised<ProviderRecord>>, StoreError> {
        self.answering("read the providers")?;
        if self.fails_once.swap(false, Ordering::SeqCst) {
            return Err(StoreError::Unavailable { attempted: "read the providers", cause: "once".to_owned() });
        }
        let read = self.real.providers().await;
        let _passage = self.provider_reads.pass().await;
        read
    }
}

/// Implements a port whose methods fail while the store is down and are the real store's otherwise.
macro_rules! passed_on {
    ($port:ident { $(fn $name:ident($($given:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $port for FaultyStore {
            $(async fn $name(&self, $($given: $type),*) -> Result<$answer, StoreError> {
                self.answering(stringify!($name))?;
                self.real.$name($($given),*).await
            })*
        }
    };
}

passed_on!(Namespaces {
    fn namespace(name: &NamespaceName) -> Option<Revised<Namespace>>;
    fn namespaces(prefix: &str, page: &PageRequest) -> Page<Revised<Namespace>>;
});
passed_on!(ObjectUsers {
    fn object_user(scope: &Scope, id: &ObjectUserId) -> Option<Revised<UserRecord>>;
    fn object_users(filter: &ObjectUserFilter, page: &PageRequest) -> Page<Revised<UserRecord>>;
});
passed_on!(ManagementUsers {
    fn management_user(id: &ManagementUserId) -> Option<Revised<ManagementUser>>;
    fn management_users(page: &PageRequest) -> Page<Revised<ManagementUser>>;
    fn external_groups() -> Vec<Revised<ManagementUser>>;
});
passed_on!(People {
    fn person(name: &ObjectUserId) -> Option<Revised<Person>>;
    fn people(prefix: &str, page: &PageRequest) -> Page<Revised<Person>>;
});
passed_on!(Tokens {
    fn token(hash: &TokenHash) -> Option<Revised<TokenRecord>>;
    fn tokens_of(owner: &str) -> Vec<Revised<TokenRecord>>;
    fn token_count(owner: &str) -> u64;
    fn touch_token(hash: &TokenHash, at: Timestamp) -> ();
});
passed_on!(SecretUsages {
    fn note_uses(uses: &[SecretUses]) -> ();
    fn usages_of(scope: &Scope, user: &ObjectUserId) -> Vec<SecretUsage>;
});
passed_on!(Buckets {
    fn bucket(namespace: &NamespaceName, name: &BucketName) -> Option<Revised<Bucket>>;
    fn only_namespace_with(name: &BucketName) -> Option<NamespaceName>;
    fn bucket_by_id(id: u64) -> Option<Revised<Bucket>>;
    fn buckets(filter: &BucketFilter, page: &PageRequest) -> Page<Revised<Bucket>>;
});
passed_on!(BaseUrls {
    fn base_url(id: &str) -> Option<Revised<BaseUrl>>;
    fn base_urls() -> Vec<Revised<BaseUrl>>;
});
passed_on!(Settings {
    fn setting(name: &str) -> Option<Revised<Setting>>;
    fn settings() -> Vec<Revised<Setting>>;
});
passed_on!(Upkeep {
    fn sweep_tokens(now: Timestamp, rules: &TokenRules) -> u64;
    fn trim_changes(before: Timestamp) -> u64;
    fn try_write() -> u64;
    fn wipe_overwritten() -> u64;
    fn trim_audit(before: Timestamp) -> u64;
});

#[async_trait]
impl AuditLog for FaultyStore {
    async fn audit_entries(&self, query: &AuditQuery, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        self.answering("read the audit log")?;
        self.real.audit_entries(query, page).await
    }

    async fn verify_chain(&self) -> Result<ChainReport, ChainError> {
        self.answering("check the audit log")?;
        self.real.verify_chain().await
    }

    async fn chain_head(&self) -> Result<ChainHead, StoreError> {
        self.answering("read the head of the audit log")?;
        self.real.chain_head().await
    }
}

#[async_trait]
impl ChangeFeed for FaultyStore {
    async fn latest(&self) -> Result<Revision, StoreError> {
        self.answering("read the revision")?;
        self.real.latest().await
    }

    async fn changes(&self, since: Revision, limit: u32) -> Result<Changes, StoreError> {
        self.answering("read the changes")?;
        self.real.changes(since, limit).await
    }

    fn watch(&self) -> watch::Receiver<Revision> {
        self.real.watch()
    }
}
