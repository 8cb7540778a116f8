//! Browser uploads: a form of `multipart/form-data`, posted to a bucket, whose signed policy says what it may store.
//!
//! ```text
//! body ── read ──► FormFields + FileBody           FormUpload::anonymous ──┐
//!                     │        FormClaim::parse ── None ───────────────────┘├─► FormUpload ── clean ──► Clean + PayloadPlan
//!                     └──────►        │ access key id ─(looked up)─► FormClaim::verify                    (a PUT)
//!                                     └────────────────────────────────────┘
//! ```
//!
//! The fields are held in bounded memory, the file streams. What comes out is the head of a PUT and a plan for the
//! file, so that storing knows nothing of forms. The signature is that of the policy alone: every field must be covered
//! by one of its conditions, and no header that came beside the form is obeyed.

mod boundary;
mod claim;
mod error;
mod fields;
mod file;
mod head;
mod parameters;
mod policy;
mod reader;
mod upload;

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use http_body::Body;

pub use claim::FormClaim;
pub use error::{FormError, PolicyFlaw};
pub use fields::FormFields;
pub use file::{FileBody, FileError};
pub use upload::{FormUpload, Success};

use boundary::Boundary;
use reader::Reader;

/// Reads a form up to its file. `content_type` is the value of the header; the file's content is what the returned
/// body yields, and ends well only when the form did.
///
/// # Errors
/// [`FormError`] for a body that is no form, a repeated field, more than 64 KiB before the file, or no file.
pub async fn read<B>(content_type: &[u8], mut body: B) -> Result<(FormFields, FileBody<B>), FormError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let boundary = Boundary::of(content_type)?;
    let mut reader = Reader::new(boundary.delimiter());
    while !reader.has_come_to_file()? {
        match poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            Some(Ok(frame)) => reader.take(&frame.into_data().unwrap_or_default()),
            Some(Err(error)) => return Err(FormError::Transport(error.into())),
            None => return Err(FormError::EndedEarly),
        }
    }
    let (fields, rest) = reader.finish();
    Ok((fields, FileBody::new(body, boundary.delimiter(), rest)))
}
