//! Object lock: as headers carry it, as the engine keeps it, and what a bucket gives every new object.

use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::Bucket;
use keyward_s3_wire::date::iso8601;
use keyward_s3_wire::object_lock::{self, ObjectLock};
use keyward_s3_wire::{ErrorCode, S3Error, ecs_retention};

use crate::engine::{Lock, Retention, RetentionMode, RetentionPeriod};

/// The lock on the wire.
pub(crate) fn shown(lock: Lock) -> ObjectLock {
    ObjectLock { retention: lock.retention.map(shown_retention), legal_hold: lock.legal_hold }
}

/// A retention on the wire.
pub(crate) fn shown_retention(retention: Retention) -> (object_lock::RetentionMode, Timestamp) {
    let mode = match retention.mode {
        RetentionMode::Governance => object_lock::RetentionMode::Governance,
        RetentionMode::Compliance => object_lock::RetentionMode::Compliance,
    };
    (mode, retention.until)
}

/// A retention as the engine keeps it.
pub(crate) fn kept((mode, until): (object_lock::RetentionMode, Timestamp)) -> Retention {
    Retention { mode: kept_mode(mode), until }
}

/// A period of ECS's header as the engine keeps it.
pub(crate) fn kept_period(period: ecs_retention::RetentionPeriod) -> RetentionPeriod {
    match period {
        ecs_retention::RetentionPeriod::Seconds(seconds) => RetentionPeriod::Seconds(seconds),
        ecs_retention::RetentionPeriod::Forever => RetentionPeriod::Forever,
    }
}

/// The same on the wire.
pub(crate) fn shown_period(period: RetentionPeriod) -> ecs_retention::RetentionPeriod {
    match period {
        RetentionPeriod::Seconds(seconds) => ecs_retention::RetentionPeriod::Seconds(seconds),
        RetentionPeriod::Forever => ecs_retention::RetentionPeriod::Forever,
    }
}

fn kept_mode(mode: object_lock::RetentionMode) -> RetentionMode {
    match mode {
        object_lock::RetentionMode::Governance => RetentionMode::Governance,
        object_lock::RetentionMode::Compliance => RetentionMode::Compliance,
    }
}

/// The lock of an object that is written `now`: what its writer asks for, else the retention that the bucket gives.
///
/// # Errors
/// As [`asked_for`].
pub(crate) fn of_new(asked: &ObjectLock, bucket: &Bucket, now: Timestamp) -> Result<Option<Lock>, S3Error> {
    let asked = asked_for(asked, bucket, now)?.unwrap_or_default();
    let given = given(bucket).map(|(mode, period)| Retention { mode, until: now.plus(period) });
    let lock = Lock { retention: asked.retention.or(given), ..asked };
    Ok((lock != Lock::default()).then_some(lock))
}

/// How strictly and for how long the bucket keeps what is written into it.
pub(crate) fn given(bucket: &Bucket) -> Option<(RetentionMode, Duration)> {
    let given = bucket.settings.object_lock?.default_retention?;
    Some((kept_mode(given.mode), Duration::from_secs(u64::from(given.period.days()) * 24 * 60 * 60)))
}

/// The lock that a writer asks for.
///
/// # Errors
/// `InvalidRequest` where the bucket has no object lock, as what would not be kept is not promised; `InvalidArgument`
/// for a retention that is over already.
pub(crate) fn asked_for(asked: &ObjectLock, bucket: &Bucket, now: Timestamp) -> Result<Option<Lock>, S3Error> {
    if !asked.is_empty() {
        require_enabled(bucket)?;
    }
    if let Some((_, until)) = asked.retention {
        require_ahead(until, now)?;
    }
    let lock = Lock { retention: asked.retention.map(kept), legal_hold: asked.legal_hold };
    Ok((lock != Lock::default()).then_some(lock))
}

/// Refuses a retention that would end before it begins.
pub(crate) fn require_ahead(until: Timestamp, now: Timestamp) -> Result<(), S3Error> {
    if until > now {
        return Ok(());
    }
    let message = "The retain until date must be in the future; choose a later one.";
    Err(S3Error::argument("RetainUntilDate", &iso8601(until), message))
}

/// Refuses what speaks of locks in a bucket without object lock.
pub(crate) fn require_enabled(bucket: &Bucket) -> Result<(), S3Error> {
    if bucket.settings.object_lock.is_some() {
        return Ok(());
    }
    let message = "The bucket has no object lock; it has to be made with x-amz-bucket-object-lock-enabled: true.";
    Err(S3Error::because(ErrorCode::InvalidRequest, message))
}
