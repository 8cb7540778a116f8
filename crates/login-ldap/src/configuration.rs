//! What can be wrong with a provider's settings before any server is asked.

use keyward_identity::ProviderError;

/// The settings can never work. The texts name the setting and the remedy, in the words of the management API.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// A setting is missing, or is not of its form.
    #[error(transparent)]
    Record(#[from] ProviderError),
    /// An address that the name of a server cannot be taken from.
    #[error(
        "server_urls: {url:?} names no server; a name or address may be followed by one port, and an IPv6 address \
         stands in brackets and without a zone, as in ldaps://[2001:db8::1]:636"
    )]
    ServerAddress {
        /// What was given.
        url: String,
    },
    /// A bind with an empty password succeeds on many servers as *anonymous* (RFC 4513, 5.1.2).
    #[error("manager_password is empty")]
    EmptyManagerPassword,
    /// Not a filter in the sense of RFC 4515.
    #[error("search_filter is not a valid LDAP filter; an example is (&(objectClass=person)(uid=%U))")]
    FilterSyntax,
    /// The person's name could not be taken from the entry, and what was typed is not trusted for it.
    #[error(
        "search_filter must compare one attribute with exactly %u (the whole login name) or %U (the part before the \
         '@'), as in uid=%U: that attribute names the person"
    )]
    FilterNamesNobody,
    /// A place where escaping would not keep a name from changing the filter.
    #[error("search_filter may use %u and %U as plain values only, not in attribute names or inside a DN")]
    FilterPlaceholder,
    /// The text has no PEM section with a certificate.
    #[error("server_cert holds no certificate; give one or more in PEM form")]
    NoServerCertificate,
    /// A PEM section, or the certificate in it, is broken.
    #[error("server_cert could not be read as certificates in PEM form")]
    ServerCertificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The TLS library refused the settings.
    #[error("TLS could not be set up for this provider")]
    Tls(#[source] rustls::Error),
}
