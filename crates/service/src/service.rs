//! What the use cases work with.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use arc_swap::ArcSwap;
use keyward_ambient::{Clock, Entropy, Timestamp};
use keyward_credential_cache::{BucketCache, Capacity, CredentialCache, RecordCache, SignedWrites, UsageQueue};
use keyward_identity::{BaseUrl, BucketName, DomainName, Namespace, NamespaceName, SigV2Setting, UniqueId};
use keyward_keyring::FirstKeyRule;
use keyward_login::{Chain, Decoy, Provider, Throttle};
use keyward_store::{Sealer, Store};
use tokio::sync::Mutex;

use crate::cached::BucketNameSource;
use crate::change_rate::ChangeRate;
use crate::failed_logins::FailedLogins;
use crate::governing::Governing;
use crate::known_callers::KnownCallers;
use crate::lockouts::Lockouts;
use crate::{BucketContents, BucketPolicies, Directories, FirstPassword, Passwords, ThisNode};

/// How often it is tried whether changes can be written.
const WRITE_TRIED_EVERY: Duration = Duration::from_secs(5);

/// What the operator decided, as far as use cases depend on it.
#[derive(Clone, Debug)]
pub struct SystemSettings {
    /// Whether an expiry on a first key is refused, as ECS 3.x does.
    pub first_key: FirstKeyRule,
    /// The domains of the built-in directory.
    pub local_domains: Vec<DomainName>,
}

/// The components that a [`Service`] is put together from.
#[expect(missing_debug_implementations, reason = "a bag of components, taken apart at once")]
pub struct Parts {
    /// Where identity is persisted.
    pub store: Arc<dyn Store>,
    /// How secrets are sealed.
    pub sealer: Arc<dyn Sealer>,
    /// The credentials cached for the S3 path.
    pub credentials: Arc<CredentialCache>,
    /// The buckets cached for the S3 path.
    pub buckets: Arc<BucketCache>,
    /// The providers of accounts that Keyward keeps itself; asked before any directory.
    pub local_providers: Vec<Arc<dyn Provider>>,
    /// Spends the time of a password check on names that nobody knows.
    pub decoy: Arc<dyn Decoy>,
    /// The brake on guessing.
    pub throttle: Throttle,
    /// Makes login providers of configured directories.
    pub directories: Arc<dyn Directories>,
    /// Hashes the passwords that Keyward keeps.
    pub passwords: Arc<dyn Passwords>,
    /// What is kept of root's first password.
    pub first_password: Arc<dyn FirstPassword>,
    /// The objects of buckets.
    pub contents: Arc<dyn BucketContents>,
    /// The language of bucket policies.
    pub policies: Arc<dyn BucketPolicies>,
    /// The machine.
    pub node: Arc<dyn ThisNode>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets, tokens and ids.
    pub entropy: Arc<dyn Entropy>,
    /// What the operator decided.
    pub settings: SystemSettings,
}

/// How many names of buckets are kept in memory with their namespace, and without one.
const BUCKET_NAMES: Capacity = Capacity { known: 10_000, unknown: 10_000 };

/// The use cases. Shared by all fronts.
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) credentials: Arc<CredentialCache>,
    pub(crate) buckets: Arc<BucketCache>,
    /// In which namespace the only bucket of a name is.
    pub(crate) bucket_names: RecordCache<BucketName, NamespaceName>,
    pub(crate) usage: UsageQueue,
    pub(crate) signed_writes: Arc<SignedWrites>,
    pub(crate) chain: Chain,
    pub(crate) local_providers: Vec<Arc<dyn Provider>>,
    pub(crate) throttle: Throttle,
    pub(crate) failed_logins: FailedLogins,
    pub(crate) lockouts: Lockouts,
    pub(crate) known_callers: KnownCallers,
    pub(crate) change_rate: ChangeRate,
    pub(crate) contents: Arc<dyn BucketContents>,
    pub(crate) policies: Arc<dyn BucketPolicies>,
    pub(crate) node: Arc<dyn ThisNode>,
    pub(crate) directories: Arc<dyn Directories>,
    pub(crate) passwords: Arc<dyn Passwords>,
    pub(crate) first_password: Arc<dyn FirstPassword>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: SystemSettings,
    /// Held while something that is kept in memory throughout is read anew: one at a time, or whoever read earlier
    /// could overwrite what another read later.
    pub(crate) reloading: Mutex<()>,
    /// Whether the login chain may differ from what is stored.
    pub(crate) chain_is_stale: AtomicBool,
    pub(crate) governing: ArcSwap<Governing>,
    /// Whether answers leave secret keys out.
    pub(crate) secret_keys_hidden: AtomicBool,
    base_urls: ArcSwap<Vec<BaseUrl>>,
    /// When it was last tried to write, and whether that worked.
    last_write_tried: Mutex<Option<(Timestamp, bool)>>,
    /// Of the namespaces that made a choice.
    sigv2: ArcSwap<HashMap<NamespaceName, SigV2Setting>>,
    /// In bytes, of the namespaces that have one.
    quotas: ArcSwap<HashMap<NamespaceName, u64>>,
}

impl Service {
    /// Puts the components together. Call [`prepare`](Self::prepare) before serving.
    pub fn new(parts: Parts) -> Arc<Self> {
        let names = BucketNameSource::new(Arc::clone(&parts.store));
        Arc::new(Self {
            bucket_names: RecordCache::new(BUCKET_NAMES, Arc::new(names)),
            store: parts.store,
            sealer: parts.sealer,
            credentials: parts.credentials,
            buckets: parts.buckets,
            usage: UsageQueue::default(),
            signed_writes: Arc::default(),
            chain: Chain::new(parts.local_providers.clone(), parts.decoy),
            local_providers: parts.local_providers,
            contents: parts.contents,
            policies: parts.policies,
            node: parts.node,
            throttle: parts.throttle,
            failed_logins: FailedLogins::default(),
            lockouts: Lockouts::default(),
            known_callers: KnownCallers::default(),
            change_rate: ChangeRate::default(),
            directories: parts.directories,
            passwords: parts.passwords,
            first_password: parts.first_password,
            clock: parts.clock,
            entropy: parts.entropy,
            settings: parts.settings,
            reloading: Mutex::new(()),
            chain_is_stale: AtomicBool::new(true),
            governing: ArcSwap::default(),
            secret_keys_hidden: AtomicBool::new(false),
            base_urls: ArcSwap::default(),
            last_write_tried: Mutex::default(),
            sigv2: ArcSwap::default(),
            quotas: ArcSwap::default(),
        })
    }

    /// Reads what is kept in memory throughout: settings, login providers, base URLs, what namespaces say of signatures,
    /// and whether secret keys are hidden.
    pub async fn prepare(&self) -> Result<(), crate::ServiceError> {
        self.reload_governing().await?;
        self.reload_providers().await?;
        self.reload_secret_visibility().await?;
        self.reload_base_urls().await?;
        self.reload_sigv2().await?;
        self.warn_of_user_mappings(None).await
    }

    /// The credentials cached for the S3 path.
    pub fn credentials(&self) -> &Arc<CredentialCache> {
        &self.credentials
    }

    /// The buckets cached for the S3 path.
    pub fn buckets(&self) -> &Arc<BucketCache> {
        &self.buckets
    }

    /// Where the S3 path registers writes by the secret that signed them.
    pub fn signed_writes(&self) -> &Arc<SignedWrites> {
        &self.signed_writes
    }

    /// Where the S3 path counts which secret signed.
    pub fn usage(&self) -> &UsageQueue {
        &self.usage
    }

    /// The base URLs as of now.
    pub fn base_urls(&self) -> Arc<Vec<BaseUrl>> {
        self.base_urls.load_full()
    }

    /// What a namespace says, as of now, of Signature Version 2.
    pub fn sigv2(&self, namespace: &NamespaceName) -> SigV2Setting {
        self.sigv2.load().get(namespace).copied().unwrap_or_default()
    }

    /// How many bytes the buckets of a namespace may hold together, as of now; `None` for any number.
    pub fn namespace_quota(&self, namespace: &NamespaceName) -> Option<u64> {
        self.quotas.load().get(namespace).copied()
    }

    /// Whether the identity store answers and takes changes, and there is room for them.
    pub async fn is_answering(&self) -> bool {
        self.has_root().await.is_ok() && self.can_write().await
    }

    /// Tried at most every few seconds: anybody may ask, and each try is a sync of the disk.
    async fn can_write(&self) -> bool {
        let mut last = self.last_write_tried.lock().await;
        let now = self.clock.now();
        if let Some((at, could)) = *last
            && (at..at.plus(WRITE_TRIED_EVERY)).contains(&now)
        {
            return could;
        }
        // Users leave more free, and so does whoever deletes. Where nobody can say how much there is, the try alone decides.
        let has_room = self.node.space().await.map_or(true, |space| space.free >= space.reserved / 2);
        let could = has_room && self.store.try_write().await.is_ok();
        if !could {
            tracing::error!(has_room, "the identity store takes no changes: this node is not ready");
        }
        *last = Some((now, could));
        could
    }

    /// Refuses a change of a user's that makes the identity store grow, where the rest of the disk is kept for what ends
    /// access or frees space.
    pub(crate) async fn require_space(&self) -> Result<(), crate::ServiceError> {
        match self.node.space().await {
            Ok(space) if space.free < space.reserved => Err(crate::ServiceError::DiskFull),
            // Where nobody can say how much there is, the write says so itself.
            _ => Ok(()),
        }
    }

    pub(crate) async fn reload_base_urls(&self) -> Result<(), crate::ServiceError> {
        let _turn = self.reloading.lock().await;
        let records = self.store.base_urls().await?;
        self.base_urls.store(Arc::new(records.into_iter().map(|record| record.value).collect()));
        Ok(())
    }

    pub(crate) async fn reload_sigv2(&self) -> Result<(), crate::ServiceError> {
        let _turn = self.reloading.lock().await;
        let all: Vec<_> = self.store.all_namespaces().await?.into_iter().map(|record| record.value).collect();
        let quota = |namespace: &Namespace| Some((namespace.name.clone(), namespace.settings.quota.bytes()?));
        self.quotas.store(Arc::new(all.iter().filter_map(quota).collect()));
        let chosen = all.into_iter().map(|namespace| (namespace.name, namespace.settings.sigv2));
        let chosen = chosen.filter(|(_, setting)| *setting != SigV2Setting::default());
        self.sigv2.store(Arc::new(chosen.collect()));
        Ok(())
    }

    /// The internal id of a new user or namespace.
    pub(crate) fn unique_id(&self) -> UniqueId {
        UniqueId::from_bytes(self.entropy.array())
    }

    /// A random id in the form of a UUID, version 4.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = self.entropy.array::<16>();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("chain", &self.chain).field("settings", &self.settings).finish_non_exhaustive()
    }
}
