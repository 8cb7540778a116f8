//! The command line: which command, with which flags.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use keyward_cli::PersonCommand;

use crate::config::{SETTINGS, Setting};
use crate::master_key_command::MasterKeyCommand;

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
    /// Open an account to logins again.
    Unlock {
        /// Whom.
        name: String,
        /// The configuration file, if one was named.
        config_file: Option<PathBuf>,
        /// The settings given as flags, by key.
        flags: BTreeMap<&'static str, String>,
    },
    /// Copy everything, while the server runs or not.
    Backup {
        /// The directory to make.
        destination: PathBuf,
        /// Whether the master key goes with it.
        with_master_key: bool,
        /// The configuration file, if one was named.
        config_file: Option<PathBuf>,
        /// The settings given as flags, by key.
        flags: BTreeMap<&'static str, String>,
    },
    /// Make a data directory from such a copy.
    Restore {
        /// The copy.
        backup: PathBuf,
        /// The configuration file, if one was named.
        config_file: Option<PathBuf>,
        /// The settings given as flags, by key.
        flags: BTreeMap<&'static str, String>,
    },
    /// Look whether everything is whole, while the server runs or not.
    Check {
        /// The configuration file, if one was named.
        config_file: Option<PathBuf>,
        /// The settings given as flags, by key.
        flags: BTreeMap<&'static str, String>,
    },
    /// Look at, add or take away master keys.
    MasterKey {
        /// Which of these.
        command: MasterKeyCommand,
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
        Some(("backup", backup)) => backup_request(backup),
        Some(("restore", restore)) => restore_request(restore),
        Some(("check", check)) => check_request(check),
        Some(("master-key", master_key)) => master_key_request(master_key),
        Some(("unlock", unlock)) => unlock_request(unlock),
        Some((_, serve)) => serve_request(serve),
        None => serve_request(&matches),
    }
}

/// The settings that finding and reading the data of a server takes.
const DATA_SETTINGS: &[&str] = &["data_dir", "master_key_file"];

fn grammar() -> Command {
    let about = "S3 keys for everyone in your directory: self-service, rotated without downtime, revoked at once.";
    with_settings(Command::new("keyward").version(env!("CARGO_PKG_VERSION")).about(about))
        .args_conflicts_with_subcommands(true)
        .after_help("Without a command, keyward serves. Every flag is also an environment variable (--data-dir is\nKEYWARD_DATA_DIR) and a key of the configuration file (data_dir).")
        .subcommand(with_settings(Command::new("serve").about("Run the server (the default)")))
        .subcommand(audit_grammar())
        .subcommand(backup_grammar())
        .subcommand(restore_grammar())
        .subcommand(check_grammar())
        .subcommand(master_key_grammar())
        .subcommand(unlock_grammar())
        .subcommand(PersonCommand::grammar())
}

fn unlock_grammar() -> Command {
    let name = Arg::new("name").value_name("USER").required(true).help("Whom, such as root or alice@local.test");
    let unlock = Command::new("unlock")
        .about("Open a locked account to logins again, and forget its failed ones")
        .after_help("Works on the machine itself, beside a running server and without one. Passwords stay as they are.")
        .arg(name);
    with_flags(unlock, data_settings())
}

fn audit_grammar() -> Command {
    let verify = Command::new("verify")
        .about("Check every record against the chain; the exit code is 1 when one does not fit")
        .after_help("The server must not be running; a running one answers GET /keyward/v1/audit/verify.");
    Command::new("audit")
        .about("Check the audit trail")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with_flags(verify, data_settings()))
}

fn backup_grammar() -> Command {
    let destination = Arg::new("destination").value_name("DIR").required(true).help("The directory to make");
    let with_master_key = Arg::new("with_master_key").long("with-master-key").action(ArgAction::SetTrue);
    let command = Command::new("backup")
        .about("Copy identity and objects as they are now; the server may go on running")
        .after_help("Without its master key a backup gives nobody a secret: keep a copy of the key somewhere else.")
        .arg(destination)
        .arg(with_master_key.help("Put the master key into the backup, too"));
    with_flags(command, data_settings())
}

fn restore_grammar() -> Command {
    let backup = Arg::new("backup").value_name("DIR").required(true).help("A directory that keyward backup made");
    let command = Command::new("restore")
        .about("Make a data directory from a backup; --data-dir names it, and it must not hold data yet")
        .after_help(
            "Keys and passwords are as they were when the backup was made: what was revoked since is valid again.",
        )
        .arg(backup);
    with_flags(command, data_settings())
}

fn check_grammar() -> Command {
    let command = Command::new("check")
        .about("Compare everything that is kept with what was written; the exit code is 1 when something is wrong")
        .after_help(
            "Reads every byte, prints a line for each fault, and changes nothing; the server may go on running.",
        );
    with_flags(command, data_settings())
}

fn master_key_grammar() -> Command {
    let status = Command::new("status").about("Tell what is sealed under which master key");
    let rotate = Command::new("rotate")
        .about("Put a new master key before those of the key file")
        .after_help("The server uses it from its next start, and seals everything anew under it.");
    let fingerprint = Arg::new("fingerprint").value_name("FINGERPRINT").required(true);
    let retire = Command::new("retire")
        .about("Take an earlier master key out of the key file, once nothing is sealed under it")
        .arg(fingerprint.help("Which, as status shows it"));
    Command::new("master-key")
        .about("Look at, change or retire the key that secrets are sealed under")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([status, rotate, retire].map(|command| with_flags(command, data_settings())))
}

fn data_settings() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(|setting| DATA_SETTINGS.contains(&setting.key))
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

fn unlock_request(matches: &ArgMatches) -> Request {
    let (config_file, flags) = given(matches);
    let name = matches.get_one::<String>("name").cloned().unwrap_or_default();
    Request::Unlock { name, config_file, flags }
}

fn audit_request(matches: &ArgMatches) -> Request {
    // The grammar requires a subcommand, and there is only one.
    let (config_file, flags) = matches.subcommand().map(|(_, verify)| given(verify)).unwrap_or_default();
    Request::AuditVerify { config_file, flags }
}

fn backup_request(matches: &ArgMatches) -> Request {
    let (config_file, flags) = given(matches);
    let with_master_key = matches.get_flag("with_master_key");
    Request::Backup { destination: directory(matches, "destination"), with_master_key, config_file, flags }
}

fn restore_request(matches: &ArgMatches) -> Request {
    let (config_file, flags) = given(matches);
    Request::Restore { backup: directory(matches, "backup"), config_file, flags }
}

fn check_request(matches: &ArgMatches) -> Request {
    let (config_file, flags) = given(matches);
    Request::Check { config_file, flags }
}

fn master_key_request(matches: &ArgMatches) -> Request {
    let (command, matches) = match matches.subcommand() {
        Some(("rotate", rotate)) => (MasterKeyCommand::Rotate, rotate),
        Some(("retire", retire)) => {
            let fingerprint = retire.get_one::<String>("fingerprint").cloned().unwrap_or_default();
            (MasterKeyCommand::Retire { fingerprint }, retire)
        }
        // The grammar requires one of the three.
        other => (MasterKeyCommand::Status, other.map_or(matches, |(_, status)| status)),
    };
    let (config_file, flags) = given(matches);
    Request::MasterKey { command, config_file, flags }
}

/// A directory that the grammar requires.
fn directory(matches: &ArgMatches, name: &str) -> PathBuf {
    matches.get_one::<String>(name).map(PathBuf::from).unwrap_or_default()
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
    fn a_backup_leaves_the_master_key_out_unless_told_otherwise() {
        let read = |line: &[&str]| {
            let matches = grammar().try_get_matches_from(line).expect("valid");
            let Some((_, backup)) = matches.subcommand() else { panic!("a command") };
            let Request::Backup { destination, with_master_key, .. } = backup_request(backup) else { panic!("backup") };
            (destination, with_master_key)
        };
        assert_eq!(read(&["keyward", "backup", "b"]), (PathBuf::from("b"), false));
        assert_eq!(read(&["keyward", "backup", "--with-master-key", "b"]), (PathBuf::from("b"), true));
        assert!(grammar().try_get_matches_from(["keyward", "backup"]).is_err());
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
