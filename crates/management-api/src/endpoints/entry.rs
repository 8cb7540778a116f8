//! `/`: says what this port is, to clients that ask for nothing in particular. Open, as load balancers check it.

use std::sync::Arc;

use crate::about::{About, Topic};
use crate::call::Call;
use crate::context::Context;
use crate::reply::{Answering, Reply};

const TEXT: &str = "text/plain; charset=utf-8";

const ANSWER: &str = "Keyward: S3 keys for everyone in your directory.\n\
    \n\
    /portal        the pages for people, in a browser\n\
    /login         log in to the management API\n\
    /docs          every call of the management API\n\
    /health/ready  whether requests are served\n";

pub(crate) const SHOW: About =
    About::call(Topic::Operation, "Tell what this port is", "Browsers are led to the pages for people instead.")
        .open()
        .gives_other(TEXT, "The paths to begin with.");

/// The paths to begin with.
pub(crate) async fn show(_context: Arc<Context>, _call: Call) -> Answering {
    Ok(Reply::of(TEXT, ANSWER.as_bytes().to_vec()))
}
