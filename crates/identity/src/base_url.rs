//! Base URLs: the host names under which buckets have host names of their own.

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

/// A host name that virtual-host addressing is taken apart by (ECS REST API, *Base URL*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl {
    /// A URN.
    pub id: String,
    /// What administrators call it.
    pub name: String,
    /// The host name, without scheme and port.
    pub base_url: String,
    /// Whether the label before it is a namespace (`bucket.namespace.base`) and not the bucket.
    #[serde(default)]
    pub namespace_in_host: bool,
    /// When it was made.
    pub created_at: Timestamp,
}
