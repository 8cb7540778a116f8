//! The compiled rules of a bucket, kept with its record.

use keyward_identity::Bucket;

use crate::document::BucketPolicy;

/// What a bucket's policy came to when it was read.
pub(crate) enum Compiled {
    /// It can be evaluated.
    Policy(BucketPolicy),
    /// It cannot: it was found valid when it was put, so it was damaged, or is of a newer release.
    Unreadable,
}

/// The bucket's policy, compiled once for as long as this copy of the record is in memory. `None` where there is none,
/// which is found out without looking further.
pub(crate) fn policy_of(bucket: &Bucket) -> Option<&Compiled> {
    let text = bucket.settings.policy.as_deref()?;
    let compile = || match BucketPolicy::read_stored(text, &bucket.namespace, &bucket.name) {
        Ok(policy) => Compiled::Policy(policy.bound_to(bucket.settings.policy_principals.as_ref())),
        Err(_) => Compiled::Unreadable,
    };
    Some(bucket.settings.derived.get_or_make(compile).unwrap_or(&Compiled::Unreadable))
}

/// Whether the bucket is open to the public, by its policy or its list, as far as that has an effect.
pub fn is_public(bucket: &Bucket) -> bool {
    let block = crate::acl::blocked(bucket);
    let by_policy = matches!(policy_of(bucket), Some(Compiled::Policy(policy)) if policy.is_public());
    let by_acl = bucket.settings.acl.as_ref().is_some_and(|acl| acl.is_public());
    (by_policy && !block.restrict_public_buckets) || (by_acl && !block.ignore_public_acls)
}
