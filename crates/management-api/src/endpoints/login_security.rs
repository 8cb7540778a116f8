//! `/config-admin/security`: the rules about logins and passwords (ECS REST API, *Login security*).

use keyward_ecs_wire::answers::LoginSecurity;
use keyward_ecs_wire::requests::LoginSecurityUpdate;
use keyward_service::Caller;

use crate::about::{About, Topic, who};
use crate::call::Call;
use crate::mapping::login_security::{apply, shown};
use crate::reply::Answering;

pub(crate) const SHOW: About = About::call(
    Topic::ManagementUsers,
    "Show the rules about logins and passwords",
    "How long sessions last, when an account locks, and what a password has to be. All values are texts.",
)
.roles(who::SECURITY_READERS)
.gives::<LoginSecurity>();

/// The rules in force.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&LoginSecurity { entries: shown(&caller.login_security()?) }))
}

pub(crate) const UPDATE: About = About::call(
    Topic::ManagementUsers,
    "Change the rules about logins and passwords",
    "What is named changes, and holds from the answer on, for sessions that exist too.",
)
.roles(who::SECURITY)
.takes::<LoginSecurityUpdate>()
.gives::<LoginSecurity>();

/// Changes what the request names; it holds from the answer on.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: LoginSecurityUpdate = call.request()?;
    let security = caller.update_login_security(|security| apply(&order.entries, security)).await?;
    Ok(call.answer(&LoginSecurity { entries: shown(&security) }))
}
