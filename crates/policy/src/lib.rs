//! May this requester do this on this bucket or object? The only maker of [`Allowed`].
//!
//! ```text
//! bucket policy denies ─► no      policy allows ─► yes      owner of the bucket ─► yes      access control list ─► yes / no
//! ```
//! Policies speak the whole AWS language ([`BucketPolicy`]). A decision that depends on the object itself (its owner, its
//! list, its tags) asks for these [facts](Facts) first, and one that depends on the body of the request for what the
//! [body](Body) says; a bucket with neither policy nor list is decided by comparing two names. What an administrator has
//! locked can be read, but not changed.

mod access;
mod acl;
mod actions;
mod ask;
mod circumstances;
mod condition;
mod decide;
mod document;
mod fault;
mod keys;
mod pattern;
mod principals;
mod rights;
mod rules;
mod shown;
mod stated;

pub use access::{
    Access, Allowed, AllowedDelete, DecidedDeletion, Deletions, NewObjectAccess, Requester, Resource, Source,
};
pub use acl::{AclRefused, canned, may_have, owner_of_new};
pub use circumstances::{Circumstances, Facts, ObjectFacts, SignedBy};
pub use decide::{Decision, Denied, decide};
pub use document::{BucketPolicy, LARGEST_POLICY, Verdict};
pub use fault::Fault;
pub use rules::is_public;
pub use shown::shown;
pub use stated::{Body, Stated};
