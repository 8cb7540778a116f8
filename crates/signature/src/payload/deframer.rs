//! The `aws-chunked` framing: `size;chunk-signature=…`, data, and so on to a chunk of size zero and the trailer.
//!
//! Data is handed on as it arrives, in slices of the input; of the framing only the line at hand is held. A chunk's
//! signature covers its whole data, so it is checked when the chunk ends: who reads the data must not act on it
//! before the body has ended well.

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::sums::Sum;
use super::trailer::Trailer;
use super::{Algorithm, FramingFlaw, PayloadError};
use crate::hex;
use crate::v4::ChunkChain;

/// The most bytes of the line before a chunk.
const LONGEST_CHUNK_HEADER: usize = 256;

/// The most data of one chunk: 16 GiB.
const LARGEST_CHUNK: u64 = 16 * 1024 * 1024 * 1024;

/// Takes framed input piece by piece, however it is cut.
#[derive(Debug)]
pub(crate) struct Deframer {
    state: State,
    line: Vec<u8>,
    signed: Option<SignedChunk>,
    trailer: Trailer,
    trailer_length: usize,
    /// Content that has not been announced by a chunk yet.
    unannounced: u64,
    declared: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Header,
    Data { left: u64 },
    DataEnd { saw_cr: bool },
    Trailer,
    Done,
}

/// The signature of the chunk at hand.
#[derive(Debug)]
struct SignedChunk {
    chain: ChunkChain,
    given: [u8; 32],
    hash: Sha256,
}

/// What came of a step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Content; never empty.
    Data(Bytes),
    /// All input is used up.
    Starved,
}

impl Deframer {
    /// For a body with `declared` bytes of content; `chain` where chunks are signed.
    pub(crate) fn new(declared: u64, chain: Option<ChunkChain>, trailer: Trailer) -> Self {
        let signed = chain.map(|chain| SignedChunk { chain, given: [0; 32], hash: Sha256::new() });
        Self {
            state: State::Header,
            line: Vec::new(),
            signed,
            trailer,
            trailer_length: 0,
            unannounced: declared,
            declared,
        }
    }

    /// Goes on until there is data to hand over or `input` is used up.
    pub(crate) fn step(&mut self, input: &mut Bytes) -> Result<Step, PayloadError> {
        while !input.is_empty() {
            match self.state {
                State::Header => self.header(input)?,
                State::Data { left } => return self.data(left, input).map(Step::Data),
                State::DataEnd { saw_cr } => self.data_end(saw_cr, input)?,
                State::Trailer => self.trailer_line(input)?,
                State::Done => return Err(PayloadError::MalformedFraming(FramingFlaw::AfterTheEnd)),
            }
        }
        Ok(Step::Starved)
    }

    /// Says that the input has ended, and takes the fields of the trailer. The last empty line may be missing: the
    /// declared length, the signatures and the announced fields tell that nothing else is.
    pub(crate) fn finish(&mut self, in_head: Option<Algorithm>) -> Result<Vec<(Algorithm, Sum)>, PayloadError> {
        match self.state {
            State::Done => {}
            State::Trailer if self.line.is_empty() => {}
            _ => return Err(PayloadError::EndedEarly),
        }
        self.trailer.finish(in_head)
    }

    fn header(&mut self, input: &mut Bytes) -> Result<(), PayloadError> {
        let flaw = PayloadError::MalformedFraming;
        let is_whole = take_line(&mut self.line, input, LONGEST_CHUNK_HEADER);
        if !is_whole.map_err(|TooLong| flaw(FramingFlaw::ChunkHeader))? {
            return Ok(());
        }
        let line = self.line.strip_suffix(b"\r").ok_or(flaw(FramingFlaw::ChunkHeader))?;
        let (size, extension) = match line.iter().position(|byte| *byte == b';') {
            Some(at) => (&line[..at], &line[at + 1..]),
            None => (line, &[][..]),
        };
        let size = chunk_size(size).ok_or(flaw(FramingFlaw::ChunkHeader))?;
        if size > LARGEST_CHUNK {
            return Err(flaw(FramingFlaw::ChunkSize));
        }
        self.unannounced =
            self.unannounced.checked_sub(size).ok_or(PayloadError::TooLong { declared: self.declared })?;
        if let Some(signed) = &mut self.signed {
            let signature = extension.strip_prefix(b"chunk-signature=").and_then(hex::decode_lower);
            signed.given = signature.ok_or(flaw(FramingFlaw::ChunkSignature))?;
        }
        self.line.clear();
        self.state = if size > 0 {
            State::Data { left: size }
        } else {
            self.verify_chunk()?;
            State::Trailer
        };
        Ok(())
    }

    fn data(&mut self, left: u64, input: &mut Bytes) -> Result<Bytes, PayloadError> {
        let length = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
        let data = input.split_to(length);
        if let Some(signed) = &mut self.signed {
            signed.hash.update(&data);
        }
        let left = left - length as u64;
        if left > 0 {
            self.state = State::Data { left };
        } else {
            self.verify_chunk()?;
            self.state = State::DataEnd { saw_cr: false };
        }
        Ok(data)
    }

    fn data_end(&mut self, saw_cr: bool, input: &mut Bytes) -> Result<(), PayloadError> {
        self.state = match (saw_cr, input.get_u8()) {
            (false, b'\r') => State::DataEnd { saw_cr: true },
            (true, b'\n') => State::Header,
            _ => return Err(PayloadError::MalformedFraming(FramingFlaw::ChunkEnd)),
        };
        Ok(())
    }

    fn trailer_line(&mut self, input: &mut Bytes) -> Result<(), PayloadError> {
        let too_long = |TooLong| PayloadError::MalformedTrailer("it is longer than 16 KiB");
        let is_whole = take_line(&mut self.line, input, Trailer::LONGEST - self.trailer_length).map_err(too_long)?;
        if is_whole {
            self.trailer_length += self.line.len() + 1;
            self.trailer.line(&self.line, self.signed.as_mut().map(|signed| &mut signed.chain))?;
            self.line.clear();
            if self.trailer.has_ended() {
                self.state = State::Done;
            }
        }
        Ok(())
    }

    fn verify_chunk(&mut self) -> Result<(), PayloadError> {
        let Some(signed) = &mut self.signed else { return Ok(()) };
        let computed = signed.chain.chunk(&signed.hash.finalize_reset().into());
        if bool::from(computed.ct_eq(&signed.given)) { Ok(()) } else { Err(PayloadError::ChunkSignatureMismatch) }
    }
}

/// A line did not end within its limit.
struct TooLong;

/// Moves input to `line` up to a line feed, which is dropped; says whether one came.
fn take_line(line: &mut Vec<u8>, input: &mut Bytes, limit: usize) -> Result<bool, TooLong> {
    let end = input.iter().position(|byte| *byte == b'\n');
    let length = end.unwrap_or(input.len());
    // The line feed counts too: a line that just fills the limit could not end within it.
    if line.len() + length >= limit {
        return Err(TooLong);
    }
    line.extend_from_slice(&input[..length]);
    input.advance(length + usize::from(end.is_some()));
    Ok(end.is_some())
}

fn chunk_size(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |size, digit| Some(size << 4 | u64::from(hex::digit_value(*digit)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deframe(declared: u64, wire: &[u8]) -> Result<Vec<u8>, PayloadError> {
        let mut deframer = Deframer::new(declared, None, Trailer::new(vec![Algorithm::Crc32], false));
        let mut input = Bytes::copy_from_slice(wire);
        let mut content = Vec::new();
        while let Step::Data(data) = deframer.step(&mut input)? {
            content.extend_from_slice(&data);
        }
        deframer.finish(Some(Algorithm::Crc32)).map(|_| content)
    }

    fn refusal(wire: &[u8]) -> String {
        format!("{:?}", deframe(100, wire).unwrap_err())
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(deframe(8, b"5\r\nhello\r\n3;any=thing\r\n, w\r\n0\r\n\r\n").unwrap(), b"hello, w");
        assert_eq!(deframe(0, b"0\r\n\r\n").unwrap(), b"");
        assert_eq!(deframe(26, b"1A\r\nabcdefghijklmnopqrstuvwxyz\r\n000\r\n\r\n").unwrap().len(), 26);
    }

    #[test]
    fn the_last_empty_line_may_be_missing() {
        assert_eq!(deframe(1, b"1\r\na\r\n0\r\n").unwrap(), b"a");
    }

    #[test]
    fn a_body_that_ends_early_is_told() {
        for wire in [&b""[..], b"5", b"5\r\nhel", b"5\r\nhello", b"5\r\nhello\r\n", b"0", b"0\r\n\r"] {
            assert_eq!(refusal(wire), "EndedEarly", "{wire:?}");
        }
    }

    #[test]
    fn malformed_frames_are_refused() {
        let flaw = |flaw: FramingFlaw| format!("MalformedFraming({flaw:?})");
        for wire in [&b"\r\n"[..], b"x\r\n", b"-1\r\n", b"5\n", b"00000000000000001\r\n", &[b'1'; 300], b" 5\r\n"] {
            assert_eq!(refusal(wire), flaw(FramingFlaw::ChunkHeader), "{wire:?}");
        }
        assert_eq!(refusal(b"400000001\r\n"), flaw(FramingFlaw::ChunkSize));
        assert_eq!(refusal(b"ffffffffffffffff\r\n"), flaw(FramingFlaw::ChunkSize));
        assert_eq!(refusal(b"1\r\nab\r\n"), flaw(FramingFlaw::ChunkEnd));
        assert_eq!(refusal(b"1\r\na\r\r"), flaw(FramingFlaw::ChunkEnd));
        assert_eq!(refusal(b"0\r\n\r\n0\r\n"), flaw(FramingFlaw::AfterTheEnd));
    }

    #[test]
    fn a_chunk_that_exceeds_the_declared_length_is_refused_at_once() {
        assert_eq!(refusal(b"65\r\n"), "TooLong { declared: 100 }");
        assert_eq!(refusal(b"1\r\na\r\n64\r\n"), "TooLong { declared: 100 }");
    }

    #[test]
    fn an_endless_trailer_is_refused() {
        let mut wire = b"0\r\n".to_vec();
        wire.resize(20_000, b'a');
        assert!(refusal(&wire).starts_with("MalformedTrailer"));
    }
}
