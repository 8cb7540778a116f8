//! What the listings share: how keys are encoded in them, their entries, their continuation tokens.

mod entries;
mod token;

use crate::error::S3Error;
use crate::percent;
use crate::query::Query;
use crate::xml::XmlWriter;

pub use entries::ListedObject;
pub(crate) use entries::{common_prefixes, length};
pub use token::ContinuationToken;

/// How keys stand in a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyEncoding {
    /// As they are; characters that XML forbids as character references.
    #[default]
    Plain,
    /// Percent-encoded (`encoding-type=url`).
    Url,
}

impl KeyEncoding {
    /// The `encoding-type` parameter.
    pub(crate) fn of(query: &Query) -> Result<Self, S3Error> {
        match query.filled("encoding-type")? {
            None => Ok(KeyEncoding::Plain),
            Some(word) if word.eq_ignore_ascii_case("url") => Ok(KeyEncoding::Url),
            Some(word) => Err(S3Error::argument("encoding-type", word, "The encoding type has to be url.")),
        }
    }

    /// Writes an element that holds a key, prefix, marker or delimiter.
    pub(crate) fn write(self, xml: &mut XmlWriter, element: &str, text: &str) {
        match self {
            KeyEncoding::Plain => xml.text(element, text),
            KeyEncoding::Url => xml.text(element, &percent::encode(text)),
        }
    }

    /// As [`write`](Self::write), when there is such a thing.
    pub(crate) fn write_optional(self, xml: &mut XmlWriter, element: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.write(xml, element, text);
        }
    }

    /// Writes `<EncodingType>` when there is one.
    pub(crate) fn write_type(self, xml: &mut XmlWriter) {
        if self == KeyEncoding::Url {
            xml.text("EncodingType", "url");
        }
    }
}
