//! Prints the description of the API: `cargo run -q -p keyward-management-api --example openapi > docs/openapi.json`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(keyward_management_api::openapi().as_bytes())
}
