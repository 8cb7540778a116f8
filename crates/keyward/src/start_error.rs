//! Why the server did not start, in the operator's words.

use std::net::SocketAddr;
use std::path::PathBuf;

use keyward_service::ServiceError;
use keyward_store_sqlite::OpenError;

use crate::belonging::BelongingError;
use crate::causes::in_one_line;
use crate::config::ConfigError;
use crate::data_dir::DataDirError;
use crate::master_key::MasterKeyFailure;
use crate::root_password::RootPasswordError;
use crate::tls::TlsError;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Belonging(#[from] BelongingError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    MasterKey(MasterKeyFailure),
    #[error("{}", in_one_line(.0))]
    Store(#[from] OpenError),
    #[error("the object store cannot be opened: {0}")]
    Objects(String),
    #[error("secrets cannot be sealed: {0}")]
    Sealing(String),
    #[error("passwords cannot be hashed: {0}")]
    Passwords(String),
    #[error("local_domains: {0}")]
    LocalDomains(String),
    #[error(transparent)]
    RootPassword(#[from] RootPasswordError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("cannot listen on {address}: {cause}{}", if cause.kind() == std::io::ErrorKind::AddrInUse { "; another process listens there: stop it, or choose another address" } else { "" })]
    Listen { address: SocketAddr, cause: std::io::Error },
    #[error("cannot write the S3 access log {path}: {cause}; name a file that can be written, or off", path = path.display())]
    AccessLog { path: PathBuf, cause: std::io::Error },
    #[error("cannot use the metrics token file {path}: {cause}", path = path.display())]
    MetricsToken { path: PathBuf, cause: String },
    #[error("cannot wait for signals: {0}")]
    Signals(std::io::Error),
}
