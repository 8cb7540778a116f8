//! What someone presents to log in.

use std::net::IpAddr;

use crate::{LoginName, Password};

/// A name and a password, and where they came from. `Debug` shows no password.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The name as typed, in its normal form.
    pub name: LoginName,
    /// The password as typed.
    pub password: Password,
    /// The caller's address, behind a trusted proxy the one that it reports; `None` when there is none to tell.
    pub from: Option<IpAddr>,
}
