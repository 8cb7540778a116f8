//! A key that was ended while a request that it signed was under way.

use keyward_s3_wire::{ErrorCode, S3Error};
use thiserror::Error;

/// Why a request that verified may not be committed. As an error of a request's body it stops the upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyEnded {
    /// The secret was revoked, or given an end that was not ahead.
    #[error("the secret key that signed this request was ended before the request was complete")]
    Secret,
    /// The user was locked.
    #[error("the user was locked before the request was complete")]
    Locked,
    /// The user was deleted.
    #[error("the user was deleted before the request was complete")]
    Deleted,
}

impl From<KeyEnded> for S3Error {
    /// 403, which clients do not try again.
    fn from(ended: KeyEnded) -> Self {
        let (code, message) = match ended {
            KeyEnded::Secret => (
                ErrorCode::AccessDenied,
                "The secret key that signed this request was ended before the request was complete, and nothing was \
                 stored. Sign again with a key that is valid.",
            ),
            KeyEnded::Locked => (
                ErrorCode::AccessDenied,
                "This user was locked before the request was complete, and nothing was stored. An administrator can \
                 unlock the user.",
            ),
            KeyEnded::Deleted => (
                ErrorCode::InvalidAccessKeyId,
                "The user of this access key id was deleted before the request was complete, and nothing was stored.",
            ),
        };
        S3Error::because(code, message)
    }
}
