//! Reading tokens, and noting that one was used.

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_identity::{TokenHash, TokenRecord};

use crate::{Revised, StoreError};

/// The tokens of logged-in sessions, known by their hashes.
#[async_trait]
pub trait Tokens: Send + Sync + 'static {
    /// One token, dead or alive; `None` when there is none of this hash.
    async fn token(&self, hash: &TokenHash) -> Result<Option<Revised<TokenRecord>>, StoreError>;

    /// The tokens of one owner ([`SessionIdentity::name`](keyward_identity::SessionIdentity::name)), dead or alive,
    /// oldest first: about as many as one may hold.
    async fn tokens_of(&self, owner: &str) -> Result<Vec<Revised<TokenRecord>>, StoreError>;

    /// How many tokens [`tokens_of`](Self::tokens_of) would answer.
    async fn token_count(&self, owner: &str) -> Result<u64, StoreError>;

    /// Notes that a token was used at `at`, unless a later use is noted already. This alone of all writes is neither
    /// audited nor in the change feed nor synced: a power cut may take it back, and then the token idles out sooner.
    /// A token that is not there is fine.
    async fn touch_token(&self, hash: &TokenHash, at: Timestamp) -> Result<(), StoreError>;
}
