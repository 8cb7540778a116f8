//! The promises of the chain.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use keyward_identity::{DirectoryUser, ManagementUserId, SessionIdentity};

use super::{Chain, Verdict};
use crate::{Credentials, Decoy, LoginName, Outcome, Password, Presence, Provider, Refusal, Unavailable};

/// Serves one domain with one kind of answer, and counts who asks.
struct Scripted {
    name: &'static str,
    domain: &'static str,
    answer: fn() -> Outcome,
    asked: AtomicU32,
}

impl Scripted {
    fn new(name: &'static str, domain: &'static str, answer: fn() -> Outcome) -> Arc<Self> {
        Arc::new(Self { name, domain, answer, asked: AtomicU32::new(0) })
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Provider for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    async fn authenticate(&self, credentials: &Credentials) -> Outcome {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if credentials.name.domain() == Some(self.domain) { (self.answer)() } else { Outcome::NotAskedFor }
    }

    async fn look_up(&self, user: &DirectoryUser) -> Presence {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if user.domain() == Some(self.domain) { Presence::Present } else { Presence::NotAskedFor }
    }
}

#[derive(Default)]
struct CountingDecoy(AtomicU32);

#[async_trait]
impl Decoy for CountingDecoy {
    async fn verify_nothing(&self, _: &Credentials) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn yes() -> Outcome {
    Outcome::Authenticated(SessionIdentity::Management(ManagementUserId::parse("root").unwrap()))
}

fn no() -> Outcome {
    Outcome::Refused(Refusal::WrongPassword)
}

fn down() -> Outcome {
    Outcome::Unavailable(Unavailable { provider: "first".to_owned(), cause: "connection refused".into() })
}

fn credentials(name: &str, password: &str) -> Credentials {
    Credentials { name: LoginName::parse(name).unwrap(), password: Password::from(password), from: None }
}

#[tokio::test]
async fn the_first_provider_that_is_asked_for_decides() {
    let (first, second) = (Scripted::new("first", "a.test", no), Scripted::new("second", "a.test", yes));
    let chain = Chain::new(vec![first.clone(), second.clone()], Arc::new(CountingDecoy::default()));
    let verdict = chain.authenticate(&credentials("alice@a.test", "x")).await;
    assert!(matches!(verdict, Verdict::Refused(Refusal::WrongPassword)));
    assert_eq!((first.asked(), second.asked()), (1, 0));
}

#[tokio::test]
async fn a_provider_that_is_not_asked_for_is_passed_over() {
    let (first, second) = (Scripted::new("first", "a.test", no), Scripted::new("second", "b.test", yes));
    let chain = Chain::new(vec![first, second], Arc::new(CountingDecoy::default()));
    assert!(matches!(chain.authenticate(&credentials("alice@b.test", "x")).await, Verdict::Authenticated(_)));
}

#[tokio::test]
async fn an_outage_is_not_a_refusal_and_no_reason_to_ask_another_provider() {
    let (first, second) = (Scripted::new("first", "a.test", down), Scripted::new("second", "a.test", yes));
    let chain = Chain::new(vec![first, second.clone()], Arc::new(CountingDecoy::default()));
    let verdict = chain.authenticate(&credentials("alice@a.test", "x")).await;
    assert!(matches!(verdict, Verdict::Unavailable(unavailable) if unavailable.provider == "first"));
    assert_eq!(second.asked(), 0);
}

#[tokio::test]
async fn a_name_of_no_provider_costs_what_a_wrong_password_costs() {
    let decoy = Arc::new(CountingDecoy::default());
    let chain = Chain::new(vec![Scripted::new("first", "a.test", yes)], decoy.clone());
    let verdict = chain.authenticate(&credentials("alice@nowhere.test", "x")).await;
    assert!(matches!(verdict, Verdict::Refused(Refusal::UnknownUser)));
    assert_eq!(decoy.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_empty_password_reaches_nobody() {
    let first = Scripted::new("first", "a.test", yes);
    let chain = Chain::new(vec![first.clone()], Arc::new(CountingDecoy::default()));
    let verdict = chain.authenticate(&credentials("alice@a.test", "")).await;
    assert!(matches!(verdict, Verdict::Refused(Refusal::EmptyPassword)));
    assert_eq!(first.asked(), 0);
}

#[tokio::test]
async fn exchanged_providers_serve_the_next_login() {
    let chain = Chain::new(vec![Scripted::new("old", "a.test", no)], Arc::new(CountingDecoy::default()));
    chain.replace(vec![Scripted::new("new", "a.test", yes)]);
    assert!(matches!(chain.authenticate(&credentials("alice@a.test", "x")).await, Verdict::Authenticated(_)));
    assert_eq!(format!("{chain:?}"), r#"["new"]"#);
}

#[tokio::test]
async fn the_provider_that_a_person_logged_in_with_is_asked_for_them_and_no_other() {
    let (first, second) = (Scripted::new("first", "a.test", yes), Scripted::new("second", "a.test", yes));
    let chain = Chain::new(vec![first.clone(), second.clone()], Arc::new(CountingDecoy::default()));
    let of = |provider: &str| DirectoryUser {
        name: "alice@a.test".to_owned(),
        provider: provider.to_owned(),
        domains: vec!["a.test".to_owned()],
        unique_id: None,
        attributes: Default::default(),
        groups: Vec::new(),
    };
    assert!(matches!(chain.look_up(&of("second")).await, Presence::Present));
    assert!(matches!(chain.look_up(&of("third")).await, Presence::NotAskedFor));
    assert_eq!((first.asked(), second.asked()), (0, 1));
}
