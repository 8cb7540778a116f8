//! What this crate promises of heads, of bodies, and of every input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod aws_sigv4;
mod bodies;
mod forms;
mod heads;
mod posted_form;
mod properties;
mod properties_of_v2_and_forms;
mod recorded;
mod sigv2;
mod support;
