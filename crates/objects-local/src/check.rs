//! Whether everything that is stored is there and as it was written: each version and each part of an upload in
//! progress against its length, entity tag and checksum, rows against body files, and rows against one another.
//!
//! Works beside a running server. What is changed or freed meanwhile is looked at as it was or not at all, and is no
//! fault. Nothing is changed.

mod content;
mod finding;

use std::path::Path;

use keyward_objects::KeySealer;

use crate::engine::inspection::{Books, Entry, Inspection, Row};
use crate::engine::{BucketId, BucketState, EngineError};

pub use finding::{Fault, Finding, Place};

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Versions of objects.
    pub versions: u64,
    /// Delete markers.
    pub delete_markers: u64,
    /// Multipart uploads in progress.
    pub uploads: u64,
    /// Bytes of bodies that were read and compared.
    pub bytes: u64,
    /// Versions and parts under keys of clients, of which only the lengths can be compared.
    pub under_client_keys: u64,
    /// Body files that no row names, while a server may be writing them or its next start will remove them.
    pub unnamed_bodies: u64,
    /// The buckets that the metadata has.
    pub buckets: Vec<(BucketId, BucketState)>,
}

/// Looks through the store in `directory` and tells `report` of everything that is wrong, as it is found. Blocks, for
/// as long as reading every byte takes; the store may be in use. Keys of the store's own are opened with `sealer`.
///
/// # Errors
/// [`EngineError`] when the store cannot be looked at.
pub fn check_store(
    directory: &Path,
    sealer: &dyn KeySealer,
    report: &mut dyn FnMut(Finding),
) -> Result<Checked, EngineError> {
    let store = Inspection::open(directory)?;
    let mut check = Check { store: &store, sealer, report, checked: Checked::default() };
    for (shard, name) in store.shards() {
        let books = match store.books(shard) {
            Ok(books) => books,
            Err(EngineError::Corrupt(what)) => Books { file_faults: vec![what], ..Books::default() },
            Err(error) => return Err(error),
        };
        check.compare_books(name, books);
        check.walk(name, |after| store.next_version(shard, after), shard)?;
        check.walk(name, |after| store.next_upload(shard, after), shard)?;
    }
    check.look_for_orphans()?;
    let mut checked = check.checked;
    checked.buckets = store.buckets()?;
    Ok(checked)
}

/// Tells `found` of the sealed key of every object and upload in the store in `directory` that has one of the store's
/// own. Blocks while it reads; the store may be in use.
///
/// # Errors
/// [`EngineError`] when the store cannot be looked at.
pub fn sealed_keys(directory: &Path, found: &mut dyn FnMut(&[u8])) -> Result<(), EngineError> {
    Inspection::open(directory)?.sealed_keys(found)
}

/// A check on its way.
struct Check<'c> {
    store: &'c Inspection,
    sealer: &'c dyn KeySealer,
    report: &'c mut dyn FnMut(Finding),
    checked: Checked,
}

impl Check<'_> {
    fn found(&mut self, place: Place, fault: Fault) {
        (self.report)(Finding { place, fault });
    }

    fn compare_books(&mut self, file: &str, books: Books) {
        let here = || Place::File(file.to_owned());
        for what in books.file_faults {
            self.found(here(), Fault::MetadataDamaged(what));
        }
        for (body, counted, named) in books.miscounted {
            self.found(Place::Body(body), Fault::Miscounted { counted, named });
        }
        if books.unnamed_small_bodies > 0 {
            self.found(here(), Fault::UnnamedSmallBodies(books.unnamed_small_bodies));
        }
        if books.unnamed_parts > 0 {
            self.found(here(), Fault::UnnamedParts(books.unnamed_parts));
        }
        for (bucket, noted, counted) in books.wrong_usage {
            self.found(Place::Bucket(bucket), Fault::WrongUsage { noted, counted });
        }
    }

    /// Looks at the rows that `next` gives, one after the other.
    fn walk(
        &mut self,
        file: &str,
        next: impl Fn(&[u8]) -> Result<Option<Row>, EngineError>,
        shard: usize,
    ) -> Result<(), EngineError> {
        let mut after = Vec::new();
        loop {
            let entry = match next(&after) {
                Ok(Some((row_key, entry))) => {
                    after = row_key;
                    entry
                }
                Ok(None) => return Ok(()),
                // Pages that cannot be read: there is no way to the rows behind them.
                Err(EngineError::Corrupt(what)) => {
                    self.found(Place::File(file.to_owned()), Fault::MetadataDamaged(what));
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            match entry {
                Ok(Entry::Version(version)) => self.version(shard, &version)?,
                Ok(Entry::Upload(upload)) => self.upload(shard, &upload)?,
                Err(EngineError::Corrupt(what)) => {
                    self.found(Place::Row { file: file.to_owned(), key: after.clone() }, Fault::MetadataDamaged(what));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn look_for_orphans(&mut self) -> Result<(), EngineError> {
        let mut unnamed = Vec::new();
        self.store.unnamed_bodies(&mut |body, bytes| unnamed.push((body, bytes)))?;
        // Asked afterwards: a server that was started meanwhile has written some of them.
        if self.store.is_in_use()? || !self.store.is_clean() {
            self.checked.unnamed_bodies = unnamed.len() as u64;
            return Ok(());
        }
        for (body, bytes) in unnamed {
            self.found(Place::Body(body), Fault::Orphan { bytes });
        }
        Ok(())
    }
}
