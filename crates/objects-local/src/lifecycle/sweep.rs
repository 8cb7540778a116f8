//! One pass over a bucket: page by page, key by key. What is due is deleted in batches, each only while the bucket and the
//! versions are still what was judged.

use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{Bucket, LifecycleRule};

use super::judge::{Sentence, judge};
use super::moment::{after_days, concerns};
use crate::call::versioning;
use crate::engine::{
    BucketId, Deletion, Engine, EngineError, ListedObject, Seen, UploadRecord, UploadsQuery, VersionsQuery, Which,
};

/// How many rows are looked at together.
const PAGE: usize = 1000;

/// How many deletions make a commit. Few, as a change of the bucket's settings is not seen until the next.
const BATCH: usize = 100;

/// A deletion that is due, and the version that it is due for.
type Due = (String, Deletion, Seen);

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Current versions that ended.
    pub expired: u64,
    /// Other versions and delete markers that went for good.
    pub removed: u64,
    /// Uploads that were given up.
    pub aborted: u64,
}

/// Carries out the rules of a bucket; a day lasts `day`. Uploads that no rule speaks of are given up when nothing has
/// come for `abandoned_after` days. `bucket_now` reads the bucket as it stands, before anything else and again before
/// each batch: the pass ends when rules, versioning or lock are no longer those that it judged by.
pub(crate) async fn sweep<N, F>(
    engine: &Engine,
    bucket_now: N,
    day: Duration,
    abandoned_after: Option<u32>,
) -> Result<Swept, EngineError>
where
    N: Fn() -> F,
    F: Future<Output = Option<Bucket>>,
{
    let Some(bucket) = bucket_now().await.filter(|bucket| !bucket.settings.locked) else {
        return Ok(Swept::default());
    };
    let now = engine.now();
    let mut pass = Pass { engine, bucket, bucket_now, now, day, abandoned_after, swept: Swept::default() };
    let rules = &pass.bucket.settings.lifecycle;
    let by_rule = rules.iter().any(|rule| rule.enabled && rule.abort_uploads_after_days.is_some());
    if rules.iter().any(|rule| rule.enabled && (rule.expiration.is_some() || rule.noncurrent_expiration.is_some())) {
        pass.versions().await?;
    }
    if by_rule || abandoned_after.is_some() {
        pass.uploads().await?;
    }
    Ok(pass.swept)
}

struct Pass<'p, N> {
    engine: &'p Engine,
    bucket: Bucket,
    bucket_now: N,
    now: Timestamp,
    day: Duration,
    abandoned_after: Option<u32>,
    swept: Swept,
}

impl<N, F> Pass<'_, N>
where
    N: Fn() -> F,
    F: Future<Output = Option<Bucket>>,
{
    fn rules(&self) -> &[LifecycleRule] {
        &self.bucket.settings.lifecycle
    }

    async fn versions(&mut self) -> Result<(), EngineError> {
        let mut query = VersionsQuery { limit: PAGE, ..VersionsQuery::default() };
        // The versions of one key may spread over pages; they are judged together.
        let (mut key, mut group) = (String::new(), Vec::<ListedObject>::new());
        loop {
            let page = self.engine.list_versions(BucketId(self.bucket.id), query.clone()).await?;
            let mut due = Vec::new();
            for (of, version, _) in page.versions {
                if of != key {
                    self.due(&key, &group, &mut due);
                    group.clear();
                    key = of;
                }
                group.push(version);
            }
            if page.next.is_none() {
                self.due(&key, &group, &mut due);
            }
            if !self.execute(due).await? {
                return Ok(());
            }
            let Some((after, after_version)) = page.next else { return Ok(()) };
            query = VersionsQuery { after, after_version, ..query };
        }
    }

    /// Adds the deletions that are due for a key. Each holds only for the very version that was judged.
    fn due(&self, key: &str, versions: &[ListedObject], due: &mut Vec<Due>) {
        for sentence in judge(self.rules(), key, versions, self.now, self.day) {
            let (rank, which) = match sentence {
                Sentence::ExpireCurrent => (0, Which::Latest),
                Sentence::Remove(rank) => (rank, Which::Version(versions[rank].version)),
            };
            let ListedObject { is_marker, etag, modified, .. } = versions[rank];
            let deletion = Deletion { which, versioning: versioning(&self.bucket), ..Deletion::default() };
            due.push((key.to_owned(), deletion, Seen { is_marker, is_current: rank == 0, etag, modified }));
        }
    }

    /// Deletes what is due. Answers whether the pass goes on: not when the bucket is no longer what was judged by.
    async fn execute(&mut self, due: Vec<Due>) -> Result<bool, EngineError> {
        for batch in due.chunks(BATCH) {
            if !self.still_stands().await {
                return Ok(false);
            }
            let answers = self.engine.delete_seen(BucketId(self.bucket.id), batch.to_vec()).await?;
            for ((_, deletion, _), answer) in batch.iter().zip(answers) {
                match (deletion.which, answer) {
                    (Which::Latest, Ok(deleted)) if deleted.existed => self.swept.expired += 1,
                    (Which::Version(_), Ok(deleted)) if deleted.existed => self.swept.removed += 1,
                    // Gone or written anew meanwhile, or locked: the next pass judges it again.
                    _ => {}
                }
            }
        }
        Ok(true)
    }

    /// Whether the bucket is still as the pass judges by. An owner who took a rule back, or began to keep versions, was
    /// told that it is so; what goes after that is lost against their word.
    async fn still_stands(&self) -> bool {
        let judged = &self.bucket;
        (self.bucket_now)().await.is_some_and(|now| {
            now.id == judged.id
                && !now.settings.locked
                && now.settings.lifecycle == judged.settings.lifecycle
                && now.settings.versioning == judged.settings.versioning
        })
    }

    async fn uploads(&mut self) -> Result<(), EngineError> {
        let mut query = UploadsQuery { limit: PAGE, ..UploadsQuery::default() };
        loop {
            let page = self.engine.list_uploads(BucketId(self.bucket.id), query.clone()).await?;
            for (key, upload) in page.uploads {
                if self.is_over(&key, &upload).await? {
                    if !self.still_stands().await {
                        return Ok(());
                    }
                    match self.engine.abort_upload(BucketId(self.bucket.id), &key, upload.id).await {
                        Ok(()) => self.swept.aborted += 1,
                        Err(EngineError::NoSuchUpload) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            let Some((after, after_upload)) = page.next else { return Ok(()) };
            query = UploadsQuery { after, after_upload, ..query };
        }
    }

    async fn is_over(&self, key: &str, upload: &UploadRecord) -> Result<bool, EngineError> {
        let begun = upload.id.begun_at();
        let concerned = self.rules().iter().filter(|rule| concerns(rule, key, 0, None));
        let ends = concerned.filter_map(|rule| Some(after_days(begun, rule.abort_uploads_after_days?, self.day)));
        match ends.min() {
            Some(end) => Ok(end <= self.now),
            None => self.is_abandoned(key, upload).await,
        }
    }

    /// Whether neither the upload was begun nor a part of it came in the last days: a slow client keeps its upload.
    async fn is_abandoned(&self, key: &str, upload: &UploadRecord) -> Result<bool, EngineError> {
        let Some(days) = self.abandoned_after else { return Ok(false) };
        let is_past = |moment: Timestamp| moment.plus(self.day.saturating_mul(days)) <= self.now;
        let mut after = 0;
        let mut idle = is_past(upload.id.begun_at());
        while idle {
            let page = match self.engine.list_parts(BucketId(self.bucket.id), key, upload.id, after, PAGE).await {
                Ok(page) => page,
                Err(EngineError::NoSuchUpload) => return Ok(false),
                Err(error) => return Err(error),
            };
            idle = page.parts.iter().all(|part| is_past(part.modified));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        Ok(idle)
    }
}
