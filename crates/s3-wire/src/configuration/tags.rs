//! `<Tagging>` of a bucket.

use keyward_identity::Tag;

use super::BODY_LIMIT;
use super::element::malformed;
use crate::error::{ErrorCode, S3Error};
use crate::xml::{Element, XmlWriter};

/// The most tags of a bucket.
const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Reads the tags that a bucket is to have, in the order given.
///
/// # Errors
/// `MalformedXML`; `InvalidTag` for a key given twice, empty or too long, a value too long, or more than 50 tags.
pub fn read_bucket_tags(body: &[u8]) -> Result<Vec<Tag>, S3Error> {
    let root = Element::parse(body, "Tagging", BODY_LIMIT)?;
    let set = root.child("TagSet")?.ok_or_else(|| malformed("<Tagging> has to hold <TagSet>."))?;
    let mut tags: Vec<Tag> = Vec::new();
    for tag in set.children("Tag") {
        let (name, value) = (tag.required_text("Key")?, tag.required_text("Value")?);
        let fits = (1..=LONGEST_KEY).contains(&name.chars().count()) && value.chars().count() <= LONGEST_VALUE;
        if !fits || tags.iter().any(|earlier| earlier.name == name) {
            let message = "A tag's key is 1 to 128 characters long and given once, its value up to 256.";
            return Err(S3Error::because(ErrorCode::InvalidTag, message).with("TagKey", name));
        }
        tags.push(Tag { name: name.to_owned(), value: value.to_owned() });
    }
    if tags.len() > MOST {
        return Err(S3Error::because(ErrorCode::InvalidTag, format!("A bucket has at most {MOST} tags.")));
    }
    Ok(tags)
}

/// The document of some tags.
pub fn write_tags<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<u8> {
    XmlWriter::document("Tagging", |xml| {
        xml.element("TagSet", |xml| {
            for (name, value) in tags {
                xml.element("Tag", |xml| {
                    xml.text("Key", name);
                    xml.text("Value", value);
                });
            }
        });
    })
}
