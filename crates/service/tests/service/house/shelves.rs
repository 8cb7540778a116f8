//! The objects of buckets as numbers on shelves, with the manners of the built-in object store.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use keyward_service::{BucketContents, ContentsError, ContentsState};

use super::gate::Gate;

/// A shelf for each bucket that was opened and not discarded.
#[derive(Default)]
pub(crate) struct Shelves {
    shelves: Mutex<BTreeMap<u64, Shelf>>,
    full: AtomicBool,
    /// Where opening waits before it begins.
    pub(crate) opening: Gate,
    /// Where discarding waits before it begins.
    pub(crate) discarding: Gate,
}

#[derive(Clone, Copy)]
struct Shelf {
    state: ContentsState,
    objects: usize,
}

impl Shelves {
    /// Puts an object into a bucket.
    pub(crate) fn put_object(&self, bucket: u64) {
        let mut shelves = self.shelves.lock().unwrap();
        let shelf = shelves.get_mut(&bucket).filter(|shelf| shelf.state == ContentsState::Open);
        shelf.expect("the bucket takes objects").objects += 1;
    }

    /// The shelves as a crash might have left them.
    pub(crate) fn leave(&self, bucket: u64, state: Option<ContentsState>) {
        let mut shelves = self.shelves.lock().unwrap();
        match state {
            Some(state) => shelves.insert(bucket, Shelf { state, objects: 0 }),
            None => shelves.remove(&bucket),
        };
    }

    /// Where the contents of a bucket stand; `None` when there is no shelf for it.
    pub(crate) fn state(&self, bucket: u64) -> Option<ContentsState> {
        self.shelves.lock().unwrap().get(&bucket).map(|shelf| shelf.state)
    }

    /// From now on no shelf can be added, or they can again.
    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<u64, Shelf>) -> T) -> T {
        change(&mut self.shelves.lock().unwrap())
    }
}

#[async_trait]
impl BucketContents for Shelves {
    async fn open(&self, bucket_id: u64) -> Result<(), ContentsError> {
        let _passage = self.opening.pass().await;
        if self.full.load(Ordering::SeqCst) {
            return Err(ContentsError::Unavailable("no room".to_owned()));
        }
        self.change(|shelves| {
            let shelf = shelves.entry(bucket_id).or_insert(Shelf { state: ContentsState::Open, objects: 0 });
            shelf.state = ContentsState::Open;
        });
        Ok(())
    }

    async fn close(&self, bucket_id: u64) -> Result<(), ContentsError> {
        self.change(|shelves| match shelves.get_mut(&bucket_id) {
            None => Err(ContentsError::Unavailable("there is no such bucket".to_owned())),
            Some(shelf) if shelf.objects > 0 => Err(ContentsError::NotEmpty),
            Some(shelf) => {
                shelf.state = ContentsState::Closed;
                Ok(())
            }
        })
    }

    async fn discard(&self, bucket_id: u64) -> Result<(), ContentsError> {
        let _passage = self.discarding.pass().await;
        self.change(|shelves| match shelves.get(&bucket_id).map(|shelf| shelf.state) {
            Some(ContentsState::Open) => Err(ContentsError::NotEmpty),
            Some(ContentsState::Closed) | None => {
                shelves.remove(&bucket_id);
                Ok(())
            }
        })
    }

    async fn states(&self) -> Result<Vec<(u64, ContentsState)>, ContentsError> {
        Ok(self.change(|shelves| shelves.iter().map(|(id, shelf)| (*id, shelf.state)).collect()))
    }
}
