//! `/object/secret-keys`: the caller's own secret keys (ECS REST API, *Secret key self-service*).

use keyward_ecs_wire::parse_expiry_minutes;
use keyward_ecs_wire::requests::{SecretKeyCreate, SecretKeyDelete};
use keyward_service::Caller;

use crate::call::Call;
use crate::mapping::secret_keys::{deactivation, issued, slots};
use crate::reply::{Answering, Reply};

/// Both slots, with the keys.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&slots(caller.own_keys().await?)))
}

/// One key more; the caller's object user comes into being with the first.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: SecretKeyCreate = call.request()?;
    let minutes = parse_expiry_minutes(order.existing_key_expiry_time_mins.as_deref())?;
    Ok(call.answer(&issued(caller.issue_own_key(minutes).await?)))
}

/// Ends one key, or all.
pub(crate) async fn deactivate(caller: Caller, call: Call) -> Answering {
    let order: SecretKeyDelete = call.request()?;
    caller.deactivate_own_keys(&deactivation(&order.keys, &caller.principal().name)?).await?;
    Ok(Reply::empty())
}
