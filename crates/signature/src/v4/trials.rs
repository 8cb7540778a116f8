//! Trying a signature against every candidate secret.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use super::{Credential, SERVICE, SigningKey};
use crate::CandidateSecret;

/// The candidates of one verification, with the signing keys that it has at hand.
pub(crate) struct Trials<'a, C> {
    credential: &'a Credential,
    signature: &'a [u8; 32],
    candidates: Vec<Trial<'a, C>>,
}

struct Trial<'a, C> {
    secret: &'a C,
    key: Option<Arc<SigningKey>>,
    is_kept: bool,
}

impl<'a, C: CandidateSecret> Trials<'a, C> {
    /// For one signature under the scope of one credential.
    pub(crate) fn new(candidates: &'a [C], credential: &'a Credential, signature: &'a [u8; 32]) -> Self {
        let scope = credential.scope_text();
        let trial = |secret: &'a C| {
            let key = secret.signing_keys().find(scope);
            Trial { secret, is_kept: key.is_some(), key }
        };
        Self { credential, signature, candidates: candidates.iter().map(trial).collect() }
    }

    /// Which candidate signed `text`, and its key, which is kept from now on. Candidates whose key was kept are tried
    /// first; a key is derived only when none of those fits.
    pub(crate) fn sign_and_compare(&mut self, text: &[u8]) -> Option<(usize, Arc<SigningKey>)> {
        let found = self.compare(text, true).or_else(|| {
            self.derive_missing();
            self.compare(text, false)
        })?;
        let trial = &self.candidates[found];
        let key = trial.key.clone()?;
        if !trial.is_kept {
            trial.secret.signing_keys().keep(self.credential.scope_text(), &key);
        }
        Some((found, key))
    }

    /// Tries all candidates whose key was kept, or all others. It does not stop at the first that fits, so that the
    /// time taken does not tell which of them did.
    fn compare(&self, text: &[u8], kept: bool) -> Option<usize> {
        let mut found = None;
        for (at, trial) in self.candidates.iter().enumerate().filter(|(_, trial)| trial.is_kept == kept) {
            let Some(key) = &trial.key else { continue };
            if bool::from(key.sign(text).ct_eq(self.signature)) {
                found = Some(at);
            }
        }
        found
    }

    fn derive_missing(&mut self) {
        let scope = self.credential.scope();
        for trial in self.candidates.iter_mut().filter(|trial| trial.key.is_none()) {
            trial.key = Some(Arc::new(SigningKey::derive(trial.secret.secret(), scope.date, scope.region, SERVICE)));
        }
    }
}
