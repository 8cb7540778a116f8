//! Holding bytes against what was noted when they arrived.

use keyward_s3_wire::checksum::Checksum;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::{Check, Fault, Place};
use crate::checksum::{self, RunningChecksum};
use crate::engine::inspection::{Opened, Piece, StoredUpload, StoredVersion, read_clear, stored_length};
use crate::engine::{DataKey, Encryption, EngineError, Etag, ObjectHead};

/// How the bytes of an object or upload are read.
enum Reading {
    Clear,
    Under(DataKey),
    /// Only a client, or a master key that is missing, could.
    Closed,
}

impl Check<'_> {
    /// Compares a version.
    pub(super) fn version(&mut self, shard: usize, version: &StoredVersion) -> Result<(), EngineError> {
        if version.is_marker {
            self.checked.delete_markers += 1;
            return Ok(());
        }
        self.checked.versions += 1;
        let place =
            |part| Place::Version { bucket: version.bucket, key: version.key.clone(), version: version.version, part };
        if version.is_in_parts
            && let Err(what) = parts_come_to(version)
        {
            self.found(place(None), Fault::Parts(what));
        }
        let reading = self.reading(&version.head, &place(None));
        for piece in &version.pieces {
            self.piece(shard, piece, &reading, || place(piece.part))?;
        }
        Ok(())
    }

    /// Compares the parts of an upload in progress.
    pub(super) fn upload(&mut self, shard: usize, upload: &StoredUpload) -> Result<(), EngineError> {
        self.checked.uploads += 1;
        let place = |part| Place::Upload { bucket: upload.bucket, key: upload.key.clone(), upload: upload.id, part };
        let reading = self.reading(&upload.head, &place(None));
        for piece in &upload.pieces {
            self.piece(shard, piece, &reading, || place(piece.part))?;
        }
        Ok(())
    }

    fn reading(&mut self, head: &ObjectHead, place: &Place) -> Reading {
        match &head.encryption {
            None => Reading::Clear,
            Some(Encryption::Customer { .. }) => {
                self.checked.under_client_keys += 1;
                Reading::Closed
            }
            Some(Encryption::Store { sealed_key }) => match self.sealer.open(sealed_key) {
                Ok(key) => Reading::Under(DataKey::new(Zeroizing::new(*key))),
                Err(error) => {
                    self.found(place.clone(), Fault::KeyUnavailable(error.to_string()));
                    Reading::Closed
                }
            },
        }
    }

    fn piece(
        &mut self,
        shard: usize,
        piece: &Piece,
        reading: &Reading,
        place: impl Fn() -> Place,
    ) -> Result<(), EngineError> {
        let (input, found) = match self.store.open_piece(shard, piece) {
            Ok(Opened::Bytes(input, length)) => (input, length),
            Ok(Opened::Gone) => return Ok(()),
            Ok(Opened::Missing) => {
                self.found(place(), Fault::Missing);
                return Ok(());
            }
            Err(EngineError::Io { source, .. }) => {
                self.found(place(), Fault::Unreadable(source.to_string()));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let expected = stored_length(piece.size, !matches!(reading, Reading::Clear));
        if found != expected {
            self.found(place(), Fault::Length { expected, found });
            return Ok(());
        }
        let key = match reading {
            Reading::Closed => return Ok(()),
            Reading::Clear => None,
            Reading::Under(key) => Some(key),
        };
        let mut sums = Sums::of(piece);
        let outcome = read_clear(input, piece.size, key, &mut |bytes| sums.update(bytes));
        self.checked.bytes += piece.size;
        let fault = match outcome {
            Ok(()) => sums.fault(piece),
            Err(EngineError::Corrupt(_)) => Some(Fault::Undecryptable),
            Err(EngineError::Io { source, .. }) => Some(Fault::Unreadable(source.to_string())),
            Err(error) => return Err(error),
        };
        fault.into_iter().for_each(|fault| self.found(place(), fault));
        Ok(())
    }
}

/// Sums of bytes on their way past.
struct Sums {
    md5: Md5,
    checksum: Option<(Checksum, RunningChecksum)>,
}

impl Sums {
    fn of(piece: &Piece) -> Self {
        let stored = piece.checksum.as_ref().and_then(checksum::shown).map(|(stored, _)| stored);
        // A part, or a body sent in one request, has a checksum of its own bytes; a composite one is of other sums.
        let own = stored.filter(|stored| !stored.as_str().contains('-'));
        let checksum = own.map(|stored| {
            let running = RunningChecksum::new(stored.algorithm());
            (stored, running)
        });
        Self { md5: Md5::new(), checksum }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        if let Some((_, running)) = &mut self.checksum {
            running.update(bytes);
        }
    }

    fn fault(self, piece: &Piece) -> Option<Fault> {
        let found = Etag::of_body(self.md5.finalize().into());
        // A copy of an object in parts that lies in one piece keeps the tag of the parts.
        if piece.etag.parts.is_none() && found != piece.etag {
            return Some(Fault::Content { expected: piece.etag.to_string(), found: found.to_string() });
        }
        let (stored, running) = self.checksum?;
        let found = running.finish();
        (found.bytes() != stored.bytes()).then(|| Fault::Checksum {
            expected: format!("{:?} {}", stored.algorithm(), stored.as_str()),
            found: found.as_str().to_owned(),
        })
    }
}

/// Whether sizes, entity tag and checksum of an object follow from those of its parts.
fn parts_come_to(version: &StoredVersion) -> Result<(), String> {
    let size: u64 = version.pieces.iter().map(|piece| piece.size).sum();
    if size != version.size {
        return Err(format!("they have {size} bytes, and it has {}", version.size));
    }
    let count = u32::try_from(version.pieces.len()).ok();
    if version.etag.parts.is_some() && count != version.etag.parts {
        return Err(format!("there are {}, and its entity tag is {}", version.pieces.len(), version.etag));
    }
    let mut md5 = Md5::new();
    version.pieces.iter().for_each(|piece| md5.update(piece.etag.md5));
    let etag = Etag { md5: md5.finalize().into(), parts: count };
    if version.etag.parts.is_some() && etag != version.etag {
        return Err(format!("their entity tags come to {etag}, and its own is {}", version.etag));
    }
    let Some((stored, kind)) = version.checksum.as_ref().and_then(checksum::shown) else { return Ok(()) };
    let sums: Vec<_> = version
        .pieces
        .iter()
        .map(|piece| (piece.checksum.as_ref().and_then(checksum::shown).map(|(sum, _)| sum), piece.size))
        .collect();
    match checksum::of_parts(&sums, Some(kind)) {
        Some((come_to, _)) if come_to.algorithm() == stored.algorithm() && come_to.bytes() != stored.bytes() => {
            Err(format!("their checksums come to {}, and its own is {}", come_to.as_str(), stored.as_str()))
        }
        _ => Ok(()),
    }
}
