//! Signing in the query: presigned URLs.

use std::time::Duration;

use http::Uri;
use http::request::Parts;
use keyward_ambient::Timestamp;

use super::{Covered, SigningCredential, SigningError, headers_to_sign, sign, time};
use crate::percent::push_encoded;
use crate::v4::ALGORITHM;
use crate::{ContentSha256, LONGEST_PRESIGNED_LIFE};

/// Adds to the target of `parts` a signature that is good for `life`, cut to the second. The headers that are set
/// become part of the signature and have to be sent along; the body is not signed.
///
/// # Errors
/// [`SigningError`] for a life out of range, a head without a host, or a target that becomes too long.
pub fn presign(
    parts: &mut Parts,
    credential: &SigningCredential<'_>,
    life: Duration,
    at: Timestamp,
) -> Result<(), SigningError> {
    if life.as_secs() == 0 || life > LONGEST_PRESIGNED_LIFE {
        return Err(SigningError::Life);
    }
    let (signed_at, date) = time(at);
    let signed_headers = headers_to_sign(parts)?;
    let credential_text = format!("{}/{}", credential.access_key_id, credential.scope(&signed_at));
    let life = life.as_secs().to_string();
    for (name, value) in [
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", &credential_text),
        ("X-Amz-Date", &date),
        ("X-Amz-Expires", &life),
        ("X-Amz-SignedHeaders", signed_headers.as_str()),
    ] {
        append(&mut parts.uri, name, value)?;
    }
    let covered =
        Covered { signed_headers: &signed_headers, content_sha256: &ContentSha256::UNSIGNED, presigned: true };
    let head = sign(parts, credential, &covered, signed_at)?;
    append(&mut parts.uri, "X-Amz-Signature", &head.signature())
}

fn append(uri: &mut Uri, name: &str, value: &str) -> Result<(), SigningError> {
    let mut target = uri.path_and_query().map_or("/", |target| target.as_str()).as_bytes().to_vec();
    target.push(if uri.query().is_some() { b'&' } else { b'?' });
    target.extend_from_slice(name.as_bytes());
    target.push(b'=');
    push_encoded(&mut target, value.as_bytes(), false);
    let mut pieces = uri.clone().into_parts();
    pieces.path_and_query = Some(target.as_slice().try_into().map_err(|_| SigningError::TargetTooLong)?);
    *uri = Uri::from_parts(pieces).map_err(|_| SigningError::Host)?;
    Ok(())
}
