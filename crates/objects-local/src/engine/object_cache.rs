//! Objects that were read of late, in memory: the latest version of each, until somebody writes its key.
//!
//! A write announces itself before its commit can be seen and takes leave after it, before it is answered. In between a
//! key is not kept, and what was read before then is not kept either: so nobody is ever shown what a reader may already
//! have seen replaced, and no slow reader brings an old object back.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Equivalent, Weighter};

use super::head::{Encryption, ObjectHead};
use super::ids::BucketId;
use super::record::ObjectRecord;

/// Keys share the counts of writers, so that these need no room of their own for each key.
const STRIPES: usize = 256;

/// What an entry takes beside its texts and bytes, about.
const ENTRY: usize = 512;

/// An object as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) record: Arc<ObjectRecord>,
    /// All of its bytes, where they are few and not encrypted.
    pub(super) bytes: Option<Bytes>,
}

impl Held {
    fn size(&self) -> usize {
        let head = &self.record.head;
        let texts = [
            &head.owner,
            &head.owner_unique_id,
            &head.content_type,
            &head.content_encoding,
            &head.content_language,
            &head.content_disposition,
            &head.cache_control,
            &head.expires,
            &head.website_redirect_location,
            &head.storage_class,
            &head.acl,
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let pairs = head.user_metadata.iter().chain(&head.tags);
        let pairs: usize = pairs.map(|(name, value)| name.len() + value.len() + size_of::<[String; 2]>()).sum();
        ENTRY + texts + pairs + sealed_size(head) + self.bytes.as_ref().map_or(0, Bytes::len)
    }
}

fn sealed_size(head: &ObjectHead) -> usize {
    match &head.encryption {
        Some(Encryption::Store { sealed_key }) => sealed_key.len(),
        Some(Encryption::Customer { key_md5, salt, check }) => key_md5.len() + salt.len() + check.len(),
        None => 0,
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    bucket: BucketId,
    key: Box<str>,
}

/// A [`Name`] to look for; hashes as it does.
#[derive(Clone, Copy, Hash)]
struct NameRef<'n> {
    bucket: BucketId,
    key: &'n str,
}

impl Equivalent<Name> for NameRef<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        self.bucket == name.bucket && *self.key == *name.key
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<Name, Held> for Weight {
    fn weight(&self, name: &Name, held: &Held) -> u64 {
        (name.key.len() + held.size()) as u64
    }
}

/// The writers of the keys that fall on one stripe.
#[derive(Debug, Default)]
struct Stripe {
    /// How many are between their announcement and their leave.
    writing: u32,
    /// How many took their leave so far.
    written: u64,
}

/// When a read began, as far as writers are concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    stripe: usize,
    written: u64,
}

/// A bounded cache of objects.
pub(super) struct ObjectCache {
    held: Cache<Name, Held, Weight>,
    stripes: [Mutex<Stripe>; STRIPES],
    hasher: DefaultHashBuilder,
    /// The most bytes of one object that are kept.
    body_limit: u64,
}

/// A write that has been announced. Takes its leave when dropped, which comes after the commit and before the answer.
pub(super) struct Writing {
    cache: Arc<ObjectCache>,
    stripe: usize,
}

impl ObjectCache {
    /// A cache of about so many bytes; of none, it keeps nothing.
    pub(super) fn new(bytes: u64, body_limit: usize) -> Arc<Self> {
        let entries = usize::try_from(bytes / (4 * ENTRY as u64)).unwrap_or(usize::MAX);
        Arc::new(Self {
            held: Cache::with_weighter(entries, bytes, Weight),
            stripes: std::array::from_fn(|_| Mutex::default()),
            hasher: DefaultHashBuilder::default(),
            body_limit: body_limit as u64,
        })
    }

    /// The latest version of `key`, if it is kept.
    pub(super) fn find(&self, bucket: BucketId, key: &str) -> Option<Held> {
        self.held.get(&NameRef { bucket, key })
    }

    /// Whether the bytes of an object of this size are kept.
    pub(super) fn keeps_bytes_of(&self, size: u64) -> bool {
        size <= self.body_limit && self.held.capacity() > 0
    }

    /// To be asked before the store is; `None` where what will be found there is not to be kept.
    pub(super) fn begin_to_read(&self, bucket: BucketId, key: &str) -> Option<Reading> {
        let stripe = self.stripe_of(NameRef { bucket, key });
        let found = self.lock(stripe);
        (found.writing == 0 && self.held.capacity() > 0).then_some(Reading { stripe, written: found.written })
    }

    /// Keeps what was read, unless somebody has begun to write since.
    pub(super) fn keep(&self, reading: Reading, bucket: BucketId, key: &str, held: Held) {
        // Under the lock, so that no writer can begin between the question and the entry.
        let stripe = self.lock(reading.stripe);
        if stripe.writing == 0 && stripe.written == reading.written {
            self.held.insert(Name { bucket, key: key.into() }, held);
        }
    }

    /// Announces a write of `key`; comes before its commit can be seen.
    pub(super) fn begin_to_write(self: &Arc<Self>, bucket: BucketId, key: &str) -> Writing {
        let name = NameRef { bucket, key };
        let stripe = self.stripe_of(name);
        let mut found = self.lock(stripe);
        found.writing += 1;
        self.held.remove(&name);
        drop(found);
        Writing { cache: Arc::clone(self), stripe }
    }

    fn stripe_of(&self, name: NameRef<'_>) -> usize {
        // The remainder always fits.
        (self.hasher.hash_one(name) % STRIPES as u64) as usize
    }

    fn lock(&self, stripe: usize) -> MutexGuard<'_, Stripe> {
        // Counts are whole at every moment.
        self.stripes[stripe].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut stripe = self.cache.lock(self.stripe);
        stripe.written = stripe.written.wrapping_add(1);
        stripe.writing -= 1;
    }
}

#[cfg(test)]
mod tests {
    use keyward_ambient::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::{Etag, Version};

    const BUCKET: BucketId = BucketId(1);

    fn held(size: u64) -> Held {
        let record = ObjectRecord {
            size,
            etag: Etag::of_body([0; 16]),
            modified: Timestamp::from_millis(0),
            version: Version::NULL,
            checksum: None,
            head: ObjectHead::default(),
        };
        let bytes = Bytes::from(vec![0; usize::try_from(size).unwrap()]);
        Held { record: Arc::new(record), bytes: Some(bytes) }
    }

    fn found(cache: &ObjectCache) -> Option<u64> {
        cache.find(BUCKET, "a").map(|held| held.record.size)
    }

    #[test]
    fn what_was_read_is_kept_until_it_is_written() {
        let cache = ObjectCache::new(1 << 20, 1 << 16);
        let reading = cache.begin_to_read(BUCKET, "a").unwrap();
        cache.keep(reading, BUCKET, "a", held(1));
        assert_eq!(found(&cache), Some(1));
        let writing = cache.begin_to_write(BUCKET, "a");
        assert_eq!(found(&cache), None, "its commit may be seen from now on");
        drop(writing);
        assert_eq!(found(&cache), None);
    }

    #[test]
    fn a_read_that_overlaps_a_write_is_not_kept() {
        let cache = ObjectCache::new(1 << 20, 1 << 16);
        let before = cache.begin_to_read(BUCKET, "a").unwrap();
        let writing = cache.begin_to_write(BUCKET, "a");
        cache.keep(before, BUCKET, "a", held(1));
        assert!(cache.begin_to_read(BUCKET, "a").is_none());
        drop(writing);
        cache.keep(before, BUCKET, "a", held(1));
        assert_eq!(found(&cache), None);
    }

    #[test]
    fn it_stays_within_its_bytes() {
        let cache = ObjectCache::new(1 << 20, 1 << 16);
        for number in 0..10_000 {
            let key = number.to_string();
            let reading = cache.begin_to_read(BUCKET, &key).unwrap();
            cache.keep(reading, BUCKET, &key, held(number % 5_000));
        }
        assert!((1..=1 << 20).contains(&cache.held.weight()));
    }

    #[test]
    fn a_cache_of_no_bytes_keeps_nothing() {
        let cache = ObjectCache::new(0, 1 << 16);
        assert!(cache.begin_to_read(BUCKET, "a").is_none() && !cache.keeps_bytes_of(0));
    }

    #[derive(Clone, Debug)]
    enum Step {
        /// A reader looks up what is stored, after asking the cache when it began.
        Read,
        /// The reader that has been at it longest hands in what it saw.
        Keep,
        Announce,
        /// The writer that announced itself first commits, and is seen in the store.
        Commit,
        /// The writer that committed first takes its leave.
        Leave,
    }

    proptest! {
        /// However readers and writers interleave, the cache never has what the store no longer has.
        #[test]
        fn nothing_kept_is_older_than_the_store(steps in proptest::collection::vec(
            prop_oneof![Just(Step::Read), Just(Step::Keep), Just(Step::Announce), Just(Step::Commit), Just(Step::Leave)],
            0..60,
        )) {
            let cache = ObjectCache::new(1 << 20, 1 << 16);
            let (mut stored, mut reads) = (0_u64, std::collections::VecDeque::new());
            let (mut announced, mut committed) = (Vec::new(), Vec::new());
            for step in steps {
                match step {
                    Step::Read => reads.extend(cache.begin_to_read(BUCKET, "a").map(|reading| (reading, stored))),
                    Step::Keep => if let Some((reading, saw)) = reads.pop_front() {
                        cache.keep(reading, BUCKET, "a", held(saw));
                    },
                    Step::Announce => announced.push(cache.begin_to_write(BUCKET, "a")),
                    Step::Commit => if let Some(writing) = announced.pop() {
                        stored += 1;
                        committed.push(writing);
                    },
                    Step::Leave => drop(committed.pop()),
                }
                prop_assert!(found(&cache).is_none_or(|kept| kept == stored));
            }
        }
    }
}
