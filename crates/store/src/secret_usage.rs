//! How often a secret was used, when last, and from where: what tells the owner of a rotation whether the old one is.

use std::net::IpAddr;

use keyward_ambient::Timestamp;
use keyward_identity::ObjectUserId;
use keyward_keyring::SecretId;

use crate::Scope;

/// What is known about the use of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretUsage {
    /// Which secret.
    pub secret: SecretId,
    /// How many requests it has signed.
    pub uses: u64,
    /// When the last of them came.
    pub last_used_at: Timestamp,
    /// Where one of the last of them came from.
    pub last_address: Option<IpAddr>,
    /// What that one called itself (`User-Agent`), cut to some length.
    pub last_agent: Option<String>,
}

/// Further uses of one secret, to be added to what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretUses {
    /// Within what the owner's id is unique.
    pub scope: Scope,
    /// Whose secret it is.
    pub user: ObjectUserId,
    /// The uses; an address or agent that is `None` leaves what is known.
    pub usage: SecretUsage,
}
