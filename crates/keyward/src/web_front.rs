//! The management port: pages for browsers, the management API for all else.

use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use keyward_listener::TrustedProxies;
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
) -> impl Fn(Request<Incoming>) -> Responding + Clone + Send + Sync + 'static {
    let api = api.endpoint();
    move |request| match Portal::is_for_us(&request) {
        true => {
            let portal = Arc::clone(&portal);
            Box::pin(async move { portal.answer(request).await })
        }
        false => api(request),
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
