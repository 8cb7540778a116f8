//! What clients read about the system before they do anything else: replication groups, the virtual data center, nodes,
//! capacity (ECS REST API, *Capacity*). Except for that of the capacity, the names of the XML roots are ours.

use crate::document::{Document, Object, Value, object};
use crate::{Answer, sample};

/// A replication group, of one storage pool in one virtual data center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationGroup {
    /// A URN.
    pub id: String,
    pub name: String,
    pub description: String,
    /// The URN of the virtual data center.
    pub data_center: String,
    /// The URN of the storage pool.
    pub storage_pool: String,
}

impl ReplicationGroup {
    fn object(&self) -> Object<'_> {
        let mapping = [("name", Value::text(&self.data_center)), ("value", Value::text(&self.storage_pool))];
        let fields = vec![
            ("name", Value::text(&self.name)),
            ("id", Value::text(&self.id)),
            ("inactive", Value::Flag(false)),
            ("global", Value::Null),
            ("remote", Value::Null),
            ("vdc", Value::Null),
            ("tags", Value::Wrapped { item: "tag", items: Vec::new() }),
            ("description", Value::text(&self.description)),
            ("varrayMappings", Value::Repeated(vec![object(&[], mapping)])),
            ("isAllowAllNamespaces", Value::Flag(true)),
            ("enable_rebalancing", Value::Flag(false)),
            ("isFullRep", Value::Flag(false)),
        ];
        Object { xml_order: &["id", "inactive", "name", "tags"], fields }
    }
}

impl Answer for ReplicationGroup {
    fn document(&self) -> Document<'_> {
        Document { root: "data_service_vpool", object: self.object() }
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            id: sample::REPLICATION_GROUP.into(),
            name: "Keyward".into(),
            description: "All data of this installation".into(),
            data_center: sample::DATA_CENTER.into(),
            storage_pool: sample::STORAGE_POOL.into(),
        }]
    }
}

/// `GET /vdc/data-service/vpools`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationGroups {
    pub groups: Vec<ReplicationGroup>,
}

impl Answer for ReplicationGroups {
    fn document(&self) -> Document<'_> {
        let groups = self.groups.iter().map(|group| Value::Object(group.object())).collect();
        Document::new("data_service_vpools", &[], [("data_service_vpool", Value::Repeated(groups))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { groups: ReplicationGroup::samples() }]
    }
}

/// A storage pool: where one site keeps data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoragePool {
    /// A URN.
    pub id: String,
    pub name: String,
}

impl StoragePool {
    fn object(&self) -> Object<'_> {
        let fields = vec![
            ("id", Value::text(&self.id)),
            ("name", Value::text(&self.name)),
            ("isProtected", Value::Flag(false)),
            ("isColdStorageEnabled", Value::Flag(false)),
        ];
        Object { xml_order: &[], fields }
    }
}

impl Answer for StoragePool {
    fn document(&self) -> Document<'_> {
        Document { root: "varray", object: self.object() }
    }

    fn samples() -> Vec<Self> {
        vec![Self { id: sample::STORAGE_POOL.into(), name: "Keyward".into() }]
    }
}

/// `GET /vdc/data-services/varrays`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoragePools {
    pub pools: Vec<StoragePool>,
}

impl Answer for StoragePools {
    fn document(&self) -> Document<'_> {
        let pools = self.pools.iter().map(|pool| Value::Object(pool.object())).collect();
        Document::new("varrays", &[], [("varray", Value::Repeated(pools))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { pools: StoragePool::samples() }]
    }
}

/// `GET /object/vdcs/vdc/local`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualDataCenter {
    /// A URN.
    pub id: String,
    pub name: String,
    /// The addresses of the management API, with commas between.
    pub end_points: String,
}

impl VirtualDataCenter {
    fn object(&self) -> Object<'_> {
        let fields = vec![
            ("name", Value::text(&self.name)),
            ("id", Value::text(&self.id)),
            ("link", Value::Link("/object/vdcs/vdc/local".into())),
            ("inactive", Value::Flag(false)),
            ("global", Value::Null),
            ("remote", Value::Null),
            ("vdc", Value::Null),
            ("tags", Value::Wrapped { item: "tag", items: Vec::new() }),
            ("vdcId", Value::text(&self.id)),
            ("vdcName", Value::text(&self.name)),
            ("local", Value::Flag(true)),
            ("permanentlyFailed", Value::Flag(false)),
            ("is_encryption_enabled", Value::Flag(false)),
            ("managementEndPoints", Value::text(&self.end_points)),
            // Nothing is federated, so there is nothing to connect to and no key to do it with.
            ("interVdcEndPoints", Value::text("")),
            ("interVdcCmdEndPoints", Value::text("")),
            ("secretKeys", Value::text("")),
        ];
        Object { xml_order: &["id", "inactive", "link", "name", "tags"], fields }
    }
}

impl Answer for VirtualDataCenter {
    fn document(&self) -> Document<'_> {
        Document { root: "object_vdc", object: self.object() }
    }

    fn samples() -> Vec<Self> {
        vec![Self { id: sample::DATA_CENTER.into(), name: "Keyward".into(), end_points: "192.0.2.1".into() }]
    }
}

/// `GET /object/vdcs/vdc/list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualDataCenters {
    pub centers: Vec<VirtualDataCenter>,
}

impl Answer for VirtualDataCenters {
    fn document(&self) -> Document<'_> {
        let centers = self.centers.iter().map(|center| Value::Object(center.object())).collect();
        Document::new("object_vdcs", &[], [("vdc", Value::Repeated(centers))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { centers: VirtualDataCenter::samples() }]
    }
}

/// A node of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub nodename: String,
    /// The address of the management API.
    pub ip: String,
    pub version: String,
}

impl Node {
    fn value(&self) -> Value<'_> {
        let fields = [
            ("nodename", Value::text(&self.nodename)),
            ("isLocal", Value::Flag(true)),
            ("ip", Value::text(&self.ip)),
            ("nodeid", Value::text(&self.nodename)),
            ("rackId", Value::text("")),
            ("version", Value::text(&self.version)),
        ];
        object(&[], fields)
    }
}

/// `GET /vdc/nodes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    pub nodes: Vec<Node>,
}

impl Answer for Nodes {
    fn document(&self) -> Document<'_> {
        let nodes = Value::Repeated(self.nodes.iter().map(Node::value).collect());
        Document::new("nodes", &[], [("node", nodes)])
    }

    fn samples() -> Vec<Self> {
        let node = Node { nodename: "node1".into(), ip: "192.0.2.1".into(), version: "0.1.0".into() };
        vec![Self { nodes: vec![node] }]
    }
}

/// `GET /object/capacity`: whole gigabytes of 2³⁰ bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub total_provisioned_gb: i64,
    pub total_free_gb: i64,
}

impl Answer for Capacity {
    fn document(&self) -> Document<'_> {
        let fields = [
            ("totalProvisioned_gb", Value::Number(self.total_provisioned_gb)),
            ("totalFree_gb", Value::Number(self.total_free_gb)),
        ];
        Document::new("cluster_capacity", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { total_provisioned_gb: 750, total_free_gb: 739 }]
    }
}

/// `GET /vdc/alerts`: an empty list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// How many there could have been.
    pub max_alerts: u32,
}

impl Answer for Alerts {
    fn document(&self) -> Document<'_> {
        let fields = [
            ("alert", Value::Repeated(Vec::new())),
            ("MaxAlerts", Value::Number(self.max_alerts.into())),
            ("NextMarker", Value::Null),
            ("Filter", Value::text("")),
        ];
        Document::new("alerts", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { max_alerts: 1000 }]
    }
}
