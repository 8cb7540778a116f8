//! `<ObjectLockConfiguration>`.

use keyward_identity::{DefaultRetention, ObjectLockConfiguration, RetentionMode, RetentionPeriod};

use super::BODY_LIMIT;
use super::element::{malformed, positive, word};
use crate::error::{ErrorCode, S3Error};
use crate::xml::{Element, XmlWriter};

/// The longest default retention: a hundred years.
const MOST_DAYS: u32 = 36_500;

/// Reads the configuration that is asked for.
///
/// # Errors
/// `MalformedXML`; `InvalidRetentionPeriod` for a period that is no number, of nothing, or of more than a hundred years.
pub fn read_object_lock(body: &[u8]) -> Result<ObjectLockConfiguration, S3Error> {
    let root = Element::parse(body, "ObjectLockConfiguration", BODY_LIMIT)?;
    if word(&root, "ObjectLockEnabled")? != Some("Enabled") {
        return Err(malformed("<ObjectLockEnabled> has to be Enabled: object lock does not go off again."));
    }
    let retention = match root.child("Rule")? {
        None => return Ok(ObjectLockConfiguration::default()),
        Some(rule) => {
            rule.child("DefaultRetention")?.ok_or_else(|| malformed("<Rule> has to hold <DefaultRetention>."))?
        }
    };
    let mode = match word(retention, "Mode")? {
        Some("GOVERNANCE") => RetentionMode::Governance,
        Some("COMPLIANCE") => RetentionMode::Compliance,
        _ => return Err(malformed("<Mode> has to be GOVERNANCE or COMPLIANCE.")),
    };
    let invalid = |error: S3Error| S3Error::because(ErrorCode::InvalidRetentionPeriod, error.reason().to_owned());
    let days = positive(retention, "Days").map_err(invalid)?;
    let years = positive(retention, "Years").map_err(invalid)?;
    let period = match (days, years) {
        (Some(days), None) => RetentionPeriod::Days(days),
        (None, Some(years)) => RetentionPeriod::Years(years),
        _ => return Err(malformed("Give a default retention either <Days> or <Years>.")),
    };
    if period.days() > MOST_DAYS {
        let message = "A default retention may last a hundred years at most.";
        return Err(S3Error::because(ErrorCode::InvalidRetentionPeriod, message));
    }
    Ok(ObjectLockConfiguration { default_retention: Some(DefaultRetention { mode, period }) })
}

/// The document of a bucket whose object lock is on.
pub fn write_object_lock(configuration: &ObjectLockConfiguration) -> Vec<u8> {
    XmlWriter::document("ObjectLockConfiguration", |xml| {
        xml.text("ObjectLockEnabled", "Enabled");
        let Some(retention) = configuration.default_retention else { return };
        xml.element("Rule", |xml| {
            xml.element("DefaultRetention", |xml| {
                xml.text("Mode", retention.mode.as_str());
                match retention.period {
                    RetentionPeriod::Days(days) => xml.value("Days", days),
                    RetentionPeriod::Years(years) => xml.value("Years", years),
                }
            });
        });
    })
}
