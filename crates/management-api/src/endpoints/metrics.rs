//! `/metrics`: what the process has counted, in the format of Prometheus.

use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::about::{About, Topic, who};
use crate::call::Call;
use crate::context::Context;
use crate::error::Failure;
use crate::reply::{Answering, Reply};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(crate) const SHOW: About = About::call(
    Topic::Operation,
    "Show what was counted",
    "In the text format of Prometheus. It takes one of the tokens of `metrics.token_file` as `Authorization: Bearer \
     TOKEN`, or the token of a login. While no such file is set, programs on the machine that the server runs on need \
     none, unless a proxy passed their request on.",
)
.roles(who::SYSTEM_READERS)
.gives_other(TEXT, "The counters.");

/// For monitoring systems, for those who may read the system, and for programs on this machine.
pub(crate) async fn show(context: Arc<Context>, call: Call) -> Answering {
    let admitted = {
        let tokens = context.options.scrape_tokens.borrow();
        tokens.admit(&call.headers) || (tokens.is_empty() && call.from_this_machine)
    };
    if !admitted {
        let caller = context.caller(&call.headers, call.origin).await;
        caller.map_err(challenged)?.principal().may_read_system()?;
    }
    Ok(Reply::of(TEXT, context.options.metrics.render().into_bytes()))
}

/// The same with the scheme that the endpoint takes (RFC 9110, section 15.5.2).
fn challenged(failure: Failure) -> Failure {
    match failure.status() {
        StatusCode::UNAUTHORIZED => {
            failure.with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Keyward\""))
        }
        _ => failure,
    }
}
