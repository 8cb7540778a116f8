//! How a use case's error looks on the wire: the one place that maps them.

use std::fmt;
use std::time::Duration;

use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use keyward_ecs_wire::{BodyError, EcsError, ErrorCode, FieldError, Format};
use keyward_identity::{Forbidden, NoNamespace};
use keyward_service::{KeyTime, ServiceError, Subject};

use crate::reply::Reply;

/// How much of what a client sent is repeated to it, in characters.
const REPEATED: usize = 300;

/// An error answer: the document, and headers beside it.
#[derive(Debug)]
pub(crate) struct Failure {
    error: EcsError,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Failure {
    /// The path leads nowhere.
    pub(crate) fn no_such_path(path: &str) -> Self {
        let details = format!("There is no call {}. Check the path.", shortened(path));
        EcsError::new(ErrorCode::UrlEntityNotFound, details).into()
    }

    /// The path leads somewhere, but not with this method.
    pub(crate) fn no_such_method(method: &str, allowed: &str) -> Self {
        let failure = Self::from(EcsError::method_not_allowed(&shortened(method), allowed));
        match HeaderValue::from_str(allowed) {
            Ok(allowed) => failure.with(ALLOW, allowed),
            Err(_) => failure,
        }
    }

    /// The same with one header more.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer in the caller's format.
    pub(crate) fn into_reply(self, format: Format) -> Reply {
        let status = self.status();
        let reply = Reply::document(&self.error, format).with_status(status);
        self.headers.into_iter().fold(reply, |reply, (name, value)| reply.with(name, value))
    }
}

impl From<EcsError> for Failure {
    fn from(error: EcsError) -> Self {
        let retry_after = error.retry_after_seconds().map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds)));
        Self { error, headers: retry_after.into_iter().collect() }
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        EcsError::from(error).into()
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        EcsError::from(error).into()
    }
}

impl From<Forbidden> for Failure {
    fn from(error: Forbidden) -> Self {
        ServiceError::from(error).into()
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let failure = Self::from(document(&error));
        match error {
            ServiceError::TooManyAttempts { retry_after } => {
                failure.with(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)))
            }
            _ => failure,
        }
    }
}

/// The error document of each outcome (ECS REST API, *Errors*).
fn document(error: &ServiceError) -> EcsError {
    use ErrorCode::{ChangeNotPossible, Forbidden, InvalidParameter, Unauthenticated};
    match error {
        ServiceError::InvalidCredentials => EcsError::bad_credentials(),
        ServiceError::InvalidToken => EcsError::unauthenticated(),
        ServiceError::MalformedToken => EcsError::bad_token(),
        ServiceError::TooManyAttempts { .. } => EcsError::new(Unauthenticated, sentence(error)),
        ServiceError::TokenLimit { .. } => EcsError::too_many_tokens(),
        // Clients know this text of ECS to the letter, and so those of what is not found.
        ServiceError::Forbidden(forbidden) => EcsError::new(Forbidden, forbidden.to_string()),
        ServiceError::NoNamespace(NoNamespace::NotMapped { name }) => EcsError::new(Forbidden, not_mapped(name)),
        ServiceError::NoNamespace(NoNamespace::Several(several)) => EcsError::several_namespaces(&several.name),
        ServiceError::NoObjectUser { user } => EcsError::no_namespace(user),
        ServiceError::NameReused { .. } | ServiceError::NoLongerAdmitted { .. } => {
            EcsError::new(Forbidden, sentence(error))
        }
        ServiceError::Locked { user } => EcsError::locked(user),
        ServiceError::PasswordExpired { .. } => EcsError::new(Forbidden, sentence(error)),
        ServiceError::Missing { field } => EcsError::missing_field(field),
        ServiceError::Invalid { field, why } => EcsError::invalid_field(field, why),
        ServiceError::UnknownPrincipal { .. } => EcsError::invalid_field("policy", &error.to_string()),
        ServiceError::OutOfRange { field, given, min, max } => EcsError::out_of_range(field, *given, *min, *max),
        ServiceError::BucketName { why } => EcsError::new(ErrorCode::InvalidBucketName, sentence(why)),
        ServiceError::BucketOwner { user, .. } if user.len() > REPEATED => {
            EcsError::new(ErrorCode::InvalidBucketOwner, "The owner named is no object user. Name one.")
        }
        ServiceError::BucketOwner { .. } => EcsError::new(ErrorCode::InvalidBucketOwner, sentence(error)),
        ServiceError::NotFound { subject, id } => not_found(*subject, id),
        ServiceError::AlreadyExists { subject: Subject::Bucket, id } => EcsError::bucket_exists(id),
        ServiceError::AlreadyExists { subject, id } => EcsError::already_exists(kind(*subject), id),
        ServiceError::TwoSecretKeys { user, next_expiry } => {
            EcsError::two_live_secret_keys(user, next_expiry.map(|KeyTime(moment)| moment))
        }
        ServiceError::NoSecretKey { user } => EcsError::no_valid_secret_key(user),
        ServiceError::DuplicateSecretKey => EcsError::new(ErrorCode::AlreadyExists, sentence(error)),
        ServiceError::NotEmpty { .. }
        | ServiceError::Refused { .. }
        | ServiceError::KeysChanged { .. }
        | ServiceError::BucketState { .. } => EcsError::new(ChangeNotPossible, sentence(error)),
        ServiceError::ProviderCheck { cause } => EcsError::new(InvalidParameter, provider_refused(cause)),
        ServiceError::TooManyChanges { .. } | ServiceError::DiskFull => {
            EcsError::new(ErrorCode::Unavailable, sentence(error))
        }
        ServiceError::Unavailable { what } => EcsError::unavailable(what),
        ServiceError::Internal => EcsError::internal(),
    }
}

/// ECS answers 404 for what has a path of its own, and 400 for namespaces, buckets and keys wherever they are named.
fn not_found(subject: Subject, id: &str) -> EcsError {
    let id = shortened(id);
    match subject {
        Subject::ObjectUser
        | Subject::ManagementUser
        | Subject::Person
        | Subject::Provider
        | Subject::BaseUrl
        | Subject::StoragePool
        | Subject::DataCenter
        | Subject::SecretKeyId => {
            let details = format!("Unable to find entity specified in URL with the given id {id}");
            EcsError::new(ErrorCode::UrlEntityNotFound, details)
        }
        Subject::Namespace
        | Subject::Bucket
        | Subject::BucketMetadata
        | Subject::ReplicationGroup
        | Subject::RetentionClass => {
            EcsError::new(ErrorCode::ParameterNotFound, format!("Unable to find entity with the given id {id}"))
        }
        Subject::SecretKey => EcsError::unknown_secret_key(&id),
    }
}

fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::ObjectUser | Subject::ManagementUser => "User",
        Subject::Namespace => "Namespace",
        Subject::Person => "Person",
        Subject::Provider => "Authentication provider",
        Subject::BaseUrl => "Base URL",
        Subject::Bucket => "Bucket",
        Subject::BucketMetadata => "Metadata",
        Subject::ReplicationGroup => "Replication group",
        Subject::StoragePool => "Storage pool",
        Subject::DataCenter => "Virtual data center",
        Subject::RetentionClass => "Retention class",
        Subject::SecretKey | Subject::SecretKeyId => "Secret key",
    }
}

fn not_mapped(user: &str) -> String {
    format!(
        "User {user} does not map to any tenancy. Ask an administrator for a namespace whose mapping fits the user."
    )
}

fn provider_refused(cause: &str) -> String {
    format!(
        "The authentication provider could not be added or modified because of the following error: {cause}. \
         Correct the settings, or send disable=true to store them untried."
    )
}

/// A clause with a capital and a full stop.
fn sentence(clause: &impl fmt::Display) -> String {
    let clause = clause.to_string();
    let mut letters = clause.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// What a client sent, cut to a length that can be repeated to it.
fn shortened(given: &str) -> String {
    given.chars().take(REPEATED).collect()
}

fn whole_seconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(error: ServiceError) -> (u16, u32) {
        let failure = Failure::from(error);
        (failure.status().as_u16(), failure.error.code)
    }

    fn missing(subject: Subject) -> ServiceError {
        ServiceError::NotFound { subject, id: "x".to_owned() }
    }

    #[test]
    fn could_not_find_out_is_503_and_names_the_wait() {
        let failure = Failure::from(ServiceError::Unavailable { what: "the identity store" });
        assert_eq!((failure.status().as_u16(), failure.error.code), (503, 6000));
        assert_eq!(failure.headers, [(RETRY_AFTER, HeaderValue::from_static("30"))]);
    }

    #[test]
    fn a_guesser_is_told_how_long_to_wait() {
        let failure = Failure::from(ServiceError::TooManyAttempts { retry_after: Duration::from_millis(1200) });
        assert_eq!((failure.status().as_u16(), failure.error.code), (401, 4000));
        assert_eq!(failure.headers, [(RETRY_AFTER, HeaderValue::from_static("2"))]);
    }

    #[test]
    fn namespaces_buckets_and_keys_are_missing_with_400_and_all_else_with_404() {
        for subject in [Subject::Namespace, Subject::Bucket, Subject::SecretKey] {
            assert_eq!(code_of(missing(subject)), (400, 1004), "{subject:?}");
        }
        for subject in [Subject::ObjectUser, Subject::ManagementUser, Subject::Provider, Subject::BaseUrl] {
            assert_eq!(code_of(missing(subject)), (404, 2000), "{subject:?}");
        }
    }

    #[test]
    fn an_error_that_repeats_what_was_sent_stays_short() {
        let failure = Failure::from(ServiceError::NotFound { subject: Subject::Namespace, id: "n".repeat(1_000_000) });
        assert!(failure.error.details.len() < 400);
    }

    #[test]
    fn a_clause_becomes_one_sentence() {
        assert_eq!(sentence(&"root stays"), "Root stays.");
        assert_eq!(sentence(&"Already one."), "Already one.");
    }
}
