//! What clients of ECS ask of its data centers, told for one installation: one site, one replication group, one node.

use std::net::IpAddr;
use std::sync::Arc;

use keyward_store::{AuditRecord, CommitError, Record, Setting, Transaction, Write};

use crate::{Caller, Service, ServiceError, Space, Subject};

/// The setting under which the installation's id is kept.
const INSTALLATION: &str = "installation.id";

/// What the installation goes by. The names are stable: they follow from an id that is kept with the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The id of the replication group, a URN.
    pub replication_group: String,
    /// The id of the virtual data center, a URN.
    pub data_center: String,
    /// The id of the storage pool, a URN.
    pub storage_pool: String,
}

/// This node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The machine's name.
    pub name: String,
    /// Where the management API listens.
    pub address: IpAddr,
    /// The version of Keyward.
    pub version: &'static str,
}

impl Caller {
    /// What the installation goes by, for whoever makes buckets.
    pub async fn site(&self) -> Result<Site, ServiceError> {
        self.principal.may_read_site()?;
        self.service.site().await
    }

    /// This node.
    pub fn node(&self) -> Result<Node, ServiceError> {
        self.principal.may_read_site()?;
        Ok(self.service.this_node())
    }

    /// The virtual data center, which is this node.
    pub async fn data_center(&self) -> Result<(Site, Node), ServiceError> {
        self.principal.may_read_system()?;
        Ok((self.service.site().await?, self.service.this_node()))
    }

    /// How much fits where data is kept.
    pub async fn capacity(&self) -> Result<Space, ServiceError> {
        self.principal.may_read_system()?;
        self.service.node.space().await.map_err(|cause| {
            tracing::error!(cause, "the file system of the data could not be looked at");
            ServiceError::Unavailable { what: "the file system of the data" }
        })
    }

    /// Refuses any replication group but the one there is.
    pub(super) async fn known_replication_group(&self, id: &str) -> Result<(), ServiceError> {
        match self.service.site().await?.replication_group == id {
            true => Ok(()),
            false => Err(ServiceError::not_found(Subject::ReplicationGroup, id)),
        }
    }
}

impl Service {
    async fn site(self: &Arc<Self>) -> Result<Site, ServiceError> {
        let id = self.installation_id().await?;
        Ok(Site {
            replication_group: format!("urn:storageos:ReplicationGroupInfo:{id}:global"),
            data_center: format!("urn:storageos:VirtualDataCenterData:{id}"),
            storage_pool: format!("urn:storageos:VirtualArray:{id}"),
        })
    }

    fn this_node(&self) -> Node {
        Node { name: self.node.name(), address: self.node.address(), version: env!("CARGO_PKG_VERSION") }
    }

    /// The installation's id, a UUID; made when it is asked for the first time.
    async fn installation_id(self: &Arc<Self>) -> Result<String, ServiceError> {
        if let Some(id) = self.recorded_installation_id().await? {
            return Ok(id);
        }
        let id = self.uuid();
        let setting = Setting { name: INSTALLATION.to_owned(), value: id.clone().into() };
        let audit = AuditRecord::new(self.clock.now(), "keyward", "installation.name").on(id.clone());
        match self.commit(Transaction::new(audit).write(Write::create(Record::Setting(setting)))).await {
            Ok(_) => Ok(id),
            Err(CommitError::AlreadyExists(_)) => self.recorded_installation_id().await?.ok_or(ServiceError::Internal),
            Err(error) => Err(error.into()),
        }
    }

    async fn recorded_installation_id(&self) -> Result<Option<String>, ServiceError> {
        let found = self.store.setting(INSTALLATION).await?;
        Ok(found.and_then(|found| found.value.value.as_str().map(str::to_owned)))
    }
}
