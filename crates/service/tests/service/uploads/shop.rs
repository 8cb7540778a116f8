//! A house with the built-in object store, where Alice has a bucket, and uploads that are sent piece by piece.

use std::convert::Infallible;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use keyward_ambient::{Clock, Entropy, SystemEntropy};
use keyward_identity::BucketSettings;
use keyward_keyring::Secret;
use keyward_listener::TrustedProxies;
use keyward_objects::{Backend, KeySealError, KeySealer};
use keyward_objects_local::LocalObjects;
use keyward_objects_local::engine::{BucketId, Engine, ListQuery, Settings};
use keyward_s3_endpoint::{Endpoint, Parts, SigV2Default};
use keyward_service::Caller;
use keyward_signature::sign::{SigningCredential, authorize};
use keyward_signature::{ContentSha256, Rules};
use keyward_testkit::SeededEntropy;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::house::{ALICE, HERE, House, bucket_name, namespace_name, user_id};

pub(super) struct Shop {
    pub(super) house: House,
    pub(super) alice: Caller,
    endpoint: Endpoint,
    objects: Arc<LocalObjects>,
    engine: Engine,
    folder: TempDir,
}

/// A request whose body is sent by the test.
pub(super) struct Upload {
    pieces: mpsc::Sender<Bytes>,
    answer: JoinHandle<(u16, String)>,
}

/// Keeps keys as they are: nothing is encrypted here.
struct Unsealed;

impl KeySealer for Unsealed {
    fn seal(&self, key: &[u8; 32]) -> Result<Vec<u8>, KeySealError> {
        Ok(key.to_vec())
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeySealError> {
        sealed.try_into().map(Zeroizing::new).map_err(|_| KeySealError("not sealed here".to_owned()))
    }
}

impl Shop {
    pub(super) async fn open() -> Self {
        let house = House::open().await;
        let folder = tempfile::tempdir().unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let settings = Settings { inline_limit: 1000, write_batch: 10_000, ..Settings::default() };
        let clock: Arc<dyn Clock> = Arc::new(house.clock.clone());
        let engine = Engine::open(folder.path(), Arc::clone(&clock), Arc::clone(&entropy), settings).unwrap();
        let objects = Arc::new(LocalObjects::on(engine.clone(), Arc::new(Unsealed), entropy));
        let endpoint = Endpoint::new(Parts {
            service: Arc::clone(&house.service),
            backend: Arc::clone(&objects) as Arc<dyn Backend>,
            rules: Rules::default(),
            sigv2: SigV2Default::default(),
            anonymous_namespace: None,
            trusted_proxies: TrustedProxies::default(),
            clock,
            entropy: Arc::new(SeededEntropy::new(3)),
            access_log: None,
        });
        let alice = house.person(ALICE).await;
        alice.issue_own_key(None).await.unwrap();
        alice.deactivate_own_keys(&keyward_keyring::Deactivation::All).await.unwrap();
        house.root.create_object_user("bob", "ns1", Vec::new()).await.unwrap();
        let shop = Self { house, alice, endpoint, objects, engine, folder };
        shop.make_bucket().await;
        shop
    }

    async fn make_bucket(&self) {
        let (name, settings) = (bucket_name("photos"), BucketSettings::default());
        // Bob's, so that Alice can be deleted; his policy lets her do everything.
        let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}]}"#;
        let settings = BucketSettings { policy: Some(policy.to_owned()), ..settings };
        let bob = self.house.user("bob").await;
        self.house.service.create_bucket(&name, &bob, settings, HERE).await.unwrap();
        self.objects.open_bucket(self.bucket().await.0).await.unwrap();
    }

    pub(super) async fn make_bucket_again(&self) {
        let bucket = self.house.service.bucket(&namespace_name("ns1"), &bucket_name("photos")).await.unwrap().unwrap();
        self.objects.close_bucket(bucket.id).await.unwrap();
        self.house.service.delete_bucket(&bucket, &user_id("bob"), HERE).await.unwrap();
        self.make_bucket().await;
    }

    async fn bucket(&self) -> BucketId {
        let found = self.house.service.bucket(&namespace_name("ns1"), &bucket_name("photos")).await.unwrap();
        BucketId(found.unwrap().id)
    }

    /// The keys in the bucket.
    pub(super) async fn keys(&self) -> Vec<String> {
        let query = ListQuery { limit: 1000, ..ListQuery::default() };
        // By its number: the registry may be down.
        let mut keys = Vec::new();
        for (bucket, _) in self.engine.buckets().await.unwrap() {
            if let Ok(page) = self.engine.list(bucket, query.clone()).await {
                keys.extend(page.entries.into_iter().map(|(key, _)| key));
            }
        }
        keys
    }

    /// How many body files are left once the store is closed.
    pub(super) async fn files_left(&self) -> usize {
        self.engine.close().await;
        files_below(&self.folder.path().join("bodies"))
    }

    /// Begins to put 200,000 bytes.
    pub(super) async fn begin_put(&self, secret: &Secret, key: &str) -> Upload {
        self.begin_put_of(secret, key, 200_000).await
    }

    pub(super) async fn begin_put_of(&self, secret: &Secret, key: &str, length: usize) -> Upload {
        self.begin_of(secret, "PUT", &format!("/photos/{key}"), length).await
    }

    /// Begins a request with a body of 20 bytes.
    pub(super) async fn begin(&self, secret: &Secret, method: &str, target: &str) -> Upload {
        self.begin_of(secret, method, target, 20).await
    }

    async fn begin_of(&self, secret: &Secret, method: &str, target: &str, length: usize) -> Upload {
        let (pieces, arriving) = mpsc::channel(1);
        let body = Arriving { arriving, left: length };
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", "s3.test")
            .header("content-length", length)
            .header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==");
        let mut request = request.body(body).unwrap();
        if target.starts_with("/photos/") && !target.contains('?') {
            request.headers_mut().remove("content-md5");
        }
        let (mut head, body) = request.into_parts();
        let secret_key = secret.key.expose().as_bytes();
        let credential = SigningCredential { access_key_id: ALICE, secret_key, region: "here" };
        authorize(&mut head, &credential, ContentSha256::UNSIGNED, self.house.clock.now()).unwrap();
        let endpoint = self.endpoint.clone();
        let answer = tokio::spawn(async move {
            let (head, body) = endpoint.handle(Request::from_parts(head, body)).await.into_parts();
            let body = body.collect().await.expect("the answer is read to its end").to_bytes();
            (head.status.as_u16(), String::from_utf8_lossy(&body).into_owned())
        });
        Upload { pieces, answer }
    }
}

impl Upload {
    /// Sends so many bytes, once those before were taken; fine when the request was refused meanwhile.
    pub(super) async fn send(&self, bytes: usize) {
        let _ = self.pieces.send(Bytes::from(vec![b'x'; bytes])).await;
        // Of one piece at a time the next place is free when it was taken.
        let _ = self.pieces.reserve().await;
    }

    pub(super) async fn answer(self) -> (u16, String) {
        drop(self.pieces);
        self.answer.await.unwrap()
    }
}

/// A body that a test sends.
struct Arriving {
    arriving: mpsc::Receiver<Bytes>,
    left: usize,
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = std::task::ready!(self.arriving.poll_recv(context));
        self.left -= piece.as_ref().map_or(0, Bytes::len);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}

/// Lets others go first so many times.
pub(super) async fn pass(turns: u8) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

fn files_below(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}
