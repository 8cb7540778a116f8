//! The server's TLS identity: self-signed on first start, or given, and re-read when the files change.

mod identity;
mod reload;
mod validity;

pub(crate) use identity::{TlsError, TlsIdentity};
