//! Directories as a script: people and what is known of them, or nobody there to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use keyward_identity::{AuthnProvider, DirectoryUser, SessionIdentity};
use keyward_login::{Credentials, Outcome, Password, Presence, Provider, Refusal, Unavailable};
use keyward_service::{Directories, DirectoryCheckFailed};

/// Everything that all directories know. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct ScriptedDirectories(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    people: BTreeMap<String, Entry>,
    disabled: BTreeSet<String>,
    looked_up: usize,
    down: bool,
    unopenable: BTreeSet<String>,
    asked: usize,
    manager_passwords: Vec<String>,
}

/// What a directory knows of one person.
#[derive(Clone, Default)]
pub(crate) struct Entry {
    pub(crate) password: String,
    pub(crate) unique_id: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) attributes: BTreeMap<String, Vec<String>>,
}

impl ScriptedDirectories {
    /// Puts a person in, in the place of whoever had the name.
    pub(crate) fn put(&self, name: &str, entry: Entry) {
        self.0.lock().unwrap().people.insert(name.to_owned(), entry);
    }

    /// Removes a person.
    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().unwrap().people.remove(name);
    }

    /// Disables a person.
    pub(crate) fn disable(&self, name: &str) {
        self.0.lock().unwrap().disabled.insert(name.to_owned());
    }

    /// How often it was asked whether somebody is still there.
    pub(crate) fn looked_up(&self) -> usize {
        self.0.lock().unwrap().looked_up
    }

    /// From now on no directory answers, or all do again.
    pub(crate) fn set_down(&self, down: bool) {
        self.0.lock().unwrap().down = down;
    }

    /// From now on the provider of this name cannot be opened.
    pub(crate) fn break_provider(&self, name: &str) {
        self.0.lock().unwrap().unopenable.insert(name.to_owned());
    }

    /// How often somebody's password was to be checked.
    pub(crate) fn asked(&self) -> usize {
        self.0.lock().unwrap().asked
    }

    /// The manager's passwords that directories were opened with, the latest last.
    pub(crate) fn manager_passwords(&self) -> Vec<String> {
        self.0.lock().unwrap().manager_passwords.clone()
    }
}

#[async_trait]
impl Directories for ScriptedDirectories {
    fn open(
        &self,
        provider: &AuthnProvider,
        manager_password: Password,
        attributes: &[String],
    ) -> Result<Arc<dyn Provider>, DirectoryCheckFailed> {
        let mut script = self.0.lock().unwrap();
        if script.unopenable.contains(&provider.name) {
            return Err(DirectoryCheckFailed("the certificate is damaged".to_owned()));
        }
        script.manager_passwords.push(manager_password.expose().to_owned());
        let script = Arc::clone(&self.0);
        let (settings, id) = (provider.clone(), provider.id.clone());
        Ok(Arc::new(ScriptedProvider { script, settings, id, attributes: attributes.to_vec() }))
    }

    async fn check(&self, _provider: &AuthnProvider, _manager: Password) -> Result<(), DirectoryCheckFailed> {
        match self.0.lock().unwrap().down {
            true => Err(DirectoryCheckFailed("connection refused".to_owned())),
            false => Ok(()),
        }
    }
}

/// One directory, which serves the domains of its settings and tells the attributes that it was asked for.
struct ScriptedProvider {
    script: Arc<Mutex<Script>>,
    settings: AuthnProvider,
    id: String,
    attributes: Vec<String>,
}

#[async_trait]
impl Provider for ScriptedProvider {
    fn name(&self) -> &str {
        &self.id
    }

    async fn authenticate(&self, credentials: &Credentials) -> Outcome {
        if !credentials.name.domain().is_some_and(|domain| self.settings.serves(domain)) {
            return Outcome::NotAskedFor;
        }
        let mut script = self.script.lock().unwrap();
        script.asked += 1;
        if script.down {
            return Outcome::Unavailable(self.out_of_reach());
        }
        match script.people.get(credentials.name.as_str()) {
            None => Outcome::Refused(Refusal::UnknownUser),
            Some(entry) if entry.password != credentials.password.expose() => Outcome::Refused(Refusal::WrongPassword),
            Some(entry) => Outcome::Authenticated(SessionIdentity::Directory(self.user(credentials, entry))),
        }
    }

    async fn look_up(&self, user: &DirectoryUser) -> Presence {
        let mut script = self.script.lock().unwrap();
        script.looked_up += 1;
        match script.people.get(&user.name) {
            _ if user.provider != self.id => Presence::NotAskedFor,
            _ if script.down => Presence::Unavailable(self.out_of_reach()),
            _ if script.disabled.contains(&user.name) => Presence::Refused(Refusal::Disabled),
            Some(entry) if entry.unique_id == user.unique_id => Presence::Present,
            _ => Presence::Refused(Refusal::UnknownUser),
        }
    }
}

impl ScriptedProvider {
    fn out_of_reach(&self) -> Unavailable {
        Unavailable { provider: self.id.clone(), cause: "connection refused".into() }
    }

    fn user(&self, credentials: &Credentials, entry: &Entry) -> DirectoryUser {
        let mut attributes = entry.attributes.clone();
        attributes.retain(|key, _| self.attributes.contains(key));
        DirectoryUser {
            name: credentials.name.as_str().to_owned(),
            provider: self.id.clone(),
            domains: self.settings.domains.iter().map(|domain| domain.as_str().to_owned()).collect(),
            unique_id: entry.unique_id.clone(),
            attributes,
            groups: entry.groups.clone(),
        }
    }
}
