//! The port of an object store: what it is given, what proves that it may act, and what it answers.
//!
//! A backend sees a [`Checked`] request and nothing else. It can only be put together from a head that was verified or
//! found anonymous ([`Clean`](keyward_signature::Clean)) and from a permission ([`Allowed`](keyward_policy::Allowed)),
//! which names the operation, its resource, and entry by entry what was granted of its body: forgetting to verify or to
//! authorise does not compile, and nothing is left for a backend to decide.

mod backend;
mod body;
mod checked;
mod commit_check;
mod document;
mod feature;
mod judged;
mod key_ended;
mod key_sealer;
mod owner_names;
mod refusal;

pub use backend::{Backend, BucketError, BucketState};
pub use body::{BodyError, RequestBody, ResponseBody, Stalled, empty, full, streamed};
pub use checked::{Checked, Granted};
pub use commit_check::{CommitCheck, CommitPermit, Signer};
pub use document::{read_decided, read_document};
pub use feature::Feature;
pub use judged::Judged;
pub use key_ended::KeyEnded;
pub use key_sealer::{KeySealError, KeySealer};
pub use keyward_policy::ObjectFacts;
pub use owner_names::{OwnerNames, OwnerUnknown};
pub use refusal::{refused_body, refused_form, refused_head};
