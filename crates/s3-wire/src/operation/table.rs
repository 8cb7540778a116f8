//! The table: a line for each operation.

use http::Method;

use crate::address::Shape;

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) operation: Operation,
    pub(super) method: Verb,
    pub(super) shape: Shape,
    /// The query parameters that select it; all have to be there. `name=value` asks for that value.
    pub(super) selectors: &'static [&'static str],
    pub(super) marker: Marker,
    action: &'static str,
    version_action: &'static str,
    pub(super) origin: Origin,
}

/// The methods of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Head,
    Put,
    Post,
    Delete,
    Options,
}

/// What a request's head has to show besides its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// Nothing.
    Plain,
    /// The header `x-amz-copy-source`.
    CopySource,
    /// A body of `multipart/form-data`.
    Form,
    /// The header `x-amz-request-route`, with which a function answers for an object.
    RequestRoute,
}

/// Where an operation comes from. The parameters of S3's own select wherever they stand, so that `DELETE /b/k?policy`
/// deletes nothing; those of the others only on the resources they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    S3,
    Elsewhere,
}

impl Verb {
    pub(super) fn of(method: &Method) -> Option<Self> {
        Some(match *method {
            Method::GET => Verb::Get,
            Method::HEAD => Verb::Head,
            Method::PUT => Verb::Put,
            Method::POST => Verb::Post,
            Method::DELETE => Verb::Delete,
            Method::OPTIONS => Verb::Options,
            _ => return None,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Head => "HEAD",
            Verb::Put => "PUT",
            Verb::Post => "POST",
            Verb::Delete => "DELETE",
            Verb::Options => "OPTIONS",
        }
    }
}

macro_rules! operations {
    ($($name:ident $method:ident $shape:ident $selectors:tt $marker:ident $action:literal $version_action:literal $origin:ident;)*) => {
        /// An operation. The variant's name is the one S3 gives it in its documentation and in access logs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(
                #[doc = concat!("`", stringify!($method), "` of a ", stringify!($shape), stringify!($selectors), ", ", $action)]
                $name,
            )*
        }

        pub(super) const TABLE: &[Row] = &[
            $(Row {
                operation: Operation::$name,
                method: Verb::$method,
                shape: Shape::$shape,
                selectors: &$selectors,
                marker: Marker::$marker,
                action: $action,
                version_action: $version_action,
                origin: Origin::$origin,
            },)*
        ];

        impl Operation {
            /// Every operation, in the table's order.
            pub const ALL: &'static [Operation] = &[$(Operation::$name,)*];

            /// S3's name for it.
            pub const fn name(self) -> &'static str {
                match self { $(Operation::$name => stringify!($name),)* }
            }
        }
    };
}

operations! {
    // Service
    ListBuckets Get Service [] Plain "s3:ListAllMyBuckets" "" S3;
    // Bucket
    CreateBucket Put Bucket [] Plain "s3:CreateBucket" "" S3;
    HeadBucket Head Bucket [] Plain "s3:ListBucket" "" S3;
    DeleteBucket Delete Bucket [] Plain "s3:DeleteBucket" "" S3;
    ListObjects Get Bucket [] Plain "s3:ListBucket" "" S3;
    ListObjectsV2 Get Bucket ["list-type=2"] Plain "s3:ListBucket" "" S3;
    ListObjectVersions Get Bucket ["versions"] Plain "s3:ListBucketVersions" "" S3;
    ListMultipartUploads Get Bucket ["uploads"] Plain "s3:ListBucketMultipartUploads" "" S3;
    DeleteObjects Post Bucket ["delete"] Plain "s3:DeleteObject" "s3:DeleteObjectVersion" S3;
    PostObject Post Bucket [] Form "s3:PutObject" "" S3;
    WriteGetObjectResponse Post Bucket [] RequestRoute "s3-object-lambda:WriteGetObjectResponse" "" S3;
    CreateSession Get Bucket ["session"] Plain "s3express:CreateSession" "" Elsewhere;
    GetBucketLocation Get Bucket ["location"] Plain "s3:GetBucketLocation" "" S3;
    // Configuration of a bucket
    GetBucketAbac Get Bucket ["abac"] Plain "s3:GetBucketAbac" "" S3;
    PutBucketAbac Put Bucket ["abac"] Plain "s3:PutBucketAbac" "" S3;
    GetBucketAccelerateConfiguration Get Bucket ["accelerate"] Plain "s3:GetAccelerateConfiguration" "" S3;
    PutBucketAccelerateConfiguration Put Bucket ["accelerate"] Plain "s3:PutAccelerateConfiguration" "" S3;
    GetBucketAcl Get Bucket ["acl"] Plain "s3:GetBucketAcl" "" S3;
    PutBucketAcl Put Bucket ["acl"] Plain "s3:PutBucketAcl" "" S3;
    GetBucketCors Get Bucket ["cors"] Plain "s3:GetBucketCORS" "" S3;
    PutBucketCors Put Bucket ["cors"] Plain "s3:PutBucketCORS" "" S3;
    DeleteBucketCors Delete Bucket ["cors"] Plain "s3:PutBucketCORS" "" S3;
    GetBucketEncryption Get Bucket ["encryption"] Plain "s3:GetEncryptionConfiguration" "" S3;
    PutBucketEncryption Put Bucket ["encryption"] Plain "s3:PutEncryptionConfiguration" "" S3;
    DeleteBucketEncryption Delete Bucket ["encryption"] Plain "s3:PutEncryptionConfiguration" "" S3;
    GetBucketLifecycleConfiguration Get Bucket ["lifecycle"] Plain "s3:GetLifecycleConfiguration" "" S3;
    PutBucketLifecycleConfiguration Put Bucket ["lifecycle"] Plain "s3:PutLifecycleConfiguration" "" S3;
    DeleteBucketLifecycle Delete Bucket ["lifecycle"] Plain "s3:PutLifecycleConfiguration" "" S3;
    GetBucketLogging Get Bucket ["logging"] Plain "s3:GetBucketLogging" "" S3;
    PutBucketLogging Put Bucket ["logging"] Plain "s3:PutBucketLogging" "" S3;
    GetBucketNotificationConfiguration Get Bucket ["notification"] Plain "s3:GetBucketNotification" "" S3;
    PutBucketNotificationConfiguration Put Bucket ["notification"] Plain "s3:PutBucketNotification" "" S3;
    GetObjectLockConfiguration Get Bucket ["object-lock"] Plain "s3:GetBucketObjectLockConfiguration" "" S3;
    PutObjectLockConfiguration Put Bucket ["object-lock"] Plain "s3:PutBucketObjectLockConfiguration" "" S3;
    GetBucketOwnershipControls Get Bucket ["ownershipControls"] Plain "s3:GetBucketOwnershipControls" "" S3;
    PutBucketOwnershipControls Put Bucket ["ownershipControls"] Plain "s3:PutBucketOwnershipControls" "" S3;
    DeleteBucketOwnershipControls Delete Bucket ["ownershipControls"] Plain "s3:PutBucketOwnershipControls" "" S3;
    GetBucketPolicy Get Bucket ["policy"] Plain "s3:GetBucketPolicy" "" S3;
    PutBucketPolicy Put Bucket ["policy"] Plain "s3:PutBucketPolicy" "" S3;
    DeleteBucketPolicy Delete Bucket ["policy"] Plain "s3:DeleteBucketPolicy" "" S3;
    GetBucketPolicyStatus Get Bucket ["policyStatus"] Plain "s3:GetBucketPolicyStatus" "" S3;
    GetPublicAccessBlock Get Bucket ["publicAccessBlock"] Plain "s3:GetBucketPublicAccessBlock" "" S3;
    PutPublicAccessBlock Put Bucket ["publicAccessBlock"] Plain "s3:PutBucketPublicAccessBlock" "" S3;
    DeletePublicAccessBlock Delete Bucket ["publicAccessBlock"] Plain "s3:PutBucketPublicAccessBlock" "" S3;
    GetBucketReplication Get Bucket ["replication"] Plain "s3:GetReplicationConfiguration" "" S3;
    PutBucketReplication Put Bucket ["replication"] Plain "s3:PutReplicationConfiguration" "" S3;
    DeleteBucketReplication Delete Bucket ["replication"] Plain "s3:PutReplicationConfiguration" "" S3;
    GetBucketRequestPayment Get Bucket ["requestPayment"] Plain "s3:GetBucketRequestPayment" "" S3;
    PutBucketRequestPayment Put Bucket ["requestPayment"] Plain "s3:PutBucketRequestPayment" "" S3;
    GetBucketTagging Get Bucket ["tagging"] Plain "s3:GetBucketTagging" "" S3;
    PutBucketTagging Put Bucket ["tagging"] Plain "s3:PutBucketTagging" "" S3;
    DeleteBucketTagging Delete Bucket ["tagging"] Plain "s3:PutBucketTagging" "" S3;
    GetBucketVersioning Get Bucket ["versioning"] Plain "s3:GetBucketVersioning" "" S3;
    PutBucketVersioning Put Bucket ["versioning"] Plain "s3:PutBucketVersioning" "" S3;
    GetBucketWebsite Get Bucket ["website"] Plain "s3:GetBucketWebsite" "" S3;
    PutBucketWebsite Put Bucket ["website"] Plain "s3:PutBucketWebsite" "" S3;
    DeleteBucketWebsite Delete Bucket ["website"] Plain "s3:DeleteBucketWebsite" "" S3;
    // Configurations of which a bucket has several
    ListBucketAnalyticsConfigurations Get Bucket ["analytics"] Plain "s3:GetAnalyticsConfiguration" "" S3;
    GetBucketAnalyticsConfiguration Get Bucket ["analytics", "id"] Plain "s3:GetAnalyticsConfiguration" "" S3;
    PutBucketAnalyticsConfiguration Put Bucket ["analytics", "id"] Plain "s3:PutAnalyticsConfiguration" "" S3;
    DeleteBucketAnalyticsConfiguration Delete Bucket ["analytics", "id"] Plain "s3:PutAnalyticsConfiguration" "" S3;
    ListBucketIntelligentTieringConfigurations Get Bucket ["intelligent-tiering"] Plain "s3:GetIntelligentTieringConfiguration" "" S3;
    GetBucketIntelligentTieringConfiguration Get Bucket ["intelligent-tiering", "id"] Plain "s3:GetIntelligentTieringConfiguration" "" S3;
    PutBucketIntelligentTieringConfiguration Put Bucket ["intelligent-tiering", "id"] Plain "s3:PutIntelligentTieringConfiguration" "" S3;
    DeleteBucketIntelligentTieringConfiguration Delete Bucket ["intelligent-tiering", "id"] Plain "s3:PutIntelligentTieringConfiguration" "" S3;
    ListBucketInventoryConfigurations Get Bucket ["inventory"] Plain "s3:GetInventoryConfiguration" "" S3;
    GetBucketInventoryConfiguration Get Bucket ["inventory", "id"] Plain "s3:GetInventoryConfiguration" "" S3;
    PutBucketInventoryConfiguration Put Bucket ["inventory", "id"] Plain "s3:PutInventoryConfiguration" "" S3;
    DeleteBucketInventoryConfiguration Delete Bucket ["inventory", "id"] Plain "s3:PutInventoryConfiguration" "" S3;
    ListBucketMetricsConfigurations Get Bucket ["metrics"] Plain "s3:GetMetricsConfiguration" "" S3;
    GetBucketMetricsConfiguration Get Bucket ["metrics", "id"] Plain "s3:GetMetricsConfiguration" "" S3;
    PutBucketMetricsConfiguration Put Bucket ["metrics", "id"] Plain "s3:PutMetricsConfiguration" "" S3;
    DeleteBucketMetricsConfiguration Delete Bucket ["metrics", "id"] Plain "s3:PutMetricsConfiguration" "" S3;
    // Metadata tables
    GetBucketMetadataConfiguration Get Bucket ["metadataConfiguration"] Plain "s3:GetBucketMetadataTableConfiguration" "" S3;
    CreateBucketMetadataConfiguration Post Bucket ["metadataConfiguration"] Plain "s3:CreateBucketMetadataTableConfiguration" "" S3;
    DeleteBucketMetadataConfiguration Delete Bucket ["metadataConfiguration"] Plain "s3:DeleteBucketMetadataTableConfiguration" "" S3;
    GetBucketMetadataTableConfiguration Get Bucket ["metadataTable"] Plain "s3:GetBucketMetadataTableConfiguration" "" S3;
    CreateBucketMetadataTableConfiguration Post Bucket ["metadataTable"] Plain "s3:CreateBucketMetadataTableConfiguration" "" S3;
    DeleteBucketMetadataTableConfiguration Delete Bucket ["metadataTable"] Plain "s3:DeleteBucketMetadataTableConfiguration" "" S3;
    UpdateBucketMetadataInventoryTableConfiguration Put Bucket ["metadataInventoryTable"] Plain "s3:UpdateBucketMetadataInventoryTableConfiguration" "" S3;
    UpdateBucketMetadataJournalTableConfiguration Put Bucket ["metadataJournalTable"] Plain "s3:UpdateBucketMetadataJournalTableConfiguration" "" S3;
    UpdateBucketMetadataAnnotationTableConfiguration Put Bucket ["metadataAnnotationTable"] Plain "s3:UpdateBucketMetadataAnnotationTableConfiguration" "" S3;
    // Object
    GetObject Get Object [] Plain "s3:GetObject" "s3:GetObjectVersion" S3;
    HeadObject Head Object [] Plain "s3:GetObject" "s3:GetObjectVersion" S3;
    PutObject Put Object [] Plain "s3:PutObject" "" S3;
    CopyObject Put Object [] CopySource "s3:PutObject" "" S3;
    DeleteObject Delete Object [] Plain "s3:DeleteObject" "s3:DeleteObjectVersion" S3;
    OptionsObject Options Object [] Plain "" "" S3;
    RenameObject Put Object ["renameObject"] Plain "s3express:CreateSession" "" S3;
    RestoreObject Post Object ["restore"] Plain "s3:RestoreObject" "" S3;
    SelectObjectContent Post Object ["select", "select-type=2"] Plain "s3:GetObject" "s3:GetObjectVersion" S3;
    GetObjectTorrent Get Object ["torrent"] Plain "s3:GetObjectTorrent" "s3:GetObjectVersionTorrent" S3;
    GetObjectAttributes Get Object ["attributes"] Plain "s3:GetObjectAttributes" "s3:GetObjectVersionAttributes" S3;
    GetObjectAcl Get Object ["acl"] Plain "s3:GetObjectAcl" "s3:GetObjectVersionAcl" S3;
    PutObjectAcl Put Object ["acl"] Plain "s3:PutObjectAcl" "s3:PutObjectVersionAcl" S3;
    GetObjectTagging Get Object ["tagging"] Plain "s3:GetObjectTagging" "s3:GetObjectVersionTagging" S3;
    PutObjectTagging Put Object ["tagging"] Plain "s3:PutObjectTagging" "s3:PutObjectVersionTagging" S3;
    DeleteObjectTagging Delete Object ["tagging"] Plain "s3:DeleteObjectTagging" "s3:DeleteObjectVersionTagging" S3;
    GetObjectRetention Get Object ["retention"] Plain "s3:GetObjectRetention" "" S3;
    PutObjectRetention Put Object ["retention"] Plain "s3:PutObjectRetention" "" S3;
    GetObjectLegalHold Get Object ["legal-hold"] Plain "s3:GetObjectLegalHold" "" S3;
    PutObjectLegalHold Put Object ["legal-hold"] Plain "s3:PutObjectLegalHold" "" S3;
    UpdateObjectEncryption Put Object ["encryption"] Plain "s3:UpdateObjectEncryption" "" S3;
    ListObjectAnnotations Get Object ["annotation"] Plain "s3:ListObjectAnnotations" "" S3;
    GetObjectAnnotation Get Object ["annotation", "annotationName"] Plain "s3:GetObjectAnnotation" "" S3;
    PutObjectAnnotation Put Object ["annotation", "annotationName"] Plain "s3:PutObjectAnnotation" "" S3;
    DeleteObjectAnnotation Delete Object ["annotation", "annotationName"] Plain "s3:DeleteObjectAnnotation" "" S3;
    // Multipart upload
    CreateMultipartUpload Post Object ["uploads"] Plain "s3:PutObject" "" S3;
    UploadPart Put Object ["uploadId", "partNumber"] Plain "s3:PutObject" "" S3;
    UploadPartCopy Put Object ["uploadId", "partNumber"] CopySource "s3:PutObject" "" S3;
    CompleteMultipartUpload Post Object ["uploadId"] Plain "s3:PutObject" "" S3;
    AbortMultipartUpload Delete Object ["uploadId"] Plain "s3:AbortMultipartUpload" "" S3;
    ListParts Get Object ["uploadId"] Plain "s3:ListMultipartUploadParts" "" S3;
    // Of ECS: nodes, metadata search, reads during an outage, retention
    ListDataNodes Get Service ["endpoint"] Plain "s3:ListAllMyBuckets" "" Elsewhere;
    ListSystemMetadataSearchKeys Get Service ["searchmetadata"] Plain "s3:ListAllMyBuckets" "" Elsewhere;
    ListBucketMetadataSearchKeys Get Bucket ["searchmetadata"] Plain "s3:ListBucket" "" Elsewhere;
    DeleteBucketMetadataSearchKeys Delete Bucket ["searchmetadata"] Plain "s3:DeleteBucket" "" Elsewhere;
    QueryObjects Get Bucket ["query"] Plain "s3:ListBucket" "" Elsewhere;
    GetBucketStaleReadAllowed Get Bucket ["isstaleallowed"] Plain "s3:ListBucket" "" Elsewhere;
    PutBucketStaleReadAllowed Put Bucket ["isstaleallowed"] Plain "s3:CreateBucket" "" Elsewhere;
    ExtendObjectRetention Put Object ["retentionUpdate"] Plain "s3:PutObjectRetention" "" Elsewhere;
    // Of Ceph: taken for a PutObject, it would overwrite what it means to lengthen
    AppendObject Put Object ["append"] Plain "s3:PutObject" "" Elsewhere;
}

impl Operation {
    pub(super) fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The permission it takes, as policies name it; `None` for a preflight request, which no one signs. Copies need
    /// [`GetObject`](Self::GetObject)'s on their source besides, writes with headers for ACL, tags or lock the
    /// permissions of those.
    pub fn action(self) -> Option<&'static str> {
        Some(self.row().action).filter(|action| !action.is_empty())
    }

    /// The permission it takes in place of [`action`](Self::action) when the request names a version.
    pub fn version_action(self) -> Option<&'static str> {
        Some(self.row().version_action).filter(|action| !action.is_empty()).or_else(|| self.action())
    }

    /// Whether it changes anything.
    pub fn is_write(self) -> bool {
        match self.row().method {
            Verb::Get | Verb::Head | Verb::Options => false,
            Verb::Post => self != Operation::SelectObjectContent,
            Verb::Put | Verb::Delete => true,
        }
    }

    /// Whether it has a body that means something: content, a document, a form.
    pub fn takes_body(self) -> bool {
        use Operation::{CopyObject, CreateMultipartUpload, ExtendObjectRetention, UploadPartCopy};
        match self.row().method {
            Verb::Get | Verb::Head | Verb::Delete | Verb::Options => false,
            Verb::Put | Verb::Post => {
                !matches!(self, CopyObject | UploadPartCopy | CreateMultipartUpload | ExtendObjectRetention)
            }
        }
    }

    /// The resource it is for. [`OptionsObject`](Self::OptionsObject) goes to any.
    pub fn shape(self) -> Shape {
        self.row().shape
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
