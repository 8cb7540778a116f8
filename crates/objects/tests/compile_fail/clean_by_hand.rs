//! A head that was not verified.

use http::request::Parts;
use keyward_signature::Clean;

fn clean(parts: Parts) -> Clean {
    Clean { parts }
}

fn main() {}
