//! A request for a backend whose head was not verified.

use http::request::Parts;
use keyward_objects::{Checked, CommitCheck, RequestBody};
use keyward_policy::Allowed;
use keyward_s3_wire::query::Query;
use keyward_signature::Payload;

fn check(head: Parts, allowed: Allowed, payload: Payload<RequestBody>) -> Checked {
    Checked::new(head, Query::default(), allowed, payload, CommitCheck::unsigned())
}

fn main() {}
