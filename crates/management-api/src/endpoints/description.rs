//! `/openapi.json` and `/docs`: the description of this API, for programs and for people. Open: there is no secret in it.

use std::sync::Arc;

use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};

use crate::about::{About, Topic};
use crate::call::Call;
use crate::context::Context;
use crate::openapi;
use crate::reply::{Answering, Reply};

pub(crate) const DOCUMENT: About =
    About::call(Topic::Operation, "Describe this API", "This document: OpenAPI 3.1, made from the code that answers.")
        .open()
        .gives_other("application/json", "The description.");

/// The description in OpenAPI.
pub(crate) async fn document(_context: Arc<Context>, _call: Call) -> Answering {
    Ok(Reply::of("application/json", openapi::DOCUMENT.clone().into_bytes()))
}

pub(crate) const PAGE: About = About::call(Topic::Operation, "Describe this API to people", "The same as a page.")
    .open()
    .gives_other("text/html; charset=utf-8", "The page.");

/// The description as a page.
pub(crate) async fn page(_context: Arc<Context>, _call: Call) -> Answering {
    let page = &*openapi::PAGE;
    let policy = HeaderValue::from_str(&page.policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    Ok(Reply::of("text/html; charset=utf-8", page.html.clone().into_bytes())
        .with(CONTENT_SECURITY_POLICY, policy)
        .with(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
}
