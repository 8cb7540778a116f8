//! `/keyward/v1/people`: the people of the built-in directory, for those who have no other. JSON only.

use keyward_ecs_wire::{EcsError, instant};
use keyward_identity::Person;
use keyward_service::{Caller, MadePassword, Password, RemovedPerson};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::about::{About, LIMIT, MARKER, MISSING, Named, Topic, who};
use crate::call::Call;
use crate::json::{self, JsonRequest};
use crate::paging::{Paging, next_marker};
use crate::reply::Answering;

const LIST_QUERY: &[Named] = &[Named::text("prefix", "What the names begin with."), LIMIT, MARKER];

#[derive(Deserialize, JsonSchema)]
struct NewPerson {
    /// The name with the domain, such as `alice@local.test`.
    #[schemars(required)]
    #[serde(default)]
    name: String,
    /// The password; one is made if it is left out.
    #[serde(default, deserialize_with = "password")]
    #[schemars(with = "Option<String>")]
    password: Option<Password>,
}

impl JsonRequest for NewPerson {
    const EXAMPLE: &'static str = r#"{"name":"alice@local.test"}, with a "password" or without"#;
}

#[derive(Deserialize, JsonSchema)]
struct NewPassword {
    /// The password; one is made if it is left out.
    #[serde(default, deserialize_with = "password")]
    #[schemars(with = "Option<String>")]
    password: Option<Password>,
}

impl JsonRequest for NewPassword {
    const EXAMPLE: &'static str = r#"{"password":"..."}, or {} to have one made"#;
}

/// A password that was made is shown this once.
#[derive(Serialize, JsonSchema)]
struct PersonAnswer<'a> {
    /// The name with the domain.
    name: &'a str,
    /// The password, if one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

/// What ended with a person.
#[derive(Serialize, JsonSchema)]
struct RemovedPersonAnswer<'a> {
    /// The name with the domain.
    name: &'a str,
    /// How many secret keys ended.
    ended_keys: usize,
    /// How many sessions ended.
    ended_sessions: u64,
    /// Whether there is an object user of the name, which stays with its buckets.
    has_object_user: bool,
}

#[derive(Serialize, JsonSchema)]
struct People {
    /// The people.
    people: Vec<ListedPerson>,
    /// The `marker` of the next page; null on the last.
    next_marker: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct ListedPerson {
    /// The name with the domain.
    name: String,
    /// When the person was added.
    created: String,
}

pub(crate) const LIST: About =
    About::call(Topic::People, "List people", "").roles(who::SECURITY_READERS).query(LIST_QUERY).gives_json::<People>();

/// A page of the people whose names begin with `prefix`.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let paging = Paging::of(&call.query)?;
    let page = caller.people(call.query.text("prefix").unwrap_or_default(), paging.request()).await?;
    let next_marker = next_marker(&page);
    json::answer(&People { people: page.items.iter().map(listed).collect(), next_marker })
}

pub(crate) const ADD: About = About::call(
    Topic::People,
    "Add a person",
    "With a password that is given, or else made and shown in the answer, this once.",
)
.roles(who::SECURITY)
.takes_json::<NewPerson>()
.gives_json::<PersonAnswer<'static>>();

/// Adds a person, with a password that is given or made.
pub(crate) async fn add(caller: Caller, call: Call) -> Answering {
    let NewPerson { name, password } = call.json()?;
    if name.is_empty() {
        return Err(EcsError::missing_field("name").into());
    }
    let made = caller.add_person(&name, password).await?;
    answer(&name, &made)
}

pub(crate) const SET_PASSWORD: About = About::call(
    Topic::People,
    "Set the password of a person",
    "One that is given, or else made and shown in the answer, this once. The tokens of the person end.",
)
.roles(who::SECURITY)
.takes_json::<NewPassword>()
.gives_json::<PersonAnswer<'static>>()
.also(MISSING);

/// Sets a password that is given or made, and ends the person's tokens.
pub(crate) async fn set_password(caller: Caller, call: Call) -> Answering {
    let NewPassword { password } = call.json()?;
    let made = caller.set_person_password(call.parameter("name"), password).await?;
    answer(call.parameter("name"), &made)
}

pub(crate) const REMOVE: About = About::call(
    Topic::People,
    "Remove a person",
    "Their sessions and all secret keys of the object user of their name end with the answer. The object user and its \
     buckets stay.",
)
.roles(who::SECURITY)
.gives_json::<RemovedPersonAnswer<'static>>()
.also(MISSING);

/// Removes a person, and ends their sessions and keys.
pub(crate) async fn remove(caller: Caller, call: Call) -> Answering {
    let name = call.parameter("name");
    let RemovedPerson { ended_keys, ended_sessions, has_object_user } = caller.remove_person(name).await?;
    json::answer(&RemovedPersonAnswer { name, ended_keys, ended_sessions, has_object_user })
}

fn answer(name: &str, made: &MadePassword) -> Answering {
    json::answer(&PersonAnswer { name, password: made.0.as_ref().map(Password::expose) })
}

fn listed(person: &Person) -> ListedPerson {
    ListedPerson { name: person.name.to_string(), created: instant(person.created_at) }
}

/// Takes the text over without copying it, so that all of it is wiped.
fn password<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Password>, D::Error> {
    Ok(Option::<String>::deserialize(given)?.map(Password::new))
}
