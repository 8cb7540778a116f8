//! Logins against a real OpenLDAP server, one of its own for each test, and against scripted ones where a real one
//! would never misbehave so.

#![expect(clippy::unwrap_used, reason = "what tests prepare stops at the first surprise")]

mod answers;
mod checks;
mod fixture;
mod forests;
mod groups;
mod house;
#[path = "../logins/mod.rs"]
mod logins;
mod names;
mod outages;
mod passwords;
mod presence;
mod scripted;
mod tls;
