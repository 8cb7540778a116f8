//! A store of one's own with two buckets of Alice's, and signed requests to it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::request::Parts;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use keyward_ambient::{Clock, SystemEntropy, Timestamp};
use keyward_identity::{Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId, Versioning};
use keyward_objects::{
    Backend, Checked, CommitCheck, Judged, KeySealError, KeySealer, RequestBody, ResponseBody, empty, full,
    read_decided, refused_body, streamed,
};
use keyward_objects_local::LocalObjects;
use keyward_objects_local::engine::{Engine, Settings};
use keyward_policy::{Access, Circumstances, Decision, Requester, Resource, Source, Stated, decide};
use keyward_s3_wire::operations::CopySource;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, BaseUrls, Operation, RequestHead, S3Error, VersionId};
use keyward_signature::sign::{SignedHead, SigningCredential, authorize};
use keyward_signature::{CandidateSecret, Claim, ContentSha256, Declared, Payload, Rules, SigningKeys};
use keyward_testkit::FrozenClock;
use tempfile::TempDir;
use zeroize::Zeroizing;

const ALICE: &str = "alice@corp.example";
const SECRET: &str = "a-secret-of-alice";

/// Parts but the last have at least so many bytes here, so that small bodies make multipart objects.
pub const LEAST_PART: usize = 10;

/// Bodies of up to so many bytes are kept in the metadata file, larger ones in files of their own.
pub const INLINE: usize = 64;

pub struct Shop {
    pub home: TempDir,
    pub store: LocalObjects,
    pub clock: FrozenClock,
    /// What quotas leave; `None` without any.
    pub room: Option<u64>,
    /// What the store asks before it commits.
    pub commit_check: CommitCheck,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The answer ended before all that was announced had come.
    pub broke_off: bool,
}

/// Keeps keys as they are: sealing is not what is looked at here.
pub struct OpenBook;

impl KeySealer for OpenBook {
    fn seal(&self, key: &[u8; 32]) -> Result<Vec<u8>, KeySealError> {
        Ok(key.to_vec())
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeySealError> {
        sealed.try_into().map(Zeroizing::new).map_err(|_| KeySealError("not sealed here".to_owned()))
    }
}

struct Secret(SigningKeys);

impl CandidateSecret for Secret {
    fn id(&self) -> [u8; 16] {
        [1; 16]
    }

    fn secret(&self) -> &[u8] {
        SECRET.as_bytes()
    }

    fn signing_keys(&self) -> &SigningKeys {
        &self.0
    }
}

fn settings() -> Settings {
    Settings {
        shards: 2,
        inline_limit: INLINE,
        min_part_size: LEAST_PART as u64,
        write_batch: 128,
        read_piece: 100,
        ..Settings::default()
    }
}

pub fn bucket(name: &str) -> Arc<Bucket> {
    // Of different shards. The last two are one bucket while it keeps versions and while it no longer does; a test
    // that wants it opens it.
    let (id, versioning) = match name {
        "other" => (3, Versioning::Off),
        "versioned" => (4, Versioning::Enabled),
        "suspended" => (4, Versioning::Suspended),
        _ => (2, Versioning::Off),
    };
    Arc::new(Bucket {
        name: BucketName::parse(name).unwrap(),
        namespace: NamespaceName::parse("ns1").unwrap(),
        id,
        owner: ObjectUserId::parse(ALICE).unwrap(),
        owner_unique_id: None,
        created_at: Timestamp::EPOCH,
        settings: BucketSettings { versioning, ..BucketSettings::default() },
    })
}

impl Shop {
    /// A store with the empty buckets `bkt` and `other`.
    pub async fn open() -> Self {
        let (home, clock) = (tempfile::tempdir().unwrap(), FrozenClock::default());
        let engine = Engine::open(home.path(), Arc::new(clock.clone()), Arc::new(SystemEntropy), settings()).unwrap();
        let store = LocalObjects::on(engine, Arc::new(OpenBook), Arc::new(SystemEntropy));
        for name in ["bkt", "other"] {
            store.open_bucket(bucket(name).id).await.unwrap();
        }
        Self { home, store, clock, room: None, commit_check: CommitCheck::unsigned() }
    }

    /// Sends a signed request and reads the whole answer.
    pub async fn ask(&self, method: Method, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let request = head(method, target, headers, Some(body.len()));
        let (parts, _) = self.signed(request, ContentSha256::of(body));
        self.send(parts, full(body.to_vec())).await
    }

    pub async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask(Method::GET, target, headers, b"").await
    }

    pub async fn head(&self, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask(Method::HEAD, target, headers, b"").await
    }

    pub async fn put(&self, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.ask(Method::PUT, target, headers, body).await
    }

    /// Puts an object that must be taken, and answers its tag.
    pub async fn holds(&self, target: &str, body: &[u8]) -> String {
        let put = self.put(target, &[], body).await;
        assert_eq!(put.status, StatusCode::OK, "{put:?}");
        put.header("etag").to_owned()
    }

    /// Signs a head as Alice.
    pub fn signed(&self, mut parts: Parts, content: ContentSha256) -> (Parts, SignedHead) {
        let credential = SigningCredential { access_key_id: ALICE, secret_key: SECRET.as_bytes(), region: "us-east-1" };
        let head = authorize(&mut parts, &credential, content, self.clock.now()).unwrap();
        (parts, head)
    }

    /// Sends what was signed, and reads the whole answer.
    pub async fn send(&self, head: Parts, body: RequestBody) -> Reply {
        self.send_judged(head, body, Judged::default()).await
    }

    /// The same where the permission was decided by these facts.
    pub async fn send_judged(&self, head: Parts, body: RequestBody, judged: Judged) -> Reply {
        match self.answer(head, body, judged).await {
            Ok(reply) => reply,
            Err(error) => Reply {
                status: error.status(),
                headers: error.headers().map(|(name, value)| (name.clone(), value.clone())).collect(),
                body: error.to_xml("ID", "HOST").into(),
                broke_off: false,
            },
        }
    }

    async fn answer(&self, head: Parts, body: RequestBody, judged: Judged) -> Result<Reply, S3Error> {
        let claim = Claim::parse(&head, &Rules::default()).unwrap().expect("the request is signed");
        let verified = claim.verify(&head, &[Secret(SigningKeys::new())], self.clock.now()).unwrap();
        let address = Address::resolve(&head, &BaseUrls::none()).unwrap();
        let query = Query::of(&head)?;
        let operation = Operation::resolve(&head, &query, &address)?;
        let (clean, plan) = verified.clean(head);
        let source = match operation {
            Operation::CopyObject | Operation::UploadPartCopy => {
                let source = CopySource::of(clean.headers()).unwrap();
                Some(Source { bucket: bucket(source.bucket.as_str()), key: source.key, version: source.version_id })
            }
            _ => None,
        };
        let bucket = bucket(address.bucket.unwrap().as_str());
        let resource = match address.key {
            Some(key) => Resource::Object(bucket, key),
            None => Resource::Bucket(bucket),
        };
        let requester = Requester::User {
            id: ObjectUserId::parse(ALICE).unwrap(),
            namespace: NamespaceName::parse("ns1").unwrap(),
            unique_id: None,
            namespace_id: None,
        };
        let declared = match operation {
            Operation::CompleteMultipartUpload => Declared::of_body_with_foreign_checksum(&clean),
            _ => Declared::of_body(&clean),
        };
        let declared = declared.map_err(|error| refused_body(&error))?;
        let mut payload = Payload::new(plan, declared, body).map_err(|error| refused_body(&error))?;
        let stated = Stated::of(operation, clean.headers())?;
        let mut access = Access { requester, operation, resource, version: VersionId::of(&query)?, source, stated };
        let allowed = loop {
            let circumstances = Circumstances { headers: Some(clean.headers()), ..Circumstances::at(self.clock.now()) };
            access = match decide(access, &circumstances).unwrap() {
                Decision::Granted(allowed) => break allowed,
                Decision::NeedsBody(access) => access,
                other => panic!("{other:?}"),
            };
            access.stated.body = read_decided(operation, RequestHead::of(clean.parts(), &query), payload).await?;
            payload = Payload::of_nothing(empty());
        };
        let checked = Checked::new(clean, query, allowed, payload, self.commit_check.clone());
        let checked = checked.with_room(self.room).with_judged(judged);
        let (head, body) = self.store.call(checked).await?.into_parts();
        let (body, broke_off) = drained(body).await;
        Ok(Reply { status: head.status, headers: head.headers, body, broke_off })
    }

    /// Closes the store: the body files that are left.
    pub async fn left_behind(self) -> BTreeSet<String> {
        self.store.close().await;
        files_below(&self.home.path().join("bodies"))
    }
}

/// A head that nobody signed yet.
pub fn head(method: Method, target: &str, headers: &[(&str, &str)], length: Option<usize>) -> Parts {
    // Clients tell the length of an empty body where the method calls for one.
    let tells_zero = method == Method::PUT || method == Method::POST;
    let mut request = Request::builder().method(method).uri(target).header("host", "s3.corp.example:9020");
    if let Some(length) = length.filter(|length| *length > 0 || tells_zero) {
        request = request.header("content-length", length);
    }
    for (name, value) in headers {
        request = request.header(*name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    request.body(()).unwrap().into_parts().0
}

/// All bytes of a body, and whether it ended with an error.
async fn drained(mut body: ResponseBody) -> (Bytes, bool) {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend(frame.into_data().unwrap_or_default()),
            Err(_) => return (bytes.into(), true),
        }
    }
    (bytes.into(), false)
}

/// A body that arrives in these pieces, and may break off.
pub fn pieces(pieces: Vec<Result<Bytes, &'static str>>) -> RequestBody {
    streamed(StreamBody::new(stream::iter(pieces.into_iter().map(|piece| piece.map(Frame::data)))))
}

fn files_below(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.append(&mut files_below(&path));
        } else {
            names.insert(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    names
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The texts of all elements of this name.
    pub fn all(&self, element: &str) -> Vec<&str> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        self.text().split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap()).collect()
    }

    /// The text of the one element of this name; empty when there is none.
    pub fn the(&self, element: &str) -> &str {
        self.all(element).first().copied().unwrap_or_default()
    }

    /// Status and error code.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.the("Code"))
    }
}

/// `size` bytes that tell their place.
pub fn bytes_of(seed: usize, size: usize) -> Vec<u8> {
    (0..size).map(|place| ((seed * 131 + place * 7 + place / 251) % 256) as u8).collect()
}
