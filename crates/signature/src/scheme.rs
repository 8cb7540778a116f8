//! The ways in which a request can carry a signature that this server honours.

use std::fmt;

/// How a request was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// AWS Signature Version 4 in an `Authorization` header.
    SigV4Header,
    /// AWS Signature Version 4 in query parameters: a presigned URL.
    SigV4Presigned,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SigV4Header => "SigV4",
            Self::SigV4Presigned => "SigV4 presigned",
        })
    }
}
