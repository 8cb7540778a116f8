//! A person as a directory knows them at the moment of a login.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{NameError, ObjectUserId, caseless};

/// The provider id of the built-in local domain, whose people are [`Person`](crate::Person)s.
pub const LOCAL_PROVIDER: &str = "local";

/// What a directory said about a person who proved who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryUser {
    /// Login name with its domain, in lower case: `alice@corp.example`, the access key id to be.
    pub name: String,
    /// Id of the provider that authenticated the person; [`LOCAL_PROVIDER`] for the built-in domain.
    pub provider: String,
    /// All domains of that provider.
    #[serde(default)]
    pub domains: Vec<String>,
    /// What the directory never gives to anybody else, when it has such a thing (`objectGUID`, `entryUUID`).
    #[serde(default)]
    pub unique_id: Option<String>,
    /// Values by attribute name, as far as namespace mappings ask for them.
    #[serde(default)]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Groups the person is a member of, each bare (`builders`) or with its domain (`builders@corp.example`).
    #[serde(default)]
    pub groups: Vec<String>,
}

impl DirectoryUser {
    /// The object user, and access key id, that belongs to this person.
    ///
    /// # Errors
    /// [`NameError`] when the directory allows names that an access key id cannot have.
    pub fn object_user_id(&self) -> Result<ObjectUserId, NameError> {
        ObjectUserId::parse(&self.name)
    }

    /// The domain the person logged in to: what stands behind the last `@` of the name.
    pub fn domain(&self) -> Option<&str> {
        caseless::domain_of(&self.name)
    }
}
