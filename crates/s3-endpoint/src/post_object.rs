//! PostObject: a form that a browser posts, verified by the policy in it, stores its file as a PUT would.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts as Head;
use http_body_util::BodyExt;
use keyward_ambient::Clock;
use keyward_credential_cache::LiveSecret;
use keyward_objects::{BodyError, Checked, RequestBody, ResponseBody, full, refused_body, refused_form};
use keyward_policy::{Requester, Resource};
use keyward_s3_wire::operations::{PostObjectAnswer, tags_of_form};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, ErrorCode, Operation, S3Error};
use keyward_signature::form::{self, FormClaim, FormFields, FormUpload};
use keyward_signature::{Declared, Payload};

use crate::authorise::{Asked, Authorised};
use crate::base_url;
use crate::endpoint::Shared;
use crate::seen::{Seen, SeenClaim};
use crate::signed_write::SignedWith;
use crate::verify::signed_by;

/// How long the fields before the file may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Shared {
    /// The fields of the form are read at once, since they say who sends it; the file is not, before it may be stored.
    pub(crate) async fn post_object(
        &self,
        head: Head,
        body: RequestBody,
        address: Address,
        seen: &mut Seen,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let content_type = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let reading = async { form::read(content_type, body).await.map_err(|error| refused_form(&error)) };
        let (fields, file) = in_time(&*self.clock, reading).await?;
        let (requester, upload, signed_with) = self
            .verify_form(&head, &fields, &address, seen)
            .await
            .inspect_err(|error| seen.unverified = Some(error.code()))?;
        let tags = upload.tagging().map(tags_of_form).transpose()?;
        let success = upload.success().clone();

        let signed = upload.scheme().map(|scheme| signed_by(scheme, None));
        let (clean, plan) = upload.clean(tags);
        let base = base_url::of(&head, seen.encrypted);
        let query = Query::of(clean.parts())?;
        let place = Address::resolve(clean.parts(), &self.addressing.current(&self.service))?;
        seen.address = Some(place.clone());
        let location = format!("{base}{}", clean.uri().path());
        let asked = Asked { head: &clean, query: &query, signed, origin: seen.origin, encrypted: seen.encrypted };
        let Authorised::Allowed(allowed, judged) =
            self.authorise(requester, Operation::PutObject, place, &asked).await?
        else {
            return Err(ErrorCode::InternalError.into());
        };
        let Resource::Object(bucket, key) = allowed.access().resource.clone() else {
            return Err(ErrorCode::InvalidArgument.into());
        };
        let declared = Declared::of_body(&clean).map_err(|error| refused_body(&error))?;
        let file: RequestBody = file.map_err(BodyError::new).boxed_unsync();
        let (file, commit_check) = self.begin_write(signed_with.as_ref(), Operation::PutObject, file).await?;
        let payload = Payload::new(plan, declared, file).map_err(|error| refused_body(&error))?;
        let room = self.room(Operation::PutObject, Some(&bucket)).await?;
        let request = Checked::new(clean, query, allowed, payload, commit_check);
        let stored = self.backend.call(request.with_room(room).with_judged(judged)).await?;
        let answer =
            PostObjectAnswer { bucket: bucket.name.as_str(), key: key.as_str(), location, stored: stored.headers() };
        Ok(answer.response(success.redirect.as_deref(), success.status).map(|document: Bytes| full(document)))
    }

    /// Proves who made the form. Nobody's form is nobody's, and goes on as such.
    async fn verify_form(
        &self,
        head: &Head,
        fields: &FormFields,
        address: &Address,
        seen: &mut Seen,
    ) -> Result<(Requester, FormUpload, Option<SignedWith>), S3Error> {
        let claim = FormClaim::parse(head, fields, &self.rules).map_err(|error| refused_form(&error))?;
        let Some(claim) = claim else {
            let upload = FormUpload::anonymous(head, fields).map_err(|error| refused_form(&error))?;
            return Ok((Requester::Anonymous, upload, None));
        };
        let access_key_id = claim.access_key_id().into();
        seen.claim = Some(SeenClaim { access_key_id, is_known: false, scheme: claim.scheme(), payload: None });
        let credential = self.credential(claim.access_key_id(), address.namespace.as_ref()).await?;
        seen.knows_claimed_id();
        let now = self.clock.now();
        let live = credential.live(now);
        let claim = claim.under(self.sigv2(&credential.namespace));
        // The bucket as it was addressed: the policy has to name it.
        let bucket = address.bucket.as_ref().map_or("", |name| name.as_str());
        let upload = claim
            .verify(head, fields, bucket, live, now)
            .map_err(|error| refused_form(&error).with("AWSAccessKeyId", claim.access_key_id()))?;
        let secret = upload.candidate().and_then(|candidate| live.get(candidate));
        let requester = self.requester(&credential, secret, seen)?;
        let secret = secret.map(LiveSecret::secret_id);
        Ok((requester, upload, secret.map(|secret| SignedWith { credential, secret })))
    }
}

/// The fields come before anybody is known: without an end, nobody in particular could keep a connection with them.
async fn in_time<T>(clock: &dyn Clock, reading: impl Future<Output = Result<T, S3Error>>) -> Result<T, S3Error> {
    tokio::select! {
        biased;
        read = reading => read,
        () = clock.sleep(PATIENCE) => {
            let message = format!("The fields of the form did not come within {} seconds.", PATIENCE.as_secs());
            Err(S3Error::because(ErrorCode::RequestTimeout, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use keyward_testkit::FrozenClock;

    use super::*;

    #[tokio::test]
    async fn fields_that_drip_are_refused_in_the_end() {
        let clock = FrozenClock::default();
        let dripping = std::future::pending::<Result<(), S3Error>>();
        let (read, ()) = tokio::join!(in_time(&clock, dripping), async {
            tokio::task::yield_now().await;
            clock.advance(PATIENCE);
        });
        assert_eq!(read.unwrap_err().code(), ErrorCode::RequestTimeout);
        assert!(in_time(&clock, async { Ok(()) }).await.is_ok());
    }
}
