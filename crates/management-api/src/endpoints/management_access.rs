//! `/keyward/v1/object-users/{uid}/management-user`: whether the management user of the same name gets the keys of an
//! object user by self-service.

use keyward_service::Caller;

use crate::about::{About, MISSING, NAMESPACE, Topic, who};
use crate::call::Call;
use crate::reply::{Answering, Reply};

pub(crate) const BIND: About = About::call(
    Topic::ObjectUsers,
    "Bind the management user of the same name to an object user",
    "From the answer on that management user sees and makes the keys of the object user by self-service. The name alone \
     gives it nothing. A management user of that name that is made later has to be bound again.",
)
.roles(who::SYSTEM)
.query(&[NAMESPACE])
.also(MISSING);

/// Opens the keys of an object user to the management user of its name.
pub(crate) async fn bind(caller: Caller, call: Call) -> Answering {
    caller.bind_management_user(call.parameter("uid"), call.namespace()).await?;
    Ok(Reply::empty())
}

pub(crate) const UNBIND: About = About::call(
    Topic::ObjectUsers,
    "Unbind the management user from an object user",
    "It has no self-service of the keys any more. The keys stay.",
)
.roles(who::SYSTEM)
.query(&[NAMESPACE])
.also(MISSING);

/// Closes the keys of an object user to the management user of its name.
pub(crate) async fn unbind(caller: Caller, call: Call) -> Answering {
    caller.unbind_management_user(call.parameter("uid"), call.namespace()).await?;
    Ok(Reply::empty())
}
