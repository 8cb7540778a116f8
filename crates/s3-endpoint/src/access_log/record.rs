//! What the access log says of one request.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{HeaderValue, Method};
use keyward_ambient::Timestamp;
use keyward_s3_wire::date::iso8601;
use keyward_s3_wire::{ErrorCode, Operation};
use keyward_signature::PayloadKind;
use serde::Serialize;

use crate::request_id::RequestId;
use crate::seen::{Seen, SeenClaim};

/// The longest access key id and client name that are written.
const LONGEST: usize = 256;

/// Characters that are written of an access key id that nobody has.
const HINT: usize = 4;

/// One request, as it was answered.
#[derive(Debug)]
pub(crate) struct AccessRecord {
    pub(crate) id: RequestId,
    pub(crate) method: Method,
    pub(crate) seen: Seen,
    pub(crate) status: u16,
    pub(crate) error: Option<ErrorCode>,
    pub(crate) received: Option<Arc<AtomicU64>>,
    pub(crate) sent: u64,
    /// Whether the client took the whole answer.
    pub(crate) complete: bool,
    pub(crate) started: Timestamp,
    /// Until the head of the answer was ready.
    pub(crate) answered_after: Duration,
    /// Until the last byte was taken.
    pub(crate) ended_after: Duration,
}

/// The line; the names are a promise to those who read it.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    request_id: &'a str,
    address: Option<String>,
    access_key_id: Option<Cow<'a, str>>,
    secret_id: Option<String>,
    user: Option<&'a str>,
    namespace: Option<&'a str>,
    signature: Option<String>,
    payload: Option<&'static str>,
    method: &'a str,
    operation: Option<&'static str>,
    bucket: Option<&'a str>,
    key: Option<&'a str>,
    status: u16,
    error: Option<&'static str>,
    bytes_in: u64,
    bytes_out: u64,
    complete: bool,
    answered_ms: u64,
    total_ms: u64,
    user_agent: Option<Cow<'a, str>>,
}

impl AccessRecord {
    /// The line, with its end.
    pub(crate) fn line(&self) -> Vec<u8> {
        let seen = &self.seen;
        let (claim, address) = (seen.claim.as_ref(), seen.address.as_ref());
        let line = Line {
            time: iso8601(self.started),
            request_id: self.id.as_str(),
            address: seen.origin.address.map(|address| address.to_string()),
            access_key_id: claim.map(claimed_id),
            secret_id: seen.secret.map(|secret| secret.to_string()),
            user: seen.user.as_ref().map(|(user, _)| user.as_str()),
            namespace: seen.user.as_ref().map(|(_, namespace)| namespace.as_str()),
            signature: claim.map(|claim| claim.scheme.to_string()),
            payload: claim.and_then(|claim| claim.payload).map(payload),
            method: self.method.as_str(),
            operation: seen.operation.map(Operation::name),
            bucket: address.and_then(|address| address.bucket.as_ref()).map(|bucket| bucket.as_str()),
            key: address.and_then(|address| address.key.as_ref()).map(|key| key.as_str()),
            status: self.status,
            error: self.error.map(ErrorCode::as_str),
            bytes_in: self.received.as_ref().map_or(0, |received| received.load(Ordering::Relaxed)),
            bytes_out: self.sent,
            complete: self.complete,
            answered_ms: millis(self.answered_after),
            total_ms: millis(self.ended_after),
            user_agent: seen.agent.as_ref().map(HeaderValue::as_bytes).map(cut),
        };
        // Texts and numbers always make JSON.
        let mut bytes = serde_json::to_vec(&line).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// The id that was claimed. One that nobody has is only hinted at: with id and secret the wrong way round, which happens,
/// it is a secret.
fn claimed_id(claim: &SeenClaim) -> Cow<'_, str> {
    match claim.is_known {
        true => cut(claim.access_key_id.as_bytes()),
        false => Cow::Owned(claim.access_key_id.chars().take(HINT).chain(['…']).collect()),
    }
}

fn cut(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(&text[..text.len().min(LONGEST)])
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn payload(kind: PayloadKind) -> &'static str {
    match kind {
        PayloadKind::Empty | PayloadKind::Literal => "sha256",
        PayloadKind::Unsigned => "unsigned",
        PayloadKind::SignedChunks => "signed chunks",
        PayloadKind::SignedChunksWithTrailer => "signed chunks, trailer",
        PayloadKind::UnsignedChunksWithTrailer => "trailer",
    }
}

#[cfg(test)]
mod tests {
    use keyward_identity::{NamespaceName, ObjectUserId};
    use keyward_keyring::SecretId;
    use keyward_s3_wire::{Address, BaseUrls};
    use keyward_service::Origin;
    use keyward_signature::Scheme;

    use super::*;

    fn record() -> AccessRecord {
        let target = "/photos/a%22b%0Ac?X-Amz-Signature=5ec2e7&x-id=GetObject";
        let head = http::Request::get(target).body(()).expect("a head").into_parts().0;
        let user = (ObjectUserId::parse("alice").expect("a name"), NamespaceName::parse("corp").expect("a name"));
        let claim = SeenClaim {
            access_key_id: "alice".into(),
            is_known: true,
            scheme: Scheme::SigV4Presigned,
            payload: Some(PayloadKind::Unsigned),
        };
        let seen = Seen {
            origin: Origin { address: Some([192, 0, 2, 7].into()) },
            agent: Some(HeaderValue::from_static("rclone/1 \"x\"")),
            address: Some(Address::resolve(&head, &BaseUrls::none()).expect("an address")),
            operation: Some(Operation::GetObject),
            claim: Some(claim),
            secret: Some(SecretId::from_bytes([7; 32])),
            user: Some(user),
            ..Seen::default()
        };
        AccessRecord {
            id: RequestId::of(7),
            method: Method::GET,
            seen,
            status: 200,
            error: None,
            received: None,
            sent: 1024,
            complete: true,
            started: Timestamp::from_millis(1_772_732_353_813),
            answered_after: Duration::from_millis(1),
            ended_after: Duration::from_millis(2),
        }
    }

    #[test]
    fn a_request_is_one_line_without_its_signature() {
        let line = String::from_utf8(record().line()).expect("text");
        let expected = r#"{"time":"2026-03-05T17:39:13.813Z","request_id":"0000000000000007","address":"192.0.2.7","#
            .to_owned()
            + r#""access_key_id":"alice","secret_id":"0707070707070707070707070707070707070707070707070707070707070707","user":"alice","namespace":"corp","#
            + r#""signature":"SigV4 presigned","payload":"unsigned","method":"GET","operation":"GetObject","bucket":"photos","#
            + r#""key":"a\"b\nc","status":200,"error":null,"bytes_in":0,"bytes_out":1024,"complete":true,"answered_ms":1,"#
            + r#""total_ms":2,"user_agent":"rclone/1 \"x\""}"#
            + "\n";
        assert_eq!(line, expected);
    }

    #[test]
    fn an_id_that_nobody_has_is_only_hinted_at() {
        for (id, hint) in [("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12", "wJal…"), ("ähm-é", "ähm-…"), ("", "…")]
        {
            let mut record = record();
            let claim = record.seen.claim.take().expect("a claim");
            record.seen.claim = Some(SeenClaim { access_key_id: id.into(), is_known: false, ..claim });
            let line: serde_json::Value = serde_json::from_slice(&record.line()).expect("a line");
            assert_eq!(line["access_key_id"], hint);
        }
    }

    #[test]
    fn what_a_client_makes_long_is_cut() {
        let mut record = record();
        record.seen.agent = Some(HeaderValue::from_bytes(&[b'a'; 9000]).expect("a value"));
        record.seen.claim =
            record.seen.claim.map(|claim| SeenClaim { access_key_id: "b".repeat(9000).into(), ..claim });
        assert!(record.line().len() < 1500);
    }
}
