//! The object store's engine: buckets, objects and multipart uploads in a directory, and nothing of HTTP or XML.
//!
//! Metadata is in SQLite files, sharded by bucket, each written by one thread that commits what has queued up with one
//! sync (`writer`). Bodies up to a limit are rows of the same file; larger ones are files that are durable before the
//! row that names them is committed, and unlinked only after the commit that drops the last such row (`pins`). So a
//! crash at any moment leaves the old object or the new one, and at worst a file that no row names, which
//! [`Engine::sweep`] removes after the next start.
//!
//! ```text
//! BodyWriter ─► Body ─► put / put_part ─► writer thread of the shard ─► answer
//! open ─► row and files pinned on a blocking thread ─► BodyReader
//!     └─► what was read of late and not written since (`object_cache`) ─► BodyReader
//! ```
//! Every version of an object is a row, the newest of a key first; reads and listings take the first that is no delete
//! marker. A body that is read whole is compared with the sum that was stored with it (`sums`). Not here: authorisation.

mod backup;
mod body_dir;
mod buckets;
mod cipher;
mod copy;
mod delete;
mod error;
mod etag;
mod head;
mod headroom;
mod ids;
mod incoming;
pub(crate) mod inspection;
mod layout;
mod list;
mod list_versions;
mod locate;
mod lock;
mod multipart;
mod multipart_list;
mod object_cache;
mod objects;
mod outgoing;
mod pending_file;
mod pins;
mod plain_body;
mod readers;
mod reaper;
mod record;
mod rewrap;
mod row_key;
mod schema;
mod settings;
mod short_reads;
mod sums;
mod sweep;
mod tables;
mod unlink_hold;
mod verified_files;
mod walk;
mod writer;

use std::any::Any;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keyward_ambient::{Clock, Entropy, Timestamp};
use keyward_disk_space::Ballast;

pub use backup::{Copied, copy_store};
pub use cipher::DataKey;
pub use copy::CopyRequest;
pub use error::{EngineError, KeyFault};
pub use etag::Etag;
pub use head::{
    Checksum, ChecksumAlgorithm, ChecksumKind, ChecksumPlan, ChecksumUnreadable, Encryption, HeadOwner, ObjectHead,
};
pub use ids::{BucketId, UploadId, Version};
pub use incoming::{Body, BodyWriter};
pub use keyward_disk_space::{FileSystemGauge, Reserve, Space, SpaceGauge};
pub use layout::{holds_store, is_made};
pub use list::{ListQuery, Page};
pub use list_versions::{VersionsPage, VersionsQuery};
pub use locate::Plan;
pub use lock::{Lock, Retention, RetentionMode, RetentionPeriod};
pub use multipart::{CompletedPart, Completion};
pub use multipart_list::{PartsPage, UploadsPage, UploadsQuery};
pub use objects::{Judge, OpenedObject};
pub use outgoing::BodyReader;
pub use record::{ByteRange, Deleted, Deletion, ObjectRecord, Precondition, PutResult, Seen, Terms, Versioning, Which};
pub use rewrap::{Reseal, Resealed};
pub use settings::Settings;
pub use sweep::SweepReport;
pub use tables::buckets::{BucketState, Usage};
pub use tables::objects::ListedObject;
pub use tables::parts::PartRecord;
pub use tables::uploads::UploadRecord;
pub use walk::After;

use body_dir::BodyDir;
use headroom::Headroom;
use incoming::Spool;
use layout::Layout;
use object_cache::ObjectCache;
use pins::Pins;
use readers::Readers;
use reaper::Reaper;
use short_reads::ShortReads;
use unlink_hold::UnlinkHold;
use verified_files::VerifiedFiles;
use writer::{Commit, Held, Writer};

/// An open object store. Clones share it; it closes when the last is dropped, or at [`close`](Engine::close).
/// All async methods must run inside a tokio runtime.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    /// Kept by each commit that this handle queues until that commit is over.
    held: Option<Held>,
}

struct Inner {
    shards: Vec<Shard>,
    bodies: Arc<BodyDir>,
    pins: Arc<Pins>,
    cache: Arc<ObjectCache>,
    reaper: Mutex<Reaper>,
    spool: Arc<Spool>,
    headroom: Arc<Headroom>,
    verified: Arc<VerifiedFiles>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: Settings,
    may_hold_orphans: AtomicBool,
    // Last, so that the lock goes when all else is closed.
    layout: Layout,
}

struct Shard {
    writer: Writer,
    readers: Arc<Readers>,
    short_reads: Arc<ShortReads>,
}

impl Engine {
    /// Opens the store in `directory`, creating it if there is none. Blocks, briefly and whatever the store holds.
    /// [`InUse`](EngineError::InUse) when it is open already.
    pub fn open(
        directory: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
    ) -> Result<Self, EngineError> {
        settings.check()?;
        let (layout, files) = Layout::open(directory, settings.shards, entropy.as_ref())?;
        let bodies = Arc::new(BodyDir::new(layout.bodies(), entropy.as_ref()));
        let hold = UnlinkHold::open(directory).map_err(EngineError::io("open the lock of unlinking"))?;
        let reaper =
            Reaper::start(layout.bodies(), hold).map_err(EngineError::io("start the thread that unlinks bodies"))?;
        let pins = Arc::new(Pins::new(reaper.unlinks()));
        let cache = ObjectCache::new(settings.cache, settings.cached_body_limit);
        let (gauge, reserve) = (Arc::clone(&settings.space_gauge), settings.reserve);
        let ballast = Ballast::keep(directory, "reserve", reserve, Arc::clone(&gauge));
        let mut shards = Vec::with_capacity(files.len());
        for (number, (path, connection)) in files.into_iter().enumerate() {
            let name = format!("objects-meta-{number:02}");
            let shared = writer::Shared {
                clock: Arc::clone(&clock),
                pins: Arc::clone(&pins),
                cache: Arc::clone(&cache),
                ballast: Arc::clone(&ballast),
            };
            let writer = Writer::start(name, connection, shared)?;
            let readers = Readers::new(path, settings.readers_per_shard);
            let short_reads = ShortReads::new(Arc::clone(&readers), settings.readers_per_shard);
            shards.push(Shard { writer, readers, short_reads });
        }
        let headroom = Headroom::new(directory.to_owned(), reserve, gauge, Arc::clone(&clock));
        let spool = Arc::new(Spool {
            headroom: Arc::clone(&headroom),
            bodies: Arc::clone(&bodies),
            pins: Arc::clone(&pins),
            entropy: Arc::clone(&entropy),
            inline_limit: settings.inline_limit,
            batch: settings.write_batch.max(settings.inline_limit + 1),
        });
        let may_hold_orphans = AtomicBool::new(layout.may_hold_orphans);
        let reaper = Mutex::new(reaper);
        let inner = Inner {
            shards,
            bodies,
            pins,
            cache,
            reaper,
            spool,
            headroom,
            verified: VerifiedFiles::new(Arc::clone(&clock)),
            clock,
            entropy,
            settings,
            may_hold_orphans,
            layout,
        };
        Ok(Self { inner: Arc::new(inner), held: None })
    }

    /// Finishes the writes queued so far and closes the store for all clones; later calls are
    /// [`Unavailable`](EngineError::Unavailable). Bodies still being read stay readable.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        if tokio::task::spawn_blocking(move || inner.close()).await.is_err() {
            tracing::error!("closing the object store was cut short");
        }
    }

    /// What tells this store from all others; drawn when it was made.
    pub fn store_id(&self) -> [u8; 16] {
        self.inner.layout.store
    }

    /// What time it is for the store.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The judge of writes that grow the store, for a job on a writing thread.
    fn headroom(&self) -> Arc<Headroom> {
        Arc::clone(&self.inner.headroom)
    }

    /// The same store through a handle whose commits keep `held` until they are over, also where the caller has stopped
    /// waiting.
    #[must_use]
    pub fn holding(&self, held: impl Any + Send + Sync) -> Self {
        Self { inner: Arc::clone(&self.inner), held: Some(Arc::new(held)) }
    }

    /// Queues `work` for the shard of `bucket`, with what this handle holds.
    fn commit<T, F>(&self, bucket: BucketId, work: F) -> impl Future<Output = Result<T, EngineError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&mut Commit<'_>) -> Result<T, EngineError> + Send + 'static,
    {
        let held = self.held.clone();
        self.shard(bucket).writer.commit(move |commit| {
            held.into_iter().for_each(|held| commit.hold(held));
            work(commit)
        })
    }

    fn shard(&self, bucket: BucketId) -> &Shard {
        &self.inner.shards[self.shard_number(bucket)]
    }

    /// Which shard holds `bucket`. Part of the layout on disk.
    fn shard_number(&self, bucket: BucketId) -> usize {
        // Bucket ids are handed out in order, so the remainder spreads them evenly; it always fits.
        usize::try_from(bucket.0 % self.inner.shards.len() as u64).unwrap_or(0)
    }
}

impl Inner {
    fn close(&self) {
        for shard in &self.shards {
            shard.short_reads.close();
            shard.readers.close();
            shard.writer.stop();
        }
        let all_unlinked = self.reaper.lock().unwrap_or_else(PoisonError::into_inner).stop();
        let in_order = all_unlinked && self.pins.is_empty() && !self.may_hold_orphans.load(Ordering::Acquire);
        if in_order && let Err(error) = self.layout.mark_clean() {
            tracing::warn!(%error, "the next start will search for orphaned bodies");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
