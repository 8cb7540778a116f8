//! Server-side encryption as a write asks for it.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::customer_key::CustomerKey;
use crate::error::{ErrorCode, S3Error};
use crate::single_header;

const ALGORITHM: HeaderName = HeaderName::from_static("x-amz-server-side-encryption");
const KMS_KEY: HeaderName = HeaderName::from_static("x-amz-server-side-encryption-aws-kms-key-id");
const KMS_CONTEXT: HeaderName = HeaderName::from_static("x-amz-server-side-encryption-context");
const CUSTOMER_ALGORITHM: HeaderName = HeaderName::from_static("x-amz-server-side-encryption-customer-algorithm");
const CUSTOMER_KEY_MD5: HeaderName = HeaderName::from_static("x-amz-server-side-encryption-customer-key-md5");

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
    /// With a key of the client.
    Customer {
        /// The key's MD5 in base64, which answers repeat.
        key_md5: String,
    },
}

impl Encryption {
    /// What the headers ask for. Whether it can be done is for the store to say.
    ///
    /// # Errors
    /// `InvalidEncryptionAlgorithmError` for unknown algorithms; `InvalidArgument` for a key of the client beside another
    /// encryption, for a key id or context of a key management service without its encryption, and as
    /// [`CustomerKey::of`].
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        let customer = CustomerKey::of(headers)?;
        let algorithm = single_header::filled(headers, ALGORITHM.as_str())?;
        let key_id = single_header::filled(headers, KMS_KEY.as_str())?;
        if matches!(algorithm, None | Some("AES256")) {
            refuse_what_is_of_kms(headers)?;
        }
        let key_id = key_id.map(str::to_owned);
        match algorithm {
            None => Ok(customer.map(|key| Encryption::Customer { key_md5: key.md5().to_owned() })),
            Some(other) if customer.is_some() => {
                let message = "A key of the client and another encryption contradict each other; send one of them.";
                Err(S3Error::argument(ALGORITHM.as_str(), other, message))
            }
            Some("AES256") => Ok(Some(Encryption::Aes256)),
            Some("aws:kms") => Ok(Some(Encryption::Kms { dual: false, key_id })),
            Some("aws:kms:dsse") => Ok(Some(Encryption::Kms { dual: true, key_id })),
            Some(other) => Err(S3Error::new(ErrorCode::InvalidEncryptionAlgorithmError)
                .with("ArgumentName", ALGORITHM.as_str())
                .with("ArgumentValue", other)),
        }
    }

    /// Refuses a read that names an encryption, as S3 does: the headers of one belong to writes alone.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn refuse_on_read(headers: &HeaderMap) -> Result<(), S3Error> {
        for name in [ALGORITHM, KMS_KEY, KMS_CONTEXT] {
            if let Some(value) = single_header::filled(headers, name.as_str())? {
                let reason = format!("{name} header is not supported for this operation; leave it out.");
                return Err(S3Error::argument(name.as_str(), value, reason));
            }
        }
        Ok(())
    }

    /// Writes the encryption into the headers of an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        let (name, key_id) = match self {
            Encryption::Customer { key_md5 } => {
                headers.insert(CUSTOMER_ALGORITHM, HeaderValue::from_static("AES256"));
                if let Ok(value) = HeaderValue::from_str(key_md5) {
                    headers.insert(CUSTOMER_KEY_MD5, value);
                }
                return;
            }
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

/// Refuses what belongs to a key management service where its encryption is not asked for.
fn refuse_what_is_of_kms(headers: &HeaderMap) -> Result<(), S3Error> {
    for name in [KMS_KEY, KMS_CONTEXT] {
        if let Some(value) = single_header::filled(headers, name.as_str())? {
            let reason = format!("{name} goes with x-amz-server-side-encryption: aws:kms alone; leave it out.");
            return Err(S3Error::argument(name.as_str(), value, reason));
        }
    }
    Ok(())
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
        assert_eq!(read(&customer), Err(ErrorCode::InvalidArgument));
        assert_eq!(read(&[("x-amz-server-side-encryption", "rot13")]), Err(ErrorCode::InvalidEncryptionAlgorithmError));
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn what_belongs_to_a_key_management_service_goes_with_its_encryption_alone() {
        let (aes, kms) = (("x-amz-server-side-encryption", "AES256"), ("x-amz-server-side-encryption", "aws:kms"));
        let key = ("x-amz-server-side-encryption-aws-kms-key-id", "k1");
        let context = ("x-amz-server-side-encryption-context", "e30=");
        for of_kms in [key, context] {
            assert_eq!(read(&[of_kms]), Err(ErrorCode::InvalidArgument), "{of_kms:?}");
            assert_eq!(read(&[aes, of_kms]), Err(ErrorCode::InvalidArgument), "{of_kms:?}");
            assert!(matches!(read(&[kms, of_kms]), Ok(Some(Encryption::Kms { .. }))), "{of_kms:?}");
            let empty = (of_kms.0, "");
            assert_eq!(read(&[aes, empty]), Ok(Some(Encryption::Aes256)), "empty is absent");
        }
    }

    #[test]
    fn a_read_names_no_encryption() {
        let refused = |name: &'static str, value: &'static str| {
            let headers = [(HeaderName::from_static(name), HeaderValue::from_static(value))].into_iter().collect();
            Encryption::refuse_on_read(&headers).map_err(|error| error.code())
        };
        for name in [
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-context",
        ] {
            assert_eq!(refused(name, "AES256"), Err(ErrorCode::InvalidArgument), "{name}");
            assert_eq!(refused(name, ""), Ok(()), "{name}");
        }
        assert_eq!(refused("x-amz-server-side-encryption-customer-algorithm", "AES256"), Ok(()));
    }
}
