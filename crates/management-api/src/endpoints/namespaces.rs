//! `/object/namespaces`: the tenants (ECS REST API, *Namespaces*).

use keyward_ecs_wire::answers::{NamedLink, Namespaces};
use keyward_ecs_wire::requests::{NamespaceCreate, NamespaceUpdate};
use keyward_identity::NamespaceSettings;
use keyward_service::{Caller, NamespaceChange};

use crate::call::Call;
use crate::mapping::namespaces::{change, change_settings, check_settings, shown};
use crate::paging::{Paging, Pattern};
use crate::reply::{Answering, Reply};

/// A page of namespaces.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let paging = Paging::of(&call.query)?;
    let pattern = Pattern::of(&call.query, "name");
    let page = caller.namespaces(pattern.beginning(), paging.request()).await?;
    let fields = paging.fields(&page, pattern.shown("name"));
    let names = page.items.iter().map(|namespace| namespace.name.to_string()).filter(|name| pattern.means(name));
    let namespaces = names.map(|name| NamedLink { id: name.clone(), name }).collect();
    Ok(call.answer(&Namespaces { namespaces, page: fields }))
}

/// Makes a namespace.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: NamespaceCreate = call.request()?;
    check_settings(&order.settings)?;
    let mut settings = NamespaceSettings::default();
    change_settings(&mut settings, &order.settings);
    let change = NamespaceChange { settings: Some(settings), ..change(&order.settings)? };
    Ok(call.answer(&shown(caller.create_namespace(&order.namespace, change).await?)))
}

/// One namespace.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown(caller.namespace(call.parameter("namespace")).await?)))
}

/// Changes what the request names.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: NamespaceUpdate = call.request()?;
    check_settings(&order)?;
    let settings = |settings: &mut NamespaceSettings| change_settings(settings, &order);
    caller.update_namespace(call.parameter("namespace"), change(&order)?, settings).await?;
    Ok(Reply::empty())
}

/// Deletes an empty namespace.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_namespace(call.parameter("namespace")).await?;
    Ok(Reply::empty())
}
