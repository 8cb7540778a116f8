//! Audit events (ECS REST API, *Audit events*).

use keyward_ambient::Timestamp;

use crate::document::{Document, Value, object};
use crate::{Answer, event_time, sample};

/// `GET /vdc/events`. The name of the XML root is inferred: no document shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvents {
    pub events: Vec<AuditEvent>,
    /// How many events the page could hold.
    pub max_events: u32,
    /// Where the list goes on; `None` on the last page.
    pub next_marker: Option<String>,
}

/// An event, all of it text that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// `urn:storageos:Event:` and a UUID.
    pub id: String,
    /// What became of the resource, such as `Created`.
    pub event_type: String,
    /// Who did it.
    pub user_id: String,
    /// The kind of resource, such as `Bucket`.
    pub service_type: String,
    pub resource_id: String,
    pub timestamp: Timestamp,
    /// Empty when it happened in none.
    pub namespace: String,
    pub description: String,
}

impl Answer for AuditEvents {
    fn document(&self) -> Document<'_> {
        let events = Value::Repeated(self.events.iter().map(event).collect());
        Document::new(
            "auditevents",
            &[],
            [
                ("auditevent", events),
                ("MaxEvents", Value::Number(self.max_events.into())),
                ("NextMarker", Value::text_or_null(self.next_marker.as_deref())),
            ],
        )
    }

    fn samples() -> Vec<Self> {
        let event = AuditEvent {
            id: "urn:storageos:Event:00000000-0000-8000-8000-00000000002a".into(),
            event_type: "Created".into(),
            user_id: sample::PERSON.into(),
            service_type: "Bucket".into(),
            resource_id: "ns1.logs".into(),
            timestamp: sample::CREATED,
            namespace: sample::NAMESPACE.into(),
            description: "Bucket Created from 192.0.2.7; done".into(),
        };
        let page = Self { events: vec![event], max_events: 1, next_marker: Some("MTc3".into()) };
        vec![page.clone(), Self { next_marker: None, ..page }]
    }
}

fn event(event: &AuditEvent) -> Value<'_> {
    object(
        &[],
        [
            ("id", Value::text(&event.id)),
            ("eventType", Value::text(&event.event_type)),
            ("userId", Value::text(&event.user_id)),
            ("serviceType", Value::text(&event.service_type)),
            ("resourceId", Value::text(&event.resource_id)),
            ("timestamp", Value::owned(event_time(event.timestamp))),
            ("namespace", Value::text(&event.namespace)),
            ("description", Value::text(&event.description)),
        ],
    )
}
