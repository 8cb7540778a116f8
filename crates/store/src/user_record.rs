//! What the store keeps of one object user.

use keyward_identity::ObjectUser;
use serde::{Deserialize, Serialize};

use crate::SealedKeyRing;

/// An object user with its secrets, sealed. Stored under its scope and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// The user.
    pub user: ObjectUser,
    /// Its secrets.
    #[serde(default)]
    pub ring: SealedKeyRing,
}
