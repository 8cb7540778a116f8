//! `/object/secret-keys`: the caller's own secret keys (ECS REST API, *Secret key self-service*).

use keyward_ecs_wire::answers::{UserSecretKey, UserSecretKeys};
use keyward_ecs_wire::parse_expiry_minutes;
use keyward_ecs_wire::requests::{SecretKeyCreate, SecretKeyDelete};
use keyward_service::Caller;

use crate::about::{About, NO_NAMESPACE, PRESENCE_OR_STRICT, Topic};
use crate::call::Call;
use crate::mapping::secret_keys::{deactivation, issued, slots};
use crate::reply::{Answering, Reply};

pub(crate) const SHOW: About = About::call(
    Topic::OwnKeys,
    "Show your secret keys",
    "Both slots, the older key first, with the keys in clear. A slot without a key has empty fields.",
)
.gives::<UserSecretKeys>()
.also(NO_NAMESPACE);

/// Both slots, with the keys.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&slots(caller.own_keys().await?, caller.hides_secret_keys())))
}

pub(crate) const CREATE: About = About::call(
    Topic::OwnKeys,
    "Make a secret key for yourself",
    "The key is in the answer. Your object user comes into being with the first key. While there are two \
     live keys there is no third: end one first, or let the existing one expire with \
     `existing_key_expiry_time_mins`.",
)
.takes::<SecretKeyCreate>()
.gives::<UserSecretKey>()
.also(PRESENCE_OR_STRICT);

/// One key more; the caller's object user comes into being with the first.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: SecretKeyCreate = call.request()?;
    let minutes = parse_expiry_minutes(order.existing_key_expiry_time_mins.as_deref())?;
    Ok(call.answer(&issued(caller.issue_own_key(minutes).await?)))
}

pub(crate) const DEACTIVATE: About = About::call(
    Topic::OwnKeys,
    "End one of your secret keys, or all",
    "Without a body, or with one that names no key, all of your keys end. From the answer on they are \
     refused.",
)
.takes::<SecretKeyDelete>();

/// Ends one key, or all.
pub(crate) async fn deactivate(caller: Caller, call: Call) -> Answering {
    let order: SecretKeyDelete = call.request()?;
    caller.deactivate_own_keys(&deactivation(&order.keys, &caller.principal().name)?).await?;
    Ok(Reply::empty())
}
