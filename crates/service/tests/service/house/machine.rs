//! The machine that the house stands on: it has a name, and nobody can look at its disks.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use async_trait::async_trait;
use keyward_identity::{Bucket, NamedPrincipal};
use keyward_policy::BucketPolicy;
use keyward_service::{BucketPolicies, PolicyFault, ReadPolicy, Space, ThisNode};

pub(crate) struct Machine;

#[async_trait]
impl ThisNode for Machine {
    fn name(&self) -> String {
        "house".to_owned()
    }

    fn address(&self) -> IpAddr {
        Ipv4Addr::LOCALHOST.into()
    }

    async fn space(&self) -> Result<Space, String> {
        Err("the disk does not answer".to_owned())
    }
}

/// The language of bucket policies, as it is in the product.
pub(crate) struct Policies;

impl BucketPolicies for Policies {
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
