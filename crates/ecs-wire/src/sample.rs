//! The people and things of which the samples of answers tell.

use keyward_ambient::Timestamp;

use crate::Tag;

pub(crate) const CREATED: Timestamp = Timestamp::from_millis(1_772_732_353_813);
pub(crate) const LATER: Timestamp = Timestamp::from_millis(1_772_732_446_010);
pub(crate) const EXPIRY: Timestamp = Timestamp::from_millis(1_772_733_046_010);

/// Nobody's.
pub(crate) const SECRET_KEY: &str = "wemtu5OTOqGH1k4VOavxYGFUzdGceyrnr95PjMlx";
/// Nobody's either.
pub(crate) const SECOND_SECRET_KEY: &str = "+aGGbeGheXRfp33OQtpmXE1mvtzhYHH4qr5C5zW/";

pub(crate) const PERSON: &str = "dana@corp.example";
pub(crate) const NAMESPACE: &str = "ns1";
pub(crate) const BUCKET: &str = "logs";
pub(crate) const REPLICATION_GROUP: &str =
    "urn:storageos:ReplicationGroupInfo:0b1c6d2e-0000-4000-8000-000000000003:global";
pub(crate) const DATA_CENTER: &str = "urn:storageos:VirtualDataCenterData:0b1c6d2e-0000-4000-8000-000000000003";
pub(crate) const STORAGE_POOL: &str = "urn:storageos:VirtualArray:0b1c6d2e-0000-4000-8000-000000000003";
pub(crate) const PROVIDER: &str = "urn:storageos:AuthnProvider:0b1c6d2e-0000-4000-8000-000000000001:";
pub(crate) const BASE_URL: &str = "urn:storageos:ObjectBaseUrl:7d1e6d2e-0000-4000-8000-000000000002:";

pub(crate) fn tags() -> Vec<Tag> {
    vec![Tag { name: "team".into(), value: "blue".into() }]
}

pub(crate) fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
