//! The canonical request: one text for a request, however it is spelt on the wire (Signature Version 4, S3 flavour).

mod fields;
mod path;
mod query;

use http::request::Parts;
use sha2::{Digest, Sha256};

use super::{ALGORITHM, SignedHeaders, SigningTime};
use crate::{ContentSha256, SignatureError, hex};

pub(crate) use path::{PathReading, has_one_spelling, write as write_path};
pub(crate) use query::QueryReading;

/// What enters the canonical request.
pub(crate) struct CanonicalRequest<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) host: &'a [u8],
    pub(crate) signed_headers: &'a SignedHeaders,
    pub(crate) content_sha256: &'a ContentSha256,
    /// Whether the signature is itself a query parameter, which is then left out.
    pub(crate) presigned: bool,
}

/// One way of reading the target of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) path: PathReading,
    pub(crate) query: QueryReading,
}

impl Reading {
    /// As the specification says.
    pub(crate) const STANDARD: Self = Self { path: PathReading::Encoded, query: QueryReading::PlusIsSpace };

    /// The other ways in which known clients sign. A target that they all spell alike has none.
    ///
    /// None of them lets a target through that means something else than what was signed: a wire reading is signed
    /// byte by byte, and where a `+` was signed as itself the head is cleaned to say so.
    pub(crate) fn alternates(parts: &Parts) -> impl Iterator<Item = Self> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let paths: &[_] = if path::has_one_spelling(path) { &[PathReading::Encoded] } else { &PathReading::ALL };
        let queries: &[_] =
            if query::has_one_spelling(query) { &[QueryReading::PlusIsSpace] } else { &QueryReading::ALL };
        queries
            .iter()
            .filter(move |reading| **reading != QueryReading::PlusIsLiteral || query::plus_can_be_literal(path, query))
            .flat_map(|query| paths.iter().map(|path| Self { path: *path, query: *query }))
            .filter(|reading| *reading != Self::STANDARD)
    }
}

impl CanonicalRequest<'_> {
    /// Appends the canonical request.
    ///
    /// # Errors
    /// [`SignatureError::SignedHeaderMissing`].
    pub(crate) fn write(&self, reading: Reading, out: &mut Vec<u8>) -> Result<(), SignatureError> {
        out.extend_from_slice(self.parts.method.as_str().as_bytes());
        out.push(b'\n');
        path::write(self.parts.uri.path(), reading.path, out);
        out.push(b'\n');
        if let Some(query) = self.parts.uri.query() {
            query::write(query, reading.query, self.presigned, out);
        }
        out.push(b'\n');
        for name in self.signed_headers.names() {
            fields::write(name, &self.parts.headers, self.host, out)?;
        }
        out.push(b'\n');
        out.extend_from_slice(self.signed_headers.as_str().as_bytes());
        out.push(b'\n');
        out.extend_from_slice(self.content_sha256.as_bytes());
        Ok(())
    }
}

/// The SHA-256 of a canonical request.
pub(crate) fn hash(canonical: &[u8]) -> [u8; 32] {
    Sha256::digest(canonical).into()
}

/// Appends the string to sign for a canonical request of this hash.
pub(crate) fn write_string_to_sign(signed_at: &SigningTime, scope: &str, hash: &[u8; 32], out: &mut Vec<u8>) {
    for line in [ALGORITHM.as_bytes(), signed_at.as_bytes(), scope.as_bytes()] {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(&hex::encode(hash));
}
