//! What a store asks about the key that signed a write, right before it commits.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use keyward_s3_wire::S3Error;

/// Knows whether the key that signed a request may still write.
#[async_trait]
pub trait Signer: Send + Sync + 'static {
    /// Permission to commit. A call that ends the key does not answer while it is held.
    ///
    /// # Errors
    /// The S3 error to answer with: the key was revoked, its user locked or deleted, or it could not be found out.
    async fn permit(&self) -> Result<CommitPermit, S3Error>;
}

/// What a backend asks before each commit. Reads and unsigned requests have no signer; they are permitted.
#[derive(Clone, Default)]
pub struct CommitCheck(Option<Arc<dyn Signer>>);

/// Permission for a commit, to be held until the commit is over, also when the client goes away meanwhile.
#[derive(Clone, Default)]
pub struct CommitPermit(#[expect(dead_code, reason = "held, and never looked at")] Option<Arc<dyn Any + Send + Sync>>);

impl CommitCheck {
    /// Permits everything: for reads and for unsigned requests.
    pub fn unsigned() -> Self {
        Self(None)
    }

    /// Asks this signer.
    pub fn of(signer: impl Signer) -> Self {
        Self(Some(Arc::new(signer)))
    }

    /// Permission for one commit.
    ///
    /// # Errors
    /// Those of [`Signer::permit`].
    pub async fn permit(&self) -> Result<CommitPermit, S3Error> {
        match &self.0 {
            None => Ok(CommitPermit::default()),
            Some(signer) => signer.permit().await,
        }
    }
}

impl CommitPermit {
    /// A permit that lasts until the last clone of this is dropped.
    pub fn holding(held: impl Any + Send + Sync) -> Self {
        Self(Some(Arc::new(held)))
    }
}

impl fmt::Debug for CommitCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitCheck").field("is_signed", &self.0.is_some()).finish()
    }
}

impl fmt::Debug for CommitPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitPermit").finish_non_exhaustive()
    }
}
