//! The access log: one JSON line for each S3 request, written by a thread of its own.
//!
//! A request hands its record to a bounded queue and waits for nothing; records that find no room are counted and lost.
//! A record holds no secret and no signature: of the query nothing is written at all.

mod body;
mod file;
mod record;

pub(crate) use body::AnswerBody;
pub use file::{AccessLogFile, AccessLogSettings};
pub(crate) use record::AccessRecord;

use std::fmt;

use metrics::{Counter, counter, describe_counter};
use tokio::sync::mpsc;

/// How many records may wait for the disk.
const QUEUE: usize = 16 * 1024;

/// Where requests leave their records.
#[derive(Clone)]
pub struct AccessLog {
    /// `None` wakes the writer without giving it anything.
    queue: mpsc::Sender<Option<AccessRecord>>,
    lost: Counter,
}

impl AccessLog {
    fn new() -> (Self, mpsc::Receiver<Option<AccessRecord>>) {
        const LOST: &str = "keyward_s3_access_log_lost_total";
        describe_counter!(LOST, "Records of S3 requests that are not in the access log");
        let (queue, records) = mpsc::channel(QUEUE);
        (Self { queue, lost: counter!(LOST) }, records)
    }

    pub(crate) fn leave(&self, record: AccessRecord) {
        if self.queue.try_send(Some(record)).is_err() {
            self.lost.increment(1);
        }
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessLog").finish_non_exhaustive()
    }
}
