//! A server without listeners, and the calls that are counted.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use keyward_ambient::{Clock, Entropy};
use keyward_login::Password;
use keyward_s3_endpoint::Endpoint;
use keyward_service::{Caller, NamespaceChange, Origin};
use keyward_signature::ContentSha256;
use keyward_signature::sign::{SigningCredential, authorize};
use keyward_testkit::{FrozenClock, SeededEntropy};

use crate::assemble::Assembly;
use crate::config::{Environment, Settings};
use crate::data_dir::DataDir;

/// The object that is read, and its bytes.
pub(crate) const PHOTO: &str = "/photos/2026/03/05/IMG_4711.jpg";
pub(crate) const PHOTO_SIZE: usize = 1024;

const NAMESPACE: &str = "ns1";
const USER: &str = "alice@corp.example";
const HERE: Origin = Origin { address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) };
const LISTED: usize = 1000;

/// Users who have no key yet; a run makes one for each time.
const NEW_USERS: usize = 400;

/// Beside the data: the user's secret, and the token of an administrator.
const NOTES: &str = "notes";

/// A server and the time at which everything happens there.
pub(crate) struct Server {
    assembly: Assembly,
    clock: FrozenClock,
    secret: String,
    root: Caller,
    _data_dir: DataDir,
}

/// Opens the data directory with the binary's own assembly; the entropy is that of `seed`.
async fn assemble(directory: &Path, seed: u64) -> (Assembly, FrozenClock, DataDir) {
    let flags = BTreeMap::from([("data_dir", directory.display().to_string())]);
    let environment = Environment::of_process();
    let settings = Settings::read(None, flags, &environment).expect("settings");
    let data_dir = DataDir::open(&settings.data_dir).expect("a data directory");
    let clock = FrozenClock::default();
    let ambient: (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(clock.clone()), Arc::new(SeededEntropy::new(seed)));
    let assembly = Assembly::open(&settings, &environment, &data_dir, None, ambient).await.expect("a server");
    (assembly, clock, data_dir)
}

/// Fills a new data directory. Root's password is made on the first start, and read from its file.
pub(crate) async fn prepare(directory: &Path) {
    let (assembly, clock, _data_dir) = assemble(directory, 1).await;
    let first = fs::read_to_string(directory.join("root-password")).expect("root's password");
    let session = assembly.service.log_in("root", Password::from(first.trim()), HERE).await.expect("logs in");
    let root = assembly.service.caller(session.token.expose(), HERE).await.expect("is known");
    root.create_namespace(NAMESPACE, NamespaceChange::default()).await.expect("a namespace");
    root.create_object_user(USER, NAMESPACE, Vec::new()).await.expect("a user");
    for _ in 0..2 {
        root.issue_key_for(USER, Some(NAMESPACE), None, None).await.expect("a key");
    }
    let [_, newer] = root.keys_of(USER, Some(NAMESPACE)).await.expect("keys");
    let secret = newer.expect("the newer").key.expose().to_owned();
    for number in 0..NEW_USERS {
        root.create_object_user(&new_user(number), NAMESPACE, Vec::new()).await.expect("a user");
    }
    fs::write(directory.join(NOTES), format!("{secret}\n{}\n", session.token.expose())).expect("notes");
    let server = Server { assembly, clock, secret, root, _data_dir };
    server.send(Method::PUT, "/photos", Bytes::new()).await;
    server.send(Method::PUT, PHOTO, Bytes::from(vec![b'p'; PHOTO_SIZE])).await;
    server.send(Method::PUT, "/listed", Bytes::new()).await;
    for number in 0..LISTED {
        server.send(Method::PUT, &format!("/listed/2026/03/IMG_{number:04}.jpg"), Bytes::from_static(b"x")).await;
    }
    server.close().await;
}

fn new_user(number: usize) -> String {
    format!("app-{number:04}@corp.example")
}

impl Server {
    /// Opens what [`prepare`] has filled.
    pub(crate) async fn open(directory: &Path, seed: u64) -> Self {
        let (assembly, clock, _data_dir) = assemble(directory, seed).await;
        let notes = fs::read_to_string(directory.join(NOTES)).expect("notes");
        let (secret, token) = notes.trim().split_once('\n').expect("two lines");
        let root = assembly.service.caller(token, HERE).await.expect("is known");
        Self { secret: secret.to_owned(), assembly, clock, root, _data_dir }
    }

    pub(crate) async fn close(self) {
        self.assembly.objects.close().await;
    }

    /// Reads an object of this size.
    pub(crate) async fn get(&self, path: &str, size: usize) {
        assert_eq!(self.send(Method::GET, path, Bytes::new()).await.len(), size);
    }

    /// Lists a bucket of 1,000 objects in one page.
    pub(crate) async fn list(&self) {
        let page = self.send(Method::GET, "/listed?list-type=2", Bytes::new()).await;
        assert!(page.len() > 100 * LISTED, "{} bytes", page.len());
    }

    /// Makes the first key of a user who has none yet.
    pub(crate) async fn issue_key(&self, number: usize) {
        assert!(number < NEW_USERS, "there are {NEW_USERS} users without a key");
        self.root.issue_key_for(&new_user(number), Some(NAMESPACE), None, None).await.expect("a key");
    }

    /// Signs a request, has it answered, and reads the answer to its end.
    async fn send(&self, method: Method, target: &str, body: Bytes) -> Bytes {
        let request = Request::builder().method(method).uri(target).header("host", "s3.test");
        let request = request.header("content-length", body.len());
        let mut head = request.body(()).expect("a request").into_parts().0;
        let secret_key = self.secret.as_bytes();
        let credential = SigningCredential { access_key_id: USER, secret_key, region: "us-east-1" };
        authorize(&mut head, &credential, ContentSha256::of(&body), self.clock.now()).expect("signs");
        answered(&self.assembly.endpoint, Request::from_parts(head, Full::new(body))).await
    }
}

async fn answered(endpoint: &Endpoint, request: Request<Full<Bytes>>) -> Bytes {
    let (head, body) = endpoint.clone().handle(request).await.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes();
    let answer: Response<()> = Response::from_parts(head, ());
    assert_eq!(answer.status(), 200, "{body:?}");
    body
}
