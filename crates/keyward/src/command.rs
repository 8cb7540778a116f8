//! The command line: which command, with which flags.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use keyward_cli::PersonCommand;

use crate::config::SETTINGS;

/// What the user asked for.
pub(crate) enum Request {
    /// Run the server.
    Serve {
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
        Some((_, serve)) => serve_request(serve),
        None => serve_request(&matches),
    }
}

fn grammar() -> Command {
    let about = "S3 keys for everyone in your directory: self-service, rotated without downtime, revoked at once.";
    with_settings(Command::new("keyward").version(env!("CARGO_PKG_VERSION")).about(about))
        .args_conflicts_with_subcommands(true)
        .after_help("Without a command, keyward serves. Every flag is also an environment variable (--data-dir is\nKEYWARD_DATA_DIR) and a key of the configuration file (data_dir).")
        .subcommand(with_settings(Command::new("serve").about("Run the server (the default)")))
        .subcommand(PersonCommand::grammar())
}

fn with_settings(command: Command) -> Command {
    let config = Arg::new("config").long("config").value_name("FILE").help("Configuration file (TOML)");
    SETTINGS.iter().fold(command.arg(config), |command, setting| {
        command.arg(Arg::new(setting.key).long(setting.flag()).value_name(setting.value_name).help(setting.help))
    })
}

fn serve_request(matches: &ArgMatches) -> Request {
    let flags = SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.key, matches.get_one::<String>(setting.key)?.clone())))
        .collect();
    Request::Serve { config_file: matches.get_one::<String>("config").map(PathBuf::from), flags }
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
}
