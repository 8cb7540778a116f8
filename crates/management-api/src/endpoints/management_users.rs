//! `/vdc/users`: who administers the system (ECS REST API, *Management users*).

use keyward_ecs_wire::answers::{self, ManagementUsers, TokenCount};
use keyward_ecs_wire::requests::{ManagementUserCreate, ManagementUserUnlock, ManagementUserUpdate};
use keyward_service::{Caller, Password};

use crate::about::{About, MISSING, Topic, who};
use crate::call::Call;
use crate::mapping::management_users::{change, new, shown};
use crate::reply::{Answering, Reply};

pub(crate) const LIST: About = About::call(Topic::ManagementUsers, "List management users", "")
    .roles(who::SECURITY_READERS)
    .gives::<ManagementUsers>();

/// All management users.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let users = caller.management_users().await?;
    Ok(call.answer(&ManagementUsers { users: users.into_iter().map(|user| shown(user, caller.now())).collect() }))
}

pub(crate) const CREATE: About = About::call(
    Topic::ManagementUsers,
    "Make a management user",
    "A name without a domain is a local user and needs a password. A name with a domain is a person of a \
     directory who is given roles here; with `is_external_group` it is a group of a directory.",
)
.roles(who::SECURITY)
.takes::<ManagementUserCreate>()
.gives::<answers::ManagementUser>();

/// Makes a management user.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: ManagementUserCreate = call.request()?;
    Ok(call.answer(&shown(caller.create_management_user(new(order)).await?, caller.now())))
}

pub(crate) const SHOW: About = About::call(Topic::ManagementUsers, "Show a management user", "")
    .roles(who::SECURITY_READERS)
    .gives::<answers::ManagementUser>()
    .also(MISSING);

/// One management user.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown(caller.management_user(call.parameter("id")).await?, caller.now())))
}

pub(crate) const UPDATE: About = About::call(
    Topic::ManagementUsers,
    "Change roles or password of a management user",
    "A new password ends the tokens of the user.",
)
.roles(who::SECURITY)
.takes::<ManagementUserUpdate>()
.also(MISSING);

/// Changes roles or password. A new password ends the user's tokens.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: ManagementUserUpdate = call.request()?;
    caller.update_management_user(call.parameter("id"), change(&order)).await?;
    Ok(Reply::empty())
}

pub(crate) const UNLOCK: About = About::call(
    Topic::ManagementUsers,
    "Open an account to logins again",
    "Lifts a lock and forgets the failed logins before it, of a management user or of a person of the built-in \
     directory. A password becomes that of the management user.",
)
.roles(who::SECURITY)
.takes::<ManagementUserUnlock>()
.also(MISSING);

/// Opens an account to logins again; a password in the body becomes that of the management user.
pub(crate) async fn unlock(caller: Caller, call: Call) -> Answering {
    let order: ManagementUserUnlock = call.request()?;
    let password = order.password.as_ref().map(|given| Password::from(given.expose()));
    caller.unlock_account(call.parameter("id"), password.as_ref()).await?;
    Ok(Reply::empty())
}

pub(crate) const LOCK: About =
    About::call(Topic::ManagementUsers, "Lock a management user", "Ends its tokens; it cannot log in until unlocked.")
        .roles(who::SECURITY)
        .also(MISSING);

/// Locks a management user until it is unlocked, and ends its tokens.
pub(crate) async fn lock(caller: Caller, call: Call) -> Answering {
    caller.lock_management_user(call.parameter("id")).await?;
    Ok(Reply::empty())
}

pub(crate) const DELETE: About =
    About::call(Topic::ManagementUsers, "Delete a management user", "Ends its tokens. The user `root` stays.")
        .roles(who::SECURITY)
        .also(MISSING);

/// Deletes a management user and ends its tokens.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_management_user(call.parameter("id")).await?;
    Ok(Reply::empty())
}

pub(crate) const TOKEN_COUNT: About = About::call(Topic::ManagementUsers, "Count the tokens of a management user", "")
    .roles(who::SECURITY_READERS)
    .gives::<TokenCount>()
    .also(MISSING);

/// How many tokens a management user has.
pub(crate) async fn token_count(caller: Caller, call: Call) -> Answering {
    let count = caller.token_count(call.parameter("id")).await?;
    Ok(call.answer(&TokenCount { count: u32::try_from(count).unwrap_or(u32::MAX) }))
}
