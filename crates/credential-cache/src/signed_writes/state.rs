//! Whether writes under one secret may be committed, and how many hold a permit, in one atomic word.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::Ended;

/// The lowest bits: whether permits are given.
const CODE: u64 = 0b111;
const OPEN: u64 = 0;
const DOUBTFUL: u64 = 1;
const SECRET: u64 = 2;
const LOCKED: u64 = 3;
const DELETED: u64 = 4;

/// The next 29 bits count doubts, so that a look-up from before a later doubt settles nothing.
const DOUBT: u64 = 1 << 3;
const DOUBTS: u64 = (PERMIT - 1) & !CODE;

/// The upper half counts permits.
const PERMIT: u64 = 1 << 32;

#[derive(Debug, Default)]
pub(super) struct State {
    word: AtomicU64,
    /// Notified when the last permit of a state that is not open comes back, and when a doubt is settled.
    returned: Notify,
}

/// What came of asking for a permit.
pub(super) enum Entered {
    Permitted,
    Ended(Ended),
    /// To be looked up, and settled for this doubt.
    Doubtful(Doubt),
}

/// One doubt of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Doubt(u64);

impl State {
    pub(super) fn is_open(&self) -> bool {
        self.word.load(Ordering::Acquire) & CODE == OPEN
    }

    /// One relaxed load.
    pub(super) fn ended(&self) -> Option<Ended> {
        ended(self.word.load(Ordering::Relaxed))
    }

    /// Counts a permit, where one is given. The count comes first: a call that ends the secret afterwards sees it.
    pub(super) fn enter(&self) -> Entered {
        let before = self.word.fetch_add(PERMIT, Ordering::AcqRel);
        if before & CODE == OPEN {
            return Entered::Permitted;
        }
        self.leave();
        match ended(before) {
            Some(ended) => Entered::Ended(ended),
            None => Entered::Doubtful(Doubt(before & DOUBTS)),
        }
    }

    /// Counts a permit back.
    pub(super) fn leave(&self) {
        let before = self.word.fetch_sub(PERMIT, Ordering::AcqRel);
        if before & CODE != OPEN && before / PERMIT == 1 {
            self.returned.notify_waiters();
        }
    }

    /// No more permits. What ended once has ended for good, for its first reason.
    pub(super) fn end(&self, why: Ended) {
        self.change(|word| if ended(word).is_some() { word } else { with_code(word, code(why)) });
    }

    /// No permits before a look-up.
    pub(super) fn doubt(&self) {
        self.change(|word| match ended(word) {
            Some(_) => word,
            None => (with_code(word, DOUBTFUL) & !DOUBTS) | (word.wrapping_add(DOUBT) & DOUBTS),
        });
    }

    /// Takes up what was looked up after `doubt`. A later doubt takes a later look-up.
    pub(super) fn settle(&self, doubt: Doubt, found: Option<Ended>) {
        self.change(|word| match word & CODE == DOUBTFUL && word & DOUBTS == doubt.0 {
            true => with_code(word, found.map_or(OPEN, code)),
            false => word,
        });
        self.returned.notify_waiters();
    }

    /// Waits until no permit is out, or it turned out that none has to come back.
    pub(super) async fn without_permits(&self) {
        loop {
            // Before the look, so that a return after it is not missed.
            let returned = self.returned.notified();
            let word = self.word.load(Ordering::Acquire);
            if word < PERMIT || word & CODE == OPEN {
                return;
            }
            returned.await;
        }
    }

    fn change(&self, change: impl Fn(u64) -> u64) {
        // Never an error: the change always gives a word.
        let _ = self.word.fetch_update(Ordering::AcqRel, Ordering::Acquire, |word| Some(change(word)));
    }
}

fn with_code(word: u64, code: u64) -> u64 {
    (word & !CODE) | code
}

fn code(ended: Ended) -> u64 {
    match ended {
        Ended::Secret => SECRET,
        Ended::Locked => LOCKED,
        Ended::Deleted => DELETED,
    }
}

fn ended(word: u64) -> Option<Ended> {
    match word & CODE {
        SECRET => Some(Ended::Secret),
        LOCKED => Some(Ended::Locked),
        DELETED => Some(Ended::Deleted),
        _ => None,
    }
}
