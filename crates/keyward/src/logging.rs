//! Logs: one line an event on standard error, for people or for machines.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, Settings};

/// Sends every event of at least the configured level to standard error. Called once.
///
/// Libraries are held at `info` or quieter: at finer levels some print what they send, and a directory client sends
/// passwords.
pub(crate) fn start(settings: &Settings) {
    let library_level = settings.log_level.min(tracing::Level::INFO);
    let filter = EnvFilter::new(format!(
        "{library_level},ldap3=warn,rustls=warn,hyper=warn,keyward={0},{1}",
        settings.log_level,
        own_crates(settings.log_level)
    ));
    let registry = tracing_subscriber::registry().with(filter);
    match settings.log_format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(false)).init(),
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init(),
    }
}

fn own_crates(level: tracing::Level) -> String {
    const OWN: &[&str] = &[
        "listener",
        "credential_cache",
        "login",
        "login_ldap",
        "login_local",
        "management_api",
        "objects_local",
        "s3_endpoint",
        "service",
        "store_sqlite",
    ];
    OWN.iter().map(|name| format!("keyward_{name}={level}")).collect::<Vec<_>>().join(",")
}
