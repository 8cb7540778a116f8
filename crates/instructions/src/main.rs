//! What `bench/instructions.py` counts: `instructions prepare DIR` fills a data directory, `instructions CASE DIR TIMES`
//! does one thing so many times within [`measured`], after a warm-up.
//!
//! The server is put together as the binary does it, but for a clock that stands still and seeded entropy, and is called in
//! process, on one thread. What the stores' own threads do for a call is counted with it.

#![expect(dead_code, unused_imports, reason = "the binary's modules hold more than a server without listeners needs")]

// The binary's own wiring, so that there is no second one to keep in step.
#[path = "../../keyward/src/assemble.rs"]
mod assemble;
#[path = "../../keyward/src/audit_keys.rs"]
mod audit_keys;
#[path = "../../keyward/src/belonging.rs"]
mod belonging;
#[path = "../../keyward/src/causes.rs"]
mod causes;
#[path = "../../keyward/src/config/mod.rs"]
mod config;
#[path = "../../keyward/src/data_dir.rs"]
mod data_dir;
#[path = "../../keyward/src/master_key.rs"]
mod master_key;
#[path = "../../keyward/src/rewrap.rs"]
mod rewrap;
#[path = "../../keyward/src/root_password.rs"]
mod root_password;
#[path = "../../keyward/src/start_error.rs"]
mod start_error;
#[path = "../../keyward/src/tls/mod.rs"]
mod tls;
#[path = "../../keyward/src/user_scope.rs"]
mod user_scope;
#[path = "../../keyward/src/wiring/mod.rs"]
mod wiring;

mod header;
mod server;

use std::path::Path;

use tokio::runtime::{Builder, Runtime};

use server::Server;

/// How often each thing is done before anything is counted: caches are filled by then, and buffers have their size.
const WARM_UP: usize = 20;

fn main() {
    let given: Vec<String> = std::env::args().collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    match given.as_slice() {
        [_, "prepare", directory] => runtime.block_on(server::prepare(Path::new(directory))),
        [_, case, directory, times] => {
            run(&runtime, case, Path::new(directory), times.parse().expect("a number of times"));
        }
        _ => panic!("usage: instructions prepare DIR | CASE DIR TIMES"),
    }
}

fn run(runtime: &Runtime, case: &str, directory: &Path, times: usize) {
    if case == "verify" {
        return count(times, &mut header::verification());
    }
    let server = runtime.block_on(Server::open(directory, 2));
    match case {
        "get" => count(times, &mut || runtime.block_on(server.get(server::PHOTO, server::PHOTO_SIZE))),
        "list" => count(times, &mut || runtime.block_on(server.list())),
        "key" => {
            let mut users = 0..;
            count(times, &mut || runtime.block_on(server.issue_key(users.next().expect("endless"))));
        }
        _ => panic!("no case {case}"),
    }
    runtime.block_on(server.close());
}

fn count(times: usize, work: &mut dyn FnMut()) {
    for _ in 0..WARM_UP {
        work();
    }
    measured(times, work);
}

/// What is counted begins and ends with this function, on whichever threads it happens.
#[inline(never)]
fn measured(times: usize, work: &mut dyn FnMut()) {
    for _ in 0..times {
        work();
    }
}
