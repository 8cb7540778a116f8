//! Bodies at rest under AES-256-GCM, in chunks, so that any range is read, and verified, by itself.
//!
//! ```text
//! stored    salt (16) | chunk 0 | chunk 1 | ..      nothing at all for an empty body
//! chunk     up to 64 KiB of ciphertext | tag (16)
//! ```
//! The key of a body is HMAC-SHA256(data key, salt). It encrypts that body alone, so the number of a chunk can be its
//! nonce, although the data key may be that of many bodies: parts of an upload, objects under one key of a client.

use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use bytes::Bytes;
use zeroize::Zeroizing;

use super::EngineError;

const SALT: usize = 16;
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// What bodies are encrypted with. Zeroized when dropped, never shown.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// A data key.
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The key of the one body that has this salt.
    fn of_body(&self, salt: &[u8; SALT]) -> Result<LessSafeKey, EngineError> {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &*self.0), salt);
        let unbound = UnboundKey::new(&AES_256_GCM, derived.as_ref());
        unbound.map(LessSafeKey::new).map_err(|_| EngineError::corrupt("a body key is of no use"))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey")
    }
}

fn nonce(chunk: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&chunk.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// Encrypts one body as it arrives.
pub(super) struct Encryption {
    key: LessSafeKey,
    next: u64,
    /// Clear bytes that do not fill a chunk yet.
    rest: Vec<u8>,
}

impl Encryption {
    /// Begins; `out` gets the salt.
    pub(super) fn begin(key: &DataKey, salt: [u8; SALT], out: &mut Vec<u8>) -> Result<Self, EngineError> {
        out.extend_from_slice(&salt);
        Ok(Self { key: key.of_body(&salt)?, next: 0, rest: Vec::with_capacity(CHUNK) })
    }

    /// Appends to `out` the chunks that `clear` fills.
    pub(super) fn encrypt(&mut self, mut clear: &[u8], out: &mut Vec<u8>) -> Result<(), EngineError> {
        while self.rest.len() + clear.len() > CHUNK {
            let (now, later) = clear.split_at(CHUNK - self.rest.len());
            self.rest.extend_from_slice(now);
            self.chunk(out)?;
            clear = later;
        }
        self.rest.extend_from_slice(clear);
        Ok(())
    }

    /// Appends the last chunk.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), EngineError> {
        if self.rest.is_empty() { Ok(()) } else { self.chunk(out) }
    }

    fn chunk(&mut self, out: &mut Vec<u8>) -> Result<(), EngineError> {
        let sealed = self.key.seal_in_place_append_tag(nonce(self.next), Aad::empty(), &mut self.rest);
        sealed.map_err(|_| EngineError::corrupt("a chunk could not be encrypted"))?;
        out.append(&mut self.rest);
        self.next += 1;
        Ok(())
    }
}

/// Encrypts a small body in one go.
pub(super) fn encrypted(key: &DataKey, salt: [u8; SALT], clear: &[u8]) -> Result<Bytes, EngineError> {
    let mut out = Vec::with_capacity(SALT + clear.len() + TAG * clear.len().div_ceil(CHUNK));
    let mut encryption = Encryption::begin(key, salt, &mut out)?;
    encryption.encrypt(clear, &mut out)?;
    encryption.finish(&mut out)?;
    Ok(out.into())
}

/// How many bytes a body of `clear` bytes takes when it is encrypted.
pub(super) fn stored_length(clear: u64) -> u64 {
    match clear {
        0 => 0,
        clear => SALT as u64 + clear + TAG as u64 * clear.div_ceil(CHUNK as u64),
    }
}

/// Where encrypted bytes are read from.
pub(crate) enum Input {
    Memory(Cursor<Bytes>),
    File(File),
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Input::Memory(bytes) => bytes.read(buffer),
            Input::File(file) => file.read(buffer),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Input::Memory(bytes) => bytes.seek(to),
            Input::File(file) => file.seek(to),
        }
    }
}

/// Decrypts one body from some byte on.
pub(super) struct Decryption {
    key: LessSafeKey,
    input: Input,
    next: u64,
}

impl Decryption {
    /// Begins with the chunk that holds the clear byte `first`.
    pub(super) fn begin(key: &DataKey, mut input: Input, first: u64) -> Result<Self, EngineError> {
        let attempt = EngineError::io("read an encrypted body");
        let mut salt = [0; SALT];
        input.read_exact(&mut salt).map_err(&attempt)?;
        let next = first / CHUNK as u64;
        let place = SALT as u64 + next * (CHUNK + TAG) as u64;
        input.seek(SeekFrom::Start(place)).map_err(attempt)?;
        Ok(Self { key: key.of_body(&salt)?, input, next })
    }

    /// The next of the `wanted` clear bytes, about `most` of them; `wanted` shrinks by what is given.
    pub(super) fn piece(&mut self, wanted: &mut Range<u64>, most: u64) -> Result<Bytes, EngineError> {
        let mut piece = Vec::new();
        while !wanted.is_empty() && (piece.len() as u64) < most {
            let start = self.next * CHUNK as u64;
            let clear = self.chunk()?;
            let within =
                |place: u64| usize::try_from(place.saturating_sub(start)).unwrap_or(usize::MAX).min(clear.len());
            let (from, to) = (within(wanted.start), within(wanted.end));
            if from >= to {
                return Err(EngineError::corrupt("an encrypted body is shorter than its size"));
            }
            piece.extend_from_slice(&clear[from..to]);
            wanted.start += (to - from) as u64;
        }
        Ok(piece.into())
    }

    fn chunk(&mut self) -> Result<Vec<u8>, EngineError> {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        let read = (&mut self.input).take((CHUNK + TAG) as u64).read_to_end(&mut chunk);
        read.map_err(EngineError::io("read an encrypted body"))?;
        let opened = self.key.open_in_place(nonce(self.next), Aad::empty(), &mut chunk);
        let length =
            opened.map_err(|_| EngineError::corrupt("an encrypted body was changed, or is not under this key"))?.len();
        chunk.truncate(length);
        self.next += 1;
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> DataKey {
        DataKey::new(Zeroizing::new([byte; 32]))
    }

    fn read(stored: &Bytes, key: &DataKey, mut wanted: Range<u64>, most: u64) -> Result<Vec<u8>, EngineError> {
        let input = Input::Memory(Cursor::new(stored.clone()));
        let mut decryption = Decryption::begin(key, input, wanted.start)?;
        let mut clear = Vec::new();
        while !wanted.is_empty() {
            clear.extend(decryption.piece(&mut wanted, most)?);
        }
        Ok(clear)
    }

    fn body(size: usize) -> Vec<u8> {
        (0..size).map(|place| (place % 251) as u8).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn any_range_of_a_body_comes_back(
            size in prop_oneof![1..300_usize, CHUNK - 1..CHUNK + 2, 2 * CHUNK - 1..2 * CHUNK + 2, Just(200_000)],
            one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), most in 1..150_000_u64,
        ) {
            let clear = body(size);
            let stored = encrypted(&key(1), [7; SALT], &clear).unwrap();
            prop_assert_eq!(stored.len() as u64, stored_length(size as u64));
            let (one, other) = (one.index(size), other.index(size));
            let range = one.min(other)..one.max(other) + 1;
            let got = read(&stored, &key(1), range.start as u64..range.end as u64, most).unwrap();
            prop_assert_eq!(got, &clear[range]);
        }
    }

    #[test]
    fn bodies_under_one_key_share_nothing() {
        let [one, other] = [[1; SALT], [2; SALT]].map(|salt| encrypted(&key(1), salt, &[0; 64]).unwrap());
        assert_ne!(one[SALT..], other[SALT..]);
        assert!(!one.windows(16).any(|window| window == [0; 16]));
    }

    #[test]
    fn a_changed_byte_and_another_key_are_noticed() {
        let stored = encrypted(&key(1), [7; SALT], &body(100_000)).unwrap();
        assert!(read(&stored, &key(2), 0..10, 10).is_err());
        for place in [0, SALT + 5, SALT + CHUNK, stored.len() - 1] {
            let mut changed = stored.to_vec();
            changed[place] ^= 1;
            assert!(read(&changed.into(), &key(1), 0..100_000, 1 << 20).is_err(), "byte {place}");
        }
        let cut = stored.slice(..stored.len() - TAG - 10);
        assert!(read(&cut, &key(1), 0..100_000, 1 << 20).is_err());
    }
}
