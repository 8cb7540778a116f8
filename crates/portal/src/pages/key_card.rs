//! One key of the list: what is known of it, and what its owner can do with it.

use keyward_ambient::Timestamp;
use keyward_keyring::Secret;
use keyward_service::{KeyInUse, SecretUsage};

use super::moment;
use crate::html::Html;
use crate::spans::{ago_in_words, in_words, moment_for_programs};

/// Which of the keys it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Only,
    Older,
    Newer,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Place::Only => "Your key",
            Place::Older => "Older key",
            Place::Newer => "Newer key",
        }
    }
}

/// The key of somebody named `owner`, without the secret.
pub(crate) fn key_card(key: &KeyInUse, place: Place, owner: &str, now: Timestamp) -> Html {
    let secret = &key.secret;
    let id = Html::text(&secret.id.to_string());
    let (state, status) = match secret.expires_at {
        Some(end) => ("ending", format!("Works for {} more", in_words(end.since(now)))),
        None => ("lasting", "Works".to_owned()),
    };
    let no_end = match secret.expires_at {
        Some(_) => Html::fill(include_str!("../../templates/no_end.html"), &[("id", id.clone())]),
        None => Html::empty(),
    };
    let fillings = [
        ("title", Html::text(&title(secret, place))),
        ("state", Html::text(state)),
        ("status", Html::text(&status)),
        ("facts", Html::all(&facts(key, owner, now))),
        ("no_end", no_end),
        ("id", id),
    ];
    Html::fill(include_str!("../../templates/key.html"), &fillings)
}

fn title(secret: &Secret, place: Place) -> String {
    match secret.label.as_str() {
        "" => place.name().to_owned(),
        label => format!("{}: {label}", place.name()),
    }
}

/// What is known of the key, a row each.
fn facts(key: &KeyInUse, owner: &str, now: Timestamp) -> Vec<Html> {
    let secret = &key.secret;
    let by = if secret.made_by == owner { "you".to_owned() } else { format!("{} (an administrator)", secret.made_by) };
    let from = secret.made_from.map(|address| Html::text(&address.to_string()));
    let rows = [
        ("Made", Some(moment(secret.created_at))),
        ("Made by", Some(Html::text(&by))),
        ("Made from", from),
        ("Last used", Some(last_used(key.usage.as_ref(), now))),
        ("Requests so far", key.usage.as_ref().map(|usage| Html::text(&usage.uses.to_string()))),
        ("Ends", Some(end(secret, now))),
    ];
    rows.into_iter().filter_map(|(name, value)| Some(fact(name, value?))).collect()
}

fn fact(name: &str, value: Html) -> Html {
    Html::fill(include_str!("../../templates/fact.html"), &[("name", Html::text(name)), ("value", value)])
}

/// `3 minutes ago from 10.0.0.7 by aws-cli`.
fn last_used(usage: Option<&SecretUsage>, now: Timestamp) -> Html {
    let Some(usage) = usage else { return Html::text("not used yet") };
    let from = usage.last_address.map(|address| format!(" from {address}")).unwrap_or_default();
    let by = usage.last_agent.as_deref().and_then(program).map(|name| format!(" by {name}")).unwrap_or_default();
    let fillings = [
        ("machine", Html::text(&moment_for_programs(usage.last_used_at))),
        ("ago", Html::text(&ago_in_words(now.since(usage.last_used_at)))),
        ("whence", Html::text(&format!("{from}{by}"))),
    ];
    Html::fill(include_str!("../../templates/last_used.html").trim_end(), &fillings)
}

/// What a client calls itself, without the versions and parts that follow.
fn program(agent: &str) -> Option<&str> {
    let name = agent.trim_start_matches('[').split(['/', ' ', ';', ',']).next()?;
    (!name.is_empty()).then_some(name)
}

fn end(secret: &Secret, now: Timestamp) -> Html {
    let Some(end) = secret.expires_at else { return Html::text("when you end it") };
    let fillings = [
        ("machine", Html::text(&moment_for_programs(end))),
        ("span", Html::text(&in_words(end.since(now)))),
        ("moment", moment(end)),
    ];
    Html::fill(include_str!("../../templates/ends.html").trim_end(), &fillings)
}
