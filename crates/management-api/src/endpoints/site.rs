//! What clients read before they do anything else: replication groups, the virtual data center, nodes, capacity
//! (ECS REST API, *Capacity*). There is one of each.

use keyward_ecs_wire::{EcsError, answers};
use keyward_service::{Caller, ServiceError, Site, Subject};

use crate::about::{About, LIMIT, MARKER, MISSING, Topic, who};
use crate::call::Call;
use crate::error::Failure;
use crate::paging::Paging;
use crate::reply::Answering;

/// What the replication group and the virtual data center are called.
const NAME: &str = "Keyward";

pub(crate) const REPLICATION_GROUPS: About =
    About::call(Topic::Site, "List replication groups", "There is one, and never none.")
        .roles(who::READERS)
        .gives::<answers::ReplicationGroups>();

/// The replication groups: never none, because clients take the first.
pub(crate) async fn replication_groups(caller: Caller, call: Call) -> Answering {
    let groups = vec![replication_group_of(caller.site().await?)];
    Ok(call.answer(&answers::ReplicationGroups { groups }))
}

pub(crate) const REPLICATION_GROUP: About = About::call(Topic::Site, "Show a replication group", "")
    .roles(who::READERS)
    .gives::<answers::ReplicationGroup>()
    .also(MISSING);

/// One replication group.
pub(crate) async fn replication_group(caller: Caller, call: Call) -> Answering {
    let (site, id) = (caller.site().await?, call.parameter("id"));
    match site.replication_group == id {
        true => Ok(call.answer(&replication_group_of(site))),
        false => Err(EcsError::not_found_in_url(&id.chars().take(300).collect::<String>()).into()),
    }
}

fn known(asked: &str, names: &[&str], subject: Subject) -> Result<(), ServiceError> {
    match names.contains(&asked) {
        true => Ok(()),
        false => Err(ServiceError::NotFound { subject, id: asked.to_owned() }),
    }
}

pub(crate) const STORAGE_POOLS: About = About::call(Topic::Site, "List storage pools", "There is one, and never none.")
    .roles(who::READERS)
    .gives::<answers::StoragePools>();

/// The storage pools: never none, because clients take the first.
pub(crate) async fn storage_pools(caller: Caller, call: Call) -> Answering {
    let pools = vec![storage_pool_of(caller.site().await?)];
    Ok(call.answer(&answers::StoragePools { pools }))
}

pub(crate) const STORAGE_POOL: About = About::call(Topic::Site, "Show a storage pool", "")
    .roles(who::READERS)
    .gives::<answers::StoragePool>()
    .also(MISSING);

/// One storage pool.
pub(crate) async fn storage_pool(caller: Caller, call: Call) -> Answering {
    let site = caller.site().await?;
    known(call.parameter("id"), &[&site.storage_pool], Subject::StoragePool)?;
    Ok(call.answer(&storage_pool_of(site)))
}

pub(crate) const DATA_CENTER: About = About::call(Topic::Site, "Show the virtual data center", "")
    .roles(who::SYSTEM_READERS)
    .gives::<answers::VirtualDataCenter>();

/// The virtual data center that answers.
pub(crate) async fn data_center(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&data_center_of(&caller).await?))
}

pub(crate) const DATA_CENTER_BY_ID: About = About::call(Topic::Site, "Show the virtual data center of an id", "")
    .roles(who::SYSTEM_READERS)
    .gives::<answers::VirtualDataCenter>()
    .also(MISSING);

/// The virtual data center of an id.
pub(crate) async fn data_center_by_id(caller: Caller, call: Call) -> Answering {
    let center = data_center_of(&caller).await?;
    known(call.parameter("id"), &[&center.id], Subject::DataCenter)?;
    Ok(call.answer(&center))
}

pub(crate) const DATA_CENTER_BY_NAME: About = About::call(Topic::Site, "Show the virtual data center of a name", "")
    .roles(who::SYSTEM_READERS)
    .gives::<answers::VirtualDataCenter>()
    .also(MISSING);

/// The virtual data center of a name.
pub(crate) async fn data_center_by_name(caller: Caller, call: Call) -> Answering {
    let center = data_center_of(&caller).await?;
    known(call.parameter("name"), &[&center.name, &center.id], Subject::DataCenter)?;
    Ok(call.answer(&center))
}

pub(crate) const DATA_CENTERS: About = About::call(Topic::Site, "List virtual data centers", "The one that answers.")
    .roles(who::SYSTEM_READERS)
    .gives::<answers::VirtualDataCenters>();

/// The virtual data centers: the one that answers, federated with nobody.
pub(crate) async fn data_centers(caller: Caller, call: Call) -> Answering {
    let centers = vec![data_center_of(&caller).await?];
    Ok(call.answer(&answers::VirtualDataCenters { centers }))
}

pub(crate) const NODES: About =
    About::call(Topic::Site, "List nodes", "The one that answers.").roles(who::READERS).gives::<answers::Nodes>();

/// The nodes: the one that answers.
pub(crate) async fn nodes(caller: Caller, call: Call) -> Answering {
    let node = caller.node()?;
    let node = answers::Node { nodename: node.name, ip: node.address.to_string(), version: node.version.to_owned() };
    Ok(call.answer(&answers::Nodes { nodes: vec![node] }))
}

pub(crate) const CAPACITY: About =
    About::call(Topic::Site, "Show how much there is room for", "In whole gigabytes of 2³⁰ bytes.")
        .roles(who::SYSTEM_READERS)
        .gives::<answers::Capacity>();

/// How much fits where data is kept.
pub(crate) async fn capacity(caller: Caller, call: Call) -> Answering {
    let space = caller.capacity().await?;
    let capacity =
        answers::Capacity { total_provisioned_gb: gigabytes(space.total), total_free_gb: gigabytes(space.free) };
    Ok(call.answer(&capacity))
}

pub(crate) const CAPACITY_OF_POOL: About =
    About::call(Topic::Site, "Show how much there is room for in a storage pool", "In whole gigabytes of 2³⁰ bytes.")
        .roles(who::SYSTEM_READERS)
        .gives::<answers::Capacity>()
        .also(MISSING);

/// How much fits into one storage pool, which is all there is.
pub(crate) async fn capacity_of_pool(caller: Caller, call: Call) -> Answering {
    let known = known(call.parameter("id"), &[&caller.site().await?.storage_pool], Subject::StoragePool);
    let answer = capacity(caller, call).await?;
    known.map(|()| answer).map_err(Failure::from)
}

pub(crate) const ALERTS: About =
    About::call(Topic::Site, "List alerts", "There are none: what goes wrong is told in the log and by the metrics.")
        .roles(who::SYSTEM_READERS)
        .query(&[LIMIT, MARKER])
        .gives::<answers::Alerts>();

/// The alerts: there are none, because what goes wrong is told in the log and in the metrics.
pub(crate) async fn alerts(caller: Caller, call: Call) -> Answering {
    caller.principal().may_read_system()?;
    let page = Paging::of(&call.query)?.request().limit();
    Ok(call.answer(&answers::Alerts { max_alerts: page }))
}

async fn data_center_of(caller: &Caller) -> Result<answers::VirtualDataCenter, ServiceError> {
    let (site, node) = caller.data_center().await?;
    let end_points = node.address.to_string();
    Ok(answers::VirtualDataCenter { id: site.data_center, name: NAME.to_owned(), end_points })
}

fn storage_pool_of(site: Site) -> answers::StoragePool {
    answers::StoragePool { id: site.storage_pool, name: NAME.to_owned() }
}

fn replication_group_of(site: Site) -> answers::ReplicationGroup {
    answers::ReplicationGroup {
        id: site.replication_group,
        name: NAME.to_owned(),
        description: "All data of this installation".to_owned(),
        data_center: site.data_center,
        storage_pool: site.storage_pool,
    }
}

fn gigabytes(bytes: u64) -> i64 {
    i64::try_from(bytes >> 30).unwrap_or(i64::MAX)
}
