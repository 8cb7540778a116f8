//! A write whose key may be ended before its commit: its body stops then, and nothing of it is committed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use keyward_credential_cache::{Credential, CredentialCache, Ended, NotPermitted, SignedWrite};
use keyward_keyring::SecretId;
use keyward_objects::{BodyError, CommitCheck, CommitPermit, KeyEnded, RequestBody, Signer};
use keyward_s3_wire::{ErrorCode, Operation, S3Error};

use crate::endpoint::Shared;
use crate::failure;

/// The secret under which a request verified.
pub(crate) struct SignedWith {
    pub(crate) credential: Arc<Credential>,
    pub(crate) secret: SecretId,
}

impl Shared {
    /// Registers a write that was signed; answers its body, which stops when the key is ended, and what is to be asked
    /// before the commit. Reads finish whatever becomes of the key.
    ///
    /// # Errors
    /// When the key was ended since the request verified, or it cannot be found out.
    pub(crate) async fn begin_write(
        &self,
        signed_with: Option<&SignedWith>,
        operation: Operation,
        body: RequestBody,
    ) -> Result<(RequestBody, CommitCheck), S3Error> {
        let Some(SignedWith { credential, secret }) = signed_with.filter(|_| operation.is_write()) else {
            return Ok((body, CommitCheck::unsigned()));
        };
        let credentials = self.service.credentials();
        let write = self.service.signed_writes().begin(credentials, credential, *secret).await.map_err(refused)?;
        let body = match body.is_end_stream() {
            true => body,
            false => Stoppable { body, write: write.clone() }.boxed_unsync(),
        };
        Ok((body, CommitCheck::of(Asking { write, credentials: Arc::clone(credentials) })))
    }
}

/// Carries out a change of the registry if the key still permits it. The change goes on when the client hangs up, and
/// the permit is held until it is over.
pub(crate) async fn permitted<T: Send + 'static>(
    commit_check: &CommitCheck,
    change: impl Future<Output = Result<T, S3Error>> + Send + 'static,
) -> Result<T, S3Error> {
    let permit = commit_check.permit().await?;
    let task = tokio::spawn(async move {
        let _permit = permit;
        change.await
    });
    task.await.unwrap_or_else(|cause| {
        tracing::error!(%cause, "a change was cut short");
        Err(ErrorCode::InternalError.into())
    })
}

struct Asking {
    write: SignedWrite,
    credentials: Arc<CredentialCache>,
}

#[async_trait]
impl Signer for Asking {
    async fn permit(&self) -> Result<CommitPermit, S3Error> {
        self.write.permit(&self.credentials).await.map(CommitPermit::holding).map_err(refused)
    }
}

fn refused(why: NotPermitted) -> S3Error {
    match why {
        NotPermitted::Ended(ended) => key_ended(ended).into(),
        NotPermitted::CouldNotFindOut(cause) => failure::lookup(&cause),
    }
}

fn key_ended(ended: Ended) -> KeyEnded {
    match ended {
        Ended::Secret => KeyEnded::Secret,
        Ended::Locked => KeyEnded::Locked,
        Ended::Deleted => KeyEnded::Deleted,
    }
}

/// A body that stops at the next piece once the key is ended.
struct Stoppable {
    body: RequestBody,
    write: SignedWrite,
}

impl Body for Stoppable {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(ended) = self.write.ended() {
            return Poll::Ready(Some(Err(BodyError::new(key_ended(ended)))));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
