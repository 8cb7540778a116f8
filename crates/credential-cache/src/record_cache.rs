//! A bounded cache of records and of absences, in front of a source, with invalidation that no late read can undo.

use std::error::Error;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use async_trait::async_trait;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

/// The source did not answer: not a statement about the record. On the wire this is 503.
#[derive(Clone, Debug)]
pub struct CouldNotFindOut(Arc<dyn Error + Send + Sync>);

impl CouldNotFindOut {
    /// What kept the source from answering.
    pub fn new(cause: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(cause))
    }
}

impl fmt::Display for CouldNotFindOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record could not be looked up")
    }
}

impl Error for CouldNotFindOut {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Where records come from on a miss.
#[async_trait]
pub trait Source<K, V>: Send + Sync + 'static {
    /// The record as it is now; `None` when there is none.
    async fn load(&self, key: &K) -> Result<Option<V>, CouldNotFindOut>;
}

/// How much a cache holds.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Records kept.
    pub known: usize,
    /// Keys kept of which it is known that there is no record. Apart from the records, so that made-up keys cannot
    /// drive them out.
    pub unknown: usize,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { known: 100_000, unknown: 10_000 }
    }
}

/// The cache. `V` is cheap to clone, an `Arc` as a rule.
pub struct RecordCache<K, V> {
    known: Cache<K, V>,
    unknown: Cache<K, ()>,
    source: Arc<dyn Source<K, V>>,
}

impl<K: Eq + Hash + Clone + Send + Sync + 'static, V: Clone + Send + Sync + 'static> RecordCache<K, V> {
    /// An empty cache in front of `source`.
    pub fn new(capacity: Capacity, source: Arc<dyn Source<K, V>>) -> Self {
        Self { known: Cache::new(capacity.known), unknown: Cache::new(capacity.unknown), source }
    }

    /// The record, from memory or else from the source; `None` when there is none.
    ///
    /// # Errors
    /// When it is not in memory and the source does not answer. Nothing is remembered of that.
    pub async fn find<Q>(&self, key: &Q) -> Result<Option<V>, CouldNotFindOut>
    where
        Q: Hash + Equivalent<K> + ToOwnedKey<K> + ?Sized + Sync,
    {
        if let Some(value) = self.known.get(key) {
            return Ok(Some(value));
        }
        if self.unknown.get(key).is_some() {
            return Ok(None);
        }
        let owned = key.to_owned_key();
        let known_place = match self.known.get_value_or_guard_async(&owned).await {
            Ok(value) => return Ok(Some(value)),
            Err(place) => place,
        };
        let unknown_place = match self.unknown.get_value_or_guard_async(&owned).await {
            Ok(()) => return Ok(None),
            Err(place) => place,
        };
        // Both places are taken before the read begins: `forget` takes them away again, and then what was read
        // finds no place to go. A refused insert is therefore right, and what was read answers this request only.
        match self.source.load(&owned).await? {
            Some(value) => {
                let _ = known_place.insert(value.clone());
                Ok(Some(value))
            }
            None => {
                let _ = unknown_place.insert(());
                Ok(None)
            }
        }
    }

    /// The record if it is in memory; `None` says nothing about whether there is one.
    pub fn in_memory<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.known.get(key)
    }

    /// Forgets a record, and that there was none.
    pub fn forget<Q>(&self, key: &Q)
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.known.remove(key);
        self.unknown.remove(key);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.known.clear();
        self.unknown.clear();
    }
}

impl<K, V> fmt::Debug for RecordCache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordCache").finish_non_exhaustive()
    }
}

/// A borrowed key that can become an owned one on a miss.
pub trait ToOwnedKey<K> {
    /// The owned key; equal to and hashing like the borrowed one.
    fn to_owned_key(&self) -> K;
}

impl<K: Clone> ToOwnedKey<K> for K {
    fn to_owned_key(&self) -> K {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// A source whose reads can be held up between reading and answering.
    struct Shelf {
        records: Mutex<HashMap<String, u32>>,
        reads: AtomicUsize,
        down: Mutex<bool>,
        answers: Semaphore,
    }

    impl Shelf {
        fn with(records: &[(&str, u32)]) -> Arc<Self> {
            let records = records.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect();
            Arc::new(Self {
                records: Mutex::new(records),
                reads: AtomicUsize::new(0),
                down: Mutex::new(false),
                answers: Semaphore::new(1000),
            })
        }

        fn put(&self, key: &str, value: u32) {
            self.records.lock().expect("lock").insert(key.to_owned(), value);
        }

        fn hold_answers(&self) {
            self.answers.forget_permits(usize::MAX);
        }

        async fn until_read(&self, count: usize) {
            while self.reads.load(Ordering::SeqCst) < count {
                tokio::task::yield_now().await;
            }
        }
    }

    #[async_trait]
    impl Source<String, u32> for Shelf {
        async fn load(&self, key: &String) -> Result<Option<u32>, CouldNotFindOut> {
            let found = self.records.lock().expect("lock").get(key).copied();
            self.reads.fetch_add(1, Ordering::SeqCst);
            self.answers.acquire().await.expect("open").forget();
            match *self.down.lock().expect("lock") {
                true => Err(CouldNotFindOut::new(std::io::Error::other("down"))),
                false => Ok(found),
            }
        }
    }

    fn cache_of(shelf: &Arc<Shelf>) -> Arc<RecordCache<String, u32>> {
        Arc::new(RecordCache::new(Capacity::default(), Arc::clone(shelf) as Arc<dyn Source<String, u32>>))
    }

    async fn find(cache: &RecordCache<String, u32>, key: &str) -> Option<u32> {
        cache.find(&key.to_owned()).await.expect("answered")
    }

    #[tokio::test]
    async fn presence_and_absence_are_read_once() {
        let shelf = Shelf::with(&[("alice", 1)]);
        let cache = cache_of(&shelf);
        for _ in 0..3 {
            assert_eq!(find(&cache, "alice").await, Some(1));
            assert_eq!(find(&cache, "nobody").await, None);
        }
        assert_eq!(shelf.reads.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_is_forgotten_is_read_again() {
        let shelf = Shelf::with(&[("alice", 1)]);
        let cache = cache_of(&shelf);
        assert_eq!(find(&cache, "alice").await, Some(1));
        assert_eq!(find(&cache, "bob").await, None);
        shelf.put("alice", 2);
        shelf.put("bob", 3);
        cache.forget(&"alice".to_owned());
        cache.forget(&"bob".to_owned());
        assert_eq!(find(&cache, "alice").await, Some(2));
        assert_eq!(find(&cache, "bob").await, Some(3));
    }

    #[tokio::test]
    async fn a_read_that_began_before_the_change_is_not_kept() {
        for (before, after) in [(Some(1), 2), (None, 2)] {
            let shelf = Shelf::with(&[]);
            if let Some(before) = before {
                shelf.put("alice", before);
            }
            let cache = cache_of(&shelf);
            shelf.hold_answers();
            let slow = tokio::spawn({
                let cache = Arc::clone(&cache);
                async move { find(&cache, "alice").await }
            });
            shelf.until_read(1).await;

            shelf.put("alice", after);
            cache.forget(&"alice".to_owned());
            shelf.answers.add_permits(10);

            assert_eq!(slow.await.expect("finished"), before, "the early request sees the world as it began");
            assert_eq!(find(&cache, "alice").await, Some(after), "a request after the change does not");
        }
    }

    #[tokio::test]
    async fn a_request_after_the_change_does_not_wait_for_the_early_read() {
        let shelf = Shelf::with(&[("alice", 1)]);
        let cache = cache_of(&shelf);
        shelf.hold_answers();
        let slow = tokio::spawn({
            let cache = Arc::clone(&cache);
            async move { find(&cache, "alice").await }
        });
        shelf.until_read(1).await;
        shelf.put("alice", 2);
        cache.forget(&"alice".to_owned());
        let fresh = tokio::spawn({
            let cache = Arc::clone(&cache);
            async move { find(&cache, "alice").await }
        });
        shelf.until_read(2).await;
        shelf.answers.add_permits(10);
        assert_eq!(fresh.await.expect("finished"), Some(2));
        assert_eq!(slow.await.expect("finished"), Some(1));
    }

    #[tokio::test]
    async fn many_requests_for_one_record_are_one_read() {
        let shelf = Shelf::with(&[("alice", 1)]);
        let cache = cache_of(&shelf);
        shelf.hold_answers();
        let requests: Vec<_> = (0..20)
            .map(|_| {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move { find(&cache, "alice").await })
            })
            .collect();
        shelf.until_read(1).await;
        shelf.answers.add_permits(100);
        for request in requests {
            assert_eq!(request.await.expect("finished"), Some(1));
        }
        assert_eq!(shelf.reads.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn an_outage_is_an_error_and_is_not_remembered() {
        let shelf = Shelf::with(&[("alice", 1)]);
        let cache = cache_of(&shelf);
        *shelf.down.lock().expect("lock") = true;
        assert!(cache.find(&"alice".to_owned()).await.is_err());
        *shelf.down.lock().expect("lock") = false;
        assert_eq!(find(&cache, "alice").await, Some(1));
    }

    #[tokio::test]
    async fn a_cached_record_survives_an_outage() {
        let shelf = Shelf::with(&[("alice", 1)]);
        let cache = cache_of(&shelf);
        assert_eq!(find(&cache, "alice").await, Some(1));
        *shelf.down.lock().expect("lock") = true;
        assert_eq!(find(&cache, "alice").await, Some(1));
    }
}
