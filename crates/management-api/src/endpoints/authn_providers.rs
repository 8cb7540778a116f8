//! `/vdc/admin/authnproviders`: the directories that people are looked up in (ECS REST API, *Authentication
//! providers*).

use keyward_ecs_wire::answers::{self, AuthnProviders, NamedLink};
use keyward_ecs_wire::requests::{AuthnProviderCreate, AuthnProviderUpdate};
use keyward_service::Caller;

use crate::about::{About, MISSING, Named, Topic, who};
use crate::call::Call;
use crate::mapping::authn_providers::{change, new, shown};
use crate::reply::{Answering, Reply};

const UPDATE_QUERY: &[Named] =
    &[Named::flag("allow_group_attr_change", "Allows to change `group_attribute`, which can end memberships.")];

pub(crate) const LIST: About = About::call(Topic::Providers, "List authentication providers", "")
    .roles(who::SECURITY_READERS)
    .gives::<AuthnProviders>();

/// All providers.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let providers = caller.providers().await?.into_iter();
    let providers = providers.map(|provider| NamedLink { name: provider.name, id: provider.id }).collect();
    Ok(call.answer(&AuthnProviders { providers }))
}

pub(crate) const CREATE: About = About::call(
    Topic::Providers,
    "Add an authentication provider",
    "The directory is asked first, and the provider is stored only if it answers; `disable` stores it \
     untried and unused.",
)
.roles(who::SECURITY)
.takes::<AuthnProviderCreate>()
.gives::<answers::AuthnProvider>();

/// Makes a provider, once its directory has answered.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: AuthnProviderCreate = call.request()?;
    Ok(call.answer(&shown(caller.create_provider(new(order)?).await?)))
}

pub(crate) const SHOW: About =
    About::call(Topic::Providers, "Show an authentication provider", "Never with the password of its manager.")
        .roles(who::SECURITY_READERS)
        .gives::<answers::AuthnProvider>()
        .also(MISSING);

/// One provider.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown(caller.provider(call.parameter("id")).await?)))
}

pub(crate) const UPDATE: About = About::call(
    Topic::Providers,
    "Change an authentication provider",
    "Changes what the request names, once the directory has answered with it.",
)
.roles(who::SECURITY)
.query(UPDATE_QUERY)
.takes::<AuthnProviderUpdate>()
.gives::<answers::AuthnProvider>()
.also(MISSING);

/// Changes what the request names, once the directory has answered.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: AuthnProviderUpdate = call.request()?;
    let may_change_group_attribute = call.query.flag("allow_group_attr_change")?;
    let provider = caller.update_provider(call.parameter("id"), change(order)?, may_change_group_attribute).await?;
    Ok(call.answer(&shown(provider)))
}

pub(crate) const DELETE: About =
    About::call(Topic::Providers, "Delete an authentication provider", "").roles(who::SECURITY).also(MISSING);

/// Deletes a provider.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_provider(call.parameter("id")).await?;
    Ok(Reply::empty())
}
