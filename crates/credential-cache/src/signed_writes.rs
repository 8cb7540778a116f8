//! Writes in progress by the secret that signed them, so that ending a secret stops them.
//!
//! A write registers with [`SignedWrites::begin`] and takes a [`CommitPermit`] right before its commit. The change that ends a
//! secret, locks its user or deletes it calls [`SignedWrites::report`] once the change is stored, and answers after
//! [`Stopping::finished`]: after the permits that were given out before are back. From then on no write under that
//! secret is committed. A grace end that passes stops no write.
//!
//! ```text
//! write:      begin ── body arrives ── permit ── commit ── permit dropped
//! revocation:              change stored ── report ── finished ── answer
//! ```
//! The state is kept here and not beside the cached credential, because the cache may drop a credential at any time.
//! Reads are not registered. The map is in shards, each with a lock that is held for a look-up.

mod state;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_ambient::Timestamp;
use keyward_keyring::SecretId;

use self::state::{Entered, State};
use crate::{CouldNotFindOut, Credential, CredentialCache, CredentialKey};

const SHARDS: usize = 64;

/// Why a write may not be committed although its request verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The secret was revoked, or given an end that was not ahead.
    Secret,
    /// The user was locked.
    Locked,
    /// The user was deleted.
    Deleted,
}

/// Why no permit was given.
#[derive(Clone, Debug)]
pub enum NotPermitted {
    /// The secret, or its user, has ended.
    Ended(Ended),
    /// It could not be found out whether it has.
    CouldNotFindOut(CouldNotFindOut),
}

/// What became of an object user in one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// It was deleted.
    Deleted,
    /// It was stored with these secrets; each with its end.
    Stored {
        /// Whether it is locked.
        locked: bool,
        /// Its secrets, those in their grace included.
        secrets: Vec<(SecretId, Option<Timestamp>)>,
    },
}

/// All writes in progress that were signed.
#[derive(Debug)]
pub struct SignedWrites {
    shards: Vec<Shard>,
    hasher: RandomState,
}

type Shard = Mutex<HashMap<CredentialKey, Vec<Entry>>>;

/// A secret under which writes are in progress.
#[derive(Debug)]
struct Entry {
    secret: SecretId,
    ends_at: Option<Timestamp>,
    /// Its end passed and it was erased.
    is_past: bool,
    /// How many writes share it.
    writes: usize,
    state: Arc<State>,
}

/// A write in progress. Clones are the same write.
#[derive(Clone, Debug)]
pub struct SignedWrite(Arc<Registered>);

#[derive(Debug)]
struct Registered {
    all: Arc<SignedWrites>,
    owner: CredentialKey,
    secret: SecretId,
    state: Arc<State>,
}

/// While it is held, the call that ends the secret does not answer.
#[derive(Debug)]
pub struct CommitPermit(SignedWrite);

/// The writes that a change stopped.
#[derive(Debug, Default)]
#[must_use = "the change is answered only after these are finished"]
pub struct Stopping(Vec<Arc<State>>);

impl Default for SignedWrites {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl SignedWrites {
    /// Registers a write that verified under `secret` of `credential`.
    ///
    /// # Errors
    /// When the secret, or its user, ended between the verification and now, or it cannot be found out.
    pub async fn begin(
        self: &Arc<Self>,
        credentials: &CredentialCache,
        credential: &Arc<Credential>,
        secret: SecretId,
    ) -> Result<SignedWrite, NotPermitted> {
        let write = self.register(credential.key(), secret, credential.end_of(secret));
        // A change that was stored and reported before the registration did not see this write. It has made the cache
        // forget the credential, so one that is still there is as it was.
        let current = match credentials.in_memory(credential.key()) {
            Some(cached) if Arc::ptr_eq(&cached, credential) => Some(cached),
            _ => credentials.find(credential.key()).await.map_err(NotPermitted::CouldNotFindOut)?,
        };
        if let Some(ended) = judged(current.as_deref(), secret) {
            return Err(NotPermitted::Ended(ended));
        }
        if let Some(current) = current.filter(|current| !Arc::ptr_eq(current, credential)) {
            self.note_end(&write, current.end_of(secret));
        }
        Ok(write)
    }

    /// Reports a change of the user `owner`, decided at `at`. `is_certain` is false when the store did not say whether it
    /// was made; writes that it would have stopped then look the credential up before they commit.
    pub fn report(&self, owner: &CredentialKey, change: &UserChange, at: Timestamp, is_certain: bool) -> Stopping {
        let mut shard = self.shard(owner);
        let Some(entries) = shard.get_mut(owner) else { return Stopping::default() };
        let mut stopping = Vec::new();
        for entry in entries {
            if let Some(ended) = entry.take(change, at, is_certain) {
                match is_certain {
                    true => entry.state.end(ended),
                    false => entry.state.doubt(),
                }
                stopping.push(Arc::clone(&entry.state));
            }
        }
        Stopping(stopping)
    }

    /// The writes of `owner` that earlier changes stopped: for a caller who finds that the change was made already.
    pub fn stopping(&self, owner: &CredentialKey) -> Stopping {
        let shard = self.shard(owner);
        let entries = shard.get(owner).into_iter().flatten();
        Stopping(entries.filter(|entry| !entry.state.is_open()).map(|entry| Arc::clone(&entry.state)).collect())
    }

    fn register(self: &Arc<Self>, owner: &CredentialKey, secret: SecretId, ends_at: Option<Timestamp>) -> SignedWrite {
        let mut shard = self.shard(owner);
        let entries = shard.entry(owner.clone()).or_default();
        // One that was stopped is of requests from before: a user that was locked and unlocked may write again.
        let shared = entries.iter_mut().find(|entry| entry.secret == secret && entry.state.is_open());
        let state = match shared {
            Some(entry) => {
                entry.writes += 1;
                Arc::clone(&entry.state)
            }
            None => {
                let state = Arc::new(State::default());
                entries.push(Entry { secret, ends_at, is_past: false, writes: 1, state: Arc::clone(&state) });
                state
            }
        };
        SignedWrite(Arc::new(Registered { all: Arc::clone(self), owner: owner.clone(), secret, state }))
    }

    /// Takes up an end that was read after the registration: a change in between was reported too early to be seen.
    fn note_end(&self, write: &SignedWrite, ends_at: Option<Timestamp>) {
        let Registered { owner, state, .. } = &*write.0;
        let mut shard = self.shard(owner);
        let mut entries = shard.get_mut(owner).into_iter().flatten();
        if let Some(entry) = entries.find(|entry| Arc::ptr_eq(&entry.state, state)) {
            entry.may_end(ends_at);
        }
    }

    fn shard(&self, owner: &CredentialKey) -> MutexGuard<'_, HashMap<CredentialKey, Vec<Entry>>> {
        let hash = self.hasher.hash_one(owner);
        let place = usize::try_from(hash % SHARDS as u64).unwrap_or(0);
        self.shards[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn count(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }
}

impl Entry {
    /// Takes up what the change says of this secret; answers why its writes have to stop.
    fn take(&mut self, change: &UserChange, at: Timestamp, is_certain: bool) -> Option<Ended> {
        let (locked, secrets) = match change {
            UserChange::Deleted => return Some(Ended::Deleted),
            UserChange::Stored { locked, secrets } => (*locked, secrets),
        };
        if locked {
            return Some(Ended::Locked);
        }
        match secrets.iter().find(|(secret, _)| *secret == self.secret) {
            Some((_, ends_at)) if is_certain => {
                self.ends_at = *ends_at;
                None
            }
            Some((_, ends_at)) => {
                self.may_end(*ends_at);
                None
            }
            // The end had passed before the secret was erased, so this is no revocation.
            None if self.is_past || self.ends_at.is_some_and(|end| end <= at) => {
                self.is_past = true;
                None
            }
            None => Some(Ended::Secret),
        }
    }

    /// Of two ends that may be true the later counts: an absence before it is taken for a revocation.
    fn may_end(&mut self, ends_at: Option<Timestamp>) {
        self.ends_at = ends_at.zip(self.ends_at).map(|(one, other)| one.max(other));
    }
}

impl SignedWrite {
    /// Why the write has to stop; costs one atomic load. `None` is no promise: that is what a permit is for.
    pub fn ended(&self) -> Option<Ended> {
        self.0.state.ended()
    }

    /// Permission to commit, to be held until the commit is over.
    ///
    /// # Errors
    /// When the secret, or its user, has ended, or it cannot be found out.
    pub async fn permit(&self, credentials: &CredentialCache) -> Result<CommitPermit, NotPermitted> {
        loop {
            match self.0.state.enter() {
                Entered::Permitted => return Ok(CommitPermit(self.clone())),
                Entered::Ended(ended) => return Err(NotPermitted::Ended(ended)),
                Entered::Doubtful(doubt) => {
                    let current = credentials.find(&self.0.owner).await.map_err(NotPermitted::CouldNotFindOut)?;
                    self.0.state.settle(doubt, judged(current.as_deref(), self.0.secret));
                }
            }
        }
    }
}

impl Stopping {
    /// Waits until none of these writes holds a permit any more. Only commits that are under way hold one.
    pub async fn finished(self) {
        for state in self.0 {
            state.without_permits().await;
        }
    }
}

impl Drop for CommitPermit {
    fn drop(&mut self) {
        self.0.0.state.leave();
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut shard = self.all.shard(&self.owner);
        let Some(entries) = shard.get_mut(&self.owner) else { return };
        entries.retain_mut(|entry| {
            if Arc::ptr_eq(&entry.state, &self.state) {
                entry.writes -= 1;
            }
            entry.writes > 0
        });
        if entries.is_empty() {
            shard.remove(&self.owner);
        }
    }
}

/// Why a write under this secret may not be committed, going by the user as it is now.
fn judged(current: Option<&Credential>, secret: SecretId) -> Option<Ended> {
    match current {
        None => Some(Ended::Deleted),
        Some(credential) if credential.locked => Some(Ended::Locked),
        Some(credential) if !credential.holds(secret) => Some(Ended::Secret),
        Some(_) => None,
    }
}
