//! The people of the built-in directory (`/keyward/v1/people`).

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{ClientError, Session};

#[derive(Serialize)]
struct PersonBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

#[derive(Deserialize)]
struct PersonAnswer {
    #[serde(default)]
    password: Option<String>,
}

/// What ended with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct RemovedPerson {
    /// How many secret keys.
    pub ended_keys: u64,
    /// How many sessions.
    pub ended_sessions: u64,
    /// Whether there is an object user of the name, which stays.
    pub has_object_user: bool,
}

impl Session {
    /// Adds a person. Without a password the server makes one, which is the answer.
    pub async fn add_person(
        &self,
        name: &str,
        password: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, ClientError> {
        let body = PersonBody { name: Some(name), password };
        let answer: PersonAnswer = self.call(Method::POST, "/keyward/v1/people", Some(&body)).await?;
        Ok(answer.password.map(Zeroizing::new))
    }

    /// Sets a person's password. Without one the server makes one, which is the answer.
    pub async fn set_person_password(
        &self,
        name: &str,
        password: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, ClientError> {
        let path = format!("/keyward/v1/people/{}/password", encoded(name));
        let body = PersonBody { name: None, password };
        let answer: PersonAnswer = self.call(Method::PUT, &path, Some(&body)).await?;
        Ok(answer.password.map(Zeroizing::new))
    }

    /// Removes a person, and ends their keys and sessions; their object user and its buckets stay.
    pub async fn remove_person(&self, name: &str) -> Result<RemovedPerson, ClientError> {
        let path = format!("/keyward/v1/people/{}", encoded(name));
        self.call(Method::DELETE, &path, None::<&()>).await
    }
}

fn encoded(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}
