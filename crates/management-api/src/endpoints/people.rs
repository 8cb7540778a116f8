//! `/keyward/v1/people`: the people of the built-in directory, for those who have no other. JSON only.

use keyward_ecs_wire::{EcsError, instant};
use keyward_identity::Person;
use keyward_service::{Caller, MadePassword, Password};
use serde::{Deserialize, Deserializer, Serialize};

use crate::call::Call;
use crate::json::{self, JsonRequest};
use crate::paging::{Paging, next_marker};
use crate::reply::{Answering, Reply};

#[derive(Deserialize)]
struct NewPerson {
    #[serde(default)]
    name: String,
    #[serde(default, deserialize_with = "password")]
    password: Option<Password>,
}

impl JsonRequest for NewPerson {
    const EXAMPLE: &'static str = r#"{"name":"alice@local.test"}, with a "password" or without"#;
}

#[derive(Deserialize)]
struct NewPassword {
    #[serde(default, deserialize_with = "password")]
    password: Option<Password>,
}

impl JsonRequest for NewPassword {
    const EXAMPLE: &'static str = r#"{"password":"..."}, or {} to have one made"#;
}

/// A password that was made is shown this once.
#[derive(Serialize)]
struct PersonAnswer<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

#[derive(Serialize)]
struct People {
    people: Vec<ListedPerson>,
    next_marker: Option<String>,
}

#[derive(Serialize)]
struct ListedPerson {
    name: String,
    created: String,
}

/// A page of the people whose names begin with `prefix`.
pub(crate) async fn list(caller: Caller, call: Call) -> Answering {
    let paging = Paging::of(&call.query)?;
    let page = caller.people(call.query.text("prefix").unwrap_or_default(), paging.request()).await?;
    let next_marker = next_marker(&page);
    json::answer(&People { people: page.items.iter().map(listed).collect(), next_marker })
}

/// Adds a person, with a password that is given or made.
pub(crate) async fn add(caller: Caller, call: Call) -> Answering {
    let NewPerson { name, password } = call.json()?;
    if name.is_empty() {
        return Err(EcsError::missing_field("name").into());
    }
    let made = caller.add_person(&name, password).await?;
    answer(&name, &made)
}

/// Sets a password that is given or made, and ends the person's tokens.
pub(crate) async fn set_password(caller: Caller, call: Call) -> Answering {
    let NewPassword { password } = call.json()?;
    let made = caller.set_person_password(call.parameter("name"), password).await?;
    answer(call.parameter("name"), &made)
}

/// Removes a person and ends their tokens. Their object user and its keys stay.
pub(crate) async fn remove(caller: Caller, call: Call) -> Answering {
    caller.remove_person(call.parameter("name")).await?;
    Ok(Reply::empty())
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
