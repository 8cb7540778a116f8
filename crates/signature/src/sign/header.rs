//! Signing in an `Authorization` header.

use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;
use keyward_ambient::Timestamp;

use super::{Covered, SignedHead, SigningCredential, SigningError, headers_to_sign, sign, time};
use crate::ContentSha256;
use crate::headers::{X_AMZ_CONTENT_SHA256, X_AMZ_DATE};
use crate::v4::ALGORITHM;

/// Sets `x-amz-date`, `x-amz-content-sha256` and `Authorization`. All headers that stay as they are on the way are
/// signed, so they must be set before.
///
/// # Errors
/// [`SigningError`] for a head without a host or with too many headers, or a credential that no header can carry.
pub fn authorize(
    parts: &mut Parts,
    credential: &SigningCredential<'_>,
    content_sha256: ContentSha256,
    at: Timestamp,
) -> Result<SignedHead, SigningError> {
    let (signed_at, date) = time(at);
    let value = |text: &[u8]| HeaderValue::from_bytes(text).map_err(|_| SigningError::Credential);
    parts.headers.insert(X_AMZ_DATE, value(date.as_bytes())?);
    parts.headers.insert(X_AMZ_CONTENT_SHA256, value(content_sha256.as_bytes())?);
    let signed_headers = headers_to_sign(parts)?;
    let covered = Covered { signed_headers: &signed_headers, content_sha256: &content_sha256, presigned: false };
    let head = sign(parts, credential, &covered, signed_at)?;
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
        credential.access_key_id,
        credential.scope(&signed_at),
        signed_headers.as_str(),
        head.signature()
    );
    parts.headers.insert(AUTHORIZATION, value(authorization.as_bytes())?);
    Ok(head)
}
