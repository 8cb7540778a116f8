//! An entry of DeleteObjects that is added to what was decided.

use keyward_policy::{Allowed, DecidedDeletion};

fn change(allowed: &mut Allowed, entry: DecidedDeletion) {
    allowed.deletions().entries.push(entry);
}

fn main() {}
