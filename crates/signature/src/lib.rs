//! S3 request signatures: what a request claims, whether one of its owner's secrets signed it, and its body verified.
//!
//! ```text
//! head ── Claim::parse_addressed ──► access key id ──(the front looks it up)──► candidate secrets
//!           │ None: anonymous                                              │
//!           ▼                                                              ▼
//!   Clean::anonymous                              Claim::verify ──► Verified ── clean ──► Clean + PayloadPlan
//!           └────────────────────────────┬──────────────────────────────────────────────────┘
//!                                        ▼
//!              Payload::new(plan, declared, body) ── decoded ──► VerifiedBody (+ BodyReport)
//! ```
//!
//! A [form] that a browser posts comes to the same: its policy makes the claim, and its clean head is that of a PUT.
//!
//! Held here: nothing unsigned selects a path through the verifier; every arriving `x-amz-*` and `x-emc-*` header is
//! signed, and under Version 2, which leaves parameters out, none of those left out selects anything; a [`Clean`] head
//! can be made by this crate alone; the last frame of a body is handed out only when every signature, hash and checksum
//! agrees. The rules are pure: time and secrets are arguments, nothing here does I/O. Both directions, verifying and
//! [signing](sign), use one canonicaliser.
//!
//! Not here: looking access key ids up, deciding what their owner may do, S3 addressing, rendering errors.

mod addressed;
mod candidate;
mod carrier;
mod claim;
mod clean;
mod content_sha256;
mod error;
pub mod form;
mod headers;
mod hex;
mod http_date;
mod object_headers;
mod payload;
mod percent;
mod rules;
mod scheme;
pub mod sign;
mod v2;
mod v4;
mod verified;

pub use addressed::Addressed;
pub use candidate::{CandidateSecret, SigningKeys};
pub use claim::Claim;
pub use clean::Clean;
pub use content_sha256::{ContentSha256, PayloadKind};
pub use error::{Flaw, SignatureError};
pub use payload::{
    Algorithm, BodyFacts, BodyReport, Declared, FramingFlaw, Payload, PayloadError, PayloadPlan, VerifiedBody,
    VerifiedChecksum,
};
pub use rules::{CLOCK_WINDOW, LONGEST_PRESIGNED_LIFE, Regions, Rules, SigV2};
pub use scheme::Scheme;
pub use v4::{Scope, SigningKey};
pub use verified::Verified;
