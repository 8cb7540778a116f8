//! The actions that statements name.

use keyward_s3_wire::Operation;

use crate::fault::Fault;
use crate::pattern::{Pattern, Reading};

/// Passes over retentions in governance mode.
pub(crate) const BYPASS_GOVERNANCE: &str = "s3:BypassGovernanceRetention";

/// Actions of S3 that no operation of the table takes by itself; policies written for other stores name them.
const FURTHER: [&str; 15] = [
    BYPASS_GOVERNANCE,
    "s3:GetObjectVersionForReplication",
    "s3:InitiateReplication",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:PutObjectVersionAcl",
    "s3:GetBucketWebsite",
    "s3:GetBucketTagging",
    "s3:ListBucketByTags",
    "s3:GetBucketNotification",
    "s3:PutObjectTagging",
    "s3:CreateAccessPoint",
];

/// Reads one name, in which case does not matter.
///
/// A name that fits nothing is refused: misspelt in a denial, it would never deny.
pub(crate) fn read(name: &str) -> Result<Pattern, Fault> {
    let lower = name.to_ascii_lowercase();
    let reading = Reading { wildcards: true, variables: false, lenient: false };
    let pattern = Pattern::read(&lower, reading).map_err(Fault::new)?;
    let fits = |action: &str| pattern.matches(&action.to_ascii_lowercase(), &|_| None);
    let known = Operation::ALL.iter().flat_map(|operation| [operation.action(), operation.version_action()]).flatten();
    match known.chain(FURTHER).any(fits) {
        true => Ok(pattern),
        false => Err(Fault::new(format!("there is no action {name}; write one such as s3:GetObject"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case_and_with_wildcards() {
        for name in [
            "s3:GetObject",
            "S3:getobject",
            "s3:*",
            "*",
            "s3:Get*",
            "s3:GetObjectVersion",
            "s3:BypassGovernanceRetention",
        ] {
            assert!(read(name).is_ok(), "{name}");
        }
        for name in ["s3:GetObjekt", "GetObject", "s3:", "iam:ListUsers", ""] {
            assert!(read(name).is_err(), "{name}");
        }
    }
}
