//! A permission that was not decided.

use keyward_policy::{Access, Allowed};

fn allow(access: Access) -> Allowed {
    Allowed { access }
}

fn grant(access: Access) -> Allowed {
    Allowed::granting(access)
}

fn main() {}
