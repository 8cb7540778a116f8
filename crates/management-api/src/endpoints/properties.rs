//! `/config`: system-wide properties of object users and their keys (ECS REST API, *Object properties*).

use keyward_ecs_wire::EcsError;
use keyward_ecs_wire::answers::{self, PropertyInfo};
use keyward_ecs_wire::requests::{HideSecretKeys, PropertyUpdate};
use keyward_service::Caller;

use crate::about::{About, Topic, who};
use crate::call::Call;
use crate::reply::{Answering, Reply};

pub(crate) const SHOW: About = About::call(
    Topic::ObjectUsers,
    "Show the properties of object users",
    "The user scope: whether an id of an object user counts in all of the system (`GLOBAL`) or in its \
     namespace (`NAMESPACE`).",
)
.roles(who::SYSTEM_READERS)
.gives::<PropertyInfo>();

/// The properties, of which the user scope is the only one.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    let scope = caller.user_scope()?;
    Ok(call.answer(&PropertyInfo { properties: vec![("user_scope".to_owned(), scope.as_str().to_owned())] }))
}

pub(crate) const UPDATE: About =
    About::call(Topic::ObjectUsers, "Choose the user scope", "").roles(who::SYSTEM).takes::<PropertyUpdate>();

/// Chooses the user scope.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: PropertyUpdate = call.request()?;
    let scope = order.user_scope().ok_or_else(|| EcsError::missing_field("user_scope"))?;
    caller.choose_user_scope(scope).await?;
    Ok(Reply::empty())
}

pub(crate) const SECRET_KEYS_HIDDEN: About = About::call(
    Topic::ObjectUsers,
    "Show whether secret keys are hidden",
    "A hidden key is shown by the answer that hands it out, and by none after that. It is ended by its id.",
)
.roles(who::SYSTEM_READERS)
.gives::<answers::HideSecretKeys>();

/// Whether secret keys are shown only once (ObjectScale: *Hide secret keys*).
pub(crate) async fn secret_keys_hidden(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&answers::HideSecretKeys { value: caller.secret_keys_hidden()? }))
}

pub(crate) const HIDE_SECRET_KEYS: About =
    About::call(Topic::ObjectUsers, "Hide secret keys, or show them again", "It holds from the next answer on.")
        .roles(who::SYSTEM)
        .takes::<HideSecretKeys>();

/// Shows secret keys only once from now on, or again.
pub(crate) async fn hide_secret_keys(caller: Caller, call: Call) -> Answering {
    let order: HideSecretKeys = call.request()?;
    caller.hide_secret_keys(order.value).await?;
    Ok(Reply::empty())
}
