//! Writes down, now and then, which secrets were used.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_service::Service;

/// How often. What was counted since is lost when the process is killed.
const EVERY: Duration = Duration::from_secs(10);

/// Does so for ever. What fails is tried again the next time.
pub(crate) async fn keep(service: Arc<Service>, clock: Arc<dyn Clock>) {
    loop {
        clock.sleep(EVERY).await;
        write(&service).await;
    }
}

/// Does so once: also after the last request.
pub(crate) async fn write(service: &Service) {
    if let Err(cause) = service.write_usage().await {
        tracing::warn!(%cause, "the last uses of secret keys are not written down yet");
    }
}
