//! What the host name of a request says beside naming the server.

/// The bucket and the namespace that a host name names, as a front finds them with the base URLs that it serves.
/// The default is path style: the host name names neither.
///
/// Signature Version 2 does not sign the host but a resource that begins with both, so it cannot be verified without
/// knowing them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addressed<'a> {
    /// The bucket of a virtual host, spelt as in the host name.
    pub bucket_in_host: Option<&'a str>,
    /// The namespace in the host name, where base URLs have one (ECS).
    pub namespace_in_host: Option<&'a str>,
}
