//! What clients read before they do anything else: replication groups, the virtual data center, nodes, capacity
//! (ECS REST API, *Capacity*). There is one of each.

use keyward_ecs_wire::{EcsError, answers};
use keyward_service::{Caller, Site};

use crate::about::{About, MISSING, Topic, who};
use crate::call::Call;
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

pub(crate) const DATA_CENTER: About = About::call(Topic::Site, "Show the virtual data center", "")
    .roles(who::SYSTEM_READERS)
    .gives::<answers::VirtualDataCenter>();

/// The virtual data center that answers.
pub(crate) async fn data_center(caller: Caller, call: Call) -> Answering {
    let (site, node) = caller.data_center().await?;
    let end_points = node.address.to_string();
    Ok(call.answer(&answers::VirtualDataCenter { id: site.data_center, name: NAME.to_owned(), end_points }))
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
