//! `/object/namespaces`: the tenants (ECS REST API, *Namespaces*).

use keyward_ecs_wire::answers::{self, NamedLink, Namespaces};
use keyward_ecs_wire::requests::{NamespaceCreate, NamespaceUpdate};
use keyward_identity::NamespaceSettings;
use keyward_service::{Caller, NamespaceChange};

use crate::about::{About, LIMIT, MARKER, Named, Topic, who};
use crate::call::Call;
use crate::mapping::namespaces::{change, change_settings, check_settings, shown};
use crate::paging::{Paging, Pattern};
use crate::reply::{Answering, Reply};

const NAME: Named = Named::text("name", "One whole name, or the beginning of names followed by `*`.");

const LIST_QUERY: &[Named] = &[LIMIT, MARKER, NAME];

pub(crate) const LIST: About = About::call(Topic::Namespaces, "List namespaces", "")
    .roles(who::SYSTEM_READERS)
    .query(LIST_QUERY)
    .gives::<Namespaces>();

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

pub(crate) const CREATE: About = About::call(Topic::Namespaces, "Make a namespace", "")
    .roles(who::SYSTEM)
    .takes::<NamespaceCreate>()
    .gives::<answers::Namespace>();

/// Makes a namespace.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: NamespaceCreate = call.request()?;
    check_settings(&order.settings)?;
    let mut settings = NamespaceSettings::default();
    change_settings(&mut settings, &order.settings);
    let change = NamespaceChange { settings: Some(settings), ..change(&order.settings)? };
    let namespace = caller.create_namespace(&order.namespace, change).await?;
    Ok(call.answer(&shown(namespace, &caller.site().await?)))
}

pub(crate) const SHOW: About =
    About::call(Topic::Namespaces, "Show a namespace", "").roles(who::READERS).gives::<answers::Namespace>();

/// One namespace.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    let namespace = caller.namespace(call.parameter("namespace")).await?;
    Ok(call.answer(&shown(namespace, &caller.site().await?)))
}

pub(crate) const UPDATE: About =
    About::call(Topic::Namespaces, "Change a namespace", "Changes what the request names, and nothing else.")
        .roles(who::ADMINS)
        .takes::<NamespaceUpdate>();

/// Changes what the request names.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: NamespaceUpdate = call.request()?;
    check_settings(&order)?;
    let settings = |settings: &mut NamespaceSettings| change_settings(settings, &order);
    caller.update_namespace(call.parameter("namespace"), change(&order)?, settings).await?;
    Ok(Reply::empty())
}

pub(crate) const DELETE: About =
    About::call(Topic::Namespaces, "Delete a namespace", "Not possible while it holds object users or buckets.")
        .roles(who::SYSTEM);

/// Deletes an empty namespace.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_namespace(call.parameter("namespace")).await?;
    Ok(Reply::empty())
}
