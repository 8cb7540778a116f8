//! `/health`: whether the process lives, and whether it takes work. Open, and silent about everything else.

use std::sync::Arc;

use http::StatusCode;

use crate::about::{About, Topic};
use crate::call::Call;
use crate::context::Context;
use crate::reply::{Answering, Reply};

const TEXT: &str = "text/plain; charset=utf-8";

pub(crate) const LIVE: About =
    About::call(Topic::Operation, "Tell whether the process lives", "").open().gives_other(TEXT, "`alive`.");

/// Answers while the process can answer at all.
pub(crate) async fn live(_context: Arc<Context>, _call: Call) -> Answering {
    Ok(Reply::of(TEXT, b"alive\n".to_vec()))
}

pub(crate) const READY: About = About::call(Topic::Operation, "Tell whether requests are served", "")
    .open()
    .gives_other(TEXT, "`ready`.")
    .also(&[(503, "Something is not open yet, is closing, or does not answer.")]);

/// Answers 200 while a request would be served: everything is open, nothing drains, and the identity store answers.
pub(crate) async fn ready(context: Arc<Context>, _call: Call) -> Answering {
    let taking_work = *context.options.taking_work.borrow();
    if taking_work && context.service.is_answering().await {
        return Ok(Reply::of(TEXT, b"ready\n".to_vec()));
    }
    Ok(Reply::of(TEXT, b"not ready\n".to_vec()).with_status(StatusCode::SERVICE_UNAVAILABLE))
}
