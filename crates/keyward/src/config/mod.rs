//! Configuration: what an operator may set, where it was set, and what it means.
//!
//! Every setting is one row of [`SETTINGS`]; its flag, environment variable and TOML key all follow from that row.
//! A flag beats an environment variable, which beats the file.

mod file;
mod layers;
mod settings;
mod table;

pub(crate) use layers::{Environment, Layers};
pub(crate) use settings::{LogFormat, Settings};
pub(crate) use table::{SETTINGS, Setting};

/// Why the configuration cannot be used. Each text names the setting, where it stands and the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration file {path}: {cause}")]
    FileUnreadable { path: String, cause: std::io::Error },
    #[error("{path} is not valid TOML: {cause}")]
    FileMalformed { path: String, cause: String },
    #[error("{place} sets {key}, which Keyward does not know{}", nearest.as_ref().map(|n| format!("; did you mean {n}?")).unwrap_or_default())]
    UnknownKey { place: String, key: String, nearest: Option<String> },
    #[error(
        "{place} gives {key} a value of the wrong kind: give a string, a number, true or false, or a list of strings"
    )]
    WrongKind { place: String, key: String },
    #[error("{key} is \"{value}\" ({place}): {why}")]
    BadValue { key: &'static str, value: String, place: String, why: String },
    #[error("{given} is set without {missing}: a TLS certificate and its key go together")]
    Incomplete { given: &'static str, missing: &'static str },
}
