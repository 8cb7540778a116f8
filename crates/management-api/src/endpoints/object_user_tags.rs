//! `/object/users/{uid}/tags`: labels of object users (ECS REST API, *Object users*).

use keyward_ecs_wire::{answers, requests};
use keyward_identity::Tag;
use keyward_service::{Caller, ServiceError};

use crate::about::{About, MISSING, NAMESPACE, Topic, who};
use crate::call::Call;
use crate::mapping::object_users::{put_tag, shown_tags, tags};
use crate::reply::{Answering, Reply};

pub(crate) const SHOW: About = About::call(Topic::ObjectUsers, "Show the tags of an object user", "")
    .roles(who::READERS)
    .query(&[NAMESPACE])
    .gives::<answers::ObjectUserTags>()
    .also(MISSING);

/// The tags of a user.
pub(crate) async fn show(caller: Caller, call: Call) -> Answering {
    let user = caller.object_user(call.parameter("uid"), call.namespace()).await?;
    Ok(call.answer(&answers::ObjectUserTags { user_name: user.id.to_string(), tags: shown_tags(user.tags) }))
}

pub(crate) const ADD: About = About::call(Topic::ObjectUsers, "Add tags to an object user", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::ObjectUserTags>()
    .also(MISSING);

/// Adds tags; those of a name that is there get the new value.
pub(crate) async fn add(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, |own, given| {
        given.iter().cloned().for_each(|tag| put_tag(own, tag));
        Ok(())
    })
    .await
}

pub(crate) const REPLACE: About = About::call(Topic::ObjectUsers, "Replace the tags of an object user", "")
    .roles(who::ADMINS)
    .query(&[NAMESPACE])
    .takes::<requests::ObjectUserTags>()
    .also(MISSING);

/// Gives tags new values; all of them have to be there.
pub(crate) async fn replace(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, |own, given| {
        if let Some(unknown) = given.iter().find(|tag| own.iter().all(|own| own.name != tag.name)) {
            let why = format!("the user has no tag {}, add it with POST", unknown.name);
            return Err(ServiceError::Invalid { field: "tags", why });
        }
        given.iter().cloned().for_each(|tag| put_tag(own, tag));
        Ok(())
    })
    .await
}

pub(crate) const REMOVE: About =
    About::call(Topic::ObjectUsers, "Remove tags from an object user", "The tags of the names in the request.")
        .roles(who::ADMINS)
        .query(&[NAMESPACE])
        .takes::<requests::ObjectUserTags>()
        .also(MISSING);

/// Removes tags by their names.
pub(crate) async fn remove(caller: Caller, call: Call) -> Answering {
    change(&caller, &call, |own, given| {
        own.retain(|own| given.iter().all(|tag| tag.name != own.name));
        Ok(())
    })
    .await
}

async fn change(
    caller: &Caller,
    call: &Call,
    change: impl Fn(&mut Vec<Tag>, &[Tag]) -> Result<(), ServiceError>,
) -> Answering {
    let order: requests::ObjectUserTags = call.request()?;
    let given = tags(&order.tags);
    caller.change_object_user_tags(call.parameter("uid"), call.namespace(), |own| change(own, &given)).await?;
    Ok(Reply::empty())
}
