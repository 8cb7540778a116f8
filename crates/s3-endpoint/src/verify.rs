//! Who sends the request: the claim, its credential, and the signature under one of its live secrets.

use std::sync::Arc;

use http::HeaderValue;
use http::request::Parts as Head;
use keyward_ambient::Timestamp;
use keyward_credential_cache::{ClaimedRef, Credential, CredentialRef, LiveSecret};
use keyward_identity::{NamespaceName, ObjectUserId};
use keyward_objects::refused_head;
use keyward_policy::{Requester, SignedBy};
use keyward_s3_wire::{Address, ErrorCode, S3Error, Style};
use keyward_service::UserScope;
use keyward_signature::{Addressed, Claim, Clean, PayloadPlan, Scheme};

use crate::endpoint::Shared;
use crate::failure;
use crate::seen::{Seen, SeenClaim};
use crate::signed_write::SignedWith;

/// A head that was verified, or found to be anonymous.
pub(crate) struct Proven {
    pub(crate) requester: Requester,
    /// Without anything that served the proof.
    pub(crate) head: Clean,
    pub(crate) plan: PayloadPlan,
    /// How it was signed, for conditions of policies.
    pub(crate) signed: Option<SignedBy>,
    /// The secret under which it verified.
    pub(crate) signed_with: Option<SignedWith>,
}

impl Shared {
    /// Proves who sends this head, and cleans it of what served the proof.
    ///
    /// # Errors
    /// `InvalidAccessKeyId` for an id that nobody has, `AccessDenied` for a locked user, 503 when the credential cannot
    /// be looked up, and what the signature's rules say.
    pub(crate) async fn verify(&self, head: Head, address: &Address, seen: &mut Seen) -> Result<Proven, S3Error> {
        let claim = Claim::parse_addressed(&head, named_by_host(&head, address), &self.rules);
        let Some(claim) = claim.map_err(|error| refused_head(&error))? else {
            let (head, plan) = Clean::anonymous(head).map_err(|error| refused_head(&error))?;
            return Ok(Proven { requester: Requester::Anonymous, head, plan, signed: None, signed_with: None });
        };
        seen.claim = Some(SeenClaim {
            access_key_id: claim.access_key_id().into(),
            scheme: claim.scheme(),
            is_known: false,
            payload: Some(claim.payload_kind()),
        });
        let credential = self.credential(claim.access_key_id(), address.namespace.as_ref()).await?;
        seen.knows_claimed_id();

        let now = self.clock.now();
        let live = credential.live(now);
        let claim = if claim.scheme().is_v2() { claim.under(self.sigv2(&credential.namespace)) } else { claim };
        let verified = claim
            .verify(&head, live, now)
            .map_err(|error| refused_head(&error).with("AWSAccessKeyId", claim.access_key_id()))?;
        let secret = live.get(verified.candidate());
        let requester = self.requester(&credential, secret, seen)?;
        let secret = secret.map(LiveSecret::secret_id);
        let signed = signed_by(claim.scheme(), claim.signed_at());
        let (head, plan) = verified.clean(head);
        let signed_with = secret.map(|secret| SignedWith { credential, secret });
        Ok(Proven { requester, head, plan, signed: Some(signed), signed_with })
    }

    /// The user whose secret signed; counts that it did. Only then is told whether the account is locked: that is its
    /// owner's business alone.
    pub(crate) fn requester(
        &self,
        credential: &Credential,
        signed_with: Option<&LiveSecret>,
        seen: &mut Seen,
    ) -> Result<Requester, S3Error> {
        let agent = seen.agent.as_ref().map(HeaderValue::as_bytes);
        if let Some(secret) = signed_with {
            seen.secret = Some(secret.secret_id());
            secret.note_use(self.service.usage(), self.clock.now(), seen.origin.address, agent);
        }
        if credential.locked {
            let message = "This user is locked; an administrator can unlock it.";
            return Err(S3Error::because(ErrorCode::AccessDenied, message));
        }
        let requester = Requester::User {
            id: credential.user.clone(),
            namespace: credential.namespace.clone(),
            unique_id: credential.unique_id,
            namespace_id: credential.namespace_id,
        };
        seen.is_from(&requester);
        Ok(requester)
    }

    /// The credential of an access key id. In NAMESPACE user scope an id is one only together with the namespace that
    /// the request names.
    pub(crate) async fn credential(
        &self,
        access_key_id: &str,
        namespace: Option<&NamespaceName>,
    ) -> Result<Arc<Credential>, S3Error> {
        let scope = match self.service.user_scope() {
            UserScope::Global => None,
            UserScope::Namespace => Some(namespace.ok_or_else(nameless)?),
        };
        if let Some(credential) = self.service.credentials().in_memory(&ClaimedRef { scope, access_key_id }) {
            return Ok(credential);
        }
        let unknown = S3Error::new(ErrorCode::InvalidAccessKeyId).with("AWSAccessKeyId", access_key_id);
        let Ok(access_key_id) = ObjectUserId::parse(access_key_id) else { return Err(unknown) };
        let key = CredentialRef { scope, access_key_id: &access_key_id };
        let found = self.service.credentials().find(&key).await.map_err(|error| failure::lookup(&error))?;
        found.ok_or(unknown)
    }
}

/// How it was signed, for conditions of policies.
pub(crate) fn signed_by(scheme: Scheme, at: Option<Timestamp>) -> SignedBy {
    let carrier = match scheme {
        Scheme::SigV4Presigned | Scheme::SigV2Presigned => "REST-QUERY-STRING",
        Scheme::SigV4Form | Scheme::SigV2Form => "POST",
        _ => "REST-HEADER",
    };
    SignedBy { version: if scheme.is_v2() { "AWS" } else { "AWS4-HMAC-SHA256" }, carrier, at }
}

fn nameless() -> S3Error {
    let message = "Access key ids are unique within a namespace here: name yours with the header x-emc-namespace, or in the host name.";
    S3Error::because(ErrorCode::InvalidAccessKeyId, message)
}

/// What the host name says, which Signature Version 2 signs as a part of the resource.
fn named_by_host<'a>(head: &Head, address: &'a Address) -> Addressed<'a> {
    // A namespace that no header names came from the host.
    let by_header = head.headers.contains_key("x-emc-namespace");
    Addressed {
        bucket_in_host: address
            .bucket
            .as_ref()
            .filter(|_| address.style == Style::VirtualHost)
            .map(|name| name.as_str()),
        namespace_in_host: address.namespace.as_ref().filter(|_| !by_header).map(|name| name.as_str()),
    }
}
