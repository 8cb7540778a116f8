//! `/vdc/admin/authnproviders`: the directories that people are looked up in (ECS REST API, *Authentication
//! providers*).

use keyward_ecs_wire::answers::{AuthnProviders, NamedLink};
use keyward_ecs_wire::requests::{AuthnProviderCreate, AuthnProviderUpdate};
use keyward_service::Caller;

use crate::call::Call;
use crate::mapping::authn_providers::{change, new, shown};
use crate::reply::{Answering, Reply};

/// All providers.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let providers = caller.providers().await?.into_iter();
    let providers = providers.map(|provider| NamedLink { name: provider.name, id: provider.id }).collect();
    Ok(call.answer(&AuthnProviders { providers }))
}

/// Makes a provider, once its directory has answered.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: AuthnProviderCreate = call.request()?;
    Ok(call.answer(&shown(caller.create_provider(new(order)?).await?)))
}

/// One provider.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown(caller.provider(call.parameter("id")).await?)))
}

/// Changes what the request names, once the directory has answered.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: AuthnProviderUpdate = call.request()?;
    let may_change_group_attribute = call.query.flag("allow_group_attr_change")?;
    let provider = caller.update_provider(call.parameter("id"), change(order)?, may_change_group_attribute).await?;
    Ok(call.answer(&shown(provider)))
}

/// Deletes a provider.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_provider(call.parameter("id")).await?;
    Ok(Reply::empty())
}
