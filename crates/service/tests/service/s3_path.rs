//! The S3 path beside its identity store: what is cached needs no store, and is judged by the clock of each request.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Empty};
use keyward_ambient::Clock;
use keyward_identity::{Acl, Bucket, BucketSettings};
use keyward_keyring::{Deactivation, Secret};
use keyward_listener::TrustedProxies;
use keyward_objects::{Backend, BucketError, BucketState, Checked, Feature, Granted, ObjectFacts, ResponseBody, empty};
use keyward_s3_endpoint::{Endpoint, Parts, SigV2Default};
use keyward_s3_wire::{ObjectKey, S3Error, VersionId};
use keyward_signature::sign::{SigningCredential, authorize};
use keyward_signature::{ContentSha256, Rules};
use keyward_testkit::SeededEntropy;

use crate::house::{ALICE, BOB, HERE, House, bucket_name};

/// Every object is there and empty.
struct EmptyObjects;

#[async_trait]
impl Backend for EmptyObjects {
    async fn call(&self, _request: Checked) -> Result<Response<ResponseBody>, S3Error> {
        Ok(Response::new(empty()))
    }

    fn offers(&self, _feature: Feature) -> bool {
        false
    }

    async fn object_facts(
        &self,
        _bucket: &Bucket,
        _key: &ObjectKey,
        _version: Option<&VersionId>,
    ) -> Result<Option<ObjectFacts>, S3Error> {
        Ok(None)
    }

    async fn put_object_acl(&self, _granted: &Granted, _acl: &Acl) -> Result<(), S3Error> {
        Ok(())
    }

    async fn stored_bytes(&self, _bucket_id: u64) -> Result<u64, BucketError> {
        Ok(0)
    }

    async fn open_bucket(&self, _bucket_id: u64) -> Result<(), BucketError> {
        Ok(())
    }

    async fn close_bucket(&self, _bucket_id: u64) -> Result<(), BucketError> {
        Ok(())
    }

    async fn discard_bucket(&self, _bucket_id: u64) -> Result<(), BucketError> {
        Ok(())
    }

    async fn bucket_states(&self) -> Result<Vec<(u64, BucketState)>, BucketError> {
        Ok(Vec::new())
    }
}

impl House {
    fn s3(&self) -> Endpoint {
        Endpoint::new(Parts {
            service: Arc::clone(&self.service),
            backend: Arc::new(EmptyObjects),
            rules: Rules::default(),
            sigv2: SigV2Default::default(),
            anonymous_namespace: None,
            trusted_proxies: TrustedProxies::default(),
            clock: Arc::new(self.clock.clone()),
            entropy: Arc::new(SeededEntropy::new(3)),
            access_log: None,
        })
    }

    /// Alice with a key and a bucket.
    async fn alice_with_a_bucket(&self) -> Secret {
        let secret = self.person(ALICE).await.issue_own_key(None).await.unwrap().secret;
        let (bucket, alice) = (bucket_name("photos"), self.user(ALICE).await);
        self.service.create_bucket(&bucket, &alice, BucketSettings::default(), HERE).await.unwrap();
        secret
    }

    /// Why a GET was refused.
    async fn message(&self, endpoint: &Endpoint, secret: &Secret) -> String {
        let answer = self.answer(endpoint, ALICE, secret).await;
        assert_eq!(answer.status(), 403);
        let body = answer.into_body().collect().await.expect("the answer is read to its end").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        text.split("<Message>").nth(1).and_then(|rest| rest.split("</Message>").next()).unwrap().to_owned()
    }

    /// The status of a GET that was signed at this moment.
    async fn get(&self, endpoint: &Endpoint, access_key_id: &str, secret: &Secret) -> u16 {
        self.answer(endpoint, access_key_id, secret).await.status().as_u16()
    }

    async fn answer(
        &self,
        endpoint: &Endpoint,
        access_key_id: &str,
        secret: &Secret,
    ) -> Response<impl Body<Data = Bytes, Error: std::fmt::Debug>> {
        let request = Request::get("/photos/1.jpg").header("host", "s3.test").body(Empty::<Bytes>::new()).unwrap();
        let (mut head, body) = request.into_parts();
        let secret_key = secret.key.expose().as_bytes();
        let credential = SigningCredential { access_key_id, secret_key, region: "here" };
        authorize(&mut head, &credential, ContentSha256::of(b""), self.clock.now()).unwrap();
        endpoint.clone().handle(Request::from_parts(head, body)).await
    }
}

#[tokio::test]
async fn a_signature_under_no_live_secret_is_refused_with_all_causes_and_not_with_the_one() {
    let house = House::open().await;
    let ended = house.alice_with_a_bucket().await;
    let alice = house.enter(ALICE).await;
    let wrong = Secret { key: keyward_keyring::SecretKey::parse("not-the-key-of-alice").unwrap(), ..ended.clone() };
    alice.issue_own_key(Some(5)).await.unwrap();
    let endpoint = house.s3();
    house.pass_minutes(5);
    let mut messages = Vec::new();
    for secret in [&ended, &wrong] {
        messages.push(house.message(&endpoint, secret).await);
    }
    alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
    messages.push(house.message(&endpoint, &ended).await);
    let message = &messages[0];
    assert!(message.starts_with("The request signature we calculated does not match the signature you provided."));
    assert!(message.contains("has expired or was ended") && message.contains("not the right one"), "{message}");
    assert!(messages.iter().all(|other| other == message), "{messages:?}");
}

#[tokio::test]
async fn a_request_with_cached_credential_and_bucket_asks_the_store_nothing() {
    let house = House::open().await;
    let secret = house.alice_with_a_bucket().await;
    let endpoint = house.s3();
    assert_eq!(house.get(&endpoint, ALICE, &secret).await, 200);
    let asked = house.store.asked();
    house.store.set_down(true);
    for _ in 0..5 {
        assert_eq!(house.get(&endpoint, ALICE, &secret).await, 200);
    }
    assert_eq!(house.store.asked(), asked);
    assert_eq!(house.get(&endpoint, BOB, &secret).await, 503, "who is not cached cannot be found out");
}

#[tokio::test]
async fn an_id_that_nobody_has_is_asked_for_once() {
    let house = House::open().await;
    let secret = house.alice_with_a_bucket().await;
    let endpoint = house.s3();
    assert_eq!(house.get(&endpoint, "nobody", &secret).await, 403);
    let asked = house.store.asked();
    for _ in 0..5 {
        assert_eq!(house.get(&endpoint, "nobody", &secret).await, 403);
    }
    assert_eq!(house.store.asked(), asked);
}

#[tokio::test]
async fn a_cached_secret_is_refused_from_the_moment_its_grace_ends() {
    let house = House::open().await;
    let old = house.alice_with_a_bucket().await;
    let alice = house.enter(ALICE).await;
    let new = alice.issue_own_key(Some(5)).await.unwrap().secret;
    let endpoint = house.s3();
    assert_eq!(house.get(&endpoint, ALICE, &old).await, 200);
    house.store.set_down(true);
    house.pass_minutes(5);
    assert_eq!(house.get(&endpoint, ALICE, &old).await, 403);
    assert_eq!(house.get(&endpoint, ALICE, &new).await, 200);
}

#[tokio::test]
async fn whoever_signs_right_passes_at_once_whatever_others_send_under_the_same_id() {
    let house = House::open().await;
    let right = house.alice_with_a_bucket().await;
    let wrong = Secret { key: keyward_keyring::SecretKey::parse("not-the-key-of-alice").unwrap(), ..right.clone() };
    let endpoint = house.s3();
    for _ in 0..10 {
        assert_eq!(house.get(&endpoint, ALICE, &wrong).await, 403);
    }
    // The clock stands still, so the eleventh waits for ever; the right one does not.
    let waiting = house.get(&endpoint, ALICE, &wrong);
    tokio::pin!(waiting);
    let is_pending = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending())).await;
    assert!(is_pending);
    assert_eq!(house.get(&endpoint, ALICE, &right).await, 200);
    house.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(waiting.await, 403);
}
