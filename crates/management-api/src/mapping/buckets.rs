//! Buckets: requests to changes, records to answers.

use keyward_ecs_wire::{EcsError, answers, requests};
use keyward_identity::{Bucket, BucketGrant, BucketGrants, HeadMetadata, Quota};
use keyward_service::{BucketAcl, NewBucket, Site};

use crate::error::Failure;
use crate::mapping::object_users::{shown_tags, tags};

/// The bucket that a request asks for.
///
/// # Errors
/// For what this server does not do: a bucket that looked protected, or open to another protocol, and were not, would be
/// worse than none.
pub(crate) fn new(order: requests::BucketCreate) -> Result<NewBucket, Failure> {
    let is = |text: &Option<String>, word: &str| text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case(word));
    let asks_for = |seconds: Option<i64>| seconds.is_some_and(|seconds| !matches!(seconds, 0 | NO_PERIOD));
    let refused = [
        (order.head_type.is_some() && !is(&order.head_type, "s3"), "head_type", "buckets are for S3 alone; send s3"),
        (order.filesystem_enabled, "filesystem_enabled", "there is no file system access; send false"),
        (order.is_encryption_enabled, "is_encryption_enabled", "objects are not encrypted at rest; send false"),
        (order.is_object_lock_enabled, "is_object_lock_enabled", "there is no object lock; send false"),
        (is(&order.versioning_status, "Enabled"), "versioning_status", "it cannot be set here; leave it out"),
        (asks_for(order.retention), "retention", "objects are not kept from deletion; send 0"),
        (asks_for(order.autocommit_period), "autocommit_period", "objects are not kept from deletion; send 0"),
        (order.enforces_retention_limits, "min_max_governor", "objects are not kept from deletion; leave it out"),
        (asks_for(order.audited_delete_expiration), "audited_delete_expiration", "it cannot be chosen; leave it out"),
        (order.default_group.is_some(), "default_group", "groups have no permissions; leave it out"),
        (order.indexes_metadata, "search_metadata", "objects cannot be searched for; leave it out"),
    ];
    if let Some((_, field, why)) = refused.into_iter().find(|(asked, ..)| *asked) {
        return Err(EcsError::invalid_field(field, why).into());
    }
    Ok(NewBucket {
        name: order.name,
        namespace: order.namespace,
        owner: order.owner,
        vpool: order.vpool,
        is_stale_allowed: order.is_stale_allowed,
        is_tso_read_only: order.is_tso_read_only,
        block_size: order.block_size,
        notification_size: order.notification_size,
        tags: tags(&order.tags),
    })
}

/// What clients send for a period that they leave open.
const NO_PERIOD: i64 = -2;

/// The quota that a request sets; a size that is not given is none.
///
/// # Errors
/// When there would be none at all, which has a call of its own.
pub(crate) fn quota(block_size: Option<i64>, notification_size: Option<i64>) -> Result<Quota, Failure> {
    let size = |given: Option<i64>| given.unwrap_or(-1);
    let quota = Quota { block_size: size(block_size), notification_size: size(notification_size) };
    match quota == Quota::NONE {
        true => Err(EcsError::invalid_field("blockSize", "to have no quota at all, use DELETE").into()),
        false => Ok(quota),
    }
}

/// The access control list that a request puts.
pub(crate) fn acl(order: requests::BucketAcl) -> BucketAcl {
    let kept = |grants: Vec<requests::Grant>| {
        let kept =
            |grant: requests::Grant| BucketGrant { to: grant.to, permissions: grant.permission, unique_id: None };
        grants.into_iter().map(kept).collect()
    };
    let grants = BucketGrants {
        default_group: order.default_group,
        users: kept(order.user_acl),
        groups: kept(order.group_acl),
        custom_groups: kept(order.customgroup_acl),
    };
    BucketAcl { owner: order.owner, grants }
}

/// The metadata that a request puts.
pub(crate) fn metadata(order: requests::BucketMetadata) -> HeadMetadata {
    HeadMetadata { head_type: order.head_type, entries: tags(&order.metadata) }
}

/// The answer about a bucket that was just made.
pub(crate) fn made(bucket: Bucket) -> answers::NewBucket {
    let id = bucket.display_id();
    answers::NewBucket { id, name: bucket.name.to_string(), tags: shown_tags(bucket.settings.tags) }
}

/// The answer about one bucket.
pub(crate) fn shown(bucket: Bucket, site: &Site) -> answers::Bucket {
    let (id, settings) = (bucket.display_id(), bucket.settings);
    answers::Bucket {
        id,
        name: bucket.name.to_string(),
        namespace: bucket.namespace.to_string(),
        owner: bucket.owner.to_string(),
        created: bucket.created_at,
        tags: shown_tags(settings.tags),
        api_type: settings.head_type.to_uppercase(),
        block_size: settings.quota.block_size,
        notification_size: settings.quota.notification_size,
        retention: settings.retention,
        fs_access_enabled: settings.filesystem_enabled,
        is_stale_allowed: settings.is_stale_allowed,
        is_tso_read_only: settings.is_tso_read_only,
        is_encryption_enabled: settings.is_encryption_enabled,
        locked: settings.locked,
        vpool: settings.vpool.unwrap_or_else(|| site.replication_group.clone()),
    }
}

/// Who may do what in a bucket, as it was put here or with S3; while nobody put a list, its owner everything.
pub(crate) fn shown_acl(bucket: Bucket, grants: BucketGrants) -> answers::BucketAcl {
    let owner = bucket.owner.to_string();
    let shown = |grants: Vec<BucketGrant>| {
        grants.into_iter().map(|grant| answers::Grant { to: grant.to, permission: grant.permissions }).collect()
    };
    answers::BucketAcl {
        bucket: bucket.name.to_string(),
        namespace: bucket.namespace.to_string(),
        owner,
        default_group: grants.default_group,
        user_acl: shown(grants.users),
        group_acl: shown(grants.groups),
        customgroup_acl: shown(grants.custom_groups),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> requests::BucketCreate {
        requests::BucketCreate { name: "logs".to_owned(), ..requests::BucketCreate::default() }
    }

    #[test]
    fn what_is_not_offered_is_refused_and_not_dropped() {
        let text = |text: &str| Some(text.to_owned());
        for refused in [
            requests::BucketCreate { head_type: text("cas"), ..order() },
            requests::BucketCreate { filesystem_enabled: true, ..order() },
            requests::BucketCreate { is_encryption_enabled: true, ..order() },
            requests::BucketCreate { is_object_lock_enabled: true, ..order() },
            requests::BucketCreate { versioning_status: text("Enabled"), ..order() },
            requests::BucketCreate { retention: Some(-1), ..order() },
            requests::BucketCreate { autocommit_period: Some(60), ..order() },
            requests::BucketCreate { enforces_retention_limits: true, ..order() },
            requests::BucketCreate { audited_delete_expiration: Some(60), ..order() },
            requests::BucketCreate { default_group: text("staff"), ..order() },
            requests::BucketCreate { indexes_metadata: true, ..order() },
        ] {
            assert_eq!(
                new(refused.clone()).map_err(|failure| failure.status().as_u16()).err(),
                Some(400),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn what_clients_send_to_ask_for_nothing_is_accepted() {
        let nothing = requests::BucketCreate {
            head_type: Some("S3".to_owned()),
            versioning_status: Some("Suspended".to_owned()),
            retention: Some(0),
            autocommit_period: Some(-2),
            audited_delete_expiration: Some(-2),
            ..order()
        };
        assert!(new(nothing).is_ok() && new(order()).is_ok());
    }

    #[test]
    fn a_quota_of_nothing_is_left_to_delete() {
        assert_eq!(quota(Some(10), None).ok(), Some(Quota { block_size: 10, notification_size: -1 }));
        assert!(quota(Some(-1), Some(-1)).is_err() && quota(None, None).is_err());
    }
}
