//! Audit entries as events of the ECS API.
//!
//! ECS names the kind of a resource and what became of it; who asks for more finds all of it in the description. An
//! action is an object and a verb, so an action that is new here is shown by its own words.

use std::fmt::Write;

use keyward_ecs_wire::answers::AuditEvent;
use keyward_service::{AuditEntry, AuditOutcome};

/// An entry as an event.
pub(crate) fn event(entry: &AuditEntry) -> AuditEvent {
    let record = &entry.record;
    let (object, verb) = record.action.split_once('.').unwrap_or((&record.action, ""));
    let (kind, became) = (kind(object), became(verb, object, record.outcome));
    let namespace = record.namespace.as_ref().map(|namespace| namespace.as_str()).unwrap_or_default();
    let mut description = format!("{kind} {became}");
    // Writing to a text cannot fail.
    if let Some(address) = record.from {
        let _ = write!(description, " from {address}");
    }
    let _ = write!(description, "; {}", record.outcome.as_str());
    for (name, value) in &record.details {
        let _ = write!(description, "; {name} {value}");
    }
    AuditEvent {
        id: event_id(entry.revision.number()),
        event_type: became,
        user_id: record.actor.clone(),
        resource_id: resource_id(object, namespace, &record.target),
        service_type: kind,
        timestamp: record.at,
        namespace: namespace.to_owned(),
        description,
    }
}

/// The id of the event with this number, always the same: a UUID of the version that is left to applications.
fn event_id(number: u64) -> String {
    format!("urn:storageos:Event:00000000-{:04x}-8000-8000-{:012x}", number >> 48, number & 0xffff_ffff_ffff)
}

/// The kind of resource, in ECS' words where it has some.
fn kind(object: &str) -> String {
    match object {
        "key" => "SecretKey".to_owned(),
        "user" => "ObjectUser".to_owned(),
        "provider" => "AuthenticationProvider".to_owned(),
        "logout" => "Login".to_owned(),
        other => capitalised(other),
    }
}

/// What became of it.
fn became(verb: &str, object: &str, outcome: AuditOutcome) -> String {
    let done = match (verb, object) {
        _ if outcome != AuditOutcome::Done => "Failed",
        ("", "login") => "Succeeded",
        ("", "logout") => "Ended",
        ("create" | "add" | "issue" | "issue_for", _) => "Created",
        ("update" | "tags" | "grace", _) => "Updated",
        ("delete" | "remove", _) => "Deleted",
        ("deactivate" | "deactivate_for", _) => "Deactivated",
        ("lock", _) => "Locked",
        ("unlock", _) => "Unlocked",
        ("password", _) => "PasswordChanged",
        ("record", _) => "Recorded",
        _ => return capitalised(verb),
    };
    done.to_owned()
}

/// A bucket has its namespace in its id, as everywhere in ECS (ECS REST API, identifiers and paging).
fn resource_id(object: &str, namespace: &str, target: &str) -> String {
    match object {
        "bucket" => format!("{namespace}.{target}"),
        _ => target.to_owned(),
    }
}

/// `first_start` as `FirstStart`.
fn capitalised(words: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    };
    words.split('_').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(action: &str, outcome: AuditOutcome) -> String {
        let (object, verb) = action.split_once('.').unwrap_or((action, ""));
        format!("{} {}", kind(object), became(verb, object, outcome))
    }

    #[test]
    fn an_action_is_a_resource_and_what_became_of_it() {
        for (action, expected) in [
            ("login", "Login Succeeded"),
            ("logout", "Login Ended"),
            ("key.issue_for", "SecretKey Created"),
            ("key.grace", "SecretKey Updated"),
            ("key.deactivate", "SecretKey Deactivated"),
            ("bucket.create", "Bucket Created"),
            ("management_user.password", "ManagementUser PasswordChanged"),
            ("base_url.delete", "BaseUrl Deleted"),
            ("system.first_start", "System FirstStart"),
            ("bucket.new_verb", "Bucket NewVerb"),
        ] {
            assert_eq!(shown(action, AuditOutcome::Done), expected, "{action}");
        }
    }

    #[test]
    fn what_was_not_done_never_looks_as_if_it_was() {
        for outcome in [AuditOutcome::Refused, AuditOutcome::Unavailable] {
            assert_eq!(shown("login", outcome), "Login Failed");
            assert_eq!(shown("key.issue", outcome), "SecretKey Failed");
        }
    }

    #[test]
    fn the_id_of_an_event_is_its_number_in_the_form_of_a_uuid() {
        assert_eq!(event_id(42), "urn:storageos:Event:00000000-0000-8000-8000-00000000002a");
        assert_eq!(event_id(u64::MAX), "urn:storageos:Event:00000000-ffff-8000-8000-ffffffffffff");
    }
}
