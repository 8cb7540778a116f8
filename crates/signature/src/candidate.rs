//! The secrets that a signature is tried against, and the signing keys kept beside each.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::SigningKey;

/// A live secret of the access key id that a claim names. Whoever looks it up leaves expired ones out.
pub trait CandidateSecret {
    /// Tells the secrets of one access key id apart; never derived from the secret.
    fn id(&self) -> [u8; 16];

    /// The secret key in clear.
    fn secret(&self) -> &[u8];

    /// The signing keys kept for this secret. They live and go with it, so that a rotation invalidates by itself.
    fn signing_keys(&self) -> &SigningKeys;
}

impl<C: CandidateSecret + ?Sized> CandidateSecret for &C {
    fn id(&self) -> [u8; 16] {
        (**self).id()
    }

    fn secret(&self) -> &[u8] {
        (**self).secret()
    }

    fn signing_keys(&self) -> &SigningKeys {
        (**self).signing_keys()
    }
}

impl<C: CandidateSecret + ?Sized> CandidateSecret for Arc<C> {
    fn id(&self) -> [u8; 16] {
        (**self).id()
    }

    fn secret(&self) -> &[u8] {
        (**self).secret()
    }

    fn signing_keys(&self) -> &SigningKeys {
        (**self).signing_keys()
    }
}

/// The signing keys of one secret under which a signature has verified: at most [`CAPACITY`](Self::CAPACITY), the
/// newest first. Reading takes no lock; a key that is missing costs its derivation (four HMACs) and nothing else.
#[derive(Default)]
pub struct SigningKeys {
    kept: ArcSwap<Vec<Kept>>,
}

#[derive(Clone)]
struct Kept {
    /// The scope as it stands in the credential: date, region, service, terminator.
    scope: Arc<str>,
    key: Arc<SigningKey>,
}

impl SigningKeys {
    /// How many keys are kept: today's and yesterday's for two regions.
    pub const CAPACITY: usize = 4;

    /// Longer scopes are not kept, so that what a client calls its region cannot fill the memory.
    const LONGEST_SCOPE: usize = 96;

    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn find(&self, scope: &str) -> Option<Arc<SigningKey>> {
        self.kept.load().iter().find(|kept| *kept.scope == *scope).map(|kept| kept.key.clone())
    }

    /// Keeps a key under which a signature has verified; the oldest gives way.
    pub(crate) fn keep(&self, scope: &str, key: &Arc<SigningKey>) {
        if scope.len() > Self::LONGEST_SCOPE {
            return;
        }
        let scope: Arc<str> = scope.into();
        self.kept.rcu(|kept| {
            let newest = Kept { scope: scope.clone(), key: key.clone() };
            let others = kept.iter().filter(|kept| kept.scope != scope).cloned();
            std::iter::once(newest).chain(others).take(Self::CAPACITY).collect::<Vec<_>>()
        });
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").field("kept", &self.kept.load().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(day: &str) -> Arc<SigningKey> {
        Arc::new(SigningKey::derive(b"secret", day, "us-east-1", "s3"))
    }

    #[test]
    fn the_oldest_key_gives_way() {
        let keys = SigningKeys::new();
        for day in ["1", "2", "3", "4", "5"] {
            keys.keep(day, &key(day));
        }
        assert!(keys.find("1").is_none());
        assert!(["2", "3", "4", "5"].iter().all(|day| keys.find(day).is_some()));
    }

    #[test]
    fn a_scope_is_kept_once() {
        let keys = SigningKeys::new();
        for _ in 0..3 {
            keys.keep("1", &key("1"));
        }
        assert_eq!(keys.kept.load().len(), 1);
    }

    #[test]
    fn an_oversized_scope_is_not_kept() {
        let keys = SigningKeys::new();
        let scope = "x".repeat(1000);
        keys.keep(&scope, &key("1"));
        assert!(keys.find(&scope).is_none());
    }
}
