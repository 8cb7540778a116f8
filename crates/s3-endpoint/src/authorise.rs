//! On what the request acts, and whether its sender may.

use std::sync::Arc;

use http::HeaderMap;
use keyward_identity::{Bucket, BucketName, NamespaceName, ObjectOwnership};
use keyward_listener::Peer;
use keyward_objects::{Judged, ObjectFacts};
use keyward_policy::{
    Access, AclRefused, Allowed, Circumstances, Decision, Denied, Facts, NewObjectAccess, Requester, Resource,
    SignedBy, decide, may_have, owner_of_new,
};
use keyward_s3_wire::acl_headers::{AclHeaders, CannedAcl};
use keyward_s3_wire::operations::CopySource;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, ErrorCode, ObjectKey, Operation, S3Error, VersionId};
use keyward_signature::Clean;

use crate::endpoint::Shared;
use crate::{access_control, failure};

impl Shared {
    pub(crate) async fn authorise(
        &self,
        requester: Requester,
        operation: Operation,
        address: Address,
        head: &mut Clean,
    ) -> Result<Allowed, S3Error> {
        let named = address.namespace.as_ref().or(match &requester {
            Requester::User { namespace, .. } => Some(namespace),
            Requester::Anonymous => self.anonymous_namespace.as_ref(),
        });
        let Some(namespace) = named.cloned() else { return Err(denied(Denied::Anonymous)) };
        let source = copy_source(operation, head)?;
        let source_version = source.as_ref().and_then(|source| source.version_id.clone());
        let source = match source {
            None => None,
            Some(source) => Some((self.bucket(&requester, &namespace, &source.bucket).await?, source.key)),
        };
        let resource = match (address.bucket, address.key) {
            (None, _) => Resource::Service { namespace },
            (Some(name), None) if operation == Operation::CreateBucket => Resource::NewBucket { namespace, name },
            (Some(name), None) => Resource::Bucket(self.bucket(&requester, &namespace, &name).await?),
            (Some(name), Some(key)) => Resource::Object(self.bucket(&requester, &namespace, &name).await?, key),
        };
        let access = Access { requester, operation, resource, source };
        let (allowed, judged) = self.decided(access, head, source_version.as_ref()).await?;
        if judged.object.is_some() || judged.source.is_some() {
            head.extensions_mut().insert(judged);
        }
        self.with_new_object(allowed, head.headers()).await
    }

    /// Decides, and finds out what the decision depends on when it asks for that.
    async fn decided(
        &self,
        access: Access,
        head: &Clean,
        source_version: Option<&VersionId>,
    ) -> Result<(Allowed, Judged), S3Error> {
        let Judged { mut object, mut source } = Judged::default();
        let mut access = access;
        loop {
            let circumstances = Circumstances {
                headers: Some(head.headers()),
                query: head.uri().query(),
                address: self.origin(head.parts()).address,
                encrypted: head.extensions().get::<Peer>().is_some_and(|peer| peer.encrypted),
                signed: head.extensions().get::<SignedBy>().copied(),
                object: view(object.as_ref()),
                source: view(source.as_ref()),
                ..Circumstances::at(self.clock.now())
            };
            access = match decide(access, &circumstances).map_err(denied)? {
                Decision::Granted(allowed) => return Ok((allowed, Judged { object, source })),
                Decision::NeedsObject(again) if object.is_none() => {
                    let version = Query::of(head.parts())?.filled("versionId")?.map(VersionId::parse).transpose()?;
                    let place = again.resource.bucket().zip(again.resource.key());
                    object = Some(self.facts(place, version.as_ref()).await?);
                    again
                }
                Decision::NeedsSource(again) if source.is_none() => {
                    let place = again.source.as_ref().map(|(bucket, key)| (bucket, key));
                    source = Some(self.facts(place, source_version).await?);
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
    async fn with_new_object(&self, allowed: Allowed, headers: &HeaderMap) -> Result<Allowed, S3Error> {
        let access = allowed.access();
        let makes_object =
            matches!(access.operation, Operation::PutObject | Operation::CopyObject | Operation::CreateMultipartUpload);
        let Some(bucket) = access.resource.bucket().filter(|_| makes_object) else { return Ok(allowed) };
        let asked = AclHeaders::of(headers)?;
        let enforced = bucket.settings.ownership == Some(ObjectOwnership::BucketOwnerEnforced);
        if enforced && !asked.is_empty() && asked.canned != Some(CannedAcl::BucketOwnerFullControl) {
            return Err(access_control::refused(AclRefused::Disabled));
        }
        let owner = owner_of_new(bucket, &access.requester, asked.canned);
        // Where another writes what becomes the bucket owner's, that is to be kept: it shows with the object.
        let writes_own = access.requester.user_id() == Some(&owner.id);
        if asked.is_empty() && owner == bucket.owner() && writes_own {
            return Ok(allowed);
        }
        let acl = self.acl_of_headers(&asked, owner.clone(), bucket.owner()).await?;
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

/// What a copy is made from, as its header names it.
fn copy_source(operation: Operation, head: &Clean) -> Result<Option<CopySource>, S3Error> {
    if !matches!(operation, Operation::CopyObject | Operation::UploadPartCopy) {
        return Ok(None);
    }
    let named = head.headers().get("x-amz-copy-source").and_then(|value| value.to_str().ok());
    let missing = || S3Error::argument("x-amz-copy-source", "", "Name the source as /bucket/key, percent-encoded.");
    CopySource::parse(named.ok_or_else(missing)?).map(Some)
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
