//! A request for a backend without a permission.

use keyward_objects::{Checked, CommitCheck, RequestBody};
use keyward_policy::Access;
use keyward_s3_wire::query::Query;
use keyward_signature::{Clean, Payload};

fn check(head: Clean, access: Access, payload: Payload<RequestBody>) -> Checked {
    Checked::new(head, Query::default(), access, payload, CommitCheck::unsigned())
}

fn main() {}
