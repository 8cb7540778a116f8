//! The command line: which command, with which flags.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use keyward_cli::PersonCommand;

use crate::config::{SETTINGS, Setting};

/// What the user asked for.
pub(crate) enum Request {
    /// Run the server.
    Serve {
        /// The configuration file, if one was named.
        config_file: Option<PathBuf>,
        /// The settings given as flags, by key.
        flags: BTreeMap<&'static str, String>,
    },
    /// Check the audit trail of a server that is not running.
    AuditVerify {
        /// The configuration file, if one was named.
        config_file: Option<PathBuf>,
        /// The settings given as flags, by key.
        flags: BTreeMap<&'static str, String>,
    },
    /// Talk to a running server about the people of its local domain.
    Person(PersonCommand),
}

/// Reads the command line. Ends the process with help, version, or a usage error (exit code 2).
pub(crate) fn parse() -> Request {
    let matches = grammar().get_matches();
    match matches.subcommand() {
        Some(("person", person)) => Request::Person(PersonCommand::from_matches(person)),
        Some(("audit", audit)) => audit_request(audit),
        Some((_, serve)) => serve_request(serve),
        None => serve_request(&matches),
    }
}

/// The settings that finding and reading the audit trail takes.
const AUDIT_SETTINGS: &[&str] = &["data_dir", "master_key_file"];

fn grammar() -> Command {
    let about = "S3 keys for everyone in your directory: self-service, rotated without downtime, revoked at once.";
    with_settings(Command::new("keyward").version(env!("CARGO_PKG_VERSION")).about(about))
        .args_conflicts_with_subcommands(true)
        .after_help("Without a command, keyward serves. Every flag is also an environment variable (--data-dir is\nKEYWARD_DATA_DIR) and a key of the configuration file (data_dir).")
        .subcommand(with_settings(Command::new("serve").about("Run the server (the default)")))
        .subcommand(audit_grammar())
        .subcommand(PersonCommand::grammar())
}

fn audit_grammar() -> Command {
    let settings = || SETTINGS.iter().filter(|setting| AUDIT_SETTINGS.contains(&setting.key));
    let verify = Command::new("verify")
        .about("Check every record against the chain; the exit code is 1 when one does not fit")
        .after_help("The server must not be running; a running one answers GET /keyward/v1/audit/verify.");
    Command::new("audit")
        .about("Check the audit trail")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with_flags(verify, settings()))
}

fn with_settings(command: Command) -> Command {
    with_flags(command, SETTINGS.iter())
}

fn with_flags(command: Command, settings: impl Iterator<Item = &'static Setting>) -> Command {
    let config = Arg::new("config").long("config").value_name("FILE").help("Configuration file (TOML)");
    settings.fold(command.arg(config), |command, setting| {
        command.arg(Arg::new(setting.key).long(setting.flag()).value_name(setting.value_name).help(setting.help))
    })
}

fn serve_request(matches: &ArgMatches) -> Request {
    let (config_file, flags) = given(matches);
    Request::Serve { config_file, flags }
}

fn audit_request(matches: &ArgMatches) -> Request {
    // The grammar requires a subcommand, and there is only one.
    let (config_file, flags) = matches.subcommand().map(|(_, verify)| given(verify)).unwrap_or_default();
    Request::AuditVerify { config_file, flags }
}

/// The configuration file and the settings given as flags, of those that the command has.
fn given(matches: &ArgMatches) -> (Option<PathBuf>, BTreeMap<&'static str, String>) {
    let flag = |key| matches.try_get_one::<String>(key).ok().flatten().cloned();
    let flags = SETTINGS.iter().filter_map(|setting| Some((setting.key, flag(setting.key)?))).collect();
    (flag("config").map(PathBuf::from), flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }

    #[test]
    fn flags_work_with_and_without_the_word_serve() {
        for line in [&["keyward", "--data-dir", "x"][..], &["keyward", "serve", "--data-dir", "x"][..]] {
            let matches = grammar().try_get_matches_from(line).expect("valid");
            let matches = matches.subcommand().map_or(matches.clone(), |(_, inner)| inner.clone());
            let Request::Serve { flags, .. } = serve_request(&matches) else { panic!("serve") };
            assert_eq!(flags["data_dir"], "x");
        }
    }

    #[test]
    fn the_audit_trail_is_found_by_the_flags_of_the_server() {
        let line = ["keyward", "audit", "verify", "--data-dir", "x", "--master-key-file", "y"];
        let matches = grammar().try_get_matches_from(line).expect("valid");
        let (_, audit) = matches.subcommand().expect("a command");
        let Request::AuditVerify { flags, .. } = audit_request(audit) else { panic!("audit") };
        assert_eq!((flags["data_dir"].as_str(), flags["master_key_file"].as_str()), ("x", "y"));
        assert!(grammar().try_get_matches_from(["keyward", "audit"]).is_err());
        assert!(grammar().try_get_matches_from(["keyward", "audit", "verify", "--s3-address", "x"]).is_err());
    }
}
