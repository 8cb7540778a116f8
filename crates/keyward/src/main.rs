//! The one binary: configuration, wiring, lifecycle; nothing else.

mod assemble;
mod audit_keys;
mod audit_trail;
mod audit_verify;
mod backup;
mod banner;
mod belonging;
mod causes;
mod check;
mod command;
mod config;
mod data_dir;
mod ended_secrets;
mod key_usage;
mod lifecycle;
mod logging;
mod master_key;
mod master_key_command;
mod metrics_token;
mod open_files;
mod process_memory;
mod rewrap;
mod root_password;
mod sealed;
mod serve;
mod start_error;
mod tls;
mod unlock;
mod upkeep;
mod user_scope;
mod web_front;
mod wiring;

use std::process::ExitCode;

use keyward_cli::PersonCommand;
use zeroize::Zeroizing;

use crate::command::Request;
use crate::config::Environment;

/// Something went wrong that is not the command line's fault (that is 2).
const FAILURE: u8 = 1;

fn main() -> ExitCode {
    process_memory::protect();
    // Chosen explicitly: with more than one provider in the tree rustls would refuse to guess.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let request = command::parse();
    let environment = Environment::of_process();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return failed(&format!("cannot start the runtime: {cause}")),
    };
    let outcome = match request {
        Request::Serve { config_file, flags } => {
            runtime.block_on(serve::run(config_file, flags, &environment)).map_err(|error| error.to_string())
        }
        Request::AuditVerify { config_file, flags } => runtime
            .block_on(audit_verify::run(config_file, flags, &environment))
            .map(|found| say(&found))
            .map_err(|error| error.to_string()),
        Request::Unlock { name, config_file, flags } => runtime
            .block_on(unlock::run(&name, config_file, flags, &environment))
            .map(|found| say(&found))
            .map_err(|error| error.to_string()),
        Request::Backup { destination, with_master_key, config_file, flags } => {
            backup::make(config_file, flags, &environment, &destination, with_master_key)
                .map(|made| say(&made))
                .map_err(|error| error.to_string())
        }
        Request::Restore { backup, config_file, flags } => backup::restore(config_file, flags, &environment, &backup)
            .map(|restored| say(&restored))
            .map_err(|error| error.to_string()),
        Request::Check { config_file, flags } => runtime
            .block_on(check::run(config_file, flags, &environment, &mut say))
            .map(|summary| say(&summary))
            .map_err(|error| error.to_string()),
        Request::MasterKey { command, config_file, flags } => runtime
            .block_on(master_key_command::run(command, config_file, flags, &environment))
            .map(|done| say(&done))
            .map_err(|error| error.to_string()),
        Request::Person(person) => runtime.block_on(run_person(person, &environment)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failed(&message),
    }
}

async fn run_person(person: PersonCommand, environment: &Environment) -> Result<(), String> {
    // Root's first password may still be in the environment that the server was started from.
    let variables: &[&str] =
        if person.admin_is_root() { &["KEYWARD_PASSWORD", "KEYWARD_ROOT_PASSWORD"] } else { &["KEYWARD_PASSWORD"] };
    let given = variables.iter().find_map(|name| environment.value(name));
    let admin_password = given.map(|password| Zeroizing::new(password.to_owned()));
    person.run(admin_password).await.map_err(|error| error.to_string())
}

#[expect(clippy::print_stdout, reason = "what a command found, for the person who typed it")]
fn say(found: &str) {
    println!("{found}");
}

#[expect(clippy::print_stderr, reason = "the last word of a command that failed, for the person who typed it")]
fn failed(message: &str) -> ExitCode {
    eprintln!("keyward: {message}");
    ExitCode::from(FAILURE)
}
