//! Logs: one line an event on standard error, for people or for machines.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
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
    let registry = tracing_subscriber::registry().with(filter).with(WithoutNoise);
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

/// What a TLS client does that names an IP address as the host it wants. RFC 6066, section 3, does not allow it, many do
/// it, and it changes nothing: the library ignores the name.
const ADDRESS_AS_NAME: &str = "Illegal SNI extension: ignoring IP address presented as hostname";

/// Leaves out warnings of libraries that come with each connection and that an operator can do nothing about.
struct WithoutNoise;

impl<S: Subscriber> Layer<S> for WithoutNoise {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        // The target of a library that speaks through `log` is a field of the event.
        if *event.metadata().level() != Level::WARN || event.metadata().target() != "log" {
            return true;
        }
        let mut message = Message::default();
        event.record(&mut message);
        !message.0.starts_with(ADDRESS_AS_NAME)
    }
}

/// The text of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
