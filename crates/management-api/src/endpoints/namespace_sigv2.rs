//! `/keyward/v1/namespaces/{namespace}/sigv2`: whether S3 honours Signature Version 2 from the users of a namespace.

use keyward_ecs_wire::EcsError;
use keyward_identity::SigV2Setting;
use keyward_service::{Caller, NamespaceLimit};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::about::{About, Topic, who};
use crate::call::Call;
use crate::json::{self, JsonRequest};
use crate::reply::{Answering, Reply};

/// What to change; silence leaves a part as it is, `null` gives it back to the server's configuration.
#[derive(Deserialize, JsonSchema)]
struct Change {
    /// Whether Signature Version 2 is honoured; null for what the server's configuration says.
    #[serde(default, deserialize_with = "given")]
    enabled: Option<Option<bool>>,
    /// How many seconds ahead the end of a link or form may lie; null for what the server's configuration says.
    #[serde(default, deserialize_with = "given")]
    max_life_seconds: Option<Option<u64>>,
}

impl JsonRequest for Change {
    const EXAMPLE: &'static str =
        r#"{"enabled":false} or {"max_life_seconds":604800}, null for what the server's configuration says"#;
}

#[derive(Serialize, JsonSchema)]
struct Shown {
    /// The namespace.
    namespace: String,
    /// Whether Signature Version 2 is honoured; null where the server's configuration decides.
    enabled: Option<bool>,
    /// How many seconds ahead the end of a link or form may lie; null where the server's configuration decides.
    max_life_seconds: Option<u64>,
}

pub(crate) const SHOW: About = About::call(
    Topic::Namespaces,
    "Show what a namespace says of Signature Version 2",
    "Whether S3 honours it from the users of the namespace, and for how long; `null` where the server decides.",
)
.roles(who::READERS)
.gives_json::<Shown>();

/// What the namespace chose; `null` where the server's configuration decides.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    let namespace = caller.namespace(call.parameter("namespace")).await?;
    let SigV2Setting { enabled, max_life_seconds } = namespace.settings.sigv2;
    json::answer(&Shown { namespace: namespace.name.to_string(), enabled, max_life_seconds })
}

pub(crate) const SET: About = About::call(
    Topic::Namespaces,
    "Choose whether a namespace honours Signature Version 2",
    "What the request leaves out stays as it is; `null` gives the choice back to the server's configuration.",
)
.roles(who::SYSTEM)
.takes_json::<Change>();

/// Changes it; the first request after the answer sees the change.
pub(crate) async fn set(caller: Caller, call: Call) -> Answering {
    let Change { enabled, max_life_seconds } = call.json()?;
    if enabled.is_none() && max_life_seconds.is_none() {
        return Err(EcsError::missing_field("enabled").into());
    }
    let limit = NamespaceLimit::SigV2 { enabled, max_life_seconds };
    caller.set_namespace_limit(call.parameter("namespace"), &limit).await?;
    Ok(Reply::empty())
}

/// Tells `null` from silence.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(value).map(Some)
}
