//! The operations on the configuration of a bucket, answered from the registry.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use keyward_identity::{Bucket, BucketSettings};
use keyward_objects::{Checked, CommitCheck, Feature, ResponseBody, empty, full, read_document};
use keyward_s3_wire::bucket_owner::expect_owner;
use keyward_s3_wire::configuration::{self as wire, BODY_LIMIT};
use keyward_s3_wire::{ErrorCode, Operation, S3Error};
use keyward_service::{Configuration, Origin};

use crate::endpoint::Shared;
use crate::failure;
use crate::signed_write::permitted;

/// Whether the operation is answered here.
pub(crate) fn serves(operation: Operation) -> bool {
    shows(operation)
        || removes_nothing(operation)
        || changes(operation).is_some()
        || wire::reads_fixed(operation).is_some()
}

/// What removes a configuration that no bucket here can have.
fn removes_nothing(operation: Operation) -> bool {
    matches!(operation, Operation::DeleteBucketWebsite | Operation::DeleteBucketReplication)
}

fn shows(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::GetBucketVersioning
            | O::GetObjectLockConfiguration
            | O::GetBucketLifecycleConfiguration
            | O::GetBucketEncryption
            | O::GetBucketTagging
            | O::GetBucketCors
            | O::GetBucketOwnershipControls
            | O::GetPublicAccessBlock
            | O::GetBucketLogging
            | O::GetBucketNotificationConfiguration
            | O::GetBucketAccelerateConfiguration
            | O::GetBucketRequestPayment
            | O::GetBucketWebsite
            | O::GetBucketReplication
            | O::ListBucketAnalyticsConfigurations
            | O::ListBucketIntelligentTieringConfigurations
            | O::ListBucketInventoryConfigurations
            | O::ListBucketMetricsConfigurations
    )
}

/// What makes a configuration of a body.
type Reading = fn(&[u8]) -> Result<Configuration, S3Error>;

/// How the operation makes a configuration of its body.
fn changes(operation: Operation) -> Option<Reading> {
    use Configuration as C;
    use Operation as O;
    Some(match operation {
        O::PutBucketVersioning => |body| wire::read_versioning(body).map(C::Versioning),
        O::PutObjectLockConfiguration => |body| wire::read_object_lock(body).map(C::ObjectLock),
        O::PutBucketLifecycleConfiguration => |body| wire::read_lifecycle(body).map(C::Lifecycle),
        O::DeleteBucketLifecycle => |_| Ok(C::Lifecycle(Vec::new())),
        O::PutBucketEncryption => |body| wire::read_encryption(body).map(|()| C::Encryption(true)),
        O::DeleteBucketEncryption => |_| Ok(C::Encryption(false)),
        O::PutBucketTagging => |body| wire::read_bucket_tags(body).map(C::Tags),
        O::DeleteBucketTagging => |_| Ok(C::Tags(Vec::new())),
        O::PutBucketCors => |body| wire::read_cors(body).map(C::Cors),
        O::DeleteBucketCors => |_| Ok(C::Cors(Vec::new())),
        O::PutBucketOwnershipControls => |body| wire::read_ownership(body).map(|one| C::Ownership(Some(one))),
        O::DeleteBucketOwnershipControls => |_| Ok(C::Ownership(None)),
        O::PutPublicAccessBlock => {
            |body| wire::read_public_access_block(body).map(|block| C::PublicAccessBlock(Some(block)))
        }
        O::DeletePublicAccessBlock => |_| Ok(C::PublicAccessBlock(None)),
        _ => return None,
    })
}

/// What an object store has to offer for the configuration to be kept.
fn needs(configuration: &Configuration) -> Option<Feature> {
    match configuration {
        Configuration::Versioning(_) => Some(Feature::Versioning),
        Configuration::ObjectLock(_) => Some(Feature::ObjectLock),
        Configuration::Lifecycle(rules) if !rules.is_empty() => Some(Feature::Lifecycle),
        Configuration::Encryption(true) => Some(Feature::Encryption),
        _ => None,
    }
}

/// Who changes the configuration of which bucket.
pub(crate) struct Change {
    pub(crate) bucket: Arc<Bucket>,
    /// For the audit log.
    pub(crate) actor: String,
    pub(crate) origin: Origin,
    pub(crate) commit_check: CommitCheck,
}

impl Change {
    /// A change of `bucket` that this request asks for.
    pub(crate) fn of(request: &Checked, bucket: &Arc<Bucket>, origin: Origin) -> Self {
        let actor = request.access().requester.user_id().map_or_else(|| "anonymous".to_owned(), ToString::to_string);
        Self { bucket: Arc::clone(bucket), actor, origin, commit_check: request.commit_check().clone() }
    }
}

impl Shared {
    /// Shows or changes a part of the configuration.
    pub(crate) async fn bucket_configuration(
        &self,
        request: Checked,
        origin: Origin,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let operation = request.operation();
        let bucket = request.access().resource.bucket().ok_or(ErrorCode::NoSuchBucket)?.clone();
        expect_owner(request.head(), bucket.owner.as_str())?;
        if removes_nothing(operation) {
            return Ok(done(operation));
        }
        if let Some(read) = wire::reads_fixed(operation) {
            let (_, payload) = request.into_parts();
            read(&read_document(payload, BODY_LIMIT).await?)?;
            return Ok(done(operation));
        }
        let Some(read) = changes(operation) else { return shown(operation, &bucket).map(document_answer) };
        let change = Change::of(&request, &bucket, origin);
        let (_, payload) = request.into_parts();
        let configuration = read(&read_document(payload, BODY_LIMIT).await?)?;
        self.configure(change, configuration).await?;
        Ok(done(operation))
    }

    /// Keeps a part of the configuration, where the object store honours it.
    pub(crate) async fn configure(&self, change: Change, configuration: Configuration) -> Result<(), S3Error> {
        needs(&configuration).map_or(Ok(()), |feature| self.require(feature))?;
        let service = Arc::clone(&self.service);
        let Change { bucket, actor, origin, commit_check } = change;
        permitted(&commit_check, async move {
            let configured = service.configure_bucket(&bucket, &configuration, &actor, origin).await;
            configured.map_err(|error| match (&configuration, failure::service(&error)) {
                (Configuration::Ownership(_), error) if error.code() == ErrorCode::InvalidBucketState => {
                    ErrorCode::InvalidBucketAclWithObjectOwnership.into()
                }
                (_, error) => error,
            })
        })
        .await
    }

    /// A bucket that looked as if it were protected, and were not, would be worse than none.
    pub(crate) fn require(&self, feature: Feature) -> Result<(), S3Error> {
        match self.backend.offers(feature) {
            true => Ok(()),
            false => {
                let message = format!("{} is not offered by this object store.", feature.name());
                Err(S3Error::because(ErrorCode::NotImplemented, message))
            }
        }
    }
}

fn shown(operation: Operation, bucket: &Bucket) -> Result<Vec<u8>, S3Error> {
    let settings = &bucket.settings;
    let document = match operation {
        Operation::GetBucketVersioning => Some(wire::write_versioning(settings.versioning)),
        Operation::GetObjectLockConfiguration => settings.object_lock.as_ref().map(wire::write_object_lock),
        Operation::GetBucketLifecycleConfiguration => {
            present(&settings.lifecycle).map(|rules| wire::write_lifecycle(rules))
        }
        Operation::GetBucketEncryption => settings.is_encryption_enabled.then(wire::write_encryption),
        Operation::GetBucketTagging => present(&settings.tags)
            .map(|tags| wire::write_tags(tags.iter().map(|tag| (tag.name.as_str(), tag.value.as_str())))),
        Operation::GetBucketCors => present(&settings.cors).map(|rules| wire::write_cors(rules)),
        Operation::GetBucketOwnershipControls => settings.ownership.map(wire::write_ownership),
        Operation::GetPublicAccessBlock => block(settings),
        _ => wire::write_fixed(operation),
    };
    document.ok_or_else(|| S3Error::new(absent(operation)).with("BucketName", bucket.name.as_str()))
}

fn present<T>(list: &Vec<T>) -> Option<&Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn block(settings: &BucketSettings) -> Option<Vec<u8>> {
    settings.public_access_block.as_ref().map(wire::write_public_access_block)
}

/// What S3 says where there is no such configuration.
fn absent(operation: Operation) -> ErrorCode {
    match operation {
        Operation::GetObjectLockConfiguration => ErrorCode::ObjectLockConfigurationNotFoundError,
        Operation::GetBucketLifecycleConfiguration => ErrorCode::NoSuchLifecycleConfiguration,
        Operation::GetBucketEncryption => ErrorCode::ServerSideEncryptionConfigurationNotFoundError,
        Operation::GetBucketTagging => ErrorCode::NoSuchTagSet,
        Operation::GetBucketCors => ErrorCode::NoSuchCORSConfiguration,
        Operation::GetBucketOwnershipControls => ErrorCode::OwnershipControlsNotFoundError,
        Operation::GetPublicAccessBlock => ErrorCode::NoSuchPublicAccessBlockConfiguration,
        Operation::GetBucketWebsite => ErrorCode::NoSuchWebsiteConfiguration,
        Operation::GetBucketReplication => ErrorCode::ReplicationConfigurationNotFoundError,
        _ => ErrorCode::NotImplemented,
    }
}

pub(crate) fn document_answer(xml: Vec<u8>) -> Response<ResponseBody> {
    let mut answer = Response::new(full(Bytes::from(xml)));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}

/// 204 for what removes a configuration and, as S3 has it, for tags; 200 for the rest.
pub(crate) fn done(operation: Operation) -> Response<ResponseBody> {
    let mut answer = Response::new(empty());
    let removes = operation.name().starts_with("Delete");
    if removes || matches!(operation, Operation::PutBucketTagging | Operation::PutBucketPolicy) {
        *answer.status_mut() = StatusCode::NO_CONTENT;
    }
    answer
}
