//! Erasing secrets that have ended, all users in turn, again and again while the server runs.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_service::{Service, ServiceError};
use keyward_store::Store;

/// Between two passes: a secret is erased at most this long, and the time of a pass, after its end.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Between two steps of a pass, so that a pass over millions of users takes a small part of the machine.
const PAUSE: Duration = Duration::from_millis(50);

/// Erases for ever. What fails is tried again in the next pass.
pub(crate) async fn erase(service: Arc<Service>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    loop {
        match pass(&service, &*clock).await {
            Ok(0) => {}
            Ok(secrets) => tracing::info!(secrets, "secrets that have ended were erased"),
            Err(cause) => tracing::warn!(%cause, "secrets that have ended could not all be erased"),
        }
        // Also what was revoked since: it left the key ring at once, and may still be in the log.
        match store.wipe_overwritten().await {
            Ok(0) => {}
            Ok(_) => tracing::debug!("the log of the identity store was in use and is emptied in the next pass"),
            Err(cause) => tracing::warn!(%cause, "the log of the identity store could not be emptied"),
        }
        clock.sleep(EVERY).await;
    }
}

async fn pass(service: &Arc<Service>, clock: &dyn Clock) -> Result<usize, ServiceError> {
    let (mut secrets, mut next) = (0, None);
    loop {
        let erased = service.erase_ended_secrets(next).await?;
        secrets += erased.secrets;
        next = erased.next;
        if next.is_none() {
            return Ok(secrets);
        }
        clock.sleep(PAUSE).await;
    }
}
