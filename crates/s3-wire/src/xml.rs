//! The little XML that S3 speaks: a writer that cannot fail and a reader that bounds what it takes in.

mod read;
mod write;

pub use read::Element;
pub use write::XmlWriter;

/// The namespace of every S3 document except errors.
pub const S3_NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
