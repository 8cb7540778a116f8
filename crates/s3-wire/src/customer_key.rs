//! A key that the client brings to have an object encrypted or decrypted with (SSE-C).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

/// The three headers of a key, for the object and for the source of a copy.
const OF_OBJECT: [&str; 3] = [
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-md5",
];
const OF_SOURCE: [&str; 3] = [
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key-md5",
];

/// A key of the client: 32 bytes for AES-256. Zeroized when dropped, never shown.
#[derive(Clone)]
pub struct CustomerKey {
    key: Zeroizing<[u8; 32]>,
    md5: String,
}

impl CustomerKey {
    /// The key that the headers of a request bring for the object.
    ///
    /// # Errors
    /// `InvalidEncryptionAlgorithmError` for another algorithm than AES256; `InvalidArgument` when one of the three
    /// headers is missing, the key is not 32 bytes in base64, or the digest is not the key's: an object encrypted under
    /// a garbled key could never be read.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        read(headers, OF_OBJECT)
    }

    /// The key that the headers of a copy bring for its source.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn of_copy_source(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        read(headers, OF_SOURCE)
    }

    /// The key itself.
    pub fn expose(&self) -> &[u8; 32] {
        &self.key
    }

    /// The MD5 of the key in base64, which answers repeat.
    pub fn md5(&self) -> &str {
        &self.md5
    }
}

fn read(
    headers: &HeaderMap,
    [algorithm_header, key_header, md5_header]: [&str; 3],
) -> Result<Option<CustomerKey>, S3Error> {
    let algorithm = single_header::filled(headers, algorithm_header)?;
    let key = single_header::filled(headers, key_header)?;
    let md5 = single_header::filled(headers, md5_header)?;
    if algorithm.is_none() && key.is_none() && md5.is_none() {
        return Ok(None);
    }
    let missing = |name: &str| {
        S3Error::argument(name, "", format!("A key of the client comes with the header {name}; send it too."))
    };
    let algorithm = algorithm.ok_or_else(|| missing(algorithm_header))?;
    if algorithm != "AES256" {
        return Err(S3Error::new(ErrorCode::InvalidEncryptionAlgorithmError)
            .with("ArgumentName", algorithm_header)
            .with("ArgumentValue", algorithm));
    }
    let encoded = key.ok_or_else(|| missing(key_header))?;
    // Never named in the error: it is a secret, however garbled.
    let no_key = || S3Error::argument(key_header, "", "The key has to be 32 bytes in base64.");
    let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| no_key())?);
    let mut key = Zeroizing::new([0; 32]);
    if decoded.len() != key.len() {
        return Err(no_key());
    }
    key.copy_from_slice(&decoded);
    let md5 = md5.ok_or_else(|| missing(md5_header))?;
    if STANDARD.encode(Md5::digest(key.as_slice())) != md5 {
        let message = "This is not the MD5 of the key; compute it again over the 32 bytes.";
        return Err(S3Error::argument(md5_header, md5, message));
    }
    Ok(Some(CustomerKey { key, md5: md5.to_owned() }))
}

impl PartialEq for CustomerKey {
    fn eq(&self, other: &Self) -> bool {
        self.key.ct_eq(&*other.key).into()
    }
}

impl Eq for CustomerKey {}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    const KEY: &str = "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=";
    const MD5: &str = "DWygnHRtgiJ77HCm+1rvHw==";

    fn key(values: [&str; 3]) -> Result<Option<CustomerKey>, ErrorCode> {
        let mut headers = HeaderMap::new();
        for (name, value) in OF_OBJECT.into_iter().zip(values) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        CustomerKey::of(&headers).map_err(|error| error.code())
    }

    #[test]
    fn a_key_is_read_and_never_shown() {
        let key = key(["AES256", KEY, MD5]).unwrap().unwrap();
        assert_eq!((key.expose()[0], key.md5()), (0xA4, MD5));
        assert_eq!(format!("{key:?}"), "CustomerKey { .. }");
    }

    #[test]
    fn a_key_that_is_garbled_or_incomplete_encrypts_nothing() {
        assert_eq!(key(["", "", ""]), Ok(None));
        assert_eq!(key(["DES", KEY, MD5]), Err(ErrorCode::InvalidEncryptionAlgorithmError));
        for values in [
            ["", KEY, MD5],
            ["AES256", "", MD5],
            ["AES256", KEY, ""],
            ["AES256", KEY, "AAAAAAAAAAAAAAAAAAAAAA=="],
            ["AES256", "c2hvcnQ=", MD5],
            ["AES256", "no base64", MD5],
        ] {
            assert_eq!(key(values), Err(ErrorCode::InvalidArgument), "{values:?}");
        }
    }
}
