//! Accepts connections for both fronts: TLS, limits against slow or many clients, who the client is, draining.
//!
//! A request reaches its service with a [`Peer`] among its extensions. Both HTTP/1.1 and HTTP/2 are spoken; over TLS
//! the choice is made by ALPN.

mod accept;
mod activity;
mod bodies;
mod connections;
mod peer;
mod plain_http;
mod progress;
mod refusal;
mod refused_head;
mod speak;
mod spelling;

pub use accept::{Limits, Port, listen, serve};
pub use bodies::RequestBody;
pub use peer::{Peer, TrustedProxies};
pub use refusal::{Refusal, Refuse};
