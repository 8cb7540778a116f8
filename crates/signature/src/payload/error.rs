//! Why a body was refused, with the S3 code and status of each reason.

use std::error::Error;

use http::StatusCode;
use thiserror::Error;

use super::Algorithm;

/// Why a body is not what its head said, or could not be read. The text is public.
#[derive(Debug, Error)]
pub enum PayloadError {
    #[error("Content-MD5 must be the base64 of the 16 bytes of an MD5, once")]
    InvalidContentMd5,
    #[error("the value of {name} must be the base64 of a {algorithm} checksum, once", name = .0.header_name(), algorithm = .0)]
    InvalidChecksum(Algorithm),
    #[error("only one x-amz-checksum- header can be sent with a body")]
    SeveralChecksums,
    #[error(
        "x-amz-sdk-checksum-algorithm names a checksum, and neither an x-amz-checksum- header nor x-amz-trailer brings \
         one: send it, or leave the name out"
    )]
    NamedChecksumMissing,
    #[error("x-amz-sdk-checksum-algorithm names another checksum than the one that is sent: name the one that is sent")]
    NamedChecksumDiffers,
    #[error("{name:?} is not a checksum known here: use crc32, crc32c, crc64nvme, sha1 or sha256")]
    UnknownChecksum { name: String },
    #[error("the body does not have the checksum that {} declares: it was changed on the way, or the checksum is of other data", .0.header_name())]
    ChecksumMismatch(Algorithm),
    #[error("the body does not have the MD5 that Content-MD5 declares")]
    ContentMd5Mismatch,
    #[error("the body does not have the SHA-256 that x-amz-content-sha256 declares")]
    ContentSha256Mismatch,
    #[error("the signature of a chunk of the body does not match: the chunk was changed, or signed with another key")]
    ChunkSignatureMismatch,
    #[error("the signature of the trailer does not match: the trailer was changed, or signed with another key")]
    TrailerSignatureMismatch,
    #[error("the trailer is malformed: {0}")]
    MalformedTrailer(&'static str),
    #[error("x-amz-trailer announces {}, which neither a header nor the trailer has", .0.header_name())]
    AnnouncedChecksumMissing(Algorithm),
    #[error("the aws-chunked body is malformed: {0}")]
    MalformedFraming(FramingFlaw),
    #[error("this operation takes no body: send none")]
    Unwanted,
    #[error("the body ended early")]
    EndedEarly,
    #[error("the body holds {received} bytes of content and {declared} were declared")]
    LengthMismatch { declared: u64, received: u64 },
    #[error("the body holds more content than the {declared} bytes that were declared")]
    TooLong { declared: u64 },
    #[error("the file is larger than the {largest} bytes that the form's policy permits")]
    TooLarge { largest: u64 },
    #[error("the file is smaller than the {smallest} bytes that the form's policy demands")]
    TooSmall { smallest: u64 },
    #[error("the body could not be read to its end")]
    Transport(#[source] Box<dyn Error + Send + Sync>),
}

/// What is wrong with the framing of an `aws-chunked` body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FramingFlaw {
    #[error("the line before a chunk must be a hexadecimal size, at most 16 digits, and end in CR LF within 256 bytes")]
    ChunkHeader,
    #[error("a chunk holds at most 16 GiB")]
    ChunkSize,
    #[error("each signed chunk needs ;chunk-signature= and 64 lower-case hexadecimal digits")]
    ChunkSignature,
    #[error("the data of a chunk must end in CR LF")]
    ChunkEnd,
    #[error("nothing may follow the last chunk and its trailer")]
    AfterTheEnd,
}

impl PayloadError {
    /// The S3 error code that stands for this reason.
    pub fn code(&self) -> &'static str {
        self.answer().0
    }

    /// The HTTP status that goes with [`code`](Self::code).
    pub fn status(&self) -> StatusCode {
        self.answer().1
    }

    fn answer(&self) -> (&'static str, StatusCode) {
        let bad_request = |code| (code, StatusCode::BAD_REQUEST);
        match self {
            Self::InvalidContentMd5 => bad_request("InvalidDigest"),
            Self::InvalidChecksum(_)
            | Self::SeveralChecksums
            | Self::NamedChecksumMissing
            | Self::NamedChecksumDiffers
            | Self::UnknownChecksum { .. } => bad_request("InvalidRequest"),
            Self::MalformedFraming(_) => bad_request("InvalidRequest"),
            Self::ChecksumMismatch(_) | Self::ContentMd5Mismatch => bad_request("BadDigest"),
            Self::Unwanted => bad_request("UnexpectedContent"),
            Self::ContentSha256Mismatch => bad_request("XAmzContentSHA256Mismatch"),
            Self::MalformedTrailer(_) | Self::AnnouncedChecksumMissing(_) => bad_request("MalformedTrailerError"),
            Self::EndedEarly | Self::LengthMismatch { .. } | Self::TooLong { .. } | Self::Transport(_) => {
                bad_request("IncompleteBody")
            }
            Self::TooLarge { .. } => bad_request("EntityTooLarge"),
            Self::TooSmall { .. } => bad_request("EntityTooSmall"),
            Self::ChunkSignatureMismatch | Self::TrailerSignatureMismatch => {
                ("SignatureDoesNotMatch", StatusCode::FORBIDDEN)
            }
        }
    }
}
