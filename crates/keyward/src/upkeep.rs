//! What has to be cleared away now and then while the server runs.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_identity::TokenRules;
use keyward_service::Service;
use keyward_store::{Store, StoreError};

/// How often.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// How long a change stays in the feed for those who follow it.
const CHANGES_KEPT: Duration = Duration::from_secs(60 * 60);

/// Clears away dead tokens and old changes, for ever. What fails is tried again the next time.
pub(crate) async fn run(service: Arc<Service>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    loop {
        if let Err(cause) = round(&*store, &*clock, &service.token_rules()).await {
            tracing::warn!(%cause, "upkeep of the identity store failed");
        }
        clock.sleep(EVERY).await;
    }
}

async fn round(store: &dyn Store, clock: &dyn Clock, tokens: &TokenRules) -> Result<(), StoreError> {
    while store.sweep_tokens(clock.now(), tokens).await? > 0 {}
    while store.trim_changes(clock.now().minus(CHANGES_KEPT)).await? > 0 {}
    Ok(())
}
