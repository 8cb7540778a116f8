//! `/object/namespaces/namespace/{namespace}/quota` and `/retention` (ECS REST API, *Namespaces*).

use keyward_ecs_wire::{answers, requests};
use keyward_identity::{Quota, RetentionClass};
use keyward_service::{Caller, NamespaceLimit, ServiceError, Subject};

use crate::about::{About, Topic, who};
use crate::call::Call;
use crate::mapping::buckets::quota;
use crate::reply::{Answering, Reply};

pub(crate) const SHOW_QUOTA: About = About::call(Topic::Namespaces, "Show the quota of a namespace", "")
    .roles(who::READERS)
    .gives::<answers::NamespaceQuota>();

/// The quota of a namespace.
pub(crate) async fn show_quota(caller: Caller, call: Call) -> Answering {
    let namespace = caller.namespace(call.parameter("namespace")).await?;
    let Quota { block_size, notification_size } = namespace.settings.quota;
    Ok(call.answer(&answers::NamespaceQuota { namespace: namespace.name.to_string(), block_size, notification_size }))
}

pub(crate) const SET_QUOTA: About = About::call(Topic::Namespaces, "Set the quota of a namespace", "")
    .roles(who::SYSTEM)
    .takes::<requests::NamespaceQuota>();

/// Sets the quota of a namespace.
pub(crate) async fn set_quota(caller: Caller, call: Call) -> Answering {
    let order: requests::NamespaceQuota = call.request()?;
    let quota = quota(order.block_size, order.notification_size)?;
    set(&caller, &call, NamespaceLimit::Quota(quota)).await
}

pub(crate) const REMOVE_QUOTA: About =
    About::call(Topic::Namespaces, "Remove the quota of a namespace", "").roles(who::SYSTEM);

/// Removes the quota of a namespace.
pub(crate) async fn remove_quota(caller: Caller, call: Call) -> Answering {
    set(&caller, &call, NamespaceLimit::Quota(Quota::NONE)).await
}

pub(crate) const LIST_CLASSES: About = About::call(Topic::Namespaces, "List the retention classes of a namespace", "")
    .roles(who::READERS)
    .gives::<answers::RetentionClasses>();

/// The retention classes of a namespace.
pub(crate) async fn list_classes(caller: Caller, call: Call) -> Answering {
    let classes = caller.namespace(call.parameter("namespace")).await?.settings.retention_classes;
    Ok(call.answer(&answers::RetentionClasses { classes: classes.into_iter().map(shown).collect() }))
}

pub(crate) const SHOW_CLASS: About =
    About::call(Topic::Namespaces, "Show a retention class", "").roles(who::READERS).gives::<answers::RetentionClass>();

/// One retention class.
pub(crate) async fn show_class(caller: Caller, call: Call) -> Answering {
    let name = call.parameter("class");
    let classes = caller.namespace(call.parameter("namespace")).await?.settings.retention_classes;
    let found = classes.into_iter().find(|class| class.name == name);
    let missing = || ServiceError::NotFound { subject: Subject::RetentionClass, id: name.to_owned() };
    Ok(call.answer(&shown(found.ok_or_else(missing)?)))
}

pub(crate) const CREATE_CLASS: About = About::call(Topic::Namespaces, "Make a retention class", "")
    .roles(who::SYSTEM)
    .takes::<requests::RetentionClassCreate>();

/// Makes a retention class.
pub(crate) async fn create_class(caller: Caller, call: Call) -> Answering {
    let requests::RetentionClassCreate { name, period } = call.request()?;
    set(&caller, &call, NamespaceLimit::NewRetentionClass(RetentionClass { name, period })).await
}

pub(crate) const UPDATE_CLASS: About = About::call(Topic::Namespaces, "Change the period of a retention class", "")
    .roles(who::SYSTEM)
    .takes::<requests::RetentionClassUpdate>();

/// Changes the period of a retention class.
pub(crate) async fn update_class(caller: Caller, call: Call) -> Answering {
    let requests::RetentionClassUpdate { period } = call.request()?;
    let name = call.parameter("class").to_owned();
    set(&caller, &call, NamespaceLimit::RetentionPeriod(RetentionClass { name, period })).await
}

pub(crate) const REMOVE_CLASS: About =
    About::call(Topic::Namespaces, "Remove a retention class", "").roles(who::SYSTEM);

/// Removes a retention class.
pub(crate) async fn remove_class(caller: Caller, call: Call) -> Answering {
    set(&caller, &call, NamespaceLimit::NoRetentionClass(call.parameter("class").to_owned())).await
}

async fn set(caller: &Caller, call: &Call, limit: NamespaceLimit) -> Answering {
    caller.set_namespace_limit(call.parameter("namespace"), &limit).await?;
    Ok(Reply::empty())
}

fn shown(class: RetentionClass) -> answers::RetentionClass {
    answers::RetentionClass { name: class.name, period: class.period }
}
