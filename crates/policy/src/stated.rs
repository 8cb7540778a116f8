//! What a request sets, as its headers and its body say: parsed by the readers that the object store uses too.

use std::time::Duration;

use http::HeaderMap;
use keyward_ambient::Timestamp;
use keyward_identity::RetentionMode;
use keyward_s3_wire::acl_headers::AclHeaders;
use keyward_s3_wire::date::iso8601;
use keyward_s3_wire::ecs_retention::RetentionPeriod;
use keyward_s3_wire::object_lock::ObjectLock;
use keyward_s3_wire::operations::DeleteObjects;
use keyward_s3_wire::{Operation, S3Error, single_header, tagging_header};

/// A day, in milliseconds.
const DAY: u128 = 24 * 60 * 60 * 1000;

/// What a request sets. Only what means something to its operation is here.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// The access control list that the headers ask for.
    pub acl: AclHeaders,
    /// The tags that the headers give.
    pub tags: Vec<(String, String)>,
    /// The object lock that the headers ask for.
    pub lock: ObjectLock,
    /// The retention period of ECS's own header.
    pub period: Option<RetentionPeriod>,
    /// Whether retentions in governance mode are to be passed over, if the requester may.
    pub asks_to_bypass_governance: bool,
    /// What the body says, where decisions depend on it.
    pub body: Body,
}

/// What the body of a request says, for the operations whose bodies are decided about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// Nothing is decided by a body of this operation.
    #[default]
    Irrelevant,
    /// It has to be read before the decision is made.
    Unread,
    /// The tags that the object is to have.
    Tags(Vec<(String, String)>),
    /// The retention that the object is to have; `None` takes it away.
    Retention(Option<(RetentionMode, Timestamp)>),
    /// Whether a legal hold is to be on.
    LegalHold(bool),
    /// The objects to delete.
    Deletion(DeleteObjects),
}

impl Stated {
    /// Reads the headers of a request for this operation.
    ///
    /// # Errors
    /// What is wrong with a header that the operation reads.
    pub fn of(operation: Operation, headers: &HeaderMap) -> Result<Self, S3Error> {
        use Operation as O;
        let mut stated = Stated::default();
        match operation {
            O::PutObject | O::CopyObject | O::CreateMultipartUpload => {
                stated.acl = AclHeaders::of(headers)?;
                stated.tags = tagging_header::tags(headers)?;
                stated.lock = ObjectLock::of(headers)?;
                stated.period = RetentionPeriod::of(headers)?;
            }
            O::PutObjectAcl | O::PutBucketAcl | O::CreateBucket => stated.acl = AclHeaders::of(headers)?,
            O::ExtendObjectRetention => stated.period = RetentionPeriod::of(headers)?,
            O::PutObjectTagging | O::PutObjectRetention | O::PutObjectLegalHold | O::DeleteObjects => {
                stated.body = Body::Unread;
            }
            _ => {}
        }
        if matches!(operation, O::DeleteObject | O::DeleteObjects | O::PutObjectRetention) {
            let header = "x-amz-bypass-governance-retention";
            stated.asks_to_bypass_governance = single_header::truth(headers, header)?;
        }
        Ok(stated)
    }

    /// The tags that the request gives, in headers or body.
    pub(crate) fn given_tags(&self) -> &[(String, String)] {
        match &self.body {
            Body::Tags(tags) => tags,
            _ => &self.tags,
        }
    }

    /// The retention of S3 that the request sets, in headers or body.
    pub(crate) fn retention(&self) -> Option<(RetentionMode, Timestamp)> {
        match self.body {
            Body::Retention(retention) => retention,
            _ => self.lock.retention,
        }
    }

    /// The legal hold that the request sets, in headers or body.
    pub(crate) fn legal_hold(&self) -> Option<bool> {
        match self.body {
            Body::LegalHold(on) => Some(on),
            _ => self.lock.legal_hold,
        }
    }

    /// Until when the request keeps the object, in the latest of the ways that it states.
    pub(crate) fn retained_until(&self, now: Timestamp) -> Option<Until> {
        let until = self.retention().map(|(_, until)| Until::At(until));
        let period = self.period.map(|period| match period {
            RetentionPeriod::Forever => Until::Ever,
            RetentionPeriod::Seconds(seconds) => Until::At(now.plus(Duration::from_secs(u64::from(seconds)))),
        });
        until.max(period)
    }
}

/// The end of a retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Until {
    At(Timestamp),
    Ever,
}

impl Until {
    /// The end as conditions compare it.
    pub(crate) fn shown(self) -> String {
        match self {
            Until::At(end) => iso8601(end),
            // The calendar's last day.
            Until::Ever => "9999-12-30T00:00:00.000Z".to_owned(),
        }
    }

    /// How many days are left, a begun one counted as a whole one.
    #[expect(clippy::cast_precision_loss, reason = "far more days than the calendar has are exact")]
    pub(crate) fn days_from(self, now: Timestamp) -> f64 {
        match self {
            Until::At(end) => end.since(now).as_millis().div_ceil(DAY) as f64,
            Until::Ever => f64::INFINITY,
        }
    }
}
