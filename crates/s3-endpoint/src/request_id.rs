//! The ids by which a request is found again in the logs.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use keyward_ambient::Entropy;

/// Hands out request ids: unique in this process, and unlike those of another start.
#[derive(Debug)]
pub(crate) struct RequestIds {
    key: u64,
    next: AtomicU64,
    host_id: HeaderValue,
}

/// Sixteen hexadecimal digits, as S3's are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId([u8; 16]);

impl RequestIds {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let key = u64::from_le_bytes(entropy.array());
        let host_id: String = entropy.array::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        let host_id = HeaderValue::try_from(host_id).expect("hexadecimal digits make a header");
        Self { key, next: AtomicU64::new(0), host_id }
    }

    pub(crate) fn next(&self) -> RequestId {
        // An odd multiplier maps every counter to another id, and neighbours far apart.
        let counter = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId::of(counter.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(self.key))
    }

    /// The id of this server since its start (`x-amz-id-2`).
    pub(crate) fn host_id(&self) -> &HeaderValue {
        &self.host_id
    }
}

impl RequestId {
    pub(crate) fn of(number: u64) -> Self {
        let digit = |place: usize| b"0123456789ABCDEF"[(number >> (60 - 4 * place)) as usize & 15];
        Self(std::array::from_fn(digit))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("hexadecimal digits make a header")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_sixteen_digits() {
        assert_eq!(RequestId::of(0x0123_4567_89ab_cdef).as_str(), "0123456789ABCDEF");
        assert_eq!(RequestId::of(7).header(), "0000000000000007");
    }
}
