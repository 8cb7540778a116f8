//! The ids by which a request is found again in the logs.

use std::sync::atomic::{AtomicU64, Ordering};

use keyward_ambient::Entropy;

/// Hands out request ids: unique in this process, and unlike those of another start.
#[derive(Debug)]
pub(crate) struct RequestIds {
    key: u64,
    next: AtomicU64,
    host_id: String,
}

impl RequestIds {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let key = u64::from_le_bytes(entropy.array());
        let host_id = entropy.array::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key, next: AtomicU64::new(0), host_id }
    }

    /// Sixteen hexadecimal digits, as S3's are.
    pub(crate) fn next(&self) -> String {
        // An odd multiplier maps every counter to another id, and neighbours far apart.
        let counter = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016X}", counter.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(self.key))
    }

    /// The id of this server since its start (`x-amz-id-2`).
    pub(crate) fn host_id(&self) -> &str {
        &self.host_id
    }
}
