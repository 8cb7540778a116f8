//! Management users: requests to changes, records to answers.

use keyward_ecs_wire::requests::{ManagementUserCreate, ManagementUserUpdate};
use keyward_ecs_wire::{GivenSecret, answers};
use keyward_identity::ManagementUser;
use keyward_service::{ManagementUserChange, NewManagementUser, Password, Timestamp};

/// The user that a request asks for.
pub(crate) fn new(order: ManagementUserCreate) -> NewManagementUser {
    NewManagementUser {
        password: order.password.as_ref().map(password),
        id: order.user_id,
        system_admin: order.is_system_admin,
        system_monitor: order.is_system_monitor,
        security_admin: order.is_security_admin,
        is_external_group: order.is_external_group,
    }
}

/// What a request changes.
pub(crate) fn change(order: &ManagementUserUpdate) -> ManagementUserChange {
    ManagementUserChange {
        password: order.password.as_ref().map(password),
        system_admin: order.is_system_admin,
        system_monitor: order.is_system_monitor,
        security_admin: order.is_security_admin,
    }
}

/// The answer about one user, as of `now`.
pub(crate) fn shown(user: ManagementUser, now: Timestamp) -> answers::ManagementUser {
    answers::ManagementUser {
        user_id: user.id.to_string(),
        is_system_admin: user.system_admin,
        is_system_monitor: user.system_monitor,
        is_security_admin: user.security_admin,
        is_external_group: user.is_external_group,
        is_locked: user.is_locked_at(now),
        last_time_password_changed: user.password_changed_at,
    }
}

fn password(given: &GivenSecret) -> Password {
    Password::from(given.expose())
}
