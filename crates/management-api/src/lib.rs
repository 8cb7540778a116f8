//! The management API on HTTPS 4443: who asks for what, and what is answered.
//!
//! Every request goes the same way, see [`ManagementApi::answer`]: its path is looked up in one table of routes, its
//! token becomes a caller, its body is read, a handler calls one use case of the service, and the outcome is shaped for
//! the wire. A handler of a call that needs a login is given the caller, and nothing else gives it the use cases: what
//! is open to everybody has to ask for that by name. Rights are the service's to check, formats are `ecs-wire`'s.

mod about;
mod api;
mod body;
mod call;
mod context;
mod credentials;
mod cross_origin;
mod direct;
mod endpoints;
mod error;
mod json;
mod mapping;
mod openapi;
mod paging;
mod query;
mod reply;
mod route;
mod routes;
mod same_origin;
mod scrape_tokens;
mod stray;
mod unknown_names;

pub use api::{ManagementApi, Responding};
pub use context::Options;
pub use cross_origin::{AllowedOrigins, WebOrigin, WebOriginError};
pub use openapi::text as openapi;
pub use route::RouteSummary;
pub use scrape_tokens::{ScrapeTokens, ScrapeTokensError};
