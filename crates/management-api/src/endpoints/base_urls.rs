//! `/object/baseurl`: the host names under which buckets have host names of their own (ECS REST API, *Base URL*).

use keyward_ecs_wire::answers::{self, BaseUrls, NamedLink};
use keyward_ecs_wire::requests::{BaseUrlCreate, BaseUrlUpdate};
use keyward_identity::BaseUrl;
use keyward_service::{BaseUrlChange, Caller};

use crate::about::{About, MISSING, Topic, who};
use crate::call::Call;
use crate::reply::{Answering, Reply};

pub(crate) const LIST: About =
    About::call(Topic::BaseUrls, "List base URLs", "").roles(who::SYSTEM_READERS).gives::<BaseUrls>();

/// All base URLs.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let base_urls = caller.base_urls().await?.into_iter();
    let base_urls = base_urls.map(|base_url| NamedLink { name: base_url.name, id: base_url.id }).collect();
    Ok(call.answer(&BaseUrls { base_urls }))
}

pub(crate) const CREATE: About = About::call(Topic::BaseUrls, "Add a base URL", "")
    .roles(who::SYSTEM)
    .takes::<BaseUrlCreate>()
    .gives::<answers::BaseUrl>();

/// Makes a base URL.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: BaseUrlCreate = call.request()?;
    let change = BaseUrlChange {
        name: Some(order.name),
        base_url: Some(order.base_url),
        namespace_in_host: Some(order.is_namespace_in_host),
    };
    Ok(call.answer(&shown(caller.create_base_url(change).await?)))
}

pub(crate) const SHOW: About = About::call(Topic::BaseUrls, "Show a base URL", "")
    .roles(who::SYSTEM_READERS)
    .gives::<answers::BaseUrl>()
    .also(MISSING);

/// One base URL.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown(caller.base_url(call.parameter("id")).await?)))
}

pub(crate) const UPDATE: About = About::call(Topic::BaseUrls, "Change a base URL", "Changes what the request names.")
    .roles(who::SYSTEM)
    .takes::<BaseUrlUpdate>()
    .also(MISSING);

/// Changes what the request names.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let BaseUrlUpdate { name, base_url, is_namespace_in_host: namespace_in_host } = call.request()?;
    let change = BaseUrlChange { name, base_url, namespace_in_host };
    caller.update_base_url(call.parameter("id"), change).await?;
    Ok(Reply::empty())
}

pub(crate) const DELETE: About = About::call(Topic::BaseUrls, "Delete a base URL", "").roles(who::SYSTEM).also(MISSING);

/// Deletes a base URL.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_base_url(call.parameter("id")).await?;
    Ok(Reply::empty())
}

fn shown(base_url: BaseUrl) -> answers::BaseUrl {
    answers::BaseUrl {
        id: base_url.id,
        name: base_url.name,
        baseurl: base_url.base_url,
        namespace_in_host: base_url.namespace_in_host,
    }
}
