//! What the S3 path reads instead of the identity store: credentials and bucket records, in bounded memory.
//!
//! A hit touches one entry and waits for nothing. A miss is read from the source once, however many requests ask.
//! Whoever changes a record calls [`RecordCache::forget`] after the commit and before the answer; from then on no
//! request sees what was true before, also not through a read that had begun earlier: its result is dropped.

mod bucket;
mod credential;
mod record_cache;
mod signed_writes;
mod usage;

pub use bucket::{BucketCache, BucketKey, BucketRef};
pub use credential::{ClaimedRef, Credential, CredentialCache, CredentialKey, CredentialRef, LiveSecret};
pub use record_cache::{Capacity, CouldNotFindOut, RecordCache, Source};
pub use signed_writes::{CommitPermit, Ended, NotPermitted, SignedWrite, SignedWrites, Stopping, UserChange};
pub use usage::{Sighting, UsageQueue, Uses};
