//! The codes of the error document: number, HTTP status and description (ECS REST API, *Errors*).

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal, $description:literal;)+) => {
        /// A code of the ECS error document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),+];

            /// The number that clients compare.
            pub const fn number(self) -> u32 {
                match self { $(ErrorCode::$name => $number,)+ }
            }

            /// The HTTP status that goes with the code.
            pub const fn http_status(self) -> u16 {
                match self { $(ErrorCode::$name => $status,)+ }
            }

            /// The protocol's fixed text for the code.
            pub const fn description(self) -> &'static str {
                match self { $(ErrorCode::$name => $description,)+ }
            }
        }
    };
}

error_codes! {
    /// A failure of ours that nothing more precise fits.
    Unforeseen = 999, 500, "unforeseen error";
    /// A malformed id in the path.
    InvalidUriParameter = 1002, 400, "URI parameter is invalid";
    /// The body's media type is neither XML nor JSON.
    UnsupportedMediaType = 1003, 415, "Unsupported or missing media type";
    /// Something named by a parameter or a body does not exist; for namespaces and buckets also when the path names it.
    ParameterNotFound = 1004, 400, "Request parameter cannot be found";
    /// A mandatory field is missing.
    MissingParameter = 1005, 400, "Required parameter is missing or empty";
    /// Something named by a parameter is about to be deleted.
    InactiveParameter = 1006, 400, "Request parameter is inactive and marked for deletion";
    /// The path exists, the method does not.
    MethodNotSupported = 1007, 405, "Method not supported";
    /// A parameter has the wrong form.
    InvalidParameter = 1008, 400, "Parameter was provided but invalid";
    /// A header has the wrong form.
    BadHeaders = 1009, 400, "Bad headers";
    /// The change is not possible in the present state.
    ChangeNotPossible = 1012, 400, "Unable to make requested change";
    /// The body cannot be read.
    BadBody = 1013, 400, "Bad request body";
    /// A number is too small or too large.
    OutOfRange = 1014, 400, "Parameter value not within range";
    /// The name is taken.
    AlreadyExists = 1015, 400, "Resource already exists";
    /// A resource is missing, without being named by the path.
    ResourceNotFound = 1019, 400, "Resource not found";
    /// Something else still refers to the resource.
    StillReferenced = 1020, 400, "Resource is being referenced";
    /// The resource cannot go yet.
    NotDeletable = 1025, 400, "Unable to delete resource";
    /// A moment, or a pair of them, that is none.
    InvalidTime = 1029, 400, "Time bucket parameter invalid";
    /// There are as many as there may be.
    LimitExceeded = 1031, 400, "Exceeding limit";
    /// A query parameter is missing.
    ParameterNotProvided = 1049, 400, "Parameter was not provided";
    /// What the path names does not exist.
    UrlEntityNotFound = 2000, 404, "Unable to find entity in request URL";
    /// What the path names is about to be deleted.
    UrlEntityInactive = 2001, 404, "URI parameter is inactive and marked for deletion";
    /// The caller may not do this.
    Forbidden = 3000, 403, "This operation is forbidden for this resource using the specified credentials";
    /// No valid credentials. The wording is the protocol's.
    Unauthenticated = 4000, 401, "Invalid credentials or authentication token provided to access to this resource";
    /// A store or a directory cannot be asked.
    Unavailable = 6000, 503, "Unable to connect to the service. The service is unavailable, try again later";
    /// A failure that ECS reports with details of its own.
    ServiceError = 7000, 500, "An error occurred in the API Service";
    /// The token is not one of ours. ECS documents no text for the code.
    BadToken = 10001, 401, "The authentication token cannot be decoded";
    /// A bucket of that name exists.
    BucketExists = 40008, 400, "Bucket already exists";
    /// The name cannot be a bucket's.
    InvalidBucketName = 40009, 400, "Bucket name is invalid";
    /// The owner cannot own the bucket.
    InvalidBucketOwner = 40010, 400, "Bucket owner is invalid";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_and_are_unique() {
        assert!(ErrorCode::ALL.is_sorted_by(|one, next| one.number() < next.number()));
    }

    #[test]
    fn a_bad_request_is_400_and_only_our_own_failures_are_500() {
        for code in ErrorCode::ALL {
            let status = match code.number() {
                1003 => 415,
                1007 => 405,
                1002..=1049 | 40000..=40016 => 400,
                2000 | 2001 => 404,
                3000 => 403,
                4000 | 10001 => 401,
                6000 => 503,
                999 | 7000 => 500,
                other => panic!("{other} has no class"),
            };
            assert_eq!(code.http_status(), status, "{code:?}");
        }
    }
}
