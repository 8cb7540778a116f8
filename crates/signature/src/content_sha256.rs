//! What `x-amz-content-sha256` says of a body: its hash, or how it is framed and what vouches for it.

use sha2::{Digest, Sha256};

use crate::hex;

/// SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The value of `x-amz-content-sha256`, which is also the last line of the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentSha256 {
    kind: PayloadKind,
    literal: [u8; 64],
}

/// How a body is framed and what it is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadKind {
    /// The hash of the empty body: any byte is too many.
    Empty,
    /// The SHA-256 of the whole body.
    Literal,
    /// `UNSIGNED-PAYLOAD`, or an anonymous request: only checksums, where declared, vouch for the body.
    Unsigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: each chunk is signed.
    SignedChunks,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: each chunk and the trailer are signed.
    SignedChunksWithTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: chunks without signatures, a checksum in the trailer.
    UnsignedChunksWithTrailer,
}

impl PayloadKind {
    const NAMED: [(&'static str, PayloadKind); 4] = [
        ("UNSIGNED-PAYLOAD", Self::Unsigned),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", Self::SignedChunks),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Self::SignedChunksWithTrailer),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", Self::UnsignedChunksWithTrailer),
    ];

    fn of_hash(sha256: &[u8; 32]) -> Self {
        if *sha256 == EMPTY_SHA256 { Self::Empty } else { Self::Literal }
    }

    /// Whether the body is framed as `aws-chunked`.
    pub fn is_chunked(self) -> bool {
        matches!(self, Self::SignedChunks | Self::SignedChunksWithTrailer | Self::UnsignedChunksWithTrailer)
    }

    /// Whether each chunk carries a signature.
    pub fn has_signed_chunks(self) -> bool {
        matches!(self, Self::SignedChunks | Self::SignedChunksWithTrailer)
    }

    /// Whether trailer fields may follow the last chunk.
    pub fn has_trailer(self) -> bool {
        matches!(self, Self::SignedChunksWithTrailer | Self::UnsignedChunksWithTrailer)
    }
}

impl ContentSha256 {
    /// `UNSIGNED-PAYLOAD`.
    pub const UNSIGNED: Self = Self::named(PayloadKind::Unsigned);
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
    pub const SIGNED_CHUNKS: Self = Self::named(PayloadKind::SignedChunks);
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`.
    pub const SIGNED_CHUNKS_WITH_TRAILER: Self = Self::named(PayloadKind::SignedChunksWithTrailer);
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    pub const UNSIGNED_CHUNKS_WITH_TRAILER: Self = Self::named(PayloadKind::UnsignedChunksWithTrailer);

    const fn named(kind: PayloadKind) -> Self {
        Self { kind, literal: [0; 64] }
    }

    /// The hash of a body that is at hand.
    pub fn of(body: &[u8]) -> Self {
        Self::literal(&Sha256::digest(body).into())
    }

    /// A hash that is known already.
    pub fn literal(sha256: &[u8; 32]) -> Self {
        Self { kind: PayloadKind::of_hash(sha256), literal: hex::encode(sha256) }
    }

    /// Reads a header or parameter value; `None` when it is neither a known word nor 64 hexadecimal digits.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if let Some((_, kind)) = PayloadKind::NAMED.iter().find(|(name, _)| name.as_bytes() == text) {
            return Some(Self::named(*kind));
        }
        let sha256 = hex::decode_any_case(text)?;
        // The digits stay as they were sent: their spelling is part of what was signed.
        Some(Self { kind: PayloadKind::of_hash(&sha256), literal: text.try_into().ok()? })
    }

    /// The value as it stands on the wire.
    pub fn as_bytes(&self) -> &[u8] {
        match PayloadKind::NAMED.iter().find(|(_, kind)| *kind == self.kind) {
            Some((name, _)) => name.as_bytes(),
            None => &self.literal,
        }
    }

    /// What the value means for the body.
    pub fn kind(&self) -> PayloadKind {
        self.kind
    }

    /// The hash of the body, where the value is one.
    pub fn sha256(&self) -> Option<[u8; 32]> {
        hex::decode_any_case(&self.literal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_the_same() {
        for (name, kind) in PayloadKind::NAMED {
            let value = ContentSha256::parse(name.as_bytes()).unwrap();
            assert_eq!((value.kind(), value.as_bytes(), value.sha256()), (kind, name.as_bytes(), None));
        }
        let capital = "44CE7DD67C959E0D3524FFAC1771DFBBA87D2B6B4B4E99E42034A8B803F8B072";
        let value = ContentSha256::parse(capital.as_bytes()).unwrap();
        assert_eq!((value.kind(), value.as_bytes()), (PayloadKind::Literal, capital.as_bytes()));
        assert_eq!(value.sha256(), ContentSha256::of(b"Welcome to Amazon S3.").sha256());
    }

    #[test]
    fn the_hash_of_nothing_means_an_empty_body() {
        assert_eq!(ContentSha256::of(b"").kind(), PayloadKind::Empty);
        assert_eq!(ContentSha256::of(b"").sha256(), Some(EMPTY_SHA256));
    }

    #[test]
    fn other_values_are_refused() {
        for value in ["", "unsigned-payload", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "e3b0", "required"] {
            assert_eq!(ContentSha256::parse(value.as_bytes()), None, "{value}");
        }
    }
}
