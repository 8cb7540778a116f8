//! The error document: what went wrong and what to do about it (ECS REST API, *Errors*).

use keyward_ambient::Timestamp;

use crate::document::{Document, Value};
use crate::{Answer, BodyError, ErrorCode, FieldError, key_time, sample};

/// An error answer. The constructors give the details of each outcome; `details` never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {description}: {details}")]
pub struct EcsError {
    /// The HTTP status.
    pub status: u16,
    pub code: u32,
    pub description: &'static str,
    pub details: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

impl Answer for EcsError {
    fn document(&self) -> Document<'_> {
        Document::new(
            "error",
            &["code", "description", "details", "retryable"],
            [
                ("code", Value::Number(self.code.into())),
                ("retryable", Value::Flag(self.retryable)),
                ("description", Value::text(self.description)),
                ("details", Value::text(&self.details)),
            ],
        )
    }

    fn samples() -> Vec<Self> {
        vec![Self::not_found_in_url(sample::PERSON)]
    }
}

impl EcsError {
    /// An error with `details` of the caller's own, which should say what to do next.
    pub fn new(code: ErrorCode, details: impl Into<String>) -> Self {
        EcsError {
            status: code.http_status(),
            code: code.number(),
            description: code.description(),
            details: details.into(),
            retryable: code.http_status() == 503,
        }
    }

    /// The seconds for a `Retry-After` header: 30 on every 503.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        (self.status == 503).then_some(30)
    }

    /// 400/1005: the mandatory field or parameter `name` is missing or empty.
    pub fn missing_field(name: &str) -> Self {
        let details = format!("Required parameter {name} was missing or empty. Add it to the request.");
        Self::new(ErrorCode::MissingParameter, details)
    }

    /// 400/1008: `name` was given in the wrong form; `why` is a clause that says what to send.
    pub fn invalid_field(name: &str, why: &str) -> Self {
        Self::new(ErrorCode::InvalidParameter, format!("Parameter {name} was provided but invalid: {why}."))
    }

    /// 400/1014: the number `given` for `name` lies outside `min..=max`.
    pub fn out_of_range(name: &str, given: i64, min: i64, max: i64) -> Self {
        let (side, limit) = if given < min { ("minimum", min) } else { ("maximum", max) };
        let details =
            format!("Invalid parameter {name} was {given} but {side} is {limit}. Send a number from {min} to {max}.");
        Self::new(ErrorCode::OutOfRange, details)
    }

    /// 400/1029: `name` is no moment, or one that makes no sense beside the others; `why` says what to send.
    pub fn invalid_time(name: &str, why: &str) -> Self {
        Self::new(ErrorCode::InvalidTime, format!("Parameter {name} was provided but invalid: {why}."))
    }

    /// 404/2000: what the path names does not exist.
    pub fn not_found_in_url(id: &str) -> Self {
        let details =
            format!("Unable to find entity specified in URL with the given id {id}. Check the spelling of the id.");
        Self::new(ErrorCode::UrlEntityNotFound, details)
    }

    /// 400/1004: the namespace, bucket or other thing of that id does not exist, wherever it was named.
    pub fn not_found_parameter(id: &str) -> Self {
        let details =
            format!("Unable to find entity with the given id {id}. Check the spelling of the id, or create it first.");
        Self::new(ErrorCode::ParameterNotFound, details)
    }

    /// 400/1004: the user has no live secret key of the value or id that was to be removed, which is not repeated here.
    pub fn unknown_secret_key(user: &str) -> Self {
        let details = format!(
            "User {user} has no valid secret key like the one given. List the keys and send one of them, whole."
        );
        Self::new(ErrorCode::ParameterNotFound, details)
    }

    /// 400/1004: the caller maps to no namespace, and no object user is bound to it, so it has no keys of its own.
    pub fn no_namespace(user: &str) -> Self {
        let details = format!(
            "No tenant mapping found for this user {user}. Ask an administrator for a namespace that maps the user, or \
             to create the object user {user} with POST /object/users and to bind it to you with PUT \
             /keyward/v1/object-users/{user}/management-user."
        );
        Self::new(ErrorCode::ParameterNotFound, details)
    }

    /// 400/1015: there is already a `kind` (such as `User`) of that id.
    pub fn already_exists(kind: &str, id: &str) -> Self {
        let details = format!("{kind} {id} already exists. Choose another name, or change the existing one.");
        Self::new(ErrorCode::AlreadyExists, details)
    }

    /// 400/40008: there is already a bucket of that name in the namespace.
    pub fn bucket_exists(name: &str) -> Self {
        Self::new(ErrorCode::BucketExists, format!("Bucket {name} already exists. Choose another name."))
    }

    /// 400/1031: there are already `max` of `what`.
    pub fn limit_exceeded(what: &str, max: u64) -> Self {
        let details = format!("Exceeding limit of {what}. Max allowed {max}. Remove one that is no longer needed.");
        Self::new(ErrorCode::LimitExceeded, details)
    }

    /// 400/1031: the user has two live secret keys, of which the next one expires at `next_expiry`, if ever.
    pub fn two_live_secret_keys(user: &str, next_expiry: Option<Timestamp>) -> Self {
        let wait = next_expiry.map(|moment| format!(", or wait until one expires at {} UTC", key_time(moment)));
        let wait = wait.unwrap_or_default();
        let details = format!("User {user} already has 2 valid keys. Deactivate one of them{wait}.");
        Self::new(ErrorCode::LimitExceeded, details)
    }

    /// 500/7000: an expiry for the existing key, but no existing key; the text is that of ECS 3 to the letter.
    pub fn no_valid_secret_key(user: &str) -> Self {
        let details = format!(
            "User {user} has no valid secret key. Cannot accept creation request with expiry for existing key."
        );
        Self::new(ErrorCode::ServiceError, details)
    }

    /// 403/3000: the caller lacks the role.
    pub fn forbidden(user: &str) -> Self {
        let details = format!("Insufficient permissions for user {user}. Use an account whose role covers this call.");
        Self::new(ErrorCode::Forbidden, details)
    }

    /// 403/3000: the caller's object user is locked.
    pub fn locked(user: &str) -> Self {
        Self::new(ErrorCode::Forbidden, format!("User {user} is locked. Ask an administrator to unlock the user."))
    }

    /// 403/3000: the caller's attributes match the mappings of more than one namespace.
    pub fn several_namespaces(user: &str) -> Self {
        let details = format!(
            "User {user} belongs to multiple tenants. Ask an administrator to make the user mappings exclusive."
        );
        Self::new(ErrorCode::Forbidden, details)
    }

    /// 401/4000: no token, or one that is unknown, expired or logged out.
    pub fn unauthenticated() -> Self {
        let details = "Token not found or invalid token provided. Log in again and send the token in X-SDS-AUTH-TOKEN.";
        Self::new(ErrorCode::Unauthenticated, details)
    }

    /// 401/4000: the name or password of a login is wrong, or the user is locked; which one is not told.
    pub fn bad_credentials() -> Self {
        let details = "The user name or the password is wrong, or the user is locked. Check both and log in again. After \
                       several wrong passwords wait some minutes, or ask an administrator to unlock the user.";
        Self::new(ErrorCode::Unauthenticated, details)
    }

    /// 401/4000: the user holds as many tokens as one may.
    pub fn too_many_tokens() -> Self {
        let details = "Max number of tokens exceeded for this user. End some with /logout?force=true.";
        Self::new(ErrorCode::Unauthenticated, details)
    }

    /// 401/10001: the token does not have the form of one.
    pub fn bad_token() -> Self {
        Self::new(ErrorCode::BadToken, "The token does not have the form of one. Log in again and send it whole.")
    }

    /// 415/1003: the body's media type is not read here.
    pub fn unsupported_media_type(given: &str) -> Self {
        let details = format!("Content of type {given} is not read here. Send application/json or application/xml.");
        Self::new(ErrorCode::UnsupportedMediaType, details)
    }

    /// 405/1007: the path has no such method; `allowed` are those it has, as in the `Allow` header.
    pub fn method_not_allowed(method: &str, allowed: &str) -> Self {
        Self::new(ErrorCode::MethodNotSupported, format!("{method} is not supported here. Use {allowed}."))
    }

    /// 400/1013: the body cannot be read; `why` is a clause that says where and what.
    pub fn bad_body(why: &str) -> Self {
        Self::new(ErrorCode::BadBody, format!("The request cannot be understood: {why}."))
    }

    /// 503/6000: `what`, such as `the identity store`, cannot be asked. Retryable.
    pub fn unavailable(what: &str) -> Self {
        Self::new(ErrorCode::Unavailable, format!("It was not possible to ask {what}. Try again in half a minute."))
    }

    /// 500/999: a failure of ours; its cause is in the log, not in the answer.
    pub fn internal() -> Self {
        let details = "The server failed to answer this request. Its log says why: ask an administrator to look there.";
        Self::new(ErrorCode::Unforeseen, details)
    }
}

impl From<FieldError> for EcsError {
    fn from(error: FieldError) -> Self {
        match error {
            FieldError::Missing { name } => Self::missing_field(&name),
            FieldError::Blank { name, remedy } => {
                let details = format!("Required parameter {name} was missing or empty: {remedy}.");
                Self::new(ErrorCode::MissingParameter, details)
            }
            FieldError::Invalid { name, remedy } => Self::invalid_field(&name, remedy),
            FieldError::BeyondRange { name, given } => {
                let details =
                    format!("Invalid parameter {name} was {given}, beyond any accepted number. Send a smaller one.");
                Self::new(ErrorCode::OutOfRange, details)
            }
        }
    }
}

impl From<BodyError> for EcsError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::UnsupportedMediaType(given) => Self::unsupported_media_type(&given.0),
            BodyError::Field(error) => error.into(),
            other => Self::bad_body(&other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_by_itself_is_retryable() {
        let unavailable = EcsError::unavailable("the directory");
        assert_eq!(
            (unavailable.status, unavailable.retryable, unavailable.retry_after_seconds()),
            (503, true, Some(30))
        );
        let forbidden = EcsError::forbidden("dana");
        assert_eq!((forbidden.status, forbidden.retryable, forbidden.retry_after_seconds()), (403, false, None));
    }

    #[test]
    fn a_number_out_of_range_is_told_its_limits() {
        let low = EcsError::out_of_range("limit", -1, 0, 1000);
        assert!(low.details.starts_with("Invalid parameter limit was -1 but minimum is 0."), "{low}");
        let high = EcsError::out_of_range("limit", 2000, 0, 1000);
        assert!(high.details.starts_with("Invalid parameter limit was 2000 but maximum is 1000."), "{high}");
    }

    #[test]
    fn a_third_key_is_refused_with_the_moment_to_wait_for() {
        let expiring = EcsError::two_live_secret_keys("dana", Some(Timestamp::from_millis(1_772_732_353_813)));
        assert_eq!((expiring.status, expiring.code), (400, 1031));
        assert!(expiring.details.contains("2 valid keys"), "{expiring}");
        assert!(expiring.details.contains("2026-03-05 17:39:13.813 UTC"), "{expiring}");
        assert!(!EcsError::two_live_secret_keys("dana", None).details.contains("wait"));
    }
}
