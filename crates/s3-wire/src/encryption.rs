//! Server-side encryption as a write asks for it.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

const ALGORITHM: HeaderName = HeaderName::from_static("x-amz-server-side-encryption");
const KMS_KEY: HeaderName = HeaderName::from_static("x-amz-server-side-encryption-aws-kms-key-id");
const CUSTOMER: &str = "x-amz-server-side-encryption-customer-";
const COPY_CUSTOMER: &str = "x-amz-copy-source-server-side-encryption-customer-";

/// An encryption at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    /// `AES256`: with keys of the server.
    Aes256,
    /// `aws:kms` or `aws:kms:dsse`: with a key of a key management service, the default one when none is named.
    Kms {
        /// In two layers.
        dual: bool,
        /// The key's id.
        key_id: Option<String>,
    },
}

impl Encryption {
    /// What the headers ask for. Whether it can be done is for the store to say.
    ///
    /// # Errors
    /// `NotImplemented` for keys of the client (SSE-C): storing in clear what was to be encrypted would be a breach;
    /// `InvalidEncryptionAlgorithmError` for unknown algorithms.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        refuse_customer_keys(headers)?;
        let key_id = single_header::filled(headers, KMS_KEY.as_str())?.map(str::to_owned);
        match single_header::filled(headers, ALGORITHM.as_str())? {
            None if key_id.is_some() => Err(S3Error::argument(
                ALGORITHM.as_str(),
                "",
                "An encryption key is named without an encryption; send x-amz-server-side-encryption: aws:kms.",
            )),
            None => Ok(None),
            Some("AES256") => Ok(Some(Encryption::Aes256)),
            Some("aws:kms") => Ok(Some(Encryption::Kms { dual: false, key_id })),
            Some("aws:kms:dsse") => Ok(Some(Encryption::Kms { dual: true, key_id })),
            Some(other) => Err(S3Error::new(ErrorCode::InvalidEncryptionAlgorithmError)
                .with("ArgumentName", ALGORITHM.as_str())
                .with("ArgumentValue", other)),
        }
    }

    /// Writes the encryption into the headers of an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        let (name, key_id) = match self {
            Encryption::Aes256 => ("AES256", None),
            Encryption::Kms { dual: false, key_id } => ("aws:kms", key_id.as_deref()),
            Encryption::Kms { dual: true, key_id } => ("aws:kms:dsse", key_id.as_deref()),
        };
        headers.insert(ALGORITHM, HeaderValue::from_static(name));
        if let Some(Ok(value)) = key_id.map(HeaderValue::from_str) {
            headers.insert(KMS_KEY, value);
        }
    }
}

/// Refuses requests that bring a key of their own.
///
/// # Errors
/// `NotImplemented`, naming the header to leave out.
pub(crate) fn refuse_customer_keys(headers: &HeaderMap) -> Result<(), S3Error> {
    let brought = headers.keys().find(|name| [CUSTOMER, COPY_CUSTOMER].iter().any(|it| name.as_str().starts_with(it)));
    match brought {
        None => Ok(()),
        Some(name) => Err(S3Error::because(
            ErrorCode::NotImplemented,
            "Encryption with keys of the client is not offered; leave this header out.",
        )
        .with("Header", name.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &'static str)]) -> Result<Option<Encryption>, ErrorCode> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Encryption::of(&headers).map_err(|error| error.code())
    }

    #[test]
    fn encryption_is_read_and_shown() {
        let kms = [("x-amz-server-side-encryption", "aws:kms"), ("x-amz-server-side-encryption-aws-kms-key-id", "k1")];
        let encryption = read(&kms).unwrap().unwrap();
        assert_eq!(encryption, Encryption::Kms { dual: false, key_id: Some("k1".into()) });
        let mut answered = HeaderMap::new();
        encryption.write(&mut answered);
        assert_eq!((&answered[ALGORITHM], &answered[KMS_KEY]), (&"aws:kms".parse().unwrap(), &"k1".parse().unwrap()));
    }

    #[test]
    fn nothing_is_stored_in_clear_that_was_to_be_encrypted() {
        let customer = [("x-amz-server-side-encryption-customer-algorithm", "AES256")];
        assert_eq!(read(&customer), Err(ErrorCode::NotImplemented));
        assert_eq!(read(&[("x-amz-server-side-encryption", "rot13")]), Err(ErrorCode::InvalidEncryptionAlgorithmError));
        assert_eq!(read(&[]), Ok(None));
    }
}
