//! On what the request acts, and whether its sender may.

use std::sync::Arc;

use keyward_identity::{Bucket, BucketName, NamespaceName, ObjectOwnership};
use keyward_objects::{Judged, ObjectFacts, RequestBody, empty, read_decided};
use keyward_policy::{
    Access, AclRefused, Allowed, Circumstances, Decision, Denied, Facts, NewObjectAccess, Requester, Resource,
    SignedBy, Source, Stated, decide, may_have, owner_of_new,
};
use keyward_s3_wire::acl_headers::CannedAcl;
use keyward_s3_wire::operations::CopySource;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, ErrorCode, ObjectKey, Operation, RequestHead, S3Error, VersionId};
use keyward_service::Origin;
use keyward_signature::{Clean, Payload};

use crate::endpoint::Shared;
use crate::{access_control, failure};

/// A verified request as decisions see it. Headers and query are read from here by all who decide or act.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'r> {
    pub(crate) head: &'r Clean,
    pub(crate) query: &'r Query,
    pub(crate) signed: Option<SignedBy>,
    pub(crate) origin: Origin,
    /// Whether the connection is encrypted.
    pub(crate) encrypted: bool,
}

impl<'r> Asked<'r> {
    pub(crate) fn head(&self) -> RequestHead<'r> {
        RequestHead::of(self.head.parts(), self.query)
    }
}

/// What a decision came to before the body is read.
pub(crate) enum Authorised {
    /// It is made.
    Allowed(Allowed, Judged),
    /// It is made by what the body says.
    AfterBody(Access, Judged),
}

impl Authorised {
    pub(crate) fn access(&self) -> &Access {
        match self {
            Authorised::Allowed(allowed, _) => allowed.access(),
            Authorised::AfterBody(access, _) => access,
        }
    }
}

impl Shared {
    pub(crate) async fn authorise(
        &self,
        requester: Requester,
        operation: Operation,
        address: Address,
        asked: &Asked<'_>,
    ) -> Result<Authorised, S3Error> {
        let named = address.namespace.as_ref().or(match &requester {
            Requester::User { namespace, .. } => Some(namespace),
            Requester::Anonymous => self.anonymous_namespace.as_ref(),
        });
        let Some(namespace) = named.cloned() else { return Err(denied(Denied::Anonymous)) };
        let stated = Stated::of(operation, asked.head.headers())?;
        let version = match address.key {
            Some(_) => VersionId::of(asked.query)?,
            None => None,
        };
        let source = match operation {
            Operation::CopyObject | Operation::UploadPartCopy => {
                let named = CopySource::of(asked.head.headers())?;
                let bucket = self.bucket(&requester, &namespace, &named.bucket).await?;
                Some(Source { bucket, key: named.key, version: named.version_id })
            }
            _ => None,
        };
        let resource = match (address.bucket, address.key) {
            (None, _) => Resource::Service { namespace },
            (Some(name), None) if operation == Operation::CreateBucket => Resource::NewBucket { namespace, name },
            (Some(name), None) => Resource::Bucket(self.bucket(&requester, &namespace, &name).await?),
            (Some(name), Some(key)) => Resource::Object(self.bucket(&requester, &namespace, &name).await?, key),
        };
        let access = Access { requester, operation, resource, version, source, stated };
        self.decided(access, asked, Judged::default()).await
    }

    /// Reads a body by which the decision is made, and makes it. Nothing is left of the body then.
    pub(crate) async fn decided_by_body(
        &self,
        mut access: Access,
        judged: Judged,
        asked: &Asked<'_>,
        payload: Payload<RequestBody>,
    ) -> Result<(Allowed, Judged, Payload<RequestBody>), S3Error> {
        access.stated.body = read_decided(access.operation, asked.head(), payload).await?;
        match self.decided(access, asked, judged).await? {
            Authorised::Allowed(allowed, judged) => Ok((allowed, judged, Payload::of_nothing(empty()))),
            Authorised::AfterBody(..) => Err(ErrorCode::InternalError.into()),
        }
    }

    /// Decides, and finds out about objects what the decision depends on when it asks for that.
    async fn decided(&self, access: Access, asked: &Asked<'_>, judged: Judged) -> Result<Authorised, S3Error> {
        let Judged { mut object, mut source } = judged;
        let mut access = access;
        loop {
            let circumstances = Circumstances {
                headers: Some(asked.head.headers()),
                query: Some(asked.query),
                content_sha256: asked.head.content_sha256(),
                address: asked.origin.address,
                encrypted: asked.encrypted,
                signed: asked.signed,
                object: view(object.as_ref()),
                source: view(source.as_ref()),
                ..Circumstances::at(self.clock.now())
            };
            access = match decide(access, &circumstances).map_err(denied)? {
                Decision::Granted(allowed) => {
                    let allowed = self.with_new_object(allowed).await?;
                    return Ok(Authorised::Allowed(allowed, Judged { object, source }));
                }
                Decision::NeedsBody(access) => return Ok(Authorised::AfterBody(access, Judged { object, source })),
                Decision::NeedsObject(again) if object.is_none() => {
                    let place = again.resource.bucket().zip(again.resource.key());
                    object = Some(self.facts(place, again.version.as_ref()).await?);
                    again
                }
                Decision::NeedsSource(again) if source.is_none() => {
                    let place = again.source.as_ref();
                    let version = place.and_then(|place| place.version.as_ref());
                    source = Some(self.facts(place.map(|place| (&place.bucket, &place.key)), version).await?);
                    again
                }
                Decision::NeedsObject(_) | Decision::NeedsSource(_) => return Err(denied(Denied::NotShared)),
            };
        }
    }

    async fn facts(
        &self,
        place: Option<(&Arc<Bucket>, &ObjectKey)>,
        version: Option<&VersionId>,
    ) -> Result<Option<ObjectFacts>, S3Error> {
        match place {
            Some((bucket, key)) => self.backend.object_facts(bucket, key, version).await,
            None => Ok(None),
        }
    }

    /// Settles whose a new object is, and its list, where that is not the bucket owner's alone.
    async fn with_new_object(&self, allowed: Allowed) -> Result<Allowed, S3Error> {
        let access = allowed.access();
        let makes_object =
            matches!(access.operation, Operation::PutObject | Operation::CopyObject | Operation::CreateMultipartUpload);
        let Some(bucket) = access.resource.bucket().filter(|_| makes_object) else { return Ok(allowed) };
        let asked = &access.stated.acl;
        let enforced = bucket.settings.ownership == Some(ObjectOwnership::BucketOwnerEnforced);
        if enforced && !asked.is_empty() && asked.canned != Some(CannedAcl::BucketOwnerFullControl) {
            return Err(access_control::refused(AclRefused::Disabled));
        }
        let owner = owner_of_new(bucket, &access.requester, asked.canned);
        // Where another writes what becomes the bucket owner's, that is to be kept: it shows with the object.
        let writes_own = access.requester.is(&owner);
        if asked.is_empty() && owner == bucket.owner() && writes_own {
            return Ok(allowed);
        }
        let acl = self.acl_of_headers(asked, owner.clone(), bucket.owner()).await?;
        may_have(bucket, &acl).map_err(access_control::refused)?;
        // A list that names a writer of another namespace is kept, since the writer's id alone would not tell.
        let goes_without_saying = acl.is_private() && owner.namespace == bucket.namespace;
        let acl = Some(acl).filter(|_| !goes_without_saying);
        Ok(allowed.with_new_object(Some(NewObjectAccess { owner, acl })))
    }

    /// The bucket of this name. Whoever is of another namespace does not learn which there are; nobody does where the
    /// operator has opened the namespace to those who do not sign.
    async fn bucket(
        &self,
        requester: &Requester,
        namespace: &NamespaceName,
        name: &BucketName,
    ) -> Result<Arc<Bucket>, S3Error> {
        let found = self.service.bucket(namespace, name).await.map_err(|error| failure::service(&error))?;
        let (home, stranger) = match requester {
            Requester::User { namespace, .. } => (Some(namespace), Denied::NotShared),
            Requester::Anonymous => (self.anonymous_namespace.as_ref(), Denied::Anonymous),
        };
        found.ok_or_else(|| match home == Some(namespace) {
            true => S3Error::new(ErrorCode::NoSuchBucket).with("BucketName", name.as_str()),
            false => denied(stranger),
        })
    }
}

fn view(facts: Option<&Option<ObjectFacts>>) -> Facts<'_> {
    match facts {
        None => Facts::Unknown,
        Some(None) => Facts::Absent,
        Some(Some(facts)) => Facts::Known(facts),
    }
}

fn denied(denied: Denied) -> S3Error {
    S3Error::because(ErrorCode::AccessDenied, denied.to_string())
}
