//! One pass over a bucket: page by page, key by key, with each page's deletions in one commit.

use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{Bucket, LifecycleRule};

use super::judge::{Sentence, judge};
use super::moment::{after_days, concerns};
use crate::call::versioning;
use crate::engine::{
    BucketId, Deletion, Engine, EngineError, ListedObject, Precondition, UploadRecord, UploadsQuery, VersionsQuery,
    Which,
};

/// How many rows are looked at together.
const PAGE: usize = 1000;

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

/// Carries out the rules of `bucket` as they stand at `now`; a day lasts `day`. Uploads that no rule speaks of are given
/// up when nothing has come for `abandoned_after` days.
pub(crate) async fn sweep(
    engine: &Engine,
    bucket: &Bucket,
    now: Timestamp,
    day: Duration,
    abandoned_after: Option<u32>,
) -> Result<Swept, EngineError> {
    let mut pass = Pass { engine, bucket, now, day, abandoned_after, swept: Swept::default() };
    let rules = &bucket.settings.lifecycle;
    if rules.iter().any(|rule| rule.enabled && (rule.expiration.is_some() || rule.noncurrent_expiration.is_some())) {
        pass.versions().await?;
    }
    let by_rule = rules.iter().any(|rule| rule.enabled && rule.abort_uploads_after_days.is_some());
    if by_rule || abandoned_after.is_some() {
        pass.uploads().await?;
    }
    Ok(pass.swept)
}

struct Pass<'p> {
    engine: &'p Engine,
    bucket: &'p Bucket,
    now: Timestamp,
    day: Duration,
    abandoned_after: Option<u32>,
    swept: Swept,
}

impl Pass<'_> {
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
            self.execute(due).await?;
            let Some((after, after_version)) = page.next else { return Ok(()) };
            query = VersionsQuery { after, after_version, ..query };
        }
    }

    /// Adds the deletions that are due for a key. Each holds only for the very version that was judged.
    fn due(&self, key: &str, versions: &[ListedObject], due: &mut Vec<(String, Deletion)>) {
        for sentence in judge(self.rules(), key, versions, self.now, self.day) {
            let deletion = match (sentence, versions.first()) {
                (Sentence::ExpireCurrent, Some(current)) => Deletion {
                    versioning: versioning(self.bucket),
                    precondition: Precondition::Unchanged { etag: current.etag, modified: current.modified },
                    ..Deletion::default()
                },
                (Sentence::ExpireCurrent, None) => continue,
                (Sentence::Remove(version), _) => Deletion { which: Which::Version(version), ..Deletion::default() },
            };
            due.push((key.to_owned(), deletion));
        }
    }

    async fn execute(&mut self, due: Vec<(String, Deletion)>) -> Result<(), EngineError> {
        for some in due.chunks(PAGE) {
            let answers = self.engine.delete_many(BucketId(self.bucket.id), some.to_vec(), None).await?;
            for ((_, deletion), answer) in some.iter().zip(answers) {
                match (deletion.which, answer) {
                    (Which::Latest, Ok(deleted)) if deleted.existed => self.swept.expired += 1,
                    (Which::Version(_), Ok(deleted)) if deleted.existed => self.swept.removed += 1,
                    // Gone or written anew meanwhile, or locked: the next pass judges it again.
                    _ => {}
                }
            }
        }
        Ok(())
    }

    async fn uploads(&mut self) -> Result<(), EngineError> {
        let mut query = UploadsQuery { limit: PAGE, ..UploadsQuery::default() };
        loop {
            let page = self.engine.list_uploads(BucketId(self.bucket.id), query.clone()).await?;
            for (key, upload) in page.uploads {
                if self.is_over(&key, &upload).await? {
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
