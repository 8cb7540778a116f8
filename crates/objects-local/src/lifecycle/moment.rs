//! When a rule ends something.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use keyward_ambient::Timestamp;
use keyward_identity::{Bucket, Expiration, LifecycleRule};
use keyward_s3_wire::date::http_date;

use crate::engine::ObjectHead;

/// A day as the calendar has it. Only tests shorten it.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The end of what began at `since` and lasts so many days: the midnight of UTC that follows, as in S3. A day that was
/// shortened for a test has no midnight.
pub(super) fn after_days(since: Timestamp, days: u32, day: Duration) -> Timestamp {
    let end = since.plus(day.saturating_mul(days));
    if day != DAY {
        return end;
    }
    let seconds = i64::try_from(DAY.as_secs()).unwrap_or(i64::MAX);
    let midnight = Timestamp::from_seconds(end.as_seconds() / seconds * seconds);
    if midnight == end { end } else { midnight.plus(DAY) }
}

/// When the rule ends a current version; `None` when it never does.
pub(super) fn end_of_current(rule: &LifecycleRule, modified: Timestamp, day: Duration) -> Option<Timestamp> {
    match rule.expiration? {
        Expiration::Days(days) => Some(after_days(modified, days, day)),
        Expiration::Date(date) => Some(date),
        Expiration::LoneDeleteMarkers => None,
    }
}

/// Whether the rule is about an object.
pub(super) fn concerns(rule: &LifecycleRule, key: &str, size: u64, head: Option<&ObjectHead>) -> bool {
    let tag = |name: &str| head.and_then(|head| head.tags.get(name)).map(String::as_str);
    rule.enabled && rule.filter.admits(key, size, tag)
}

/// The value of `x-amz-expiration`: when an object ends, and by which rule.
pub(crate) fn expiration_header(
    bucket: &Bucket,
    (key, size, head): (&str, u64, &ObjectHead),
    modified: Timestamp,
    day: Duration,
) -> Option<HeaderValue> {
    let rules = bucket.settings.lifecycle.iter().filter(|rule| concerns(rule, key, size, Some(head)));
    let (end, rule) =
        rules.filter_map(|rule| Some((end_of_current(rule, modified, day)?, rule))).min_by_key(|(end, _)| *end)?;
    let id: String = rule.id.chars().filter(|character| character.is_ascii_graphic() && *character != '"').collect();
    HeaderValue::from_str(&format!("expiry-date=\"{}\", rule-id=\"{id}\"", http_date(end))).ok()
}

/// Writes the header, if there is one.
pub(crate) fn show(expiration: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(value) = expiration {
        headers.insert("x-amz-expiration", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_at_midnight_and_shortened_ones_do_not() {
        let written = Timestamp::from_seconds(10 * 86_400 + 5);
        assert_eq!(after_days(written, 1, DAY), Timestamp::from_seconds(12 * 86_400));
        assert_eq!(after_days(Timestamp::from_seconds(10 * 86_400), 1, DAY), Timestamp::from_seconds(11 * 86_400));
        let short = Duration::from_secs(10);
        assert_eq!(after_days(written, 3, short), written.plus(Duration::from_secs(30)));
    }
}
