//! Secrets, signed heads and bodies for the tests.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::request::{Builder, Parts};
use http_body::{Body, Frame};
use keyward_ambient::Timestamp;
use keyward_signature::sign::{SignedHead, SigningCredential, authorize};
use keyward_signature::{
    Addressed, CandidateSecret, Claim, Clean, ContentSha256, Declared, Payload, PayloadError, PayloadPlan, Rules,
    SignatureError, SigningKeys, Verified, VerifiedBody,
};
use sha1::Sha1;
use sha2::Sha256;

pub const ALICE: &str = "alice@corp.example";

/// 2026-03-05T17:39:13Z.
pub fn now() -> Timestamp {
    Timestamp::from_seconds(1_772_732_353)
}

/// A live secret.
pub struct TestSecret {
    pub id: [u8; 16],
    pub key: &'static str,
    pub keys: SigningKeys,
}

impl CandidateSecret for TestSecret {
    fn id(&self) -> [u8; 16] {
        self.id
    }

    fn secret(&self) -> &[u8] {
        self.key.as_bytes()
    }

    fn signing_keys(&self) -> &SigningKeys {
        &self.keys
    }
}

pub fn secret(number: u8, key: &'static str) -> TestSecret {
    TestSecret { id: [number; 16], key, keys: SigningKeys::new() }
}

/// Alice's two secrets.
pub fn secrets() -> [TestSecret; 2] {
    [secret(1, "older-secret"), secret(2, "newer-secret")]
}

pub fn credential(secret_key: &'static str) -> SigningCredential<'static> {
    SigningCredential { access_key_id: ALICE, secret_key: secret_key.as_bytes(), region: "us-east-1" }
}

pub fn parts(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

/// A head that Alice signed with her newer secret.
pub fn signed(request: Builder, content: ContentSha256) -> (Parts, SignedHead) {
    let mut parts = parts(request.header("host", "s3.corp.example:9020"));
    let head = authorize(&mut parts, &credential("newer-secret"), content, now()).unwrap();
    (parts, head)
}

/// The bucket that a host name of the base URL `s3.corp.example` names.
pub fn addressed(parts: &Parts) -> Addressed<'_> {
    let host = parts.headers.get("host").and_then(|host| host.to_str().unwrap().split(':').next());
    Addressed { bucket_in_host: host.and_then(|host| host.strip_suffix(".s3.corp.example")), namespace_in_host: None }
}

/// Verifies against Alice's two secrets.
pub fn verify_at(parts: &Parts, now: Timestamp) -> Result<Verified, SignatureError> {
    let claim = Claim::parse_addressed(parts, addressed(parts), &Rules::default())?;
    claim.expect("the request makes a claim").verify(parts, &secrets(), now)
}

pub fn verify(parts: &Parts) -> Result<Verified, SignatureError> {
    verify_at(parts, now())
}

/// The HMAC-SHA1 of a text in base64: the signature of Version 2.
pub fn hmac_sha1(secret_key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The HMAC-SHA256 of a text under a key, as the steps of Version 4 need it.
pub fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Verifies and cleans a head that must be good.
pub fn clean(parts: Parts) -> (Clean, PayloadPlan) {
    verify(&parts).unwrap().clean(parts)
}

/// The wire bytes of a body, cut into these pieces.
#[derive(Debug)]
pub struct Pieces(pub VecDeque<Bytes>);

impl Pieces {
    pub fn whole(wire: &[u8]) -> Self {
        Self(VecDeque::from([Bytes::copy_from_slice(wire)]))
    }

    /// Cut at these places, wherever they fall.
    pub fn cut(wire: &[u8], cuts: &[usize]) -> Self {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (wire.len() + 1)).collect();
        places.extend([0, wire.len()]);
        places.sort_unstable();
        Self(places.windows(2).map(|pair| Bytes::copy_from_slice(&wire[pair[0]..pair[1]])).collect())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

pub fn body(head: &Clean, plan: PayloadPlan, pieces: Pieces) -> Result<VerifiedBody<Pieces>, PayloadError> {
    Ok(Payload::new(plan, Declared::of_body(head)?, pieces)?.decoded())
}

/// The outcome of something that never has to wait.
pub fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("all that it waits for is at hand"),
    }
}

/// Reads to the end: the content that was handed out, and how it ended.
pub fn read<B: Body<Data = Bytes, Error = PayloadError> + Unpin>(body: &mut B) -> (Vec<u8>, Result<(), PayloadError>) {
    let mut content = Vec::new();
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match Pin::new(&mut *body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => {
                let data = frame.into_data().unwrap();
                assert!(!data.is_empty(), "frames are never empty");
                content.extend_from_slice(&data);
            }
            Poll::Ready(Some(Err(error))) => return (content, Err(error)),
            Poll::Ready(None) => return (content, Ok(())),
            Poll::Pending => panic!("the pieces are all at hand"),
        }
    }
}
