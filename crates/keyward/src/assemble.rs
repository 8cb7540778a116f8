//! Puts the components together: every choice of an adapter is made here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::{Clock, Entropy};
use keyward_credential_cache::{BucketCache, Capacity, CredentialCache};
use keyward_disk_space::{Ballast, FileSystemGauge, Reserve};
use keyward_identity::{DomainName, NameError};
use keyward_keyring::FirstKeyRule;
use keyward_listener::TrustedProxies;
use keyward_login::{Decoy, Provider, Throttle};
use keyward_login_ldap::{EntryBrake, Limits, Surroundings, SystemRoots};
use keyward_login_local::{LocalPeople, ManagementUsers, Passwords};
use keyward_objects::Backend;
use keyward_objects_local::LocalObjects;
use keyward_s3_endpoint::{AccessLog, Endpoint, SigV2Default};
use keyward_sealing::EnvelopeSealer;
use keyward_service::{BucketSource, CredentialSource, Parts, Service, SystemSettings};
use keyward_signature::{Regions, Rules};
use keyward_store::{Sealer, Store};
use keyward_store_sqlite::SqliteStore;

use crate::audit_keys::audit_keys;
use crate::belonging::{self, Belonging};
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;
use crate::master_key::{self, MasterKeyFailure};
use crate::rewrap::Rewrap;
use crate::root_password::{self, RootPassword};
use crate::start_error::StartError;
use crate::wiring::{
    BackendContents, FirstPasswordFile, LdapDirectories, Machine, ObjectKeys, OwnersOfService, PasswordHashing,
    PolicyLanguage, StoredAccounts,
};

/// The file of the identity store, within the data directory.
pub(crate) const IDENTITY: &str = "identity.db";

/// The file that gives its space up when the disk of the identity store is full.
const IDENTITY_BALLAST: &str = "identity.reserve";

/// The folder of the object store, within the data directory.
pub(crate) const OBJECTS: &str = "objects";

/// The server, ready to listen.
pub(crate) struct Assembly {
    pub(crate) service: Arc<Service>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) endpoint: Endpoint,
    pub(crate) objects: Arc<LocalObjects>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What a change of the master key leaves to do.
    pub(crate) rewrap: Rewrap,
    /// The file with root's first password, while that password is in use.
    pub(crate) root_password: Option<PathBuf>,
}

impl Assembly {
    /// Opens everything in the data directory, and makes it on the first start.
    pub(crate) async fn open(
        settings: &Settings,
        environment: &Environment,
        data_dir: &DataDir,
        access_log: Option<AccessLog>,
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
    ) -> Result<Self, StartError> {
        belonging::require_identity(data_dir)?;
        let keys = master_key::master_keys(settings, environment, data_dir, &*entropy)?;
        let identity = data_dir.join(IDENTITY);
        let gauge = Arc::new(FileSystemGauge);
        let ballast = Ballast::keep(data_dir.path(), IDENTITY_BALLAST, Reserve::default(), gauge);
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open_with(&identity, audit_keys(&identity, &keys)?, Some(ballast))?);
        master_key::compare_with_data(&keys, &*store, clock.now()).await?;
        let belonging = Belonging::read(&*store, data_dir).await?;
        let sealer: Arc<dyn Sealer> = Arc::new(
            EnvelopeSealer::new(&keys, Arc::clone(&entropy)).map_err(|error| StartError::Sealing(error.to_string()))?,
        );
        let object_keys = Arc::new(ObjectKeys(Arc::clone(&sealer)));
        let (directory, cache) = (data_dir.join(OBJECTS), settings.object_cache);
        let opening = LocalObjects::open(directory, Arc::clone(&clock), Arc::clone(&entropy), object_keys, cache);
        let objects = opening.await.map_err(|error| StartError::Objects(error.to_string()))?;
        belonging.require_same(&objects.store_id(), data_dir)?;
        let owners = Arc::new(OwnersOfService::default());
        let objects = objects.with_uploads_abandoned_after(settings.abandoned_uploads).with_owner_names(owners.clone());
        let objects = Arc::new(match lifecycle_day(environment) {
            Some(day) => objects.with_days_of(day),
            None => objects,
        });
        let backend: Arc<dyn Backend> = objects.clone();

        let service = service(settings, data_dir, &store, &sealer, &backend, &clock, &entropy)?;
        owners.ask(&service);
        let root_password = first_start(settings, environment, data_dir, &service, &*entropy).await?;
        service.prepare().await?;
        let settled = service.settle_buckets(belonging.settled()).await?;
        belonging.record(&*store, objects.store_id(), settled, clock.now()).await?;
        let endpoint = Endpoint::new(keyward_s3_endpoint::Parts {
            service: Arc::clone(&service),
            backend,
            rules: Rules { regions: regions(settings), ..Rules::default() },
            sigv2: SigV2Default { enabled: settings.sigv2_enabled, max_life: settings.sigv2_max_life },
            anonymous_namespace: settings.anonymous_namespace.clone(),
            trusted_proxies: TrustedProxies::new(settings.trusted_proxies.clone()),
            clock: Arc::clone(&clock),
            entropy,
            access_log,
        });
        let rewrap = Rewrap {
            store: Arc::clone(&store),
            objects: Arc::clone(&objects),
            keys,
            sealer,
            clock: Arc::clone(&clock),
        };
        Ok(Self { service, store, endpoint, objects, clock, rewrap, root_password })
    }
}

fn service(
    settings: &Settings,
    data_dir: &DataDir,
    store: &Arc<dyn Store>,
    sealer: &Arc<dyn Sealer>,
    backend: &Arc<dyn Backend>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<Service>, StartError> {
    let local_domains: Vec<DomainName> = settings
        .local_domains
        .iter()
        .map(|domain| DomainName::parse(domain))
        .collect::<Result<_, NameError>>()
        .map_err(|why| StartError::LocalDomains(why.to_string()))?;
    let passwords = Passwords::new(&**entropy).map_err(|error| StartError::Passwords(error.to_string()))?;
    let accounts = Arc::new(StoredAccounts { store: Arc::clone(store), local_domains: local_domains.clone() });
    let local_providers: Vec<Arc<dyn Provider>> = vec![
        Arc::new(ManagementUsers::new(accounts.clone(), passwords.clone())),
        Arc::new(LocalPeople::new(accounts, passwords.clone())),
    ];
    let surroundings = Surroundings {
        clock: Arc::clone(clock),
        roots: SystemRoots::load(),
        limits: Limits::default(),
        brake: EntryBrake::default(),
    };
    let credentials = CredentialSource::new(Arc::clone(store), Arc::clone(sealer));
    Ok(Service::new(Parts {
        store: Arc::clone(store),
        sealer: Arc::clone(sealer),
        credentials: Arc::new(CredentialCache::new(Capacity::default(), Arc::new(credentials))),
        buckets: Arc::new(BucketCache::new(Capacity::default(), Arc::new(BucketSource::new(Arc::clone(store))))),
        local_providers,
        decoy: Arc::new(passwords.clone()) as Arc<dyn Decoy>,
        throttle: Throttle::default(),
        directories: Arc::new(LdapDirectories { surroundings }),
        passwords: Arc::new(PasswordHashing { passwords, entropy: Arc::clone(entropy) }),
        first_password: Arc::new(FirstPasswordFile(data_dir.join(root_password::FILE))),
        contents: Arc::new(BackendContents(Arc::clone(backend))),
        policies: Arc::new(PolicyLanguage),
        node: Arc::new(Machine { data_dir: data_dir.path().to_owned(), address: settings.management_address.ip() }),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        settings: SystemSettings {
            first_key: if settings.strict_first_key { FirstKeyRule::Strict } else { FirstKeyRule::Lenient },
            local_domains,
        },
    }))
}

/// How long a day of the lifecycle lasts in a test that does not wait for real ones.
fn lifecycle_day(environment: &Environment) -> Option<Duration> {
    let seconds = environment.value("KEYWARD_LIFECYCLE_DAY_SECONDS")?.parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|day| !day.is_zero())
}

/// Makes `root` if need be; answers the file with its first password while that is in use.
async fn first_start(
    settings: &Settings,
    environment: &Environment,
    data_dir: &DataDir,
    service: &Arc<Service>,
    entropy: &dyn Entropy,
) -> Result<Option<PathBuf>, StartError> {
    if !service.has_root().await? {
        let password =
            RootPassword::for_first_start(environment, settings.root_password_file.as_deref(), data_dir, entropy)?;
        service.first_start(password.password()).await?;
        if let RootPassword::Given(_) = password {
            root_password::forget(&data_dir.join(root_password::FILE));
        }
    }
    let file = data_dir.join(root_password::FILE);
    if file.exists() && !service.root_has_first_password().await? {
        // The change was made, and the process ended before the file was gone.
        root_password::forget(&file);
    }
    Ok(file.exists().then_some(file))
}

fn regions(settings: &Settings) -> Regions {
    match settings.s3_regions.is_empty() {
        true => Regions::Any,
        false => Regions::Only(settings.s3_regions.clone()),
    }
}

impl From<MasterKeyFailure> for StartError {
    fn from(error: MasterKeyFailure) -> Self {
        StartError::MasterKey(error)
    }
}
