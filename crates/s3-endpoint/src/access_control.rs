//! Access control lists and bucket policies: read from the client, names looked up, shown and kept.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use keyward_identity::{Acl, AclGrant, AclGrantee, Bucket, ObjectOwnership, ObjectUserId, UserRef};
use keyward_objects::{Checked, Granted, ResponseBody, empty, full, read_document};
use keyward_policy::{AclRefused, BucketPolicy, LARGEST_POLICY, canned, is_public, may_have};
use keyward_s3_wire::acl_headers::{AclHeaders, Grantee};
use keyward_s3_wire::configuration::{AccessControlPolicy, BODY_LIMIT, NamedGrant, write_policy_status};
use keyward_s3_wire::{ErrorCode, ObjectKey, Operation, Owner, S3Error, VersionId};
use keyward_service::{Configuration, Origin, ServiceError};

use crate::bucket_configuration::{Change, document_answer, done};
use crate::endpoint::Shared;
use crate::failure;

/// The groups that grants may name.
const GROUPS: [(&str, AclGrantee); 3] = [
    ("http://acs.amazonaws.com/groups/global/AllUsers", AclGrantee::AllUsers),
    ("http://acs.amazonaws.com/groups/global/AuthenticatedUsers", AclGrantee::AuthenticatedUsers),
    ("http://acs.amazonaws.com/groups/s3/LogDelivery", AclGrantee::LogDelivery),
];

/// Whether the operation is answered here.
pub(crate) fn serves(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::GetBucketAcl
            | O::PutBucketAcl
            | O::GetObjectAcl
            | O::PutObjectAcl
            | O::GetBucketPolicy
            | O::PutBucketPolicy
            | O::DeleteBucketPolicy
            | O::GetBucketPolicyStatus
    )
}

impl Shared {
    /// Shows or changes who may do what.
    pub(crate) async fn access_control(
        &self,
        request: Checked,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let operation = request.operation();
        let bucket = request.access().resource.bucket().ok_or(ErrorCode::NoSuchBucket)?.clone();
        keyward_s3_wire::bucket_owner::expect_owner(request.head(), bucket.owner.as_str())?;
        match operation {
            Operation::GetBucketAcl => self.shown_acl(&bucket, &bucket_acl(&bucket)).await,
            Operation::PutBucketAcl => self.put_bucket_acl(request, &bucket, origin).await,
            Operation::GetObjectAcl => {
                let (key, version) = (key_of(&request)?, request.access().version.clone());
                let acl = self.object_acl(&bucket, &key, version.as_ref()).await?;
                self.shown_acl(&bucket, &acl).await
            }
            Operation::PutObjectAcl => self.put_object_acl(request, &bucket).await,
            Operation::GetBucketPolicyStatus => Ok(document_answer(write_policy_status(is_public(&bucket)))),
            Operation::GetBucketPolicy => match self.service.shown_policy(&bucket).await {
                Err(error) => Err(failure::service(&error)),
                Ok(Some(policy)) => Ok(json(&policy)),
                Ok(None) => Err(S3Error::new(ErrorCode::NoSuchBucketPolicy).with("BucketName", bucket.name.as_str())),
            },
            Operation::PutBucketPolicy => self.put_policy(request, &bucket, origin).await,
            _ => {
                self.configure(Change::of(&request, &bucket, origin), Configuration::Policy(None)).await?;
                Ok(done(operation))
            }
        }
    }

    async fn put_policy(
        &self,
        request: Checked,
        bucket: &Arc<Bucket>,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let change = Change::of(&request, bucket, origin);
        let (_, payload) = request.into_parts();
        let body = read_document(payload, 2 * LARGEST_POLICY).await?;
        let malformed = |why: String| S3Error::because(ErrorCode::MalformedPolicy, failure::sentence(&why));
        let text = std::str::from_utf8(&body).map_err(|_| malformed("the policy is not UTF-8".to_owned()))?;
        let policy =
            BucketPolicy::read(text, &bucket.namespace, &bucket.name).map_err(|fault| malformed(fault.to_string()))?;
        if policy.is_public() && bucket.settings.public_access_block.is_some_and(|block| block.block_public_policy) {
            let message = "The policy is public, and the bucket blocks public policies.";
            return Err(S3Error::because(ErrorCode::AccessDenied, message));
        }
        let resolved = self.service.resolve_policy(text, &policy.named_principals()).await;
        let resolved = resolved.map_err(|error| match error {
            ServiceError::UnknownPrincipal { .. } => malformed(format!("Invalid principal in policy: {error}")),
            error => failure::service(&error),
        })?;
        self.configure(change, Configuration::Policy(Some(resolved))).await?;
        Ok(done(Operation::PutBucketPolicy))
    }

    async fn put_bucket_acl(
        &self,
        request: Checked,
        bucket: &Arc<Bucket>,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let change = Change::of(&request, bucket, origin);
        let acl = self.acl_asked_for(request, bucket_acl(bucket).owner, bucket).await?.1;
        self.configure(change, Configuration::Acl(acl)).await?;
        Ok(done(Operation::PutBucketAcl))
    }

    async fn put_object_acl(&self, request: Checked, bucket: &Bucket) -> Result<Response<ResponseBody>, S3Error> {
        let version = request.access().version.as_ref();
        let present = self.object_acl(bucket, &key_of(&request)?, version).await?;
        let (granted, acl) = self.acl_asked_for(request, present.owner, bucket).await?;
        self.backend.put_object_acl(&granted, &acl).await?;
        Ok(Response::new(empty()))
    }

    async fn object_acl(&self, bucket: &Bucket, key: &ObjectKey, version: Option<&VersionId>) -> Result<Acl, S3Error> {
        let missing = || match version {
            Some(version) => S3Error::new(ErrorCode::NoSuchVersion).with("VersionId", version.as_str()),
            None => S3Error::new(ErrorCode::NoSuchKey),
        };
        let facts = self.backend.object_facts(bucket, key, version).await?;
        let facts = facts.ok_or_else(|| missing().with("Key", key.as_str()))?;
        let owner = facts.owner.unwrap_or_else(|| bucket.owner());
        Ok(facts.acl.unwrap_or_else(|| Acl::private(owner)))
    }

    /// The list that headers or body ask for, for something of `owner`.
    async fn acl_asked_for(
        &self,
        request: Checked,
        owner: UserRef,
        bucket: &Bucket,
    ) -> Result<(Granted, Acl), S3Error> {
        if bucket.settings.ownership == Some(ObjectOwnership::BucketOwnerEnforced) {
            return Err(refused(AclRefused::Disabled));
        }
        let (granted, payload) = request.into_parts();
        let asked = &granted.access().stated.acl;
        let body = read_document(payload, BODY_LIMIT).await?;
        let acl = if asked.is_empty() {
            let asked = AccessControlPolicy::read(&body)?;
            if let Some(named) = &asked.owner
                && named.id
                    != self.service.shown_user_of(bucket, &owner).await.map_err(|error| failure::service(&error))?
            {
                return Err(refused(AclRefused::OtherOwner));
            }
            self.granted(asked.grants, owner, &bucket.owner()).await?
        } else {
            self.acl_of_headers(asked, owner, bucket.owner()).await?
        };
        may_have(bucket, &acl).map_err(refused)?;
        Ok((granted, acl))
    }

    /// The list that the headers of a request ask for; its owner's alone when they ask for none.
    pub(crate) async fn acl_of_headers(
        &self,
        asked: &AclHeaders,
        owner: UserRef,
        bucket_owner: UserRef,
    ) -> Result<Acl, S3Error> {
        if let Some(name) = asked.canned {
            return Ok(canned(name, owner, bucket_owner));
        }
        if asked.grants.is_empty() {
            return Ok(Acl::private(owner));
        }
        let named =
            |(permission, grantee): &(_, Grantee)| NamedGrant { grantee: grantee.clone(), permission: *permission };
        self.granted(asked.grants.iter().map(named).collect(), owner, &bucket_owner).await
    }

    async fn granted(&self, named: Vec<NamedGrant>, owner: UserRef, bucket_owner: &UserRef) -> Result<Acl, S3Error> {
        let mut grants = Vec::with_capacity(named.len());
        for NamedGrant { grantee, permission } in named {
            let grantee = match grantee {
                Grantee::Id(id) => AclGrantee::User(self.user_named(&id, bucket_owner).await?),
                Grantee::Group(uri) => group(&uri)?,
            };
            grants.push(AclGrant { grantee, permission });
        }
        Ok(Acl { owner, grants })
    }

    /// The object user that a grant names, who has to exist. Where names are unique within a namespace only, one of
    /// the bucket's namespace is meant. The bucket's owner may be named without being an object user.
    async fn user_named(&self, id: &str, bucket_owner: &UserRef) -> Result<UserRef, S3Error> {
        let unknown = || {
            let reason = "Invalid id: no object user has it; leave the grant out, or name a user that exists.";
            S3Error::argument("CanonicalUser/ID", id, reason)
        };
        let user = ObjectUserId::parse(id).map_err(|_| unknown())?;
        let found = self.service.user_named(&user, &bucket_owner.namespace).await;
        let found = found.map_err(|error| failure::service(&error))?;
        found.or_else(|| (user == bucket_owner.id).then(|| bucket_owner.clone())).ok_or_else(unknown)
    }

    async fn shown_acl(&self, bucket: &Bucket, acl: &Acl) -> Result<Response<ResponseBody>, S3Error> {
        let shown = self.service.shown_grantees(bucket, acl).await.map_err(|error| failure::service(&error))?;
        let name = |user: &UserRef| shown.get(user).cloned().unwrap_or_else(|| user.dead_id());
        let grantee = |grantee: &AclGrantee| match grantee {
            AclGrantee::User(user) => Grantee::Id(name(user)),
            group => {
                let uri = GROUPS.iter().find(|(_, known)| known == group).map_or("", |(uri, _)| *uri);
                Grantee::Group(uri.to_owned())
            }
        };
        let named = |grant: &AclGrant| NamedGrant { grantee: grantee(&grant.grantee), permission: grant.permission };
        let owner = Some(Owner::named(name(&acl.owner)));
        let mut grants: Vec<NamedGrant> = acl.grants.iter().map(named).collect();
        // Order says nothing, but clients that look for public grants read the first ones.
        grants.sort_by_key(|grant| !matches!(grant.grantee, Grantee::Group(_)));
        Ok(document_answer(AccessControlPolicy { owner, grants }.write()))
    }
}

/// The list of a bucket; its owner's alone where none was put.
pub(crate) fn bucket_acl(bucket: &Bucket) -> Acl {
    bucket.settings.acl.clone().unwrap_or_else(|| Acl::private(bucket.owner()))
}

/// Why a list was not taken, as S3 says it.
pub(crate) fn refused(why: AclRefused) -> S3Error {
    let code = match why {
        AclRefused::Disabled => ErrorCode::AccessControlListNotSupported,
        AclRefused::PublicBlocked | AclRefused::OtherOwner => ErrorCode::AccessDenied,
    };
    S3Error::because(code, why.to_string())
}

fn group(uri: &str) -> Result<AclGrantee, S3Error> {
    let found = GROUPS.iter().find(|(known, _)| *known == uri).map(|(_, group)| group.clone());
    found.ok_or_else(|| S3Error::argument("uri", uri, "This group is not known; AllUsers, for one, is."))
}

fn key_of(request: &Checked) -> Result<ObjectKey, S3Error> {
    request.access().resource.key().cloned().ok_or(ErrorCode::InvalidArgument.into())
}

fn json(text: &str) -> Response<ResponseBody> {
    let mut answer = Response::new(full(text.as_bytes().to_vec()));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
