//! A typed client of the management API, for the commands that run beside a server.

mod connection;
mod people;
mod session;
mod trust;

pub use connection::ClientError;
pub use people::RemovedPerson;
pub use session::Session;
pub use trust::Trust;
