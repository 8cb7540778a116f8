//! `/vdc/users`: who administers the system (ECS REST API, *Management users*).

use keyward_ecs_wire::answers::{ManagementUsers, TokenCount};
use keyward_ecs_wire::requests::{ManagementUserCreate, ManagementUserUpdate};
use keyward_service::Caller;

use crate::call::Call;
use crate::mapping::management_users::{change, new, shown};
use crate::reply::{Answering, Reply};

/// All management users.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let users = caller.management_users().await?;
    Ok(call.answer(&ManagementUsers { users: users.into_iter().map(shown).collect() }))
}

/// Makes a management user.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: ManagementUserCreate = call.request()?;
    Ok(call.answer(&shown(caller.create_management_user(new(order)).await?)))
}

/// One management user.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    Ok(call.answer(&shown(caller.management_user(call.parameter("id")).await?)))
}

/// Changes roles or password. A new password ends the user's tokens.
pub(crate) async fn update(caller: Caller, call: Call) -> Answering {
    let order: ManagementUserUpdate = call.request()?;
    caller.update_management_user(call.parameter("id"), change(&order)).await?;
    Ok(Reply::empty())
}

/// Deletes a management user and ends its tokens.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    caller.delete_management_user(call.parameter("id")).await?;
    Ok(Reply::empty())
}

/// How many tokens a management user has.
pub(crate) async fn token_count(caller: Caller, call: Call) -> Answering {
    let count = caller.token_count(call.parameter("id")).await?;
    Ok(call.answer(&TokenCount { count: u32::try_from(count).unwrap_or(u32::MAX) }))
}
