//! The body of a request: de-framed, and held against every signature, hash and checksum that was declared.

mod algorithm;
mod body;
mod declared;
mod deframer;
mod error;
mod report;
mod statement;
mod sums;
mod trailer;
mod verdict;

use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use http_body::Body;

pub use algorithm::Algorithm;
pub use body::VerifiedBody;
pub use declared::Declared;
pub use error::{FramingFlaw, PayloadError};
pub use report::{BodyFacts, BodyReport, VerifiedChecksum};
pub use statement::PayloadPlan;
pub(crate) use statement::PayloadStatement;

use crate::{ContentSha256, PayloadKind};

/// A body that nobody has read yet, with all that it will be held against. Reading is left to whoever stores it, so
/// that `100 Continue` goes out only once the request was permitted.
#[derive(Debug)]
pub struct Payload<B> {
    plan: PayloadPlan,
    declared: Declared,
    asked: sums::Asked,
    body: B,
}

impl<B> Payload<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Joins a body with the plan that came with its [`Clean`](crate::Clean) head and with what that head declares.
    ///
    /// # Errors
    /// [`PayloadError::AnnouncedChecksumMissing`] when `x-amz-trailer` announces a checksum, the body has no
    /// trailer, and no header has the checksum either; [`PayloadError::SeveralChecksums`] when it announces another
    /// than a header has.
    pub fn new(plan: PayloadPlan, declared: Declared, body: B) -> Result<Self, PayloadError> {
        match plan.kind().has_trailer() {
            true => declared.hold_against_trailer(plan.announced())?,
            false => declared.hold_against_announcement(plan.announced())?,
        }
        Ok(Self { plan, declared, asked: sums::Asked::default(), body })
    }

    /// The length of the content, where the head tells it or the body knows it.
    pub fn length(&self) -> Option<u64> {
        if self.plan.kind() == PayloadKind::Empty {
            return Some(0);
        }
        self.plan.decoded_length().or(self.declared.length()).or_else(|| self.body.size_hint().exact())
    }

    /// The most bytes of content that are taken, where there is a limit: that of a form's file, whose end is marked in
    /// the body and whose length nothing tells beforehand.
    pub fn largest(&self) -> Option<u64> {
        self.plan.length_in().map(|range| *range.end())
    }

    /// Whether the client declared a checksum or `Content-MD5`, in the head or for the trailer. Some operations
    /// require one.
    pub fn has_declared_checksum(&self) -> bool {
        self.declared.has_checksum() || !self.plan.announced().is_empty()
    }

    /// Computes this checksum too while the body passes, for the [`BodyReport`].
    pub fn also_computing(mut self, algorithm: Algorithm) -> Self {
        self.asked.checksums.push(algorithm);
        self
    }

    /// Computes the MD5 too while the body passes, for the [`BodyReport`]: the ETag of a simple upload.
    pub fn also_computing_md5(mut self) -> Self {
        self.asked.md5 = true;
        self
    }

    /// Whether there is no body and nothing is said of one.
    pub fn is_nothing(&self) -> bool {
        matches!(self.plan.kind(), PayloadKind::Empty | PayloadKind::Unsigned)
            && self.body.is_end_stream()
            && !self.has_declared_checksum()
    }

    /// Reads the body of an operation that takes none, and holds it against all that was declared of it, as it would be
    /// for one that does; `nothing` takes its place.
    ///
    /// # Errors
    /// [`PayloadError::Unwanted`] for more than `most` bytes of content, and what else is wrong with the body.
    pub async fn passed_over(self, most: u64, nothing: B) -> Result<Self, PayloadError> {
        if self.length().is_some_and(|length| length > most) {
            return Err(PayloadError::Unwanted);
        }
        let mut content = self.decoded();
        let mut length = 0;
        while let Some(frame) = poll_fn(|context| Pin::new(&mut content).poll_frame(context)).await {
            length += frame?.data_ref().map_or(0, |data| data.len() as u64);
            if length > most {
                return Err(PayloadError::Unwanted);
            }
        }
        Ok(Self::of_nothing(nothing))
    }

    /// No body, of which nothing is said; `nothing` stands for it.
    pub fn of_nothing(nothing: B) -> Self {
        let plan = PayloadStatement::whole(ContentSha256::UNSIGNED).plan(None);
        Self { plan, declared: Declared::nothing(), asked: sums::Asked::default(), body: nothing }
    }

    /// The content: de-framed, verified as it passes, in bounded memory.
    pub fn decoded(self) -> VerifiedBody<B> {
        let length = self.length();
        VerifiedBody::new(self.plan, self.declared, &self.asked, length, self.body)
    }
}
