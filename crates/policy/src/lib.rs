//! May this requester do this on this bucket or object? The only maker of [`Allowed`].
//!
//! ```text
//! bucket policy denies ─► no      policy allows ─► yes      owner of the bucket ─► yes      access control list ─► yes / no
//! ```
//! Policies speak the whole AWS language ([`BucketPolicy`]). A decision that depends on the object itself (its owner, its
//! list, its tags) asks for these [facts](Facts) first; a bucket with neither policy nor list is decided by comparing two
//! names. What an administrator has locked can be read, and changed by nobody.

mod access;
mod acl;
mod actions;
mod circumstances;
mod condition;
mod decide;
mod document;
mod fault;
mod key_rule;
mod pattern;
mod principals;
mod rules;

pub use access::{Access, Allowed, NewObjectAccess, Requester, Resource};
pub use acl::{AclRefused, canned, may_have, owner_of_new};
pub use circumstances::{Circumstances, Facts, ObjectFacts, SignedBy};
pub use decide::{Decision, Denied, decide};
pub use document::{BucketPolicy, LARGEST_POLICY, Verdict};
pub use fault::Fault;
pub use rules::is_public;
