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
    /// AWS Signature Version 4 of the policy of a form.
    SigV4Form,
    /// AWS Signature Version 2 in an `Authorization` header.
    SigV2Header,
    /// AWS Signature Version 2 in query parameters: a presigned URL.
    SigV2Presigned,
    /// AWS Signature Version 2 of the policy of a form.
    SigV2Form,
}

impl Scheme {
    /// Whether it is Signature Version 2, which an operator may want to refuse for some namespaces.
    pub fn is_v2(self) -> bool {
        matches!(self, Self::SigV2Header | Self::SigV2Presigned | Self::SigV2Form)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SigV4Header => "SigV4",
            Self::SigV4Presigned => "SigV4 presigned",
            Self::SigV4Form => "SigV4 form",
            Self::SigV2Header => "SigV2",
            Self::SigV2Presigned => "SigV2 presigned",
            Self::SigV2Form => "SigV2 form",
        })
    }
}
