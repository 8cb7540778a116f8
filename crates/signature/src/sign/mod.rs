//! Signing with Signature Version 4, through the same canonicaliser that verifies: for upstream stores, clients and
//! tests.

mod chunks;
mod header;
mod presign;

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use keyward_ambient::Timestamp;
use thiserror::Error;

use crate::v4::canonical::{self, CanonicalRequest, Reading};
use crate::v4::{ChunkChain, SERVICE, SignedHeaders, SigningTime, TERMINATOR};
use crate::{ContentSha256, SigningKey, headers, hex};

pub use chunks::ChunkEncoder;
pub use header::authorize;
pub use presign::presign;

/// Whose secret key signs, and for which region.
#[derive(Clone, Copy)]
pub struct SigningCredential<'a> {
    /// Named in the credential; it must be able to stand in a header.
    pub access_key_id: &'a str,
    /// The secret key in clear.
    pub secret_key: &'a [u8],
    /// Whatever the receiver calls its region.
    pub region: &'a str,
}

impl fmt::Debug for SigningCredential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningCredential")
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// Why a request could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SigningError {
    #[error("the request needs one host, in a Host header or in its target")]
    Host,
    #[error("the request has more than 128 headers to sign")]
    TooManyHeaders,
    #[error("the access key id or the region cannot stand in a header")]
    Credential,
    #[error("a presigned URL lives from one second to seven days")]
    Life,
    #[error("the target is too long to be presigned")]
    TargetTooLong,
}

/// A signature that was just made: the beginning of a chain of chunk signatures.
#[derive(Debug)]
pub struct SignedHead {
    signature: [u8; 32],
    chain: ChunkChain,
}

impl SignedHead {
    /// The signature as it stands on the wire.
    pub fn signature(&self) -> String {
        hex::text(&self.signature)
    }

    /// Frames the body as signed chunks.
    pub fn into_chunks(self) -> ChunkEncoder {
        ChunkEncoder::signed(self.chain)
    }
}

impl SigningCredential<'_> {
    fn scope(&self, signed_at: &SigningTime) -> String {
        let day = String::from_utf8_lossy(signed_at.day());
        format!("{day}/{}/{SERVICE}/{TERMINATOR}", self.region)
    }
}

/// What one signature covers.
struct Covered<'a> {
    signed_headers: &'a SignedHeaders,
    content_sha256: &'a ContentSha256,
    presigned: bool,
}

fn sign(
    parts: &Parts,
    credential: &SigningCredential<'_>,
    covered: &Covered<'_>,
    signed_at: SigningTime,
) -> Result<SignedHead, SigningError> {
    let &Covered { signed_headers, content_sha256, presigned } = covered;
    let host = headers::host(parts).map_err(|_| SigningError::Host)?;
    let mut text = Vec::with_capacity(1024);
    let request = CanonicalRequest { parts, host, signed_headers, content_sha256, presigned };
    // The list names the headers that are there, so only the host can be missing.
    request.write(Reading::STANDARD, &mut text).map_err(|_| SigningError::Host)?;
    let hash = canonical::hash(&text);
    text.clear();
    let scope = credential.scope(&signed_at);
    canonical::write_string_to_sign(&signed_at, &scope, &hash, &mut text);
    let day = String::from_utf8_lossy(signed_at.day());
    let key = SigningKey::derive(credential.secret_key, &day, credential.region, SERVICE);
    let signature = key.sign(&text);
    Ok(SignedHead { signature, chain: ChunkChain::new(Arc::new(key), signed_at, &scope, signature) })
}

/// The headers of `parts` that are to be signed: `host` and all that nobody on the way adds, drops or rewrites.
fn headers_to_sign(parts: &Parts) -> Result<SignedHeaders, SigningError> {
    const LEFT_OUT: [&str; 13] = [
        "accept-encoding",
        "authorization",
        "connection",
        "expect",
        "forwarded",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-amzn-trace-id",
    ];
    let is_signed = |name: &&str| {
        !LEFT_OUT.contains(name) && !name.starts_with("x-forwarded-") && !name.starts_with("proxy-") && *name != "host"
    };
    let mut names: Vec<&str> = parts.headers.keys().map(|name| name.as_str()).filter(is_signed).collect();
    names.push("host");
    names.sort_unstable();
    SignedHeaders::parse(&names.join(";")).map_err(|_| SigningError::TooManyHeaders)
}

fn time(at: Timestamp) -> (SigningTime, String) {
    let signed_at = SigningTime::at(at);
    (signed_at, String::from_utf8_lossy(signed_at.as_bytes()).into_owned())
}
