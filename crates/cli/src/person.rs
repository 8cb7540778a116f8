//! `keyward person`: the people of the built-in directory.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use keyward_client::{ClientError, RemovedPerson, Session, Trust};
use zeroize::Zeroizing;

/// Why a command failed, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The server refused, or could not be reached.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file with a password cannot be read.
    #[error("cannot read the password in {path}: {cause}")]
    PasswordUnreadable {
        /// The file.
        path: String,
        /// What happened.
        cause: std::io::Error,
    },
    /// Nothing says what the administrator's password is.
    #[error(
        "no password for {user}: set KEYWARD_PASSWORD to it, or give --admin-password-file (- reads it from standard input); root's is found in the --data-dir only while the one that was made on the first start is in use"
    )]
    NoPassword {
        /// The administrator.
        user: String,
    },
    /// The answer could not be shown.
    #[error("cannot write to the terminal: {0}")]
    Terminal(std::io::Error),
}

/// What to do about whom, and where the server is.
#[derive(Debug)]
pub struct PersonCommand {
    action: Action,
    name: String,
    password_file: Option<PathBuf>,
    server: String,
    admin: String,
    admin_password_file: Option<PathBuf>,
    certificate: Option<PathBuf>,
    insecure: bool,
    data_dir: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Add,
    Password,
    Remove,
}

impl PersonCommand {
    /// The grammar of `keyward person`.
    pub fn grammar() -> Command {
        let name = || Arg::new("name").value_name("NAME@DOMAIN").required(true).help("Whom, such as alice@local.test");
        let password = || {
            option("password_file", "password-file", "FILE")
                .help("File with the new password, - for standard input [default: one is made and printed]")
        };
        Command::new("person")
            .about("Add and remove people of the built-in directory")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(server_options(Command::new("add").about("Add a person").arg(name()).arg(password())))
            .subcommand(server_options(Command::new("password").about("Set a password").arg(name()).arg(password())))
            .subcommand(server_options(
                Command::new("remove").about("Remove a person, and end their keys and sessions").arg(name()),
            ))
    }

    /// Reads what [`grammar`](Self::grammar) matched.
    pub fn from_matches(matches: &ArgMatches) -> Self {
        let (action, matches) = match matches.subcommand() {
            Some(("add", inner)) => (Action::Add, inner),
            Some(("password", inner)) => (Action::Password, inner),
            Some((_, inner)) => (Action::Remove, inner),
            None => unreachable!("the grammar requires a subcommand"),
        };
        let text = |id: &str| matches.get_one::<String>(id).cloned().unwrap_or_default();
        let path = |id: &str| matches.try_get_one::<String>(id).ok().flatten().map(PathBuf::from);
        Self {
            action,
            name: text("name"),
            password_file: path("password_file"),
            server: text("server"),
            admin: text("admin"),
            admin_password_file: path("admin_password_file"),
            certificate: path("certificate"),
            insecure: matches.get_flag("insecure"),
            data_dir: PathBuf::from(text("data_dir")),
        }
    }

    /// Whether it is done in the name of `root`.
    pub fn admin_is_root(&self) -> bool {
        self.admin == "root"
    }

    /// Does it. `admin_password` is the administrator's password where the environment gave one.
    pub async fn run(self, admin_password: Option<Zeroizing<String>>) -> Result<(), CommandError> {
        let admin_password = self.admin_password(admin_password)?;
        let password = self.password_file.as_deref().map(read_password).transpose()?;
        let password = password.as_ref().map(|password| password.as_str());
        let session = Session::log_in(&self.server, &self.trust(), &self.admin, &admin_password).await?;
        let name = self.name.as_str();
        let done = match self.action {
            Action::Add => session.add_person(name, password).await.map(|made| (format!("added {name}"), made)),
            Action::Password => {
                session.set_person_password(name, password).await.map(|made| (format!("new password for {name}"), made))
            }
            Action::Remove => session.remove_person(name).await.map(|removed| (removal(name, removed), None)),
        };
        // A token that outlives the command is one of a hundred that root may have: end it also after a failure.
        let logged_out = session.log_out().await;
        let (done, made) = done?;
        logged_out?;
        report(&done, made.as_ref().map(|made| made.as_str())).map_err(CommandError::Terminal)
    }

    fn admin_password(&self, given: Option<Zeroizing<String>>) -> Result<Zeroizing<String>, CommandError> {
        if let Some(path) = &self.admin_password_file {
            return read_password(path);
        }
        if let Some(given) = given {
            return Ok(given);
        }
        let first = self.data_dir.join("root-password");
        match self.admin == "root" && first.exists() {
            true => read_password(&first),
            false => Err(CommandError::NoPassword { user: self.admin.clone() }),
        }
    }

    fn trust(&self) -> Trust {
        match &self.certificate {
            _ if self.insecure => Trust::Anything,
            Some(path) => Trust::Certificates(path.clone()),
            None => Trust::Certificates(self.data_dir.join("tls-certificate.pem")),
        }
    }
}

fn option(id: &'static str, long: &'static str, value_name: &'static str) -> Arg {
    Arg::new(id).long(long).value_name(value_name)
}

fn server_options(command: Command) -> Command {
    command
        .arg(option("server", "server", "URL").default_value("https://127.0.0.1:4443").help("The management API"))
        .arg(option("admin", "admin", "USER").default_value("root").help("The administrator to log in as"))
        .arg(
            option("admin_password_file", "admin-password-file", "FILE").help(
                "File with that password, - for standard input [default: KEYWARD_PASSWORD, or DIR/root-password]",
            ),
        )
        .arg(
            option("certificate", "certificate", "FILE")
                .help("PEM certificate of the server or its authority [default: DIR/tls-certificate.pem]"),
        )
        .arg(Arg::new("insecure").long("insecure").action(ArgAction::SetTrue).help("Accept any certificate"))
        .arg(
            option("data_dir", "data-dir", "DIR")
                .default_value("keyward-data")
                .env("KEYWARD_DATA_DIR")
                .help("The server's data directory, when it is on this machine"),
        )
}

fn read_password(path: &Path) -> Result<Zeroizing<String>, CommandError> {
    let unreadable = |cause| CommandError::PasswordUnreadable { path: path.display().to_string(), cause };
    let mut text = Zeroizing::new(String::new());
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    } else {
        text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    }
    let line_end = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).len());
    if let Some(length) = line_end {
        text.truncate(length);
    }
    Ok(text)
}

/// What became of a person, and what has not.
fn removal(name: &str, removed: RemovedPerson) -> String {
    let counted = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let keys = counted(removed.ended_keys, "secret key");
    let sessions = counted(removed.ended_sessions, "session");
    let ended = format!("removed {name}\nended {keys} and {sessions}");
    match removed.has_object_user {
        true => format!("{ended}\nthe object user {name} and its buckets stay"),
        false => format!("{ended}\nthere is no object user {name}"),
    }
}

fn report(done: &str, made: Option<&str>) -> std::io::Result<()> {
    let mut terminal = std::io::stdout().lock();
    writeln!(terminal, "{done}")?;
    match made {
        Some(password) => writeln!(terminal, "password: {password}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &[&str]) -> PersonCommand {
        let matches = PersonCommand::grammar().try_get_matches_from(line).expect("valid");
        PersonCommand::from_matches(&matches)
    }

    #[test]
    fn every_action_has_a_sound_grammar() {
        PersonCommand::grammar().debug_assert();
        for action in ["add", "password", "remove"] {
            assert_eq!(command(&["person", action, "alice@local.test"]).name, "alice@local.test");
        }
    }

    #[test]
    fn a_removal_says_what_ended_and_what_stays() {
        let text = removal("a@local.test", RemovedPerson { ended_keys: 2, ended_sessions: 1, has_object_user: true });
        let expected = "removed a@local.test\nended 2 secret keys and 1 session\n\
                        the object user a@local.test and its buckets stay";
        assert_eq!(text, expected);
        let text = removal("a@local.test", RemovedPerson { ended_keys: 0, ended_sessions: 0, has_object_user: false });
        assert!(text.ends_with("ended 0 secret keys and 0 sessions\nthere is no object user a@local.test"), "{text}");
    }

    #[test]
    fn the_first_root_password_is_found_in_the_data_directory() {
        let dir = tempfile::tempdir().expect("temp dir");
        std::fs::write(dir.path().join("root-password"), "s3cret \n").expect("written");
        let path = dir.path().to_str().expect("utf-8");
        let command = command(&["person", "add", "a@local.test", "--data-dir", path]);
        assert_eq!(command.admin_password(None).expect("found").as_str(), "s3cret ");
    }

    #[test]
    fn without_any_password_the_error_says_where_to_put_one() {
        let command = command(&["person", "add", "a@local.test", "--data-dir", "/nonexistent"]);
        let error = command.admin_password(None).expect_err("none");
        assert!(error.to_string().contains("KEYWARD_PASSWORD"), "{error}");
    }
}
