//! What is kept about an object beside its bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::lock::{Lock, RetentionPeriod};

/// What the writer of an object said about it. The engine stores it and hands it back; it reads only what keeps it
/// from being deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectHead {
    /// The object user who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The internal id of that user, which no later user of the name has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_unique_id: Option<String>,
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Expires`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// `x-amz-website-redirect-location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_redirect_location: Option<String>,
    /// `x-amz-storage-class`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// `x-amz-meta-*`: lower-case name without the prefix, value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user_metadata: BTreeMap<String, String>,
    /// Object tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Retention and legal hold, which the engine heeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// How long it is kept from its writing on, beside its lock; the engine heeds this, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionPeriod>,
    /// How the bytes are encrypted, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// The object's access control list, in whatever form the layer above writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<String>,
}

impl ObjectHead {
    /// How many bytes it takes in a row.
    pub(super) fn stored_size(&self) -> usize {
        serde_json::to_string(self).map_or(0, |text| text.len())
    }

    /// Whether there is anything that may keep the object from being deleted.
    pub(super) fn may_be_kept(&self) -> bool {
        self.lock.is_some() || self.retention.is_some()
    }
}

/// How the bytes of an object are encrypted. The engine is given the key with each call, and keeps none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// Under a key of the store's own, which is kept sealed.
    Store {
        /// The key as the layer above sealed it.
        sealed_key: Vec<u8>,
    },
    /// Under a key that a client brings, which is not kept.
    Customer {
        /// Its MD5 in base64, which answers repeat.
        key_md5: String,
        /// What makes `check` differ from one object to the next.
        salt: Vec<u8>,
        /// What the key is known by when it comes again.
        check: Vec<u8>,
    },
}

/// Who writes an object: the name, and the internal id that no later user of the name has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadOwner {
    /// The name.
    pub name: String,
    /// The internal id.
    pub unique_id: Option<String>,
}

/// The checksum algorithms of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumAlgorithm {
    /// CRC-32 (ISO-HDLC).
    Crc32,
    /// CRC-32C (Castagnoli).
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// What a checksum of an object put together from parts is a checksum of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumKind {
    /// All bytes of the object.
    FullObject,
    /// The checksums of the parts.
    Composite,
}

/// The algorithm and kind that a multipart upload was begun with. Prints as `CRC32C COMPOSITE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChecksumPlan {
    /// The algorithm of the parts' checksums and the object's.
    pub algorithm: ChecksumAlgorithm,
    /// What the object's checksum covers.
    pub kind: ChecksumKind,
}

/// A checksum that was verified when the bytes arrived. Prints as `CRC32C COMPOSITE yZRlqg==-2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checksum {
    /// Algorithm and coverage.
    pub plan: ChecksumPlan,
    /// Base64 of the sum, as on the wire.
    pub value: String,
}

const ALGORITHMS: [(ChecksumAlgorithm, &str); 5] = [
    (ChecksumAlgorithm::Crc32, "CRC32"),
    (ChecksumAlgorithm::Crc32c, "CRC32C"),
    (ChecksumAlgorithm::Crc64Nvme, "CRC64NVME"),
    (ChecksumAlgorithm::Sha1, "SHA1"),
    (ChecksumAlgorithm::Sha256, "SHA256"),
];

/// Stored text that is no checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a stored checksum")]
pub struct ChecksumUnreadable;

impl fmt::Display for ChecksumPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ChecksumKind::FullObject => "FULL_OBJECT",
            ChecksumKind::Composite => "COMPOSITE",
        };
        let name = ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == self.algorithm).map_or("", |(_, name)| name);
        write!(formatter, "{name} {kind}")
    }
}

impl FromStr for ChecksumPlan {
    type Err = ChecksumUnreadable;

    fn from_str(text: &str) -> Result<Self, ChecksumUnreadable> {
        let (name, kind) = text.split_once(' ').ok_or(ChecksumUnreadable)?;
        let (algorithm, _) = ALGORITHMS.iter().find(|(_, known)| *known == name).ok_or(ChecksumUnreadable)?;
        let kind = match kind {
            "FULL_OBJECT" => ChecksumKind::FullObject,
            "COMPOSITE" => ChecksumKind::Composite,
            _ => return Err(ChecksumUnreadable),
        };
        Ok(Self { algorithm: *algorithm, kind })
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.plan, self.value)
    }
}

impl FromStr for Checksum {
    type Err = ChecksumUnreadable;

    fn from_str(text: &str) -> Result<Self, ChecksumUnreadable> {
        let (plan, value) = text.rsplit_once(' ').ok_or(ChecksumUnreadable)?;
        Ok(Self { plan: plan.parse()?, value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_checksum_survives_storing() {
        for (algorithm, _) in ALGORITHMS {
            for kind in [ChecksumKind::FullObject, ChecksumKind::Composite] {
                let checksum = Checksum { plan: ChecksumPlan { algorithm, kind }, value: "yZRlqg==-2".into() };
                assert_eq!(checksum.to_string().parse(), Ok(checksum));
            }
        }
    }

    #[test]
    fn a_head_stored_by_an_older_release_is_read() {
        let head: ObjectHead = serde_json::from_str(r#"{"content_type":"text/plain"}"#).unwrap();
        assert_eq!(head, ObjectHead { content_type: Some("text/plain".into()), ..ObjectHead::default() });
    }
}
