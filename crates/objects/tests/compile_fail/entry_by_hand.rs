//! An entry of DeleteObjects that was not decided.

use keyward_policy::AllowedDelete;
use keyward_s3_wire::operations::ObjectToDelete;

fn allow(object: ObjectToDelete) -> AllowedDelete {
    AllowedDelete { object, bypasses_governance: true }
}

fn main() {}
