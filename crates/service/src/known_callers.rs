//! Who the last callers were found to be, so that a run of calls under one token does not ask the store each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_identity::{Principal, TokenHash, TokenRecord};
use keyward_store::{RecordKey, Write};
use quick_cache::sync::Cache;

/// How many tokens are remembered.
const TOKENS: usize = 10_000;

/// What the store said of a token and its user.
#[derive(Debug)]
pub(crate) struct KnownCaller {
    /// The token. Whether it still lives is for the reader to ask, at each call.
    pub(crate) token: TokenRecord,
    /// Who holds it.
    pub(crate) principal: Principal,
    /// The state of the store that this follows from.
    epoch: u64,
}

/// Remembered callers. One is forgotten as soon as anything changes that it could follow from: this process is the only
/// one that writes the store. Where several share one, its change feed has to [`change`](Self::change) this too.
pub(crate) struct KnownCallers {
    known: Cache<TokenHash, Arc<KnownCaller>>,
    epoch: AtomicU64,
}

impl Default for KnownCallers {
    fn default() -> Self {
        Self { known: Cache::new(TOKENS), epoch: AtomicU64::new(0) }
    }
}

impl KnownCallers {
    /// The state of the store; to be asked before it is read, so that what a change overtakes is not remembered.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// The caller of a token, if nothing has changed since.
    pub(crate) fn find(&self, token: &TokenHash) -> Option<Arc<KnownCaller>> {
        let epoch = self.epoch();
        self.known.get(token).filter(|known| known.epoch == epoch)
    }

    /// Remembers what was read from the state `epoch` on.
    pub(crate) fn remember(&self, epoch: u64, token: TokenRecord, principal: &Principal) {
        let known = KnownCaller { token, principal: principal.clone(), epoch };
        self.known.insert(known.token.hash, Arc::new(known));
    }

    /// Forgets everybody.
    pub(crate) fn change(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }
}

/// Whether a write can change who anybody is. Object users and buckets, which are written most, cannot.
pub(crate) fn concerns_callers(write: &Write) -> bool {
    let about = |key: &RecordKey| !matches!(key, RecordKey::User { .. } | RecordKey::Bucket { .. });
    match write {
        Write::Put { record, .. } => about(&record.key()),
        Write::Delete { key, .. } => about(key),
        Write::DeleteToken(_) | Write::DeleteTokensOf(_) => true,
        Write::IssueToken { .. }
        | Write::Require(_)
        | Write::RequireUser { .. }
        | Write::RequireAt { .. }
        | Write::RequireEmpty(_) => false,
    }
}
