//! Accepts connections for both fronts: TLS, limits against slow or many clients, who the client is, draining.
//!
//! A request reaches its service with a [`Peer`] among its extensions. Both HTTP/1.1 and HTTP/2 are spoken; over TLS
//! the choice is made by ALPN.

mod accept;
mod peer;
mod progress;
mod refused_head;

pub use accept::{Limits, serve};
pub use peer::{Peer, TrustedProxies};
pub use refused_head::RefusedHead;
