//! What is counted of S3 requests: how many there were of which kind, and why signatures were refused.

use std::fmt;
use std::sync::OnceLock;

use http::StatusCode;
use keyward_s3_wire::{ErrorCode, Operation};
use metrics::{Counter, counter, describe_counter};

const REQUESTS: &str = "keyward_s3_requests_total";
const UNVERIFIED: &str = "keyward_s3_unverified_total";
const SLOWED: &str = "keyward_s3_slowed_total";

/// The statuses that S3 answers; any other is counted as `other`.
const STATUSES: [(u16, &str); 21] = [
    (200, "200"),
    (201, "201"),
    (204, "204"),
    (206, "206"),
    (303, "303"),
    (304, "304"),
    (400, "400"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (408, "408"),
    (409, "409"),
    (411, "411"),
    (412, "412"),
    (413, "413"),
    (416, "416"),
    (500, "500"),
    (501, "501"),
    (503, "503"),
    (507, "507"),
    (0, "other"),
];

/// The counters, each looked up once: a request costs one addition.
pub(crate) struct Counters {
    requests: Vec<[OnceLock<Counter>; STATUSES.len()]>,
}

impl Default for Counters {
    fn default() -> Self {
        describe_counter!(REQUESTS, "S3 requests answered, by operation and status");
        describe_counter!(UNVERIFIED, "S3 requests whose sender could not be verified, by S3 error code");
        describe_counter!(SLOWED, "S3 requests that did not verify and were kept waiting or turned away, by which");
        let row = || std::array::from_fn(|_| OnceLock::new());
        // One row more for requests that ask for no operation.
        Self { requests: (0..=Operation::ALL.len()).map(|_| row()).collect() }
    }
}

impl Counters {
    pub(crate) fn answered(&self, operation: Option<Operation>, status: StatusCode) {
        let row = operation.map_or(Operation::ALL.len(), |operation| operation as usize);
        let column = STATUSES.iter().position(|(known, _)| *known == status.as_u16()).unwrap_or(STATUSES.len() - 1);
        let name = operation.map_or("none", Operation::name);
        let counted = || counter!(REQUESTS, "operation" => name, "status" => STATUSES[column].1);
        self.requests[row][column].get_or_init(counted).increment(1);
    }

    pub(crate) fn unverified(&self, code: ErrorCode) {
        counter!(UNVERIFIED, "code" => code.as_str()).increment(1);
    }

    pub(crate) fn slowed(&self, how: &'static str) {
        counter!(SLOWED, "how" => how).increment(1);
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counters").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_own_row() {
        assert!(Operation::ALL.iter().enumerate().all(|(place, operation)| *operation as usize == place));
    }
}
