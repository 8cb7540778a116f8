//! The language of bucket policies, for those that administrators put.

use std::collections::BTreeMap;

use keyward_identity::{Bucket, NamedPrincipal};
use keyward_policy::BucketPolicy;
use keyward_service::{BucketPolicies, PolicyFault, ReadPolicy};

/// Reads them as the S3 path does.
pub(crate) struct PolicyLanguage;

impl BucketPolicies for PolicyLanguage {
    fn read(&self, text: &str, bucket: &Bucket) -> Result<ReadPolicy, PolicyFault> {
        match BucketPolicy::read(text, &bucket.namespace, &bucket.name) {
            Ok(policy) => Ok(ReadPolicy { is_public: policy.is_public(), principals: policy.named_principals() }),
            Err(fault) => Err(PolicyFault(fault.to_string())),
        }
    }

    fn shown(&self, text: &str, bucket: &Bucket, dead: &BTreeMap<NamedPrincipal, String>) -> String {
        keyward_policy::shown(text, &bucket.namespace, dead, bucket.settings.policy_principals.is_none())
    }
}
