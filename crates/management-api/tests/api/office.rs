//! The room of these tests: a server with `root`, an administrator of each kind, and Alice, who is nobody special.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use keyward_ambient::{Clock, Entropy};
use keyward_credential_cache::{BucketCache, Capacity, CredentialCache};
use keyward_identity::DomainName;
use keyward_keyring::FirstKeyRule;
use keyward_listener::{Peer, TrustedProxies};
use keyward_login::{Decoy, Provider, Throttle};
use keyward_login_local::{LocalPeople, ManagementUsers, Passwords};
use keyward_management_api::{AllowedOrigins, ManagementApi, Options, ScrapeTokens};
use keyward_sealing::{EnvelopeSealer, MasterKeys};
use keyward_service::{BucketSource, CredentialSource, Parts, Password, Service, SystemSettings};
use keyward_store::{AuditKeys, Sealer, Store};
use keyward_store_sqlite::SqliteStore;
use keyward_testkit::{FrozenClock, SeededEntropy};
use metrics_exporter_prometheus::PrometheusBuilder;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::surroundings::{
    Accounts, Contents, Hashing, KeptPassword, NoDirectories, OutOfReach, Policies, SmallMachine,
};

pub const PASSWORD: &str = "Correct-Horse-77";
/// The one other origin whose pages may call the API.
pub const CONSOLE: &str = "https://console.example";
pub const ALICE: &str = "alice@local.test";
/// The moment at which the clock of the tests stands, as key documents print it.
pub const NOW: &str = "2026-03-05 17:39:13.813";

pub struct Office {
    pub api: Arc<ManagementApi>,
    pub clock: FrozenClock,
    pub taking_work: watch::Sender<bool>,
    pub scrape_tokens: watch::Sender<ScrapeTokens>,
    pub first_password: Arc<KeptPassword>,
    pub contents: Arc<Contents>,
    pub service: Arc<Service>,
    _data: TempDir,
}

/// Which rule for an expiry on a first key is in force.
pub struct Rules {
    pub first_key: FirstKeyRule,
}

impl Office {
    /// A server on which only `root` and the namespace `local` exist.
    pub async fn open() -> Self {
        Self::with(Rules { first_key: FirstKeyRule::Lenient }).await
    }

    pub async fn with(rules: Rules) -> Self {
        let data = tempfile::tempdir().expect("temp dir");
        let clock = FrozenClock::default();
        let first_password = Arc::new(KeptPassword::default());
        let contents = Arc::new(Contents::default());
        let service = service(&data, &clock, &first_password, Arc::clone(&contents), rules);
        service.first_start(&Password::from(PASSWORD)).await.expect("root is made");
        service.prepare().await.expect("ready");
        let (taking_work, takes_work) = watch::channel(true);
        let (scrape_tokens, tokens_read) = watch::channel(ScrapeTokens::default());
        let options = Options {
            trusted_proxies: TrustedProxies::default(),
            cross_origin: AllowedOrigins::new(vec![CONSOLE.parse().expect("origin")]),
            taking_work: takes_work,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            scrape_tokens: tokens_read,
            refuse_s3: Arc::new(|| Response::new(Bytes::from_static(b"S3 is elsewhere"))),
        };
        let api = ManagementApi::new(Arc::clone(&service), options);
        Self { api, clock, taking_work, scrape_tokens, first_password, contents, service, _data: data }
    }

    /// The same with Alice of the local domain.
    pub async fn with_alice() -> (Self, String) {
        let office = Self::open().await;
        let root = office.log_in("root").await;
        let body = format!(r#"{{"name":"{ALICE}","password":"{PASSWORD}"}}"#);
        office.post("/keyward/v1/people").token(&root).json(&body).send().await.expect(200);
        let alice = office.log_in(ALICE).await;
        (office, alice)
    }

    /// A token of somebody with the password of these tests.
    pub async fn log_in(&self, name: &str) -> String {
        self.get("/login").basic(name, PASSWORD).send().await.expect(200).header("x-sds-auth-token").to_owned()
    }

    /// Makes a management user with these flags, logged in.
    pub async fn operator(&self, root: &str, name: &str, flags: &str) -> String {
        let body = format!(r#"{{"userId":"{name}","password":"{PASSWORD}"{flags}}}"#);
        self.post("/vdc/users").token(root).json(&body).send().await.expect(200);
        self.log_in(name).await
    }

    pub fn get(&self, path: &str) -> Asking<'_> {
        self.ask(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Asking<'_> {
        self.ask(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Asking<'_> {
        self.ask(Method::PUT, path)
    }

    pub fn ask(&self, method: Method, path: &str) -> Asking<'_> {
        let peer = "192.0.2.7:40000".parse().expect("address");
        Asking { office: self, method, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new(), peer }
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

/// A request in the making.
pub struct Asking<'a> {
    office: &'a Office,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    peer: SocketAddr,
}

impl Asking<'_> {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().expect("header"));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("x-sds-auth-token", token)
    }

    pub fn basic(self, name: &str, password: &str) -> Self {
        let encoded = BASE64_STANDARD.encode(format!("{name}:{password}"));
        self.header("authorization", &format!("Basic {encoded}"))
    }

    /// Asks for an answer in JSON, without a body.
    pub fn for_json(self) -> Self {
        self.header("accept", "application/json")
    }

    /// Sends JSON and asks for JSON.
    pub fn json(self, body: &str) -> Self {
        self.for_json().body("application/json", body)
    }

    /// Sends XML and says nothing about the answer.
    pub fn xml(self, body: &str) -> Self {
        self.body("application/xml", body)
    }

    pub fn body(mut self, content_type: &str, body: &str) -> Self {
        self.body = Bytes::copy_from_slice(body.as_bytes());
        self.header("content-type", content_type)
    }

    pub fn from(mut self, peer: &str) -> Self {
        self.peer = peer.parse().expect("address");
        self
    }

    pub async fn send(self) -> Answered {
        let what = format!("{} {}", self.method, self.path);
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("path");
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(Peer { address: self.peer, encrypted: true });
        let (head, body) = self.office.api.answer(request).await.into_parts();
        let body = body.collect().await.expect("in memory").to_bytes();
        Answered { what, status: head.status.as_u16(), headers: head.headers, body: text(&body) }
    }
}

fn text(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).expect("UTF-8")
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    pub what: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answered {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.body);
        self
    }

    /// Holds the answer to an error document with this code.
    #[track_caller]
    pub fn refused(self, status: u16, code: u32) -> Self {
        let answer = self.expect(status);
        let spellings = [format!("<error><code>{code}</code>"), format!(r#"{{"code":{code},"#)];
        assert!(spellings.iter().any(|spelling| answer.body.contains(spelling)), "{}: {}", answer.what, answer.body);
        answer
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("{}: no {name}", self.what)).to_str().expect("text")
    }

    /// A field of a JSON answer, as text.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        match &self.value()[name] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    #[track_caller]
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.what, self.body))
    }

    /// The text of an element that stands once in an XML answer.
    #[track_caller]
    pub fn element(&self, name: &str) -> &str {
        let (_, rest) =
            self.body.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name}: {}", self.body));
        rest.split_once(&format!("</{name}>")).expect("closed").0
    }
}

fn service(
    data: &TempDir,
    clock: &FrozenClock,
    first_password: &Arc<KeptPassword>,
    contents: Arc<Contents>,
    rules: Rules,
) -> Arc<Service> {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
    let keys = MasterKeys::generate(&*entropy);
    let sealer: Arc<dyn Sealer> = Arc::new(EnvelopeSealer::new(&keys, Arc::clone(&entropy)).expect("sealer"));
    let audit = AuditKeys::new([7; 32]);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(data.path().join("identity.db"), audit).expect("store"));
    let local_domains = vec![DomainName::parse("local.test").expect("domain")];
    let passwords = Passwords::new(&*entropy).expect("hasher");
    let accounts = Arc::new(Accounts { store: Arc::clone(&store), local_domains: local_domains.clone() });
    let local_providers: Vec<Arc<dyn Provider>> = vec![
        Arc::new(ManagementUsers::new(accounts.clone(), passwords.clone())),
        Arc::new(LocalPeople::new(accounts, passwords.clone())),
        Arc::new(OutOfReach),
    ];
    let credentials = CredentialSource::new(Arc::clone(&store), Arc::clone(&sealer));
    Service::new(Parts {
        sealer,
        credentials: Arc::new(CredentialCache::new(Capacity::default(), Arc::new(credentials))),
        buckets: Arc::new(BucketCache::new(Capacity::default(), Arc::new(BucketSource::new(Arc::clone(&store))))),
        store,
        local_providers,
        decoy: Arc::new(passwords.clone()) as Arc<dyn Decoy>,
        throttle: Throttle::default(),
        directories: Arc::new(NoDirectories),
        passwords: Arc::new(Hashing { passwords, entropy: Arc::clone(&entropy) }),
        first_password: Arc::clone(first_password) as _,
        contents,
        policies: Arc::new(Policies),
        node: Arc::new(SmallMachine),
        clock,
        entropy,
        settings: SystemSettings { first_key: rules.first_key, local_domains },
    })
}
