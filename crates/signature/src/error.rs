//! Why the head of a request was refused, with the S3 code and status of each reason.

use http::StatusCode;
use thiserror::Error;

/// Why a claim could not be read or did not verify. The text is public: it says what to check, and holds neither a
/// secret nor anything computed from one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    #[error(
        "the request is authenticated in more than one way: use either one Authorization header or the query \
         parameters of a presigned URL"
    )]
    SeveralMechanisms,
    #[error("the request carries a signature: it has to be verified and cannot pass as anonymous")]
    NotAnonymous,
    #[error("the Authorization header does not begin with AWS4-HMAC-SHA256: sign with Signature Version 4")]
    UnsupportedMechanism,
    #[error(
        "Signature Version 2 is not supported here: configure the client for Signature Version 4 (AWS4-HMAC-SHA256)"
    )]
    SigV2NotSupported,
    #[error("session tokens are not issued here: use a long-term access key and send no X-Amz-Security-Token")]
    TemporaryCredentials,
    #[error("the Authorization header is malformed: {0}")]
    MalformedAuthorization(Flaw),
    #[error("the query parameters of the presigned URL are malformed: {0}")]
    MalformedQuery(Flaw),
    #[error("the Authorization header of Signature Version 2 is malformed: {0}")]
    MalformedV2Authorization(Flaw),
    #[error("the query parameters of the URL, presigned with Signature Version 2, are malformed: {0}")]
    MalformedV2Query(Flaw),
    #[error("the header {name} appears more than once: send it once")]
    RepeatedHeader { name: &'static str },
    #[error("the request names no host: send a Host header or an :authority")]
    MissingHost,
    #[error("the Host header and the request target name different hosts: send the same in both")]
    HostsDiffer,
    #[error("a signed request needs a valid x-amz-date (like 20130524T000000Z) or Date header")]
    MissingDate,
    #[error("a signed request needs the header x-amz-content-sha256")]
    MissingContentSha256,
    #[error("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- form of Signature Version 4, or a SHA-256")]
    InvalidContentSha256,
    #[error(
        "Content-Encoding: aws-chunked cannot go with an unsigned payload that x-amz-content-sha256 does not say is \
         framed: send STREAMING-UNSIGNED-PAYLOAD-TRAILER, or leave aws-chunked out"
    )]
    UnframedAwsChunked,
    #[error("a presigned URL cannot be used with a STREAMING- payload: send the body as it is")]
    StreamingPresigned,
    #[error("signed chunks need a signed request: send the body as it is or sign the request")]
    ChunksWithoutSignature,
    #[error("a STREAMING- payload needs the header x-amz-decoded-content-length with the length of the content")]
    MissingDecodedLength,
    #[error("x-amz-decoded-content-length must be a decimal number of bytes")]
    InvalidDecodedLength,
    #[error(
        "x-amz-trailer names {name:?}: only x-amz-checksum-crc32, -crc32c, -crc64nvme, -sha1 and -sha256 can follow a body"
    )]
    UnsupportedTrailer { name: String },
    #[error("the header {name} was sent and not signed: add it to SignedHeaders")]
    UnsignedHeader { name: String },
    #[error(
        "a URL presigned with Signature Version 2 does not cover the header {name}: presign with Signature Version 4 and \
         name it among the signed headers, or leave it out"
    )]
    HeaderBesideV2Url { name: String },
    #[error("Signature Version 2 does not cover the parameter {name}: sign with Signature Version 4, or leave it out")]
    UnsignedParameter { name: String },
    #[error(
        "under Signature Version 2 the value of {name} could be read as further parameters: sign with Signature \
         Version 4"
    )]
    AmbiguousParameter { name: &'static str },
    #[error("the header {name} is in SignedHeaders and did not arrive: look for a proxy that removes it")]
    SignedHeaderMissing { name: String },
    #[error("the request was signed more than 15 minutes from the server's time: check the client's clock")]
    RequestTimeTooSkewed,
    #[error("the presigned URL is not valid yet: check the clock of whoever signed it")]
    NotYetValid,
    #[error("Request has expired: ask for a new presigned URL")]
    Expired,
    #[error(
        "the signature expires later than this server allows with Signature Version 2: ask for a shorter life or sign \
         with Signature Version 4"
    )]
    LivesTooLong,
    #[error(
        "the signature fits none of the secret keys of this access key id: either the secret key has expired or was \
         ended, or it is not the right one, or something changed the method, path, query or signed headers on the way; \
         compare the secret key with those that are valid now"
    )]
    SignatureDoesNotMatch,
}

/// What is wrong with an `Authorization` header or with the parameters of a presigned URL.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} appears more than once")]
    Repeated(&'static str),
    #[error("only Credential, SignedHeaders and Signature, separated by commas, may follow AWS4-HMAC-SHA256")]
    UnknownPart,
    #[error("the algorithm must be AWS4-HMAC-SHA256")]
    Algorithm,
    #[error("the credential must read <access key id>/<yyyymmdd>/<region>/s3/aws4_request")]
    Credential,
    #[error("the service in the credential must be s3")]
    Service,
    #[error("the credential must end in aws4_request")]
    Terminator,
    #[error("the date in the credential must be the day of the request's date")]
    ScopeDate,
    #[error("the region {given:?} is wrong: use {accepted:?}")]
    Region { given: String, accepted: String },
    #[error("SignedHeaders must list lower-case header names, each once, separated by semicolons, at most 128")]
    SignedHeaders,
    #[error("SignedHeaders must include host")]
    HostNotSigned,
    #[error("the signature must be 64 lower-case hexadecimal digits")]
    Signature,
    #[error("AWS must be followed by <access key id>:<signature>")]
    V2Authorization,
    #[error("the signature must be the base64 of an HMAC-SHA1, 28 characters")]
    V2Signature,
    #[error("Expires must be a number of seconds since 1970")]
    V2Expires,
    #[error("X-Amz-Date must read like 20130524T000000Z")]
    Date,
    #[error("X-Amz-Expires must be a number of seconds from 1 to 604800")]
    Expires,
    #[error("{name} appears more than once, says something else than the header of that name, or fits no header")]
    Hoisted { name: String },
    #[error("{0} is not valid percent-encoded UTF-8")]
    Encoding(&'static str),
}

impl SignatureError {
    /// The S3 error code that stands for this reason.
    pub fn code(&self) -> &'static str {
        self.answer().0
    }

    /// The HTTP status that goes with [`code`](Self::code).
    pub fn status(&self) -> StatusCode {
        self.answer().1
    }

    fn answer(&self) -> (&'static str, StatusCode) {
        match self {
            Self::SeveralMechanisms
            | Self::UnsupportedMechanism
            | Self::MalformedV2Authorization(_)
            | Self::InvalidContentSha256
            | Self::UnframedAwsChunked => ("InvalidArgument", StatusCode::BAD_REQUEST),
            Self::MalformedAuthorization(_) => ("AuthorizationHeaderMalformed", StatusCode::BAD_REQUEST),
            Self::MalformedQuery(_) => ("AuthorizationQueryParametersError", StatusCode::BAD_REQUEST),
            Self::TemporaryCredentials => ("InvalidToken", StatusCode::BAD_REQUEST),
            Self::SigV2NotSupported
            | Self::RepeatedHeader { .. }
            | Self::MissingHost
            | Self::HostsDiffer
            | Self::MissingContentSha256
            | Self::StreamingPresigned
            | Self::InvalidDecodedLength
            | Self::UnsupportedTrailer { .. } => ("InvalidRequest", StatusCode::BAD_REQUEST),
            Self::MissingDecodedLength => ("MissingContentLength", StatusCode::LENGTH_REQUIRED),
            Self::MissingDate
            | Self::NotAnonymous
            | Self::ChunksWithoutSignature
            | Self::MalformedV2Query(_)
            | Self::UnsignedHeader { .. }
            | Self::HeaderBesideV2Url { .. }
            | Self::UnsignedParameter { .. }
            | Self::AmbiguousParameter { .. }
            | Self::SignedHeaderMissing { .. }
            | Self::LivesTooLong
            | Self::NotYetValid
            | Self::Expired => ("AccessDenied", StatusCode::FORBIDDEN),
            Self::RequestTimeTooSkewed => ("RequestTimeTooSkewed", StatusCode::FORBIDDEN),
            Self::SignatureDoesNotMatch => ("SignatureDoesNotMatch", StatusCode::FORBIDDEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_identity_are_403_and_flaws_of_form_are_400() {
        for error in [
            SignatureError::SignatureDoesNotMatch,
            SignatureError::RequestTimeTooSkewed,
            SignatureError::Expired,
            SignatureError::UnsignedHeader { name: "x-amz-copy-source".into() },
        ] {
            assert_eq!(error.status(), StatusCode::FORBIDDEN, "{error}");
        }
        for flaw in [Flaw::Credential, Flaw::Service, Flaw::Signature] {
            let (header, query) =
                (SignatureError::MalformedAuthorization(flaw.clone()), SignatureError::MalformedQuery(flaw));
            assert_eq!((header.code(), header.status()), ("AuthorizationHeaderMalformed", StatusCode::BAD_REQUEST));
            assert_eq!((query.code(), query.status()), ("AuthorizationQueryParametersError", StatusCode::BAD_REQUEST));
        }
        assert_eq!(SignatureError::MissingDecodedLength.status(), StatusCode::LENGTH_REQUIRED);
    }
}
