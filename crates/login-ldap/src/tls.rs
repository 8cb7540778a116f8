//! Whom we trust to be the directory.

use std::fmt;
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

/// The TLS settings of `provider`: the system's authorities and its own `server_cert`, or anybody when it does not
/// validate certificates.
pub(crate) fn client_config(
    provider: &AuthnProvider,
    system: &SystemRoots,
) -> Result<Arc<ClientConfig>, ConfigurationError> {
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let trust = if provider.validate_certificates {
        Trust::checked(provider.server_cert.as_deref(), system, &crypto)?
    } else {
        Trust::Anybody
    };
    config(trust, crypto)
}

/// The TLS settings for StartTLS that is welcome and not required. Without a `server_cert` whoever answers is believed:
/// an attacker on the way could take StartTLS away altogether, so refusing a certificate that nobody vouches for would
/// keep out no attacker, and many a directory that has made its own certificate.
pub(crate) fn opportunistic_config(
    provider: &AuthnProvider,
    system: &SystemRoots,
) -> Result<Arc<ClientConfig>, ConfigurationError> {
    match provider.server_cert {
        Some(_) => client_config(provider, system),
        None => config(Trust::Anybody, Arc::new(aws_lc_rs::default_provider())),
    }
}

fn config(trust: Trust, crypto: Arc<CryptoProvider>) -> Result<Arc<ClientConfig>, ConfigurationError> {
    let verifier = DirectoryVerifier { trust, crypto: crypto.clone() };
    let config = ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(ConfigurationError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
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
