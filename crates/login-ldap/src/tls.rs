//! Whom we trust to be the directory.

use std::fmt;
use std::net::Ipv6Addr;
use std::sync::Arc;

use keyward_identity::AuthnProvider;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::ConfigurationError;

/// The certificate authorities that the operating system trusts.
#[derive(Clone)]
pub struct SystemRoots(Arc<RootCertStore>);

impl SystemRoots {
    /// Reads the operating system's store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead. What cannot be
    /// read is left out: it is trusted less, never more.
    pub fn load() -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "a certificate authority of the system could not be read");
        }
        roots.add_parsable_certificates(found.certs);
        Self(Arc::new(roots))
    }

    /// No authority at all: only a provider's own `server_cert` is trusted.
    pub fn none() -> Self {
        Self(Arc::new(RootCertStore::empty()))
    }
}

impl fmt::Debug for SystemRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SystemRoots({})", self.0.len())
    }
}

/// The TLS settings for one server.
#[derive(Debug)]
pub(crate) struct Tls {
    /// For `ldaps://`, and for StartTLS that is required: the system's authorities and the provider's own
    /// `server_cert`, or anybody when it does not validate certificates.
    pub(crate) demanded: Arc<ClientConfig>,
    /// For StartTLS that is welcome and not required. Unless validation was asked for, or a `server_cert` was given,
    /// whoever answers is believed: an attacker on the way could take StartTLS away altogether, so refusing a certificate that nobody vouches for would keep out
    /// no attacker, and many a directory that has made its own certificate.
    pub(crate) welcome: Arc<ClientConfig>,
}

impl Tls {
    /// The settings for a server of `provider`. Its certificate has to be for `address` where that is given, otherwise
    /// for the name that the client library asks about.
    pub(crate) fn new(
        provider: &AuthnProvider,
        system: &SystemRoots,
        address: Option<Ipv6Addr>,
    ) -> Result<Self, ConfigurationError> {
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let trust = if provider.validate_certificates {
            Trust::checked(provider.server_cert.as_deref(), system, &crypto)?
        } else {
            Trust::Anybody
        };
        let demanded = config(trust, address, &crypto)?;
        let welcome = match provider.validate_certificates || provider.server_cert.is_some() {
            true => demanded.clone(),
            false => config(Trust::Anybody, address, &crypto)?,
        };
        Ok(Self { demanded, welcome })
    }
}

fn config(
    trust: Trust,
    address: Option<Ipv6Addr>,
    crypto: &Arc<CryptoProvider>,
) -> Result<Arc<ClientConfig>, ConfigurationError> {
    let verifier = DirectoryVerifier { trust, address: address.map(ServerName::from), crypto: crypto.clone() };
    let mut config = ClientConfig::builder_with_provider(crypto.clone())
        .with_safe_default_protocol_versions()
        .map_err(ConfigurationError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    // The library's name for an address is made up; servers are not told it. (RFC 6066, 3 knows no addresses anyway.)
    config.enable_sni = address.is_none();
    Ok(Arc::new(config))
}

#[derive(Debug)]
enum Trust {
    /// `validate_certificates` is off: whoever answers is believed to be the directory.
    Anybody,
    Checked {
        /// Certificates given for this provider. One of them is trusted as it is, under any name: a self-signed
        /// certificate is no authority and would fail the ordinary rules.
        given: Vec<CertificateDer<'static>>,
        /// `None` while there is no authority at all.
        authorities: Option<Arc<WebPkiServerVerifier>>,
    },
}

impl Trust {
    fn checked(
        server_cert: Option<&str>,
        system: &SystemRoots,
        crypto: &Arc<CryptoProvider>,
    ) -> Result<Self, ConfigurationError> {
        let mut roots = RootCertStore::clone(&system.0);
        let given = server_cert.map(certificates).transpose()?.unwrap_or_default();
        for certificate in &given {
            roots.add(certificate.clone()).map_err(|error| ConfigurationError::ServerCertificate(Box::new(error)))?;
        }
        let authorities = if roots.is_empty() {
            None
        } else {
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto.clone()).build();
            Some(verifier.map_err(|error| ConfigurationError::ServerCertificate(Box::new(error)))?)
        };
        Ok(Self::Checked { given, authorities })
    }
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, ConfigurationError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| ConfigurationError::ServerCertificate(Box::new(error)))?;
    if certificates.is_empty() { Err(ConfigurationError::NoServerCertificate) } else { Ok(certificates) }
}

#[derive(Debug)]
struct DirectoryVerifier {
    trust: Trust,
    /// What the certificate has to be for, instead of the name on the connection.
    address: Option<ServerName<'static>>,
    crypto: Arc<CryptoProvider>,
}

impl ServerCertVerifier for DirectoryVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.trust {
            Trust::Anybody => Ok(ServerCertVerified::assertion()),
            Trust::Checked { given, .. } if given.iter().any(|given| given == end_entity) => {
                Ok(ServerCertVerified::assertion())
            }
            Trust::Checked { authorities: Some(authorities), .. } => {
                let server_name = self.address.as_ref().unwrap_or(server_name);
                authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Trust::Checked { authorities: None, .. } => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    // Whoever is trusted has to hold the certificate's key, even when anybody is.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.crypto.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.crypto.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    use super::*;

    /// An authority, and a certificate of it for `address`.
    fn certificate_for(address: &str) -> (SystemRoots, CertificateDer<'static>) {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let mut roots = RootCertStore::empty();
        roots.add(authority.self_signed(&authority_key).unwrap().der().clone()).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let own = CertificateParams::new(vec![address.to_owned()]).unwrap();
        let certificate = own.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().clone();
        (SystemRoots(Arc::new(roots)), certificate)
    }

    #[test]
    fn a_server_given_by_its_address_has_to_have_a_certificate_for_it() {
        let (roots, certificate) = certificate_for("2001:db8::1");
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let accepts = |address: &str| {
            let trust = Trust::checked(None, &roots, &crypto).unwrap();
            let address = ServerName::try_from(address.to_owned()).unwrap();
            let verifier = DirectoryVerifier { trust, address: Some(address), crypto: crypto.clone() };
            let on_the_connection = ServerName::try_from("ipv6.invalid").unwrap();
            // In 2026, within the life that the certificates are made with.
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_780_000_000));
            verifier.verify_server_cert(&certificate, &[], &on_the_connection, &[], now).is_ok()
        };
        assert!(accepts("2001:db8::1"));
        assert!(!accepts("2001:db8::2"));
        assert!(!accepts("ipv6.invalid"));
    }
}
