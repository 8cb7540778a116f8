//! Certificate chain and private key: made, read, and turned into a TLS configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_ambient::Clock;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::ResolvesServerCert;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::reload::ReloadingResolver;
use crate::data_dir::DataDir;

/// Why there is no TLS identity to serve with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {path}: {cause}")]
    Unreadable { path: String, cause: String },
    #[error("the certificate {certificate} and the key {key} do not work together: {cause}")]
    Mismatch { certificate: String, key: String, cause: String },
    #[error("cannot make a self-signed certificate: {0}")]
    SelfSigned(String),
}

/// Where certificate and key lie.
#[derive(Clone, Debug)]
pub(crate) struct TlsIdentity {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl TlsIdentity {
    /// The files an operator gave.
    pub(crate) fn given(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key }
    }

    /// A self-signed certificate in the data directory, made on the first start and kept.
    pub(crate) fn self_signed(data_dir: &DataDir, addresses: &[std::net::IpAddr]) -> Result<Self, TlsError> {
        let identity = Self { certificate: data_dir.join("tls-certificate.pem"), key: data_dir.join("tls-key.pem") };
        if identity.certificate.exists() && identity.key.exists() {
            return Ok(identity);
        }
        let failed = |cause: &dyn std::fmt::Display| TlsError::SelfSigned(cause.to_string());
        let pair = KeyPair::generate().map_err(|cause| failed(&cause))?;
        let certificate = parameters(addresses)
            .map_err(|cause| failed(&cause))?
            .self_signed(&pair)
            .map_err(|cause| failed(&cause))?;
        // The key first: a certificate without its key would be taken for complete after a crash.
        data_dir.write_private("tls-key.pem", pair.serialize_pem().as_bytes()).map_err(|cause| failed(&cause))?;
        data_dir.write_private("tls-certificate.pem", certificate.pem().as_bytes()).map_err(|cause| failed(&cause))?;
        Ok(identity)
    }

    /// The certificate chain's file.
    pub(crate) fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// A TLS configuration (1.3 and 1.2, HTTP/2 and HTTP/1.1) that follows changes of the files, and what follows them.
    pub(crate) fn server_config(
        &self,
        clock: Arc<dyn Clock>,
    ) -> Result<(Arc<ServerConfig>, Arc<ReloadingResolver>), TlsError> {
        let resolver = Arc::new(ReloadingResolver::new(self.clone(), clock)?);
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider supports the default versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&resolver) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok((Arc::new(config), resolver))
    }

    /// Reads both files and checks that they belong together.
    pub(super) fn load(&self) -> Result<CertifiedKey, TlsError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(&read(&self.certificate)?).collect::<Result<_, _>>().map_err(|cause| {
                TlsError::Unreadable { path: self.certificate.display().to_string(), cause: cause.to_string() }
            })?;
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?)
            .map_err(|cause| TlsError::Unreadable { path: self.key.display().to_string(), cause: cause.to_string() })?;
        CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(|cause| TlsError::Mismatch {
            certificate: self.certificate.display().to_string(),
            key: self.key.display().to_string(),
            cause: cause.to_string(),
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|cause| TlsError::Unreadable { path: path.display().to_string(), cause: cause.to_string() })
}

fn parameters(addresses: &[std::net::IpAddr]) -> Result<CertificateParams, rcgen::Error> {
    let mut names = vec!["localhost".to_owned()];
    if let Ok(host) = rustix::system::uname().nodename().to_str() {
        names.push(host.to_owned());
    }
    let mut parameters = CertificateParams::new(names)?;
    let loopback = [std::net::Ipv4Addr::LOCALHOST.into(), std::net::Ipv6Addr::LOCALHOST.into()];
    for address in loopback.iter().chain(addresses).filter(|address| !address.is_unspecified()) {
        let name = SanType::IpAddress(*address);
        if !parameters.subject_alt_names.contains(&name) {
            parameters.subject_alt_names.push(name);
        }
    }
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "Keyward self-signed");
    parameters.distinguished_name = subject;
    Ok(parameters)
}
