//! `/metrics`: what the process has counted, in the format of Prometheus.

use std::sync::Arc;

use http::HeaderMap;
use keyward_listener::Peer;

use crate::about::{About, Topic, who};
use crate::call::Call;
use crate::context::Context;
use crate::reply::{Answering, Reply};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(crate) const SHOW: About = About::call(
    Topic::Operation,
    "Show what was counted",
    "In the text format of Prometheus. Open to the machine that the server runs on; elsewhere it takes a token.",
)
.roles(who::SYSTEM_READERS)
.gives_other(TEXT, "The counters.");

/// For this machine, and elsewhere for those who may read the system.
pub(crate) async fn show(context: Arc<Context>, call: Call) -> Answering {
    if !is_this_machine(call.peer, &call.headers) {
        context.caller(&call.headers, call.origin).await?.principal().may_read_system()?;
    }
    let text = context.options.metrics.render();
    Ok(Reply::of("text/plain; version=0.0.4; charset=utf-8", text.into_bytes()))
}

/// Whether the connection itself comes from this machine, and no proxy here passes on what came from another.
fn is_this_machine(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let passed_on = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
    peer.is_some_and(|peer| peer.address.ip().to_canonical().is_loopback())
        && passed_on.iter().all(|name| !headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn peer(address: &str) -> Option<Peer> {
        Some(Peer { address: address.parse().expect("address"), encrypted: true })
    }

    #[test]
    fn only_the_connection_tells_where_a_client_is() {
        for here in ["127.0.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5"] {
            assert!(is_this_machine(peer(here), &HeaderMap::new()), "{here}");
        }
        let forwarded = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static("127.0.0.1"),
        )]);
        assert!(!is_this_machine(peer("127.0.0.1:5"), &forwarded));
        assert!(!is_this_machine(peer("192.0.2.7:5"), &forwarded));
        assert!(!is_this_machine(None, &HeaderMap::new()));
    }
}
