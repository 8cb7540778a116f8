//! The caller's own session: who they are, their password, the end of it (ECS REST API, *Authentication*).

use http::header::SET_COOKIE;
use keyward_ecs_wire::answers::{LoggedOut, WhoAmI};
use keyward_ecs_wire::requests::PasswordChange;
use keyward_service::{Caller, Password};

use crate::about::{About, Named, Topic};
use crate::call::Call;
use crate::credentials;
use crate::endpoints::login;
use crate::reply::{Answering, Reply};

const LOG_OUT_QUERY: &[Named] = &[
    Named::flag("force", "Ends all tokens of the caller."),
    Named::text("username", "Ends all tokens of somebody else, instead of the caller's."),
];

pub(crate) const LOG_OUT: About = About::call(Topic::Session, "Log out", "Ends the token of this call.")
    .query(LOG_OUT_QUERY)
    .gives::<LoggedOut>()
    .also(&[(403, "Only system administrators log others out.")]);

/// Ends this token, all tokens of the caller (`force`), or all of somebody else (`username`).
pub(crate) async fn log_out(caller: Caller, call: Call) -> Answering {
    let all = call.query.flag("force")?;
    let own = caller.principal().name.clone();
    let user = match call.query.text("username") {
        Some(other) => {
            caller.log_out_other(other).await?;
            other.trim().to_lowercase()
        }
        None => {
            caller.log_out(all).await?;
            own.clone()
        }
    };
    let is_own = user == own;
    let reply = call.answer(&LoggedOut { user });
    let from_cookie = credentials::token(&call.headers).is_some_and(|token| token.from_cookie);
    Ok(if from_cookie && is_own { reply.with(SET_COOKIE, login::no_cookie()) } else { reply })
}

pub(crate) const WHO_AM_I: About = About::call(
    Topic::Session,
    "Show who you are",
    "The caller as of now: a role that was taken away is gone at once.",
)
.gives::<WhoAmI>();

/// The caller as of now.
pub(crate) async fn who_am_i(caller: Caller, call: Call) -> Answering {
    let last_time_password_changed = caller.password_changed_at().await?;
    let principal = caller.principal();
    Ok(call.answer(&WhoAmI {
        common_name: principal.name.clone(),
        distinguished_name: String::new(),
        namespace: principal.namespace.as_ref().map(ToString::to_string),
        roles: principal.roles.iter().map(|role| role.to_string()).collect(),
        last_time_password_changed,
    }))
}

pub(crate) const CHANGE_PASSWORD: About = About::call(
    Topic::Session,
    "Change your own password",
    "For management users and people of the built-in directory, who have to know the present one. All of their \
     tokens end. People of another directory change their password there.",
)
.takes::<PasswordChange>();

/// Changes the password of a management user, or a person of the built-in directory, who knows the present one. All of
/// their tokens end.
pub(crate) async fn change_password(caller: Caller, call: Call) -> Answering {
    let change: PasswordChange = call.request()?;
    let (old, new) = (Password::from(change.old_password.expose()), Password::from(change.password.expose()));
    caller.change_own_password(&old, &new).await?;
    Ok(Reply::empty())
}
