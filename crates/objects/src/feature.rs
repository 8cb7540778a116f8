//! What some object stores do and others do not.

/// A property of a bucket that its object store has to honour. The front keeps such a configuration only where the
/// store [offers](crate::Backend::offers) it: a bucket that looked as if it kept versions and did not would lose data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// Versions and delete markers ([`BucketSettings::versioning`](keyward_identity::BucketSettings::versioning)).
    Versioning,
    /// Retention and legal hold ([`BucketSettings::object_lock`](keyward_identity::BucketSettings::object_lock)).
    ObjectLock,
    /// Expiration ([`BucketSettings::lifecycle`](keyward_identity::BucketSettings::lifecycle)).
    Lifecycle,
    /// Encryption at rest with the store's own keys
    /// ([`BucketSettings::is_encryption_enabled`](keyward_identity::BucketSettings::is_encryption_enabled)).
    Encryption,
}

impl Feature {
    /// What a client that asks for it is told it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Feature::Versioning => "Versioning",
            Feature::ObjectLock => "Object lock",
            Feature::Lifecycle => "Lifecycle",
            Feature::Encryption => "Encryption at rest",
        }
    }
}
