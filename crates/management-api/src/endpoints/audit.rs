//! `/vdc/events` and `/keyward/v1/audit`: the audit trail as ECS shows it, as lines to keep elsewhere, and its check.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use keyward_ecs_wire::answers::AuditEvents;
use keyward_ecs_wire::{EcsError, TimeRange, instant};
use keyward_service::{AuditEntry, AuditVerdict, Caller, ChainError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::about::{About, LIMIT, MARKER, NAMESPACE, Named, Topic, who};
use crate::call::Call;
use crate::json;
use crate::mapping::audit_events::event;
use crate::paging::{Paging, next_marker};
use crate::reply::{Answering, Reply};

const EVENTS_QUERY: &[Named] = &[
    Named::text("start_time", "The first minute, in UTC, such as `2026-03-05T17:39`."),
    Named::text("end_time", "The minute before which the list ends, in UTC."),
    NAMESPACE,
    LIMIT,
    MARKER,
];

const EXPORT_QUERY: &[Named] = &[
    Named::text("from", "The first moment, in UTC, such as `2026-03-05T17:39:13.813Z`; fractions can be left out."),
    Named::text("until", "The moment before which the list ends, in UTC."),
    NAMESPACE,
    LIMIT,
    MARKER,
];

const EXPORT_HEADERS: &[Named] =
    &[Named::text("X-Keyward-Next-Marker", "The marker of the next page; missing on the last.")];

/// One JSON object a line.
const LINES: &str = "application/x-ndjson";

/// Where the lines go on; absent after the last.
const NEXT_MARKER: HeaderName = HeaderName::from_static("x-keyward-next-marker");

/// An audit record as a line.
#[derive(Serialize)]
struct Line<'a> {
    revision: u64,
    at: String,
    actor: &'a str,
    from: Option<String>,
    action: &'a str,
    namespace: Option<&'a str>,
    target: &'a str,
    outcome: &'static str,
    details: &'a BTreeMap<String, String>,
}

/// What a check of the trail found.
#[derive(Default, Serialize, JsonSchema)]
struct Verdict {
    /// Whether each record is as it was written and none is missing.
    intact: bool,
    /// How many records were checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
    /// Up to which record they were removed because of their age.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_upto: Option<u64>,
    /// The link of the last of them, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    /// The first record that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_doubtful: Option<u64>,
    /// What is wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
}

pub(crate) const EVENTS: About = About::call(
    Topic::Audit,
    "List audit events",
    "As ECS shows them: the oldest first, from a minute on and before another.",
)
.roles(who::READERS)
.query(EVENTS_QUERY)
.gives::<AuditEvents>();

/// A page of events from `start_time` on and before `end_time`, the oldest first.
pub(crate) async fn events(caller: Caller, call: Call) -> Answering {
    let range = TimeRange::of_events(call.query.text("start_time"), call.query.text("end_time"))?;
    let paging = Paging::of(&call.query)?;
    let page = caller.audit_entries(range.from, range.until, call.namespace(), paging.request()).await?;
    Ok(call.answer(&AuditEvents {
        events: page.items.iter().map(event).collect(),
        max_events: paging.request().limit(),
        next_marker: next_marker(&page),
    }))
}

pub(crate) const EXPORT: About =
    About::call(Topic::Audit, "Export audit records", "A page of records, the oldest first, each one line of JSON.")
        .roles(who::READERS)
        .query(EXPORT_QUERY)
        .gives_other(LINES, "A record as a JSON object in each line.")
        .headers(EXPORT_HEADERS);

/// A page of records from `from` on and before `until`, each a line, the oldest first.
pub(crate) async fn export(caller: Caller, call: Call) -> Answering {
    let range = TimeRange::of_instants(call.query.text("from"), call.query.text("until"))?;
    let paging = Paging::of(&call.query)?;
    let page = caller.audit_entries(range.from, range.until, call.namespace(), paging.request()).await?;
    let mut lines = Vec::new();
    for entry in &page.items {
        serde_json::to_writer(&mut lines, &line(entry)).map_err(|cause| {
            tracing::error!(%cause, "an audit record cannot be written as JSON");
            EcsError::internal()
        })?;
        lines.push(b'\n');
    }
    let reply = Reply::of(LINES, lines);
    Ok(match next_marker(&page).and_then(|marker| HeaderValue::from_str(&marker).ok()) {
        Some(marker) => reply.with(NEXT_MARKER, marker),
        None => reply,
    })
}

pub(crate) const VERIFY: About = About::call(
    Topic::Audit,
    "Check the audit trail against its chain",
    "Reads all of the trail. `intact` tells whether each record is as it was written and none is missing.",
)
.roles(who::SYSTEM_READERS)
.gives_json::<Verdict>();

/// Checks all of the trail against its chain.
pub(crate) async fn verify(caller: Caller, _call: Call) -> Answering {
    json::answer(&match caller.verify_audit().await? {
        AuditVerdict::Intact(report) => Verdict {
            intact: true,
            records: Some(report.records),
            removed_upto: Some(report.removed_upto.number()).filter(|upto| *upto > 0),
            head: Some(report.head.to_string()),
            ..Verdict::default()
        },
        AuditVerdict::Doubtful(found) => {
            let first_doubtful = match &found {
                ChainError::Broken { at, .. } | ChainError::UnknownKey { at } => Some(at.number()),
                ChainError::Store(_) => None,
            };
            Verdict { first_doubtful, finding: Some(found.to_string()), ..Verdict::default() }
        }
    })
}

fn line(entry: &AuditEntry) -> Line<'_> {
    let record = &entry.record;
    Line {
        revision: entry.revision.number(),
        at: instant(record.at),
        actor: &record.actor,
        from: record.from.map(|address| address.to_string()),
        action: &record.action,
        namespace: record.namespace.as_ref().map(|namespace| namespace.as_str()),
        target: &record.target,
        outcome: record.outcome.as_str(),
        details: &record.details,
    }
}
