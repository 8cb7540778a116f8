//! `/object/users`: object users, their lists and locks (ECS REST API, *Object users*).

use keyward_ecs_wire::answers::{ListedUser, ObjectUserLock, ObjectUsers, UserSecretKey};
use keyward_ecs_wire::{answers, requests};
use keyward_identity::ObjectUser;
use keyward_service::{Caller, Page};

use crate::about::{About, LIMIT, MARKER, MISSING, NAMESPACE, Named, Topic, who};
use crate::call::Call;
use crate::mapping::object_users::{information, tags};
use crate::paging::{Paging, Pattern};
use crate::reply::{Answering, Reply};

const USERID: Named = Named::text("userid", "One whole id, or the beginning of ids followed by `*`.");

const LIST_QUERY: &[Named] = &[LIMIT, MARKER, USERID];

const FIND_QUERY: &[Named] = &[
    NAMESPACE,
    Named::text("tag", "The name of the tag."),
    Named::text("value", "The value of the tag."),
    LIMIT,
    MARKER,
];

pub(crate) const CREATE: About = About::call(
    Topic::ObjectUsers,
    "Make an object user",
    "It has no secret key yet; the answer is a key document without a key.",
)
.roles(who::ADMINS)
.takes::<requests::ObjectUserCreate>()
.gives::<UserSecretKey>();

/// Makes a user; the answer is a key document without a key.
pub(crate) async fn create(caller: Caller, call: Call) -> Answering {
    let order: requests::ObjectUserCreate = call.request()?;
    let id = caller.create_object_user(&order.user, &order.namespace, tags(&order.tags)).await?;
    Ok(call.answer(&UserSecretKey { uid: id.to_string(), key: None }))
}

pub(crate) const DELETE: About = About::call(
    Topic::ObjectUsers,
    "Delete an object user",
    "Its secret keys end with it. Not possible while it owns buckets.",
)
.roles(who::ADMINS)
.takes::<requests::ObjectUserDelete>()
.also(MISSING);

/// Deletes a user and its keys.
pub(crate) async fn delete(caller: Caller, call: Call) -> Answering {
    let order: requests::ObjectUserDelete = call.request()?;
    caller.delete_object_user(&order.user, order.namespace.as_deref()).await?;
    Ok(Reply::empty())
}

pub(crate) const LIST: About = About::call(
    Topic::ObjectUsers,
    "List object users",
    "A page of those that the caller may see, or of the namespace in the path.",
)
.roles(who::READERS)
.query(LIST_QUERY)
.gives::<ObjectUsers>();

/// A page of users: of the namespace that the path names, else of all that the caller may see.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let paging = Paging::of(&call.query)?;
    let pattern = Pattern::of(&call.query, "userid");
    let namespace = Some(call.parameter("namespace")).filter(|namespace| !namespace.is_empty());
    let page = caller.object_users(namespace, pattern.beginning(), paging.request()).await?;
    let filter = pattern.shown("userid");
    Ok(call.answer(&listed(&page, &paging, filter, |user| pattern.means(user.id.as_str()))))
}

pub(crate) const QUERY: About = About::call(
    Topic::ObjectUsers,
    "Find object users by a tag",
    "A page can hold fewer users than asked for, and even none, while there are more: go on until there \
     is no `NextMarker`.",
)
.roles(who::READERS)
.query(FIND_QUERY)
.gives::<ObjectUsers>();

/// A page of the users that carry a tag. It can hold fewer than asked for, and even none, while there are more.
pub(crate) async fn query(caller: Caller, call: Call) -> Answering {
    let paging = Paging::of(&call.query)?;
    let (tag, value) = (call.query.text("tag"), call.query.text("value"));
    let page = caller.object_users(call.namespace(), "", paging.request()).await?;
    let fits = |user: &ObjectUser| {
        let fits = |own: &keyward_identity::Tag| {
            tag.is_none_or(|tag| own.name == tag) && value.is_none_or(|value| own.value == value)
        };
        tag.or(value).is_none() || user.tags.iter().any(fits)
    };
    let filter = format!(
        "namespace={}&limit={}&tag={}&value={}",
        call.namespace().unwrap_or_default(),
        paging.request().limit(),
        tag.unwrap_or_default(),
        value.unwrap_or_default()
    );
    Ok(call.answer(&listed(&page, &paging, filter, fits)))
}

pub(crate) const INFO: About = About::call(Topic::ObjectUsers, "Show an object user", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<answers::ObjectUser>()
    .also(MISSING);

/// What is known of a user.
pub(crate) async fn info(caller: Caller, call: Call) -> Answering {
    let user = caller.object_user(call.parameter("uid"), call.namespace()).await?;
    Ok(call.answer(&information(user)))
}

pub(crate) const LOCK: About = About::call(Topic::ObjectUsers, "Show whether an object user is locked", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<ObjectUserLock>()
    .also(MISSING);

/// Whether a user is locked.
pub(crate) async fn lock(caller: Caller, call: Call) -> Answering {
    let namespace = Some(call.parameter("namespace")).filter(|namespace| !namespace.is_empty()).or(call.namespace());
    let user = caller.object_user(call.parameter("uid"), namespace).await?;
    Ok(call.answer(&ObjectUserLock { user_name: user.id.to_string(), is_locked: user.locked }))
}

pub(crate) const SET_LOCK: About = About::call(
    Topic::ObjectUsers,
    "Lock or unlock an object user",
    "Requests that a locked user signs are refused from the answer on; its keys and data stay.",
)
.roles(who::ADMINS)
.takes::<requests::ObjectUserLock>()
.also(MISSING);

/// Locks or unlocks a user.
pub(crate) async fn set_lock(caller: Caller, call: Call) -> Answering {
    let order: requests::ObjectUserLock = call.request()?;
    caller.set_object_user_lock(&order.user, order.namespace.as_deref(), order.is_locked).await?;
    Ok(Reply::empty())
}

fn listed(
    page: &Page<ObjectUser>,
    paging: &Paging,
    filter: String,
    meant: impl Fn(&ObjectUser) -> bool,
) -> answers::ObjectUsers {
    let users = page.items.iter().filter(|user| meant(user));
    let users =
        users.map(|user| ListedUser { namespace: user.namespace.to_string(), userid: user.id.to_string() }).collect();
    ObjectUsers { users, page: paging.fields(page, filter) }
}
