//! The management port: pages for browsers, the management API for all else.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Request, Response};
use keyward_listener::{Refusal, RequestBody, TrustedProxies};
use keyward_management_api::{ManagementApi, Responding};
use keyward_portal::{Options, Portal, S3Address};

use crate::assemble::Assembly;
use crate::config::Settings;

/// Where programs want a region and any will do.
const ANY_REGION: &str = "us-east-1";

/// The portal, told where S3 is.
pub(crate) fn portal(settings: &Settings, assembly: &Assembly) -> Arc<Portal> {
    let options = Options {
        trusted_proxies: TrustedProxies::new(settings.trusted_proxies.clone()),
        clock: Arc::clone(&assembly.clock),
        s3: s3_address(settings),
        region: settings.s3_regions.first().map_or(ANY_REGION, String::as_str).to_owned(),
    };
    Portal::new(Arc::clone(&assembly.service), options)
}

/// The function that the listener hands requests to.
pub(crate) fn endpoint(
    api: Arc<ManagementApi>,
    portal: Arc<Portal>,
) -> impl Fn(Request<RequestBody>) -> Responding + Clone + Send + Sync + 'static {
    let api = api.endpoint();
    move |request| match Portal::is_for_us(&request) {
        true => {
            let portal = Arc::clone(&portal);
            Box::pin(async move { portal.answer(request).await })
        }
        false => api(request),
    }
}

/// What the management port answers to what its listener refuses. People see it, with `curl` or in a browser: a sentence
/// serves them better than a document of the ECS API.
pub(crate) fn refuse(refusal: Refusal) -> Response<Bytes> {
    let text = match refusal {
        Refusal::PlainHttp => "This port speaks HTTPS. Write https:// instead of http:// in the URL.\n",
        Refusal::TransferCoding => "The only Transfer-Encoding that this server knows is chunked. Use no other.\n",
        Refusal::Head(_) => "The head of the request is too large, or not well-formed HTTP. Send another.\n",
    };
    let mut answer = Response::new(Bytes::from_static(text.as_bytes()));
    *answer.status_mut() = refusal.status();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// Makes the answer to requests for S3 that come to the management port: it names the right one.
pub(crate) fn refuse_s3(settings: &Settings, assembly: &Assembly) -> Arc<dyn Fn() -> Response<Bytes> + Send + Sync> {
    let (endpoint, remedy) = (assembly.endpoint.clone(), where_s3_is(settings));
    Arc::new(move || endpoint.refuse_at_other_port(&remedy))
}

fn where_s3_is(settings: &Settings) -> String {
    if let Some(url) = &settings.s3_public_url {
        return format!("Set the endpoint URL of the client to {url}.");
    }
    let plain = settings.s3_address.map(|address| format!("port {} with http://", address.port()));
    let encrypted = settings.s3_tls_address.map(|address| format!("port {} with https://", address.port()));
    let ports: Vec<String> = plain.into_iter().chain(encrypted).collect();
    match ports.is_empty() {
        true => "S3 is switched off on this server.".to_owned(),
        false => format!("Set the endpoint URL of the client to {}.", ports.join(", or ")),
    }
}

/// The S3 endpoint for people's programs. The encrypted one only under a certificate that was given: programs refuse
/// one that signed itself.
fn s3_address(settings: &Settings) -> S3Address {
    if let Some(url) = &settings.s3_public_url {
        return S3Address::At(url.clone());
    }
    let portal = settings.management_address.ip();
    let here = |encrypted| move |address| S3Address::Here { encrypted, address, portal };
    let (plain, encrypted) = (settings.s3_address.map(here(false)), settings.s3_tls_address.map(here(true)));
    let preferred = if settings.tls.is_some() { encrypted.or(plain) } else { plain.or(encrypted) };
    preferred.unwrap_or(S3Address::Off)
}
