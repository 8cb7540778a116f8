//! Keeps the audit trail complete while the server runs and no longer than asked, and tells the log where its chain
//! ends.
//!
//! Whoever could cut records off the end of the trail cannot cut the same line out of a log that is kept elsewhere.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::{Clock, Timestamp};
use keyward_service::Service;
use keyward_store::Store;

const MINUTE: i64 = 60;

/// How often the log is told the head of the chain.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes records older than `kept` and tells the head of the chain now and once a day, and writes the counts of
/// failed logins when a minute is over, for ever. What fails is tried again: the counts in the next minute, the rest
/// the next day.
pub(crate) async fn keep(service: Arc<Service>, store: Arc<dyn Store>, clock: Arc<dyn Clock>, kept: Option<Duration>) {
    let mut due = clock.now();
    loop {
        if clock.now() >= due {
            if let Some(kept) = kept {
                remove_old(&service, kept).await;
            }
            tell_head(&*store).await;
            due = clock.now().plus(DAY);
        }
        clock.sleep(rest_of_minute(clock.now())).await;
        if let Err(cause) = service.write_failed_logins().await {
            tracing::warn!(%cause, "the failed logins of a minute are not in the audit trail yet");
        }
    }
}

/// Writes what is still only counted, and tells the head of the chain: after the last request.
pub(crate) async fn close(service: &Arc<Service>, store: &dyn Store) {
    if let Err(cause) = service.write_last_failed_logins().await {
        tracing::error!(%cause, "the last failed logins could not be counted in the audit trail");
    }
    tell_head(store).await;
}

async fn remove_old(service: &Arc<Service>, kept: Duration) {
    match service.remove_old_audit_records(kept).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "old audit records were removed"),
        Err(cause) => tracing::error!(%cause, "old audit records could not be removed"),
    }
}

async fn tell_head(store: &dyn Store) {
    match store.chain_head().await {
        Ok(head) => tracing::info!(records = head.last.number(), head = %head.link, "head of the audit chain"),
        Err(cause) => tracing::warn!(%cause, "the head of the audit chain cannot be told"),
    }
}

fn rest_of_minute(now: Timestamp) -> Duration {
    Timestamp::from_seconds((now.as_seconds() / MINUTE + 1) * MINUTE).since(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_ends_with_the_next_full_one() {
        let rest = |millis| rest_of_minute(Timestamp::from_millis(millis)).as_millis();
        assert_eq!([rest(0), rest(1), rest(59_999), rest(60_000)], [60_000, 59_999, 1, 60_000]);
    }
}
