//! `/keyward/v1/secret-keys`: secret keys by their ids: what ECS does not tell about them, such as whether they are in
//! use; making one with a label, moving the end of one, ending one.

use keyward_ecs_wire::{EcsError, instant};
use keyward_keyring::{Deactivation, SecretId};
use keyward_service::{Caller, KeyInUse, OwnKeyOrder, ServiceError, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::about::{About, MISSING, NAMESPACE, NO_NAMESPACE, PRESENCE, PRESENCE_OR_STRICT, Topic, who};
use crate::call::Call;
use crate::error::Failure;
use crate::json::{self, JsonRequest};
use crate::reply::{Answering, Reply};

/// When a key is to end: in so many minutes, now (`0`), or never (`null`).
#[derive(Deserialize, JsonSchema)]
struct NewEnd {
    /// In how many minutes the key ends: 0 for now, null for never.
    #[schemars(required)]
    #[serde(default, deserialize_with = "given")]
    expires_in_minutes: Option<Option<i64>>,
}

impl JsonRequest for NewEnd {
    const EXAMPLE: &'static str = r#"{"expires_in_minutes":60}, 0 for now or null for never"#;
}

/// How a key is to be made. `having_seen` holds the ids of the keys that the caller knows of: if others are in use by
/// then, none is made, so that an order that arrives twice makes one key.
#[derive(Deserialize, JsonSchema)]
struct NewKey {
    /// What its owner calls it.
    #[serde(default)]
    label: String,
    /// In how many minutes the existing key ends; never, if left out.
    #[serde(default)]
    existing_key_expiry_time_mins: Option<i64>,
    /// The ids of the keys that the caller knows of. If others are in use by then, no key is made.
    #[serde(default)]
    #[schemars(with = "Option<Vec<String>>")]
    having_seen: Option<Vec<SecretId>>,
}

impl JsonRequest for NewKey {
    const EXAMPLE: &'static str =
        r#"{"label":"laptop","existing_key_expiry_time_mins":60,"having_seen":["id of a key"]}, or {}"#;
}

/// A key that was just made: the one time that this call shows it.
#[derive(Serialize, JsonSchema)]
struct MadeKey<'a> {
    /// The id of the object user.
    access_key_id: &'a str,
    /// The secret key.
    secret_key: &'a str,
    #[serde(flatten)]
    key: Key,
}

#[derive(Serialize, JsonSchema)]
struct Keys {
    /// The keys, the older one first.
    secret_keys: Vec<Key>,
}

/// A key, by everything but the key itself.
#[derive(Serialize, JsonSchema)]
struct Key {
    /// Its id, which is not derived from it.
    id: String,
    /// When it was made.
    created: String,
    /// When it ends; null for never.
    expires: Option<String>,
    /// Who made it.
    made_by: String,
    /// The address it was made from.
    made_from: Option<String>,
    /// What its owner calls it.
    label: String,
    /// How many requests it has signed.
    uses: u64,
    /// When it signed last; null for never.
    last_used: Option<String>,
    /// An address of one of its last requests.
    last_address: Option<String>,
    /// What the client of that request called itself.
    last_agent: Option<String>,
}

pub(crate) const LIST: About = About::call(
    Topic::OwnKeys,
    "Show what is known of your secret keys",
    "Everything but the keys: when each was made, by whom, from where, when it ends, and whether it is in use.",
)
.gives_json::<Keys>()
.also(NO_NAMESPACE);

/// The caller's keys, the older one first.
pub(crate) async fn list(caller: Caller, _call: Call) -> Answering {
    answer(&caller.own_keys_in_use().await?)
}

pub(crate) const LIST_OF: About = About::call(
    Topic::UserKeys,
    "Show what is known of a user's secret keys",
    "Everything but the keys: when each was made, by whom, from where, when it ends, and whether it is in use.",
)
.roles(who::ADMINS)
.query(&[NAMESPACE])
.gives_json::<Keys>()
.also(MISSING);

/// The keys of a user, for those who may manage them.
pub(crate) async fn list_of(caller: Caller, call: Call) -> Answering {
    answer(&caller.keys_in_use_of(call.parameter("uid"), call.namespace()).await?)
}

pub(crate) const CREATE: About = About::call(
    Topic::OwnKeys,
    "Make a secret key with a label",
    "An order that names the keys that its sender knows of in `having_seen` makes one key, even if it arrives twice.",
)
.takes_json::<NewKey>()
.gives_json::<MadeKey<'static>>()
.also(PRESENCE_OR_STRICT);

/// One key more, with a label.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let NewKey { label, existing_key_expiry_time_mins, having_seen } = call.json()?;
    let order = OwnKeyOrder { existing_expiry_minutes: existing_key_expiry_time_mins, label, having_seen };
    let made = caller.order_own_key(order).await?;
    let (access_key_id, secret_key) = (made.user.as_str(), made.secret.key.expose());
    let key = shown(&KeyInUse { secret: made.secret.clone(), usage: None });
    json::answer(&MadeKey { access_key_id, secret_key, key })
}

pub(crate) const END: About =
    About::call(Topic::OwnKeys, "End one of your secret keys by its id", "From the answer on it is refused.")
        .also(MISSING);

/// Ends a key at once.
pub(crate) async fn end(caller: Caller, call: Call) -> Answering {
    match caller.deactivate_own_keys(&Deactivation::Id(id(&call)?)).await {
        Err(ServiceError::NotFound { subject: Subject::SecretKey, .. }) => Err(unknown(&call)),
        ended => {
            ended?;
            Ok(Reply::empty())
        }
    }
}

pub(crate) const SET_END: About = About::call(
    Topic::OwnKeys,
    "Move the end of one of your secret keys",
    "Sooner, later, never (`null`), or now (`0`).",
)
.takes_json::<NewEnd>()
.also(PRESENCE);

/// Moves the end of a key: sooner, later, away, or to this moment.
pub(crate) async fn set_end(caller: Caller, call: Call) -> Answering {
    let NewEnd { expires_in_minutes } = call.json()?;
    let minutes = expires_in_minutes.ok_or_else(|| EcsError::missing_field("expires_in_minutes"))?;
    caller.set_own_grace_end(id(&call)?, minutes).await?;
    Ok(Reply::empty())
}

/// The id in the path.
fn id(call: &Call) -> Result<SecretId, Failure> {
    call.parameter("id").parse().map_err(|_| unknown(call))
}

fn unknown(call: &Call) -> Failure {
    ServiceError::NotFound { subject: Subject::SecretKeyId, id: call.parameter("id").to_owned() }.into()
}

fn answer(keys: &[KeyInUse]) -> Answering {
    json::answer(&Keys { secret_keys: keys.iter().map(shown).collect() })
}

fn shown(KeyInUse { secret, usage }: &KeyInUse) -> Key {
    let usage = usage.as_ref();
    Key {
        id: secret.id.to_string(),
        created: instant(secret.created_at),
        expires: secret.expires_at.map(instant),
        made_by: secret.made_by.clone(),
        made_from: secret.made_from.map(|address| address.to_string()),
        label: secret.label.clone(),
        uses: usage.map_or(0, |usage| usage.uses),
        last_used: usage.map(|usage| instant(usage.last_used_at)),
        last_address: usage.and_then(|usage| usage.last_address).map(|address| address.to_string()),
        last_agent: usage.and_then(|usage| usage.last_agent.clone()),
    }
}

/// Tells `null`, which means never, from silence, which means nothing.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::<i64>::deserialize(value).map(Some)
}
