//! The web pages on HTTPS 4443, for people without a command line: log in, see one's keys, make one, replace it with a
//! grace period, end it.
//!
//! Plain forms and pages, rendered here: they work without JavaScript, which only adds copy buttons and local times.
//! The use cases are the service's, as everywhere. What is special about browsers is kept in one file each: whose page
//! sends a form (`same_origin`), the session in a cookie (`session`), and what surrounds every answer (`reply`).
//! A secret key is on one page, the answer to the form that made it, and nowhere else.

mod actions;
mod client_lines;
mod form;
mod html;
mod pages;
mod portal;
mod reply;
mod s3_address;
mod same_origin;
mod session;
mod spans;
mod words;

pub use portal::{Options, Portal, Responding};
pub use s3_address::S3Address;
