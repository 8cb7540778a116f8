//! `<ServerSideEncryptionConfiguration>`: only keys of the store's own are offered.

use super::BODY_LIMIT;
use super::element::{malformed, truth, word};
use crate::error::{ErrorCode, S3Error};
use crate::xml::{Element, XmlWriter};

/// Reads a wish for encryption with the store's own keys, the only one there is to fulfil.
///
/// # Errors
/// `MalformedXML`, `NotImplemented` for keys of a key management service.
pub fn read_encryption(body: &[u8]) -> Result<(), S3Error> {
    let root = Element::parse(body, "ServerSideEncryptionConfiguration", BODY_LIMIT)?;
    let mut rules = root.children("Rule");
    let (Some(rule), None) = (rules.next(), rules.next()) else {
        return Err(malformed("<ServerSideEncryptionConfiguration> has to hold one <Rule>."));
    };
    truth(rule, "BucketKeyEnabled")?;
    let default = rule.child("ApplyServerSideEncryptionByDefault")?;
    let default = default.ok_or_else(|| malformed("<Rule> has to hold <ApplyServerSideEncryptionByDefault>."))?;
    match word(default, "SSEAlgorithm")? {
        Some("AES256") if word(default, "KMSMasterKeyID")?.is_none() => Ok(()),
        Some("AES256") => {
            let message = "A key of a key management service does not go with AES256; leave <KMSMasterKeyID> out.";
            Err(S3Error::because(ErrorCode::InvalidArgument, message))
        }
        Some("aws:kms" | "aws:kms:dsse") => {
            let message = "Keys of a key management service are not offered; use AES256.";
            Err(S3Error::because(ErrorCode::NotImplemented, message))
        }
        _ => Err(malformed("<SSEAlgorithm> has to be AES256.")),
    }
}

/// The document of a bucket whose objects are encrypted with the store's own keys.
pub fn write_encryption() -> Vec<u8> {
    XmlWriter::document("ServerSideEncryptionConfiguration", |xml| {
        xml.element("Rule", |xml| {
            xml.element("ApplyServerSideEncryptionByDefault", |xml| xml.text("SSEAlgorithm", "AES256"));
            xml.value("BucketKeyEnabled", false);
        });
    })
}
