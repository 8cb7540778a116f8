//! What the handlers of open routes are given, and how a request becomes a caller.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Response};
use keyward_ecs_wire::EcsError;
use keyward_listener::{Peer, TrustedProxies};
use keyward_service::{Caller, Origin, Service};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use crate::credentials;
use crate::cross_origin::AllowedOrigins;
use crate::error::Failure;
use crate::scrape_tokens::ScrapeTokens;

/// What the operator and the process decide, as far as this front depends on it.
pub struct Options {
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The origins whose pages may read answers.
    pub cross_origin: AllowedOrigins,
    /// Whether the process takes work: false until all is open, and again from the moment it drains.
    pub taking_work: watch::Receiver<bool>,
    /// Renders what the process has counted.
    pub metrics: PrometheusHandle,
    /// The tokens with which that may be read, as they are at the moment; none where none are set.
    pub scrape_tokens: watch::Receiver<ScrapeTokens>,
    /// Makes the answer to a request that was signed for S3: that it belongs to another port.
    pub refuse_s3: Arc<dyn Fn() -> Response<Bytes> + Send + Sync>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("trusted_proxies", &self.trusted_proxies).finish_non_exhaustive()
    }
}

/// The service and the options. Only open routes are given it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) service: Arc<Service>,
    pub(crate) options: Options,
}

impl Context {
    /// Where a request comes from, seen through the proxies we trust.
    pub(crate) fn origin(&self, head: &Parts) -> Origin {
        let peer = head.extensions.get::<Peer>();
        Origin { address: peer.map(|peer| self.options.trusted_proxies.client_address(*peer, &head.headers)) }
    }

    /// The caller that the headers of a request stand for.
    ///
    /// # Errors
    /// 401 without a live token; 503 when nobody can say.
    pub(crate) async fn caller(&self, headers: &HeaderMap, origin: Origin) -> Result<Caller, Failure> {
        let token = credentials::token(headers).ok_or_else(EcsError::unauthenticated)?;
        Ok(self.service.caller(&token.text, origin).await?)
    }
}
