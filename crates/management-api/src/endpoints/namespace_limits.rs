//! `/object/namespaces/namespace/{namespace}/quota` and `/retention` (ECS REST API, *Namespaces*).

use keyward_ecs_wire::{answers, requests};
use keyward_identity::{Quota, RetentionClass};
use keyward_service::{Caller, NamespaceLimit, ServiceError, Subject};

use crate::call::Call;
use crate::mapping::buckets::quota;
use crate::reply::{Answering, Reply};

/// The quota of a namespace.
pub(crate) async fn show_quota(caller: Caller, call: Call) -> Answering {
    let namespace = caller.namespace(call.parameter("namespace")).await?;
    let Quota { block_size, notification_size } = namespace.settings.quota;
    Ok(call.answer(&answers::NamespaceQuota { namespace: namespace.name.to_string(), block_size, notification_size }))
}

/// Sets the quota of a namespace.
pub(crate) async fn set_quota(caller: Caller, call: Call) -> Answering {
    let order: requests::NamespaceQuota = call.request()?;
    let quota = quota(order.block_size, order.notification_size)?;
    set(&caller, &call, NamespaceLimit::Quota(quota)).await
}

/// Removes the quota of a namespace.
pub(crate) async fn remove_quota(caller: Caller, call: Call) -> Answering {
    set(&caller, &call, NamespaceLimit::Quota(Quota::NONE)).await
}

/// The retention classes of a namespace.
pub(crate) async fn list_classes(caller: Caller, call: Call) -> Answering {
    let classes = caller.namespace(call.parameter("namespace")).await?.settings.retention_classes;
    Ok(call.answer(&answers::RetentionClasses { classes: classes.into_iter().map(shown).collect() }))
}

/// One retention class.
pub(crate) async fn show_class(caller: Caller, call: Call) -> Answering {
    let name = call.parameter("class");
    let classes = caller.namespace(call.parameter("namespace")).await?.settings.retention_classes;
    let found = classes.into_iter().find(|class| class.name == name);
    let missing = || ServiceError::NotFound { subject: Subject::RetentionClass, id: name.to_owned() };
    Ok(call.answer(&shown(found.ok_or_else(missing)?)))
}

/// Makes a retention class.
pub(crate) async fn create_class(caller: Caller, call: Call) -> Answering {
    let requests::RetentionClassCreate { name, period } = call.request()?;
    set(&caller, &call, NamespaceLimit::NewRetentionClass(RetentionClass { name, period })).await
}

/// Changes the period of a retention class.
pub(crate) async fn update_class(caller: Caller, call: Call) -> Answering {
    let requests::RetentionClassUpdate { period } = call.request()?;
    let name = call.parameter("class").to_owned();
    set(&caller, &call, NamespaceLimit::RetentionPeriod(RetentionClass { name, period })).await
}

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
