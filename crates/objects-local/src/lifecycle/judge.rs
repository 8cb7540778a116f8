//! What the rules of a bucket say of the versions of one key. Pure: the clock is an argument.

use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{Expiration, LifecycleRule};

use super::moment::{after_days, concerns, end_of_current};
use crate::engine::ListedObject;

/// What is to become of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sentence {
    /// The current version is deleted, as a user would: under a marker where versions are kept.
    ExpireCurrent,
    /// The version of this rank, 0 for the newest, goes for good.
    Remove(usize),
}

/// The sentences for a key whose versions are these, the newest first. Each falls at most once.
pub(super) fn judge(
    rules: &[LifecycleRule],
    key: &str,
    versions: &[ListedObject],
    now: Timestamp,
    day: Duration,
) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let Some((current, older)) = versions.split_first() else { return sentences };
    if current.is_marker {
        if older.is_empty() && rules.iter().any(|rule| ends_lone_marker(rule, key, current, now, day)) {
            sentences.push(Sentence::Remove(0));
        }
    } else if rules.iter().any(|rule| {
        concerns(rule, key, current.size, current.head.as_deref())
            && end_of_current(rule, current.modified, day).is_some_and(|end| end <= now)
    }) {
        sentences.push(Sentence::ExpireCurrent);
    }
    for (rank, version) in older.iter().enumerate() {
        let replaced = versions[rank].modified;
        if rules.iter().any(|rule| ends_noncurrent(rule, key, version, (rank, replaced), now, day)) {
            sentences.push(Sentence::Remove(rank + 1));
        }
    }
    sentences
}

/// A marker that is all that is left goes when a rule says so, or when its own days are over.
fn ends_lone_marker(rule: &LifecycleRule, key: &str, marker: &ListedObject, now: Timestamp, day: Duration) -> bool {
    concerns(rule, key, 0, None)
        && match rule.expiration {
            Some(Expiration::LoneDeleteMarkers) => true,
            Some(Expiration::Days(days)) => after_days(marker.modified, days, day) <= now,
            Some(Expiration::Date(date)) => date <= now,
            None => false,
        }
}

fn ends_noncurrent(
    rule: &LifecycleRule,
    key: &str,
    version: &ListedObject,
    (rank, replaced): (usize, Timestamp),
    now: Timestamp,
    day: Duration,
) -> bool {
    let Some(expiration) = rule.noncurrent_expiration else { return false };
    let kept = expiration.keep_newest.is_some_and(|newest| rank < usize::try_from(newest).unwrap_or(usize::MAX));
    !kept
        && concerns(rule, key, version.size, version.head.as_deref())
        && after_days(replaced, expiration.days, day) <= now
}

#[cfg(test)]
mod tests {
    use keyward_identity::{LifecycleFilter, NoncurrentExpiration, Tag};

    use super::*;
    use crate::engine::{Etag, ObjectHead, Version};

    const DAY: Duration = Duration::from_secs(10);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// A version by its number, which is also the second it was written in; a negative one is a delete marker.
    fn version(number: i64) -> ListedObject {
        let head = ObjectHead { tags: [("team".to_owned(), "blue".to_owned())].into(), ..ObjectHead::default() };
        ListedObject {
            version: Version(number.unsigned_abs()),
            is_marker: number < 0,
            size: 100,
            modified: at(number.abs()),
            etag: Etag::of_body([0; 16]),
            checksum: None,
            storage_class: None,
            head: Some(Box::new(head)),
        }
    }

    fn sentences(rule: LifecycleRule, versions: &[i64], now: i64) -> Vec<Sentence> {
        let versions: Vec<_> = versions.iter().copied().map(version).collect();
        judge(&[LifecycleRule { enabled: true, ..rule }], "logs/a", &versions, at(now), DAY)
    }

    fn expiring(days: u32) -> LifecycleRule {
        LifecycleRule { expiration: Some(Expiration::Days(days)), ..LifecycleRule::default() }
    }

    fn removed(ranks: &[usize]) -> Vec<Sentence> {
        ranks.iter().copied().map(Sentence::Remove).collect()
    }

    #[test]
    fn a_current_version_ends_when_its_days_are_over() {
        assert_eq!(sentences(expiring(2), &[30, 5], 49), []);
        assert_eq!(sentences(expiring(2), &[30, 5], 50), [Sentence::ExpireCurrent]);
        let dated = LifecycleRule { expiration: Some(Expiration::Date(at(40))), ..LifecycleRule::default() };
        assert_eq!(sentences(dated.clone(), &[30], 39), []);
        assert_eq!(sentences(dated, &[30], 40), [Sentence::ExpireCurrent]);
    }

    #[test]
    fn a_rule_is_about_what_its_filter_admits_and_nothing_while_it_is_off() {
        let filtered = |filter| sentences(LifecycleRule { filter, ..expiring(1) }, &[30], 99);
        let tag = |value: &str| vec![Tag { name: "team".into(), value: value.into() }];
        let none = LifecycleFilter::default;
        assert_eq!(filtered(LifecycleFilter { tags: tag("blue"), ..none() }), [Sentence::ExpireCurrent]);
        assert_eq!(filtered(LifecycleFilter { tags: tag("red"), ..none() }), []);
        assert_eq!(filtered(LifecycleFilter { prefix: Some("other/".into()), ..none() }), []);
        assert_eq!(filtered(LifecycleFilter { larger_than: Some(100), ..none() }), []);
        assert_eq!(judge(&[expiring(1)], "a", &[version(30)], at(99), DAY), [], "not enabled");
    }

    #[test]
    fn noncurrent_versions_end_after_they_were_replaced_and_the_newest_are_kept() {
        let rule = |keep_newest| LifecycleRule {
            noncurrent_expiration: Some(NoncurrentExpiration { days: 1, keep_newest }),
            ..LifecycleRule::default()
        };
        // Replaced at 40, 30 and 20.
        assert_eq!(sentences(rule(None), &[40, 30, 20, 10], 40), removed(&[2, 3]));
        assert_eq!(sentences(rule(Some(2)), &[40, 30, 20, 10], 99), removed(&[3]));
        assert_eq!(sentences(rule(None), &[-40, 30], 50), removed(&[1]));
    }

    #[test]
    fn a_delete_marker_goes_only_when_it_is_all_that_is_left() {
        let rule = LifecycleRule { expiration: Some(Expiration::LoneDeleteMarkers), ..LifecycleRule::default() };
        assert_eq!(sentences(rule.clone(), &[-40, 30], 99), []);
        assert_eq!(sentences(rule, &[-40], 99), removed(&[0]));
        assert_eq!(sentences(expiring(1), &[-40], 49), []);
        assert_eq!(sentences(expiring(1), &[-40], 50), removed(&[0]));
    }
}
