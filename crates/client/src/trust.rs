//! Which server certificates the client accepts.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::ClientError;

/// The server certificates that are accepted.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The certificates in this PEM file: the server's own (as self-signed ones are), or an authority that signed it.
    Certificates(PathBuf),
    /// Any certificate: only for a server that nobody else can stand in for.
    Anything,
}

impl Trust {
    pub(crate) fn client_config(&self) -> Result<ClientConfig, ClientError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the provider supports the default versions");
        let (pinned, authorities) = match self {
            Trust::Anything => (None, None),
            Trust::Certificates(path) => {
                let unreadable = |cause: &dyn std::fmt::Display| ClientError::Trust {
                    path: path.display().to_string(),
                    cause: cause.to_string(),
                };
                let pem = std::fs::read(path).map_err(|cause| unreadable(&cause))?;
                let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem)
                    .collect::<Result<_, _>>()
                    .map_err(|cause| unreadable(&cause))?;
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates.iter().cloned());
                let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                    .build()
                    .map_err(|cause| unreadable(&cause))?;
                (Some(certificates), Some(authorities))
            }
        };
        let verifier = Arc::new(Verifier { pinned, authorities, provider });
        Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }
}

/// Accepts a pinned certificate as it stands (possession of its key is still proven in the handshake), or a chain to
/// a given authority.
#[derive(Debug)]
struct Verifier {
    /// `None`: any certificate will do.
    pinned: Option<Vec<CertificateDer<'static>>>,
    authorities: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match (&self.pinned, &self.authorities) {
            (None, _) => Ok(ServerCertVerified::assertion()),
            (Some(pinned), _) if pinned.iter().any(|known| known == end_entity) => Ok(ServerCertVerified::assertion()),
            (_, Some(authorities)) => {
                authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            (Some(_), None) => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
