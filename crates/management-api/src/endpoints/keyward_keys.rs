//! `/keyward/v1/secret-keys`: what ECS does not tell the caller about their own secret keys, and moving the end of one.

use keyward_ecs_wire::{EcsError, instant};
use keyward_keyring::Secret;
use keyward_service::{Caller, ServiceError, Subject};
use serde::{Deserialize, Deserializer, Serialize};

use crate::call::Call;
use crate::error::Failure;
use crate::json::{self, JsonRequest};
use crate::reply::{Answering, Reply};

/// When a key is to end: in so many minutes, now (`0`), or never (`null`).
#[derive(Deserialize)]
struct NewEnd {
    #[serde(default, deserialize_with = "given")]
    expires_in_minutes: Option<Option<i64>>,
}

impl JsonRequest for NewEnd {
    const EXAMPLE: &'static str = r#"{"expires_in_minutes":60}, 0 for now or null for never"#;
}

#[derive(Serialize)]
struct Keys {
    secret_keys: Vec<Key>,
}

/// A key, by everything but the key itself.
#[derive(Serialize)]
struct Key {
    id: String,
    created: String,
    expires: Option<String>,
    made_by: String,
    made_from: Option<String>,
    label: String,
}

/// The caller's keys, the older one first.
pub(crate) async fn list(caller: Caller, _call: Call) -> Answering {
    let secrets = caller.own_keys().await?;
    json::answer(&Keys { secret_keys: secrets.iter().flatten().map(shown).collect() })
}

/// Moves the end of a key: sooner, later, away, or to this moment.
pub(crate) async fn set_end(caller: Caller, call: Call) -> Answering {
    let NewEnd { expires_in_minutes } = call.json()?;
    let minutes = expires_in_minutes.ok_or_else(|| EcsError::missing_field("expires_in_minutes"))?;
    let id = call.parameter("id");
    let unknown = || Failure::from(ServiceError::NotFound { subject: Subject::SecretKeyId, id: id.to_owned() });
    caller.set_own_grace_end(id.parse().map_err(|_| unknown())?, minutes).await?;
    Ok(Reply::empty())
}

fn shown(secret: &Secret) -> Key {
    Key {
        id: secret.id.to_string(),
        created: instant(secret.created_at),
        expires: secret.expires_at.map(instant),
        made_by: secret.made_by.clone(),
        made_from: secret.made_from.map(|address| address.to_string()),
        label: secret.label.clone(),
    }
}

/// Tells `null`, which means never, from silence, which means nothing.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::<i64>::deserialize(value).map(Some)
}
