//! `/object/user-secret-keys`: an administrator's view of somebody's secret keys (ECS REST API, *User secret keys*).

use keyward_ecs_wire::answers::{UserSecretKey, UserSecretKeys, UserSecretKeysExist};
use keyward_ecs_wire::parse_expiry_minutes;
use keyward_ecs_wire::requests::{UserSecretKeyCreate, UserSecretKeyDelete};
use keyward_service::Caller;

use crate::about::{About, MISSING, MISSING_OR_STRICT, NAMESPACE, Topic, who};
use crate::call::Call;
use crate::mapping::secret_keys::{deactivation, issued, slots, slots_in_use};
use crate::reply::{Answering, Reply};

pub(crate) const SHOW: About = About::call(
    Topic::UserKeys,
    "Show the secret keys of a user",
    "Both slots, the older key first, with the keys in clear.",
)
.roles(who::ADMINS)
.query(&[NAMESPACE])
.gives::<UserSecretKeys>()
.also(MISSING);

/// Both slots, with the keys; the namespace, if the path names one, has to be the user's.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    let secrets = caller.keys_of(call.parameter("uid"), named_namespace(&call)).await?;
    Ok(call.answer(&slots(secrets, caller.hides_secret_keys())))
}

pub(crate) const EXIST: About = About::call(
    Topic::UserKeys,
    "Show which slots of a user hold a key",
    "The same as the keys themselves, without the keys.",
)
.roles(who::ADMINS)
.query(&[NAMESPACE])
.gives::<UserSecretKeysExist>()
.also(MISSING);

/// Which slots are in use, without the keys.
pub(crate) async fn exist(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&slots_in_use(&caller.keys_of(call.parameter("uid"), named_namespace(&call)).await?)))
}

pub(crate) const CREATE: About = About::call(
    Topic::UserKeys,
    "Make a secret key for a user",
    "A generated key, or the one in `secretkey`. While there are two live keys there is no third.",
)
.roles(who::ADMINS)
.takes::<UserSecretKeyCreate>()
.gives::<UserSecretKey>()
.also(MISSING_OR_STRICT);

/// One key more: the administrator's own choice, or a generated one.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: UserSecretKeyCreate = call.request()?;
    let minutes = parse_expiry_minutes(order.existing_key_expiry_time_mins.as_deref())?;
    let value = order.secretkey.as_ref().map(|value| value.expose());
    let key = caller.issue_key_for(call.parameter("uid"), order.namespace.as_deref(), minutes, value).await?;
    Ok(call.answer(&issued(key)))
}

pub(crate) const DEACTIVATE: About = About::call(
    Topic::UserKeys,
    "End one secret key of a user, or all",
    "Without a body, or with one that names no key, all keys of the user end. From the answer on they are \
     refused.",
)
.roles(who::ADMINS)
.takes::<UserSecretKeyDelete>()
.also(MISSING);

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
