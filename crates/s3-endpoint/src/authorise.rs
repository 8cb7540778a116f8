//! On what the request acts, and whether its sender may.

use std::sync::Arc;

use keyward_identity::{Bucket, BucketName, NamespaceName};
use keyward_policy::{Access, Allowed, Denied, Requester, Resource, decide};
use keyward_s3_wire::operations::CopySource;
use keyward_s3_wire::{Address, ErrorCode, ObjectKey, Operation, S3Error};
use keyward_signature::Clean;

use crate::endpoint::Shared;
use crate::failure;

impl Shared {
    pub(crate) async fn authorise(
        &self,
        requester: Requester,
        operation: Operation,
        address: Address,
        head: &Clean,
    ) -> Result<Allowed, S3Error> {
        // Whoever is nobody learns nothing about which buckets there are.
        let Requester::User { namespace: own, .. } = &requester else { return Err(denied(Denied::Anonymous)) };
        let namespace = address.namespace.unwrap_or_else(|| own.clone());
        let source = self.source(operation, &namespace, head).await?;
        let resource = match (address.bucket, address.key) {
            (None, _) => Resource::Service { namespace },
            (Some(name), None) if operation == Operation::CreateBucket => Resource::NewBucket { namespace, name },
            (Some(name), None) => Resource::Bucket(self.bucket(&namespace, &name).await?),
            (Some(name), Some(key)) => Resource::Object(self.bucket(&namespace, &name).await?, key),
        };
        decide(Access { requester, operation, resource, source }).map_err(denied)
    }

    async fn source(
        &self,
        operation: Operation,
        namespace: &NamespaceName,
        head: &Clean,
    ) -> Result<Option<(Arc<Bucket>, ObjectKey)>, S3Error> {
        if !matches!(operation, Operation::CopyObject | Operation::UploadPartCopy) {
            return Ok(None);
        }
        let named = head.headers().get("x-amz-copy-source").and_then(|value| value.to_str().ok());
        let missing = || S3Error::argument("x-amz-copy-source", "", "Name the source as /bucket/key, percent-encoded.");
        let source = CopySource::parse(named.ok_or_else(missing)?)?;
        let bucket = self.bucket(namespace, &source.bucket).await?;
        Ok(Some((bucket, source.key)))
    }

    async fn bucket(&self, namespace: &NamespaceName, name: &BucketName) -> Result<Arc<Bucket>, S3Error> {
        let found = self.service.bucket(namespace, name).await.map_err(|error| failure::service(&error))?;
        found.ok_or_else(|| S3Error::new(ErrorCode::NoSuchBucket).with("BucketName", name.as_str()))
    }
}

fn denied(denied: Denied) -> S3Error {
    S3Error::because(ErrorCode::AccessDenied, denied.to_string())
}
