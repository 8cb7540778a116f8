//! The commands that talk to a running server.

mod person;

pub use person::{CommandError, PersonCommand};
