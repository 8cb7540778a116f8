//! Framing a body as `aws-chunked`.

use sha2::{Digest, Sha256};

use crate::v4::ChunkChain;
use crate::{Algorithm, hex};

/// Frames chunks, with signatures where it came from a [`SignedHead`](super::SignedHead).
#[derive(Debug)]
pub struct ChunkEncoder {
    chain: Option<ChunkChain>,
}

impl ChunkEncoder {
    /// For `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    pub fn unsigned() -> Self {
        Self { chain: None }
    }

    pub(crate) fn signed(chain: ChunkChain) -> Self {
        Self { chain: Some(chain) }
    }

    /// One chunk with its framing. Without data there is no chunk: the empty one is the last.
    pub fn chunk(&mut self, data: &[u8]) -> Vec<u8> {
        if data.is_empty() {
            return Vec::new();
        }
        let mut wire = self.header(data);
        wire.extend_from_slice(data);
        wire.extend_from_slice(b"\r\n");
        wire
    }

    /// The last chunk, without a trailer.
    pub fn finish(mut self) -> Vec<u8> {
        let mut wire = self.header(&[]);
        wire.extend_from_slice(b"\r\n");
        wire
    }

    /// The last chunk and a trailer with base64 checksums, signed where chunks are.
    pub fn finish_with_trailer(mut self, checksums: &[(Algorithm, &str)]) -> Vec<u8> {
        let mut wire = self.header(&[]);
        let mut canonical = Vec::new();
        for (algorithm, value) in checksums {
            let field = format!("{}:{value}", algorithm.header_name());
            canonical.extend_from_slice(format!("{field}\n").as_bytes());
            wire.extend_from_slice(format!("{field}\r\n").as_bytes());
        }
        if let Some(chain) = &mut self.chain {
            let signature = chain.trailer(&Sha256::digest(&canonical).into());
            wire.extend_from_slice(format!("x-amz-trailer-signature:{}\r\n", hex::text(&signature)).as_bytes());
        }
        wire.extend_from_slice(b"\r\n");
        wire
    }

    fn header(&mut self, data: &[u8]) -> Vec<u8> {
        let size = data.len();
        match &mut self.chain {
            None => format!("{size:x}\r\n"),
            Some(chain) => {
                let signature = chain.chunk(&Sha256::digest(data).into());
                format!("{size:x};chunk-signature={}\r\n", hex::text(&signature))
            }
        }
        .into_bytes()
    }
}
