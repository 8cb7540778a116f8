//! A whole house to test in: real store, sealing, caches and login, a clock that stands still, and a script where
//! directories and objects would be.

mod accounts;
mod actors;
mod attempts;
mod directories;
mod faulty_store;
mod gate;
mod machine;
mod shelves;
mod sights;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use actors::{ALICE, BOB, PASSWORD, mapping, operator, provider};
pub(crate) use directories::{Entry, ScriptedDirectories};
use keyward_ambient::{Clock, Entropy};
use keyward_credential_cache::{BucketCache, Capacity, CredentialCache};
use keyward_keyring::FirstKeyRule;
use keyward_login::{Password, Throttle, ThrottleRules};
use keyward_sealing::{EnvelopeSealer, MasterKeys};
use keyward_service::{BucketSource, Caller, CredentialSource, Origin, Parts, Service, SystemSettings};
use keyward_store::{AuditKeys, Sealer, Store};
use keyward_store_sqlite::SqliteStore;
use keyward_testkit::{FrozenClock, SeededEntropy};
pub(crate) use sights::{bucket_name, namespace_name, user_id};
use tempfile::TempDir;

use accounts::{CheapPasswords, FirstPasswordNote, HASHER, local_domain, local_providers};
use faulty_store::FaultyStore;
use machine::{Machine, Policies};
use shelves::Shelves;

/// Where everybody in the house calls from.
pub(crate) const HERE: Origin = Origin { address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))) };

/// The service and everything around it. `root` is logged in; the directory `corp` serves `corp.example`, whose people
/// belong to namespace `ns1`.
pub(crate) struct House {
    pub(crate) service: Arc<Service>,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) clock: FrozenClock,
    pub(crate) directories: ScriptedDirectories,
    pub(crate) shelves: Arc<Shelves>,
    pub(crate) first_password: Arc<FirstPasswordNote>,
    pub(crate) root: Caller,
    pub(crate) folder: TempDir,
}

impl House {
    /// A house with the rules that hold by default.
    pub(crate) async fn open() -> Self {
        Self::with_rule(FirstKeyRule::Lenient).await
    }

    /// A house with this rule for an expiry on a first key.
    pub(crate) async fn with_rule(first_key: FirstKeyRule) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
        let keys = MasterKeys::generate(&*entropy);
        let real = SqliteStore::open(folder.path().join("identity.db"), AuditKeys::new([7; 32])).unwrap();
        let store = Arc::new(FaultyStore::new(Arc::new(real)));
        let sealer: Arc<dyn Sealer> = Arc::new(EnvelopeSealer::new(&keys, Arc::clone(&entropy)).unwrap());
        let (clock, directories) = (FrozenClock::default(), ScriptedDirectories::default());
        let (shelves, first_password) = (Arc::new(Shelves::default()), Arc::new(FirstPasswordNote::default()));
        let service = Service::new(Parts {
            first_password: first_password.clone(),
            contents: shelves.clone(),
            directories: Arc::new(directories.clone()),
            clock: Arc::new(clock.clone()),
            passwords: Arc::new(CheapPasswords(Arc::clone(&entropy))),
            ..parts(&store, &sealer, entropy, first_key)
        });
        service.first_start(&Password::from(PASSWORD)).await.unwrap();
        service.prepare().await.unwrap();
        let session = service.log_in("root", Password::from(PASSWORD), HERE).await.unwrap();
        let root = service.caller(session.token.expose(), HERE).await.unwrap();
        let house = Self { service, store, clock, directories, shelves, first_password, root, folder };
        house.root.create_provider(provider("corp", "corp.example")).await.unwrap();
        house.found_namespace("ns1", &["corp.example"]).await;
        house
    }

    /// Moves the clock on by so many minutes.
    pub(crate) fn pass_minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }
}

/// The parts that are what they are in the product.
fn parts(
    store: &Arc<FaultyStore>,
    sealer: &Arc<dyn Sealer>,
    entropy: Arc<dyn Entropy>,
    first_key: FirstKeyRule,
) -> Parts {
    let store: Arc<dyn Store> = store.clone();
    let credentials = CredentialSource::new(Arc::clone(&store), Arc::clone(sealer));
    let buckets = BucketSource::new(Arc::clone(&store));
    // Nobody waits in these tests: the clock stands still.
    let throttle = ThrottleRules { longest_wait: Duration::ZERO, ..ThrottleRules::default() };
    Parts {
        local_providers: local_providers(&store),
        credentials: Arc::new(CredentialCache::new(Capacity::default(), Arc::new(credentials))),
        buckets: Arc::new(BucketCache::new(Capacity::default(), Arc::new(buckets))),
        sealer: Arc::clone(sealer),
        decoy: Arc::new(HASHER.clone()),
        throttle: Throttle::new(throttle),
        settings: SystemSettings { first_key, local_domains: vec![local_domain()] },
        passwords: Arc::new(CheapPasswords(Arc::clone(&entropy))),
        directories: Arc::new(ScriptedDirectories::default()),
        first_password: Arc::new(FirstPasswordNote::default()),
        contents: Arc::new(Shelves::default()),
        policies: Arc::new(Policies),
        node: Arc::new(Machine),
        clock: Arc::new(FrozenClock::default()) as Arc<dyn Clock>,
        store,
        entropy,
    }
}
