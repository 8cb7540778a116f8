//! Where the client reached the store.

/// Scheme and host as the client addressed them, such as `https://s3.corp.example:9021`. A front puts it into the
/// extensions of a head whose answer names an object by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(pub String);
