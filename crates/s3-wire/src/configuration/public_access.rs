//! `<PublicAccessBlockConfiguration>` and `<PolicyStatus>`.

use keyward_identity::PublicAccessBlock;

use super::BODY_LIMIT;
use super::element::truth;
use crate::error::S3Error;
use crate::xml::{Element, XmlWriter};

/// Reads the block that is asked for; what is not named is not blocked.
///
/// # Errors
/// `MalformedXML`.
pub fn read_public_access_block(body: &[u8]) -> Result<PublicAccessBlock, S3Error> {
    let root = Element::parse(body, "PublicAccessBlockConfiguration", BODY_LIMIT)?;
    Ok(PublicAccessBlock {
        block_public_acls: truth(&root, "BlockPublicAcls")?,
        ignore_public_acls: truth(&root, "IgnorePublicAcls")?,
        block_public_policy: truth(&root, "BlockPublicPolicy")?,
        restrict_public_buckets: truth(&root, "RestrictPublicBuckets")?,
    })
}

/// The document of a block.
pub fn write_public_access_block(block: &PublicAccessBlock) -> Vec<u8> {
    XmlWriter::document("PublicAccessBlockConfiguration", |xml| {
        xml.value("BlockPublicAcls", block.block_public_acls);
        xml.value("IgnorePublicAcls", block.ignore_public_acls);
        xml.value("BlockPublicPolicy", block.block_public_policy);
        xml.value("RestrictPublicBuckets", block.restrict_public_buckets);
    })
}

/// Whether the bucket is public.
pub fn write_policy_status(is_public: bool) -> Vec<u8> {
    XmlWriter::document("PolicyStatus", |xml| xml.value("IsPublic", is_public))
}
