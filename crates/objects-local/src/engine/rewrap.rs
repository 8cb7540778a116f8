//! Sealing the store's own keys anew, while it is in use.
//!
//! Uploads are gone through before objects: what becomes an object meanwhile is come upon as one. A round that is cut
//! short, by a crash or a power cut, has sealed some anew; the next begins at the front and finds those done.

use std::sync::Arc;

use super::tables::sealed_keys::{self, Heads};
use super::{Engine, EngineError, Shard};

/// How many rows are looked at in one transaction.
const PAGE: u32 = 500;

/// What gives the same key sealed anew, `None` when nothing is to be done, and else the reason why it cannot be.
pub type Reseal = dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, String> + Send + Sync;

/// What came of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Keys of objects and uploads that were looked at.
    pub keys: u64,
    /// Those sealed anew.
    pub resealed: u64,
    /// Those that could not be.
    pub failed: u64,
    /// Why the last of them could not be.
    pub why: Option<String>,
}

impl Engine {
    /// Goes through the sealed keys of all objects and uploads, and keeps what `reseal` makes of them.
    pub async fn reseal_keys(&self, reseal: Arc<Reseal>) -> Result<Resealed, EngineError> {
        let mut outcome = Resealed::default();
        for shard in &self.inner.shards {
            for heads in [Heads::Uploads, Heads::Objects] {
                self.reseal_in(shard, heads, &reseal, &mut outcome).await?;
            }
        }
        Ok(outcome)
    }

    async fn reseal_in(
        &self,
        shard: &Shard,
        heads: Heads,
        reseal: &Arc<Reseal>,
        outcome: &mut Resealed,
    ) -> Result<(), EngineError> {
        let mut after = Vec::new();
        loop {
            let (from, reseal) = (after, Arc::clone(reseal));
            let page = shard.readers.read_then(
                move |connection| sealed_keys::page(connection, heads, &from, PAGE),
                move |page| {
                    let resealed = page.keys.into_iter().map(|(row_key, sealed)| {
                        let anew = reseal(&sealed);
                        (row_key, sealed, anew)
                    });
                    Ok((resealed.collect::<Vec<_>>(), page.last))
                },
            );
            let (resealed, last) = page.await?;
            outcome.keys += resealed.len() as u64;
            let mut changes = Vec::new();
            for (row_key, from, anew) in resealed {
                match anew {
                    Ok(Some(to)) => changes.push((row_key, from, to)),
                    Ok(None) => {}
                    Err(why) => (outcome.failed, outcome.why) = (outcome.failed + 1, Some(why)),
                }
            }
            if !changes.is_empty() {
                let committed = shard.writer.commit(move |commit| {
                    let mut done = 0;
                    for (row_key, from, to) in changes {
                        if matches!(heads, Heads::Objects) {
                            commit.writes_object(&row_key);
                        }
                        done += u64::from(sealed_keys::replace(commit.connection, heads, &row_key, (&from, to))?);
                    }
                    Ok(done)
                });
                outcome.resealed += committed.await?;
            }
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
            self.inner.clock.sleep(self.inner.settings.sweep_pause).await;
        }
    }
}
