//! Every error code of this S3 endpoint with its HTTP status and default message: the one place that maps them.

use http::StatusCode;

macro_rules! codes {
    ($($variant:ident $status:ident $message:literal;)*) => {
        /// An S3 error code. The variant's name is the code on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $message] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in alphabetical order.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The code as it stands in `<Code>`.
            pub const fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => stringify!($variant),)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> StatusCode {
                match self { $(ErrorCode::$variant => StatusCode::$status,)* }
            }

            /// What `<Message>` says where the place that failed has nothing better to say.
            pub const fn message(self) -> &'static str {
                match self { $(ErrorCode::$variant => $message,)* }
            }
        }
    };
}

codes! {
    AccessControlListNotSupported BAD_REQUEST "This bucket takes no access control lists; use a bucket policy.";
    AccessDenied FORBIDDEN "You may not do this; ask the owner of the bucket for the permission.";
    AccessForbidden FORBIDDEN "The bucket's CORS rules do not allow this request; its owner can add a rule for this origin and method.";
    AuthorizationHeaderMalformed BAD_REQUEST "The Authorization header cannot be read; sign the request with an S3 client.";
    AuthorizationQueryParametersError BAD_REQUEST "The signature in the query string cannot be read; make a new presigned URL.";
    BadDigest BAD_REQUEST "The body does not have the checksum that was announced for it; send it again.";
    BadRequest BAD_REQUEST "The request lacks what it takes to answer it.";
    BucketAlreadyExists CONFLICT "A bucket of this name exists in this namespace and is not yours; choose another name.";
    BucketAlreadyOwnedByYou CONFLICT "You have a bucket of this name already; use it, or choose another name.";
    BucketNotEmpty CONFLICT "The bucket still holds objects or versions; delete them first.";
    ConditionalRequestConflict CONFLICT "Another request changed the object at the same time; read it again and retry.";
    EntityTooLarge BAD_REQUEST "The body is larger than an upload may be; use a multipart upload with smaller parts.";
    EntityTooSmall BAD_REQUEST "A part is smaller than 5 MiB; only the last part may be.";
    ExpectationFailed EXPECTATION_FAILED "The Expect header asks for something other than 100-continue; leave it out.";
    ExpiredToken BAD_REQUEST "The session token has expired; get a new one.";
    IllegalVersioningConfigurationException BAD_REQUEST "This versioning state cannot be set on this bucket.";
    IncompleteBody BAD_REQUEST "The body ended before the number of bytes that Content-Length announced; send it again.";
    IncorrectNumberOfFilesInPostRequest BAD_REQUEST "The form must hold exactly one file, as its last field.";
    InternalError INTERNAL_SERVER_ERROR "The server failed to do this; try again, and give the operator the request id if it happens again.";
    InvalidAccessKeyId FORBIDDEN "This access key id is not known here; check it, or issue a key.";
    InvalidArgument BAD_REQUEST "An argument of the request is not valid; correct the one named here.";
    InvalidBucketAclWithObjectOwnership BAD_REQUEST "The bucket is shared by its access control list, which an enforced owner would leave without effect; put the canned list private first.";
    InvalidBucketName BAD_REQUEST "This is not a bucket name; use 1 to 255 letters, digits, dots, hyphens or underscores.";
    InvalidBucketState CONFLICT "The bucket's present state does not allow this request.";
    InvalidDigest BAD_REQUEST "Content-MD5 is not the base64 form of 16 bytes; compute it again or leave it out.";
    InvalidEncryptionAlgorithmError BAD_REQUEST "This encryption is not known; use AES256 or leave it out.";
    InvalidLocationConstraint BAD_REQUEST "This location is not served here; leave the location constraint out.";
    InvalidObjectState FORBIDDEN "The object's storage class does not allow this request.";
    InvalidPart BAD_REQUEST "A part named here was not uploaded, or has another ETag; list the parts and complete again.";
    InvalidPartNumber RANGE_NOT_SATISFIABLE "The object has no part of this number; ask for a number up to its count of parts.";
    InvalidPartOrder BAD_REQUEST "The parts are not in ascending order; sort them by part number, each once.";
    InvalidPolicyDocument BAD_REQUEST "The form's policy cannot be read; build it again.";
    InvalidRange RANGE_NOT_SATISFIABLE "The object has no bytes in this range; ask for a range within its size.";
    InvalidRequest BAD_REQUEST "The request contradicts itself or asks for what cannot be done.";
    InvalidRetentionPeriod BAD_REQUEST "The retention period is not valid; use a whole number of days or years, up to a hundred years.";
    InvalidSecurity FORBIDDEN "The credentials are not valid.";
    InvalidStorageClass BAD_REQUEST "This storage class is not known; use STANDARD or leave it out.";
    InvalidTag BAD_REQUEST "A tag is not valid: at most 10 tags, keys of 1 to 128 and values of up to 256 characters, each key once.";
    InvalidTargetBucketForLogging BAD_REQUEST "Access logs cannot be delivered to this bucket.";
    InvalidToken BAD_REQUEST "The session token is not valid; get a new one.";
    InvalidURI BAD_REQUEST "The address cannot be read; percent-encode the key as UTF-8.";
    KeyTooLongError BAD_REQUEST "The key is longer than 1024 bytes of UTF-8; shorten it.";
    MalformedACLError BAD_REQUEST "The access control list is not of the published form.";
    MalformedPOSTRequest BAD_REQUEST "The form is not well-formed multipart/form-data.";
    MalformedPolicy BAD_REQUEST "The policy is not of the published form.";
    MalformedTrailerError BAD_REQUEST "The trailer after the body cannot be read; send the checksum that x-amz-trailer announces.";
    MalformedXML BAD_REQUEST "The XML body is not well-formed or not of the published form.";
    MaxMessageLengthExceeded BAD_REQUEST "The body is longer than this operation reads; send fewer entries at a time.";
    MaxPostPreDataLengthExceededError BAD_REQUEST "The form's fields before the file are too large; shorten them.";
    MetadataTooLarge BAD_REQUEST "The user metadata is larger than 2048 bytes; shorten names or values.";
    MethodNotAllowed METHOD_NOT_ALLOWED "This method is not for this resource.";
    MissingContentLength LENGTH_REQUIRED "The request has no Content-Length; send it.";
    MissingRequestBodyError BAD_REQUEST "The request has no body; send the XML document of this operation.";
    MissingSecurityElement BAD_REQUEST "The request lacks an element of its authentication.";
    MissingSecurityHeader BAD_REQUEST "The request lacks a header of its authentication; sign it with an S3 client.";
    NoSuchBucket NOT_FOUND "There is no bucket of this name in this namespace; check the name and the namespace.";
    NoSuchBucketPolicy NOT_FOUND "The bucket has no policy.";
    NoSuchCORSConfiguration NOT_FOUND "The bucket has no CORS rules.";
    NoSuchKey NOT_FOUND "There is no object of this key; check the key, each slash and case.";
    NoSuchLifecycleConfiguration NOT_FOUND "The bucket has no lifecycle rules.";
    NoSuchObjectLockConfiguration NOT_FOUND "The object has no lock of this kind.";
    NoSuchPublicAccessBlockConfiguration NOT_FOUND "The bucket has no public access block.";
    NoSuchTagSet NOT_FOUND "The bucket has no tags.";
    NoSuchUpload NOT_FOUND "There is no such multipart upload; it was completed, aborted or never begun. Begin a new one.";
    NoSuchVersion NOT_FOUND "The object has no such version; list its versions.";
    NoSuchWebsiteConfiguration NOT_FOUND "The bucket is not set up as a website.";
    NotImplemented NOT_IMPLEMENTED "This server does not offer this; leave out what is named here.";
    NotModified NOT_MODIFIED "The object is the one you have.";
    ObjectLockConfigurationNotFoundError NOT_FOUND "The bucket has no object lock.";
    ObjectUnderRetention CONFLICT "The object is kept until its retention period is over, and may be neither deleted nor replaced until then.";
    OperationAborted CONFLICT "Another request is changing the same bucket; try again.";
    OwnershipControlsNotFoundError NOT_FOUND "The bucket has no ownership controls.";
    PermanentRedirect MOVED_PERMANENTLY "The bucket is to be reached at the address named here.";
    PreconditionFailed PRECONDITION_FAILED "The object is not in the state that the request's condition asks for; read it again.";
    QuotaExceeded FORBIDDEN "The quota of the bucket or namespace is used up; delete objects or ask for more.";
    ReplicationConfigurationNotFoundError NOT_FOUND "The bucket has no replication rules.";
    RequestHeaderSectionTooLarge BAD_REQUEST "The request's headers are too large; shorten them.";
    RequestIsNotMultiPartContent BAD_REQUEST "The form must be sent as multipart/form-data.";
    RequestTimeTooSkewed FORBIDDEN "The request's time is too far from the server's; set the clock of the client.";
    RequestTimeout BAD_REQUEST "The body did not arrive in time; send it again.";
    ServerSideEncryptionConfigurationNotFoundError NOT_FOUND "The bucket has no default encryption.";
    ServiceUnavailable SERVICE_UNAVAILABLE "The server cannot answer this at present; try again shortly.";
    SignatureDoesNotMatch FORBIDDEN "The signature is not the one that the secret key gives; check the secret key and how the request is signed.";
    SlowDown SERVICE_UNAVAILABLE "There are too many requests at present; slow down and try again.";
    TooManyBuckets BAD_REQUEST "The limit of buckets is reached; delete one or ask for more.";
    UnexpectedContent BAD_REQUEST "This operation takes no body; send none.";
    UnresolvableGrantByEmailAddress BAD_REQUEST "Grants by e-mail address are not known here; grant by id.";
    UserKeyMustBeSpecified BAD_REQUEST "The form must hold a field named key.";
    XAmzContentSHA256Mismatch BAD_REQUEST "The body does not have the SHA-256 of x-amz-content-sha256; send it again.";
}

impl ErrorCode {
    /// The code that stands as `name` on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// Whether an answer with this code carries an XML body (304 never does).
    pub const fn has_body(self) -> bool {
        !matches!(self, ErrorCode::NotModified)
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        let names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    #[test]
    fn could_not_find_out_is_never_a_refusal() {
        assert_eq!(ErrorCode::ServiceUnavailable.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ErrorCode::SlowDown.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ErrorCode::InternalError.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn every_code_has_an_error_status_and_a_message() {
        for code in ErrorCode::ALL {
            assert!(code.status().as_u16() >= 300, "{code}");
            assert!(code.message().ends_with('.'), "{code}");
        }
    }
}
