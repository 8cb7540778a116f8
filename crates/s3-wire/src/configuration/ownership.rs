//! `<OwnershipControls>`.

use keyward_identity::ObjectOwnership;

use super::BODY_LIMIT;
use super::element::{malformed, word};
use crate::error::S3Error;
use crate::xml::{Element, XmlWriter};

/// Reads the ownership that is asked for.
///
/// # Errors
/// `MalformedXML` for anything but one rule with a known ownership.
pub fn read_ownership(body: &[u8]) -> Result<ObjectOwnership, S3Error> {
    let root = Element::parse(body, "OwnershipControls", BODY_LIMIT)?;
    let mut rules = root.children("Rule");
    let (Some(rule), None) = (rules.next(), rules.next()) else {
        return Err(malformed("<OwnershipControls> has to hold one <Rule>."));
    };
    word(rule, "ObjectOwnership")?.and_then(ObjectOwnership::named).ok_or_else(|| {
        malformed("<ObjectOwnership> has to be BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter.")
    })
}

/// The document of an ownership.
pub fn write_ownership(ownership: ObjectOwnership) -> Vec<u8> {
    XmlWriter::document("OwnershipControls", |xml| {
        xml.element("Rule", |xml| xml.text("ObjectOwnership", ownership.as_str()));
    })
}
