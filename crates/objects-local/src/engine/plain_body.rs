//! Reading a body file that is not encrypted, and comparing its bytes with their sum on the way.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::EngineError;
use super::body_dir::BodyDir;
use super::ids::FileId;
use super::sums::{RunningSum, StoredSum};
use super::verified_files::{State, VerifiedFiles};

/// How closely the bytes of a body are looked at before they are handed out.
#[derive(Clone)]
pub(super) enum Scrutiny {
    /// They are compared with their sum where all of them are read anyway.
    WhatIsRead,
    /// Nothing is handed out to its end before all of the body was compared, now or a moment ago.
    Whole(Arc<VerifiedFiles>),
}

/// A body file on its way out.
pub(super) struct PlainBody {
    file: File,
    id: FileId,
    /// The next byte to be read, and the one behind the last.
    left: Range<u64>,
    comparing: Option<Comparing>,
}

struct Comparing {
    sum: RunningSum,
    /// Where to note that the file was whole in this state.
    noting: Option<(Arc<VerifiedFiles>, State)>,
}

impl PlainBody {
    /// Opens the file `id` of `size` bytes, which arrived with this sum, to read the bytes `wanted`.
    pub(super) fn open(
        bodies: &BodyDir,
        id: FileId,
        size: u64,
        wanted: &Range<u64>,
        sum: Option<StoredSum>,
        scrutiny: &Scrutiny,
    ) -> Result<Self, EngineError> {
        let mut file = bodies.open(id)?;
        let is_whole = *wanted == (0..size);
        let comparing = match (sum, scrutiny) {
            (None, _) => None,
            (Some(sum), Scrutiny::WhatIsRead) => is_whole.then(|| Comparing { sum: sum.begin(), noting: None }),
            (Some(sum), Scrutiny::Whole(verified)) => {
                let metadata = file.metadata().map_err(EngineError::io("look at a body file"))?;
                let state = State::of(&metadata);
                let is_known = !is_whole && verified.include(id, state);
                (!is_known).then(|| Comparing { sum: sum.begin(), noting: Some((Arc::clone(verified), state)) })
            }
        };
        let left = if comparing.is_some() { 0..size } else { wanted.clone() };
        file.seek(SeekFrom::Start(left.start)).map_err(EngineError::io("find a place in a body file"))?;
        Ok(Self { file, id, left, comparing })
    }

    /// The next of the `wanted` bytes, at most `most` and never none of them; `wanted` shrinks by what is given. The last
    /// of them come only after the sum agreed.
    pub(super) fn piece(&mut self, wanted: &mut Range<u64>, most: u64) -> Result<Bytes, EngineError> {
        let mut held = None;
        loop {
            let start = self.left.start;
            let bytes = Bytes::from(self.read(most)?);
            let end = self.left.start;
            let (first, behind) = (wanted.start.max(start), wanted.end.min(end));
            if first < behind {
                held = Some(slice(&bytes, &(first - start..behind - start))?);
                wanted.start = behind;
            }
            if self.left.is_empty() {
                self.compare()?;
            }
            match held {
                // More of the body is still to be compared.
                Some(_) if wanted.is_empty() && !self.left.is_empty() => {}
                Some(piece) => return Ok(piece),
                None if self.left.is_empty() => return Err(self.too_short()),
                None => {}
            }
        }
    }

    fn read(&mut self, most: u64) -> Result<Vec<u8>, EngineError> {
        let length = most.min(self.left.end - self.left.start);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        (&mut self.file).take(length).read_to_end(&mut bytes).map_err(EngineError::io("read a body file"))?;
        if bytes.len() as u64 != length {
            return Err(self.too_short());
        }
        if let Some(comparing) = &mut self.comparing {
            comparing.sum.update(&bytes);
        }
        self.left.start += length;
        Ok(bytes)
    }

    fn compare(&mut self) -> Result<(), EngineError> {
        let Some(Comparing { sum, noting }) = self.comparing.take() else { return Ok(()) };
        sum.compare(self.id)?;
        if let Some((verified, state)) = noting {
            verified.note(self.id, state);
        }
        Ok(())
    }

    fn too_short(&self) -> EngineError {
        EngineError::corrupt(format!("body file {} is shorter than its size", self.id))
    }
}

/// Some bytes of those at hand.
pub(super) fn slice(bytes: &Bytes, range: &Range<u64>) -> Result<Bytes, EngineError> {
    let wanted = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
    wanted
        .filter(|(_, end)| *end <= bytes.len())
        .map(|(start, end)| bytes.slice(start..end))
        .ok_or_else(|| EngineError::corrupt("a small body is shorter than its size"))
}
