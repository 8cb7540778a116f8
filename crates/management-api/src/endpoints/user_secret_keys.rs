//! `/object/user-secret-keys`: an administrator's view of somebody's secret keys (ECS REST API, *User secret keys*).

use keyward_ecs_wire::parse_expiry_minutes;
use keyward_ecs_wire::requests::{UserSecretKeyCreate, UserSecretKeyDelete};
use keyward_service::Caller;

use crate::call::Call;
use crate::mapping::secret_keys::{deactivation, issued, slots, slots_in_use};
use crate::reply::{Answering, Reply};

/// Both slots, with the keys; the namespace, if the path names one, has to be the user's.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&slots(caller.keys_of(call.parameter("uid"), named_namespace(&call)).await?)))
}

/// Which slots are in use, without the keys.
pub(crate) async fn exist(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&slots_in_use(&caller.keys_of(call.parameter("uid"), named_namespace(&call)).await?)))
}

/// One key more: the administrator's own choice, or a generated one.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: UserSecretKeyCreate = call.request()?;
    let minutes = parse_expiry_minutes(order.existing_key_expiry_time_mins.as_deref())?;
    let value = order.secretkey.as_ref().map(|value| value.expose());
    let key = caller.issue_key_for(call.parameter("uid"), order.namespace.as_deref(), minutes, value).await?;
    Ok(call.answer(&issued(key)))
}

/// Ends one key, or all.
pub(crate) async fn deactivate(caller: Caller, call: Call) -> Answering {
    let order: UserSecretKeyDelete = call.request()?;
    let uid = call.parameter("uid");
    caller.deactivate_keys_of(uid, order.namespace.as_deref(), &deactivation(&order.keys, uid)?).await?;
    Ok(Reply::empty())
}

fn named_namespace(call: &Call) -> Option<&str> {
    Some(call.parameter("namespace")).filter(|namespace| !namespace.is_empty()).or(call.namespace())
}
