//! The language of bucket policies, for those that administrators put.

use keyward_identity::Bucket;
use keyward_policy::BucketPolicy;
use keyward_service::{BucketPolicies, PolicyFault, ReadPolicy};

/// Reads them as the S3 path does.
pub(crate) struct PolicyLanguage;

impl BucketPolicies for PolicyLanguage {
    fn read(&self, text: &str, bucket: &Bucket) -> Result<ReadPolicy, PolicyFault> {
        match BucketPolicy::read(text, &bucket.namespace, &bucket.name) {
            Ok(policy) => Ok(ReadPolicy { is_public: policy.is_public() }),
            Err(fault) => Err(PolicyFault(fault.to_string())),
        }
    }
}
