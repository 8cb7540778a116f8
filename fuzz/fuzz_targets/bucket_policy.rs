//! Any bucket policy and any typed request: the decision is the one of a naive model of the policy language.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/policy/tests/model/mod.rs"]
mod model;

fuzz_target!(|data: &[u8]| model::check(data));
