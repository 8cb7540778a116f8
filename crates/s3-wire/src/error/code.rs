//! Every error code of this S3 endpoint with its HTTP status, the sentence that Amazon S3 sends with it, and what to do
//! about it: the one place that maps them.
//!
//! Clients look for Amazon's sentences in the text of an error (s3fs tells a changed file by "pre-conditions"), so they
//! are constants of the wire, with their spelling and their missing full stops. They are those of recorded answers, and
//! those of "Error responses" in the Amazon S3 API Reference where no answer was on record.

use http::StatusCode;

macro_rules! codes {
    ($($variant:ident $status:ident $sentence:literal $remedy:literal;)*) => {
        /// An S3 error code. The variant's name is the code on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $sentence] #[doc = $remedy] $variant,)*
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

            /// The sentence of Amazon S3 with which `<Message>` begins. Empty for codes to which Amazon S3 has no
            /// sentence of general use, and for those that it does not have.
            pub const fn sentence(self) -> &'static str {
                match self { $(ErrorCode::$variant => $sentence,)* }
            }

            /// What `<Message>` says after the sentence where the place that failed has nothing more exact to say.
            /// Empty where the sentence is enough.
            pub const fn remedy(self) -> &'static str {
                match self { $(ErrorCode::$variant => $remedy,)* }
            }
        }
    };
}

codes! {
    AccessControlListNotSupported BAD_REQUEST "The bucket does not allow ACLs" "Use a bucket policy instead.";
    AccessDenied FORBIDDEN "Access Denied" "Ask the owner of the bucket for the permission.";
    AccessForbidden FORBIDDEN "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec." "The bucket's owner can add a CORS rule for this origin, method and headers.";
    AuthorizationHeaderMalformed BAD_REQUEST "The authorization header is malformed" "Sign the request with an S3 client.";
    AuthorizationQueryParametersError BAD_REQUEST "The authorization query parameters that you provided are not valid." "Make a new presigned URL.";
    BadDigest BAD_REQUEST "The Content-MD5 or checksum value that you specified did not match what the server received." "Send the body again.";
    BadRequest BAD_REQUEST "Insufficient information." "Send the headers that this request needs.";
    BucketAlreadyExists CONFLICT "The requested bucket name is not available." "A bucket of this name exists in this namespace and belongs to another user; choose another name.";
    BucketAlreadyOwnedByYou CONFLICT "Your previous request to create the named bucket succeeded and you already own it." "Use that bucket, or choose another name.";
    BucketNotEmpty CONFLICT "The bucket you tried to delete is not empty" "Delete its objects and versions first.";
    ConditionalRequestConflict CONFLICT "The conditional request cannot succeed due to a conflicting operation against this resource." "Read the object again and retry.";
    EntityTooLarge BAD_REQUEST "Your proposed upload exceeds the maximum allowed size" "Use a multipart upload with smaller parts.";
    EntityTooSmall BAD_REQUEST "Your proposed upload is smaller than the minimum allowed size" "Each part but the last has to be at least 5 MiB.";
    ExpectationFailed EXPECTATION_FAILED "" "The Expect header asks for something other than 100-continue; leave it out.";
    ExpiredToken BAD_REQUEST "The provided token has expired." "Get a new one.";
    IllegalVersioningConfigurationException BAD_REQUEST "The versioning configuration specified in the request is not valid." "Send Enabled or Suspended as its Status.";
    IncompleteBody BAD_REQUEST "You did not provide the number of bytes specified by the Content-Length HTTP header." "Send the body again.";
    IncorrectNumberOfFilesInPostRequest BAD_REQUEST "POST requires exactly one file upload per request." "Send one file, as the form's last field.";
    InternalError INTERNAL_SERVER_ERROR "We encountered an internal error. Please try again." "If it happens again, give the operator the request id.";
    InvalidAccessKeyId FORBIDDEN "The AWS Access Key Id you provided does not exist in our records." "Check the access key id, or issue a key.";
    InvalidAction BAD_REQUEST "The action or operation requested is invalid. Verify that the action is typed correctly." "This port serves S3 alone.";
    InvalidArgument BAD_REQUEST "Invalid Argument" "Correct the argument that is named here.";
    InvalidBucketAclWithObjectOwnership BAD_REQUEST "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting" "The bucket is shared by its access control list, which would have no effect then; put the canned list private first.";
    InvalidBucketName BAD_REQUEST "The specified bucket is not valid." "Use a name of 1 to 255 letters, digits, dots, hyphens or underscores.";
    InvalidBucketState CONFLICT "The request is not valid for the current state of the bucket." "Change the bucket's state first.";
    InvalidDigest BAD_REQUEST "The Content-MD5 you specified was invalid." "Send the base64 form of 16 bytes, or leave the header out.";
    InvalidEncryptionAlgorithmError BAD_REQUEST "The Encryption request you specified is not valid. Supported value: AES256." "Send AES256, or leave the header out.";
    InvalidLocationConstraint BAD_REQUEST "The specified location-constraint is not valid" "Leave the location constraint out.";
    InvalidObjectState FORBIDDEN "The operation is not valid for the object's storage class" "Copy the object to another storage class first.";
    InvalidPart BAD_REQUEST "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag." "List the parts and complete the upload again.";
    InvalidPartNumber RANGE_NOT_SATISFIABLE "The requested partnumber is not satisfiable" "Ask for a number up to the object's count of parts.";
    InvalidPartOrder BAD_REQUEST "The list of parts was not in ascending order. Parts must be ordered by part number." "List each part once.";
    InvalidPolicyDocument BAD_REQUEST "The content of the form does not meet the conditions specified in the policy document." "Make a new form.";
    InvalidRange RANGE_NOT_SATISFIABLE "The requested range is not satisfiable" "Ask for a range within the object's size.";
    InvalidRequest BAD_REQUEST "" "The request contradicts itself or asks for what cannot be done.";
    InvalidRetentionPeriod BAD_REQUEST "" "The retention period is not valid; use a whole number of days or years, up to a hundred years.";
    InvalidSecurity FORBIDDEN "The provided security credentials are not valid." "Use a key that was issued here.";
    InvalidStorageClass BAD_REQUEST "The storage class you specified is not valid" "Use STANDARD, or leave it out.";
    InvalidTag BAD_REQUEST "The tag provided was not a valid tag." "Send at most 10 tags, each key once, with keys of 1 to 128 and values of up to 256 characters.";
    InvalidTargetBucketForLogging BAD_REQUEST "The target bucket for logging does not exist" "Access logs are not delivered to buckets here.";
    InvalidToken BAD_REQUEST "The provided token is malformed or otherwise invalid." "Session tokens are not issued here; use a long-term access key.";
    InvalidURI BAD_REQUEST "Couldn't parse the specified URI." "Percent-encode the key as UTF-8.";
    KeyTooLongError BAD_REQUEST "Your key is too long" "Use at most 1024 bytes of UTF-8.";
    MalformedACLError BAD_REQUEST "The XML you provided was not well-formed or did not validate against our published schema" "Correct the access control list.";
    MalformedPOSTRequest BAD_REQUEST "The body of your POST request is not well-formed multipart/form-data." "Correct the form.";
    MalformedPolicy BAD_REQUEST "" "The policy is not of the published form.";
    MalformedTrailerError BAD_REQUEST "The request contained trailing data that was not well-formed or did not conform to our published schema." "Send the checksum that x-amz-trailer announces.";
    MalformedXML BAD_REQUEST "The XML you provided was not well-formed or did not validate against our published schema" "Correct the document.";
    MaxMessageLengthExceeded BAD_REQUEST "Your request was too big." "Send fewer entries at a time.";
    MaxPostPreDataLengthExceededError BAD_REQUEST "Your POST request fields preceding the upload file were too large." "Shorten them.";
    MetadataTooLarge BAD_REQUEST "Your metadata headers exceed the maximum allowed metadata size" "Shorten names or values to 2048 bytes in all.";
    MethodNotAllowed METHOD_NOT_ALLOWED "The specified method is not allowed against this resource." "";
    MissingContentLength LENGTH_REQUIRED "You must provide the Content-Length HTTP header." "";
    MissingRequestBodyError BAD_REQUEST "Request body is empty." "Send the XML document of this operation.";
    MissingSecurityElement BAD_REQUEST "" "The request lacks an element of its authentication; sign it with an S3 client.";
    MissingSecurityHeader BAD_REQUEST "Your request was missing a required header" "Sign it with an S3 client.";
    NoSuchBucket NOT_FOUND "The specified bucket does not exist" "Check its name, and the namespace.";
    NoSuchBucketPolicy NOT_FOUND "The bucket policy does not exist" "";
    NoSuchCORSConfiguration NOT_FOUND "The CORS configuration does not exist" "";
    NoSuchKey NOT_FOUND "The specified key does not exist." "";
    NoSuchLifecycleConfiguration NOT_FOUND "The lifecycle configuration does not exist" "";
    NoSuchObjectLockConfiguration NOT_FOUND "The specified object does not have a ObjectLock configuration" "";
    NoSuchPublicAccessBlockConfiguration NOT_FOUND "The public access block configuration was not found" "";
    NoSuchTagSet NOT_FOUND "The TagSet does not exist" "";
    NoSuchUpload NOT_FOUND "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed." "Begin a new upload.";
    NoSuchVersion NOT_FOUND "The specified version does not exist." "List the object's versions.";
    NoSuchWebsiteConfiguration NOT_FOUND "The specified bucket does not have a website configuration" "";
    NotImplemented NOT_IMPLEMENTED "A header you provided implies functionality that is not implemented" "Leave out what is named here.";
    NotModified NOT_MODIFIED "Not Modified" "";
    ObjectLockConfigurationNotFoundError NOT_FOUND "Object Lock configuration does not exist for this bucket" "";
    ObjectUnderRetention CONFLICT "" "The object is under retention, and can be neither deleted nor replaced until its retention period ends.";
    OperationAborted CONFLICT "A conflicting conditional operation is currently in progress against this resource. Please try again." "";
    OwnershipControlsNotFoundError NOT_FOUND "The bucket ownership controls were not found" "";
    PermanentRedirect MOVED_PERMANENTLY "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint." "";
    PreconditionFailed PRECONDITION_FAILED "At least one of the pre-conditions you specified did not hold" "Read the object again.";
    QuotaExceeded FORBIDDEN "" "The quota of the bucket or namespace is used up; delete objects or ask for more.";
    ReplicationConfigurationNotFoundError NOT_FOUND "The replication configuration was not found" "";
    RequestHeaderSectionTooLarge BAD_REQUEST "Your request header section exceeds the maximum allowed size." "Shorten the headers.";
    RequestIsNotMultiPartContent BAD_REQUEST "Bucket POST must be of the enclosure-type multipart/form-data." "Set the form's enctype.";
    RequestTimeTooSkewed FORBIDDEN "The difference between the request time and the current time is too large." "Set the client's clock.";
    RequestTimeout BAD_REQUEST "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed." "Send the body again.";
    ServerSideEncryptionConfigurationNotFoundError NOT_FOUND "The server side encryption configuration was not found" "";
    ServiceUnavailable SERVICE_UNAVAILABLE "Service is unable to handle request." "Try again shortly.";
    SignatureDoesNotMatch FORBIDDEN "The request signature we calculated does not match the signature you provided. Check your key and signing method." "";
    SlowDown SERVICE_UNAVAILABLE "Please reduce your request rate." "Wait, then try again.";
    TooManyBuckets BAD_REQUEST "You have attempted to create more buckets than allowed" "Delete one, or ask for more.";
    UnexpectedContent BAD_REQUEST "This request does not support content" "Send no body.";
    UnresolvableGrantByEmailAddress BAD_REQUEST "The e-mail address you provided does not match any account on record." "Grant by id.";
    UserKeyMustBeSpecified BAD_REQUEST "The bucket POST must contain the specified field name. If it is specified, check the order of the fields." "Add a field named key before the file.";
    XAmzContentSHA256Mismatch BAD_REQUEST "The provided 'x-amz-content-sha256' header does not match what was computed." "Send the body again.";
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
    fn every_code_has_an_error_status_and_something_to_say() {
        for code in ErrorCode::ALL {
            assert!(code.status().as_u16() >= 300, "{code}");
            assert!(code.remedy().is_empty() || code.remedy().ends_with('.'), "{code}");
            assert!(!code.sentence().is_empty() || !code.remedy().is_empty(), "{code}");
        }
    }

    #[test]
    fn only_these_have_no_sentence_of_amazon() {
        let without = ErrorCode::ALL.iter().filter(|code| code.sentence().is_empty()).map(|code| code.as_str());
        let expected = [
            "ExpectationFailed",
            "InvalidRequest",
            "InvalidRetentionPeriod",
            "MalformedPolicy",
            "MissingSecurityElement",
            "ObjectUnderRetention",
            "QuotaExceeded",
        ];
        assert_eq!(without.collect::<Vec<_>>(), expected);
    }
}
