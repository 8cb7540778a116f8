//! Lifecycle rules of a bucket: which objects end when.

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Tag;

/// One rule. It has at least one of the three actions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LifecycleRule {
    /// Its name, unique in the bucket.
    pub id: String,
    /// Whether it is carried out.
    pub enabled: bool,
    /// Which objects it is about.
    pub filter: LifecycleFilter,
    /// When a current version ends.
    pub expiration: Option<Expiration>,
    /// When a version that is no longer current ends.
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// After how many days an upload in parts that was not completed is aborted.
    pub abort_uploads_after_days: Option<u32>,
}

/// Which objects a rule is about: those that all of its conditions hold for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LifecycleFilter {
    /// How their keys begin.
    pub prefix: Option<String>,
    /// Tags that they have, with these values.
    pub tags: Vec<Tag>,
    /// They are larger than this, in bytes.
    pub larger_than: Option<u64>,
    /// They are smaller than this, in bytes.
    pub smaller_than: Option<u64>,
    /// Whether the prefix stood in the rule itself, as older clients write it, and is to be shown there.
    pub is_bare_prefix: bool,
}

impl LifecycleFilter {
    /// Whether the rule is about an object with this key, size and tags.
    pub fn admits<'t>(&self, key: &str, size: u64, tags: impl Fn(&str) -> Option<&'t str>) -> bool {
        self.prefix.as_deref().is_none_or(|prefix| key.starts_with(prefix))
            && self.larger_than.is_none_or(|least| size > least)
            && self.smaller_than.is_none_or(|most| size < most)
            && self.tags.iter().all(|tag| tags(&tag.name) == Some(tag.value.as_str()))
    }
}

/// When a current version ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiration {
    /// So many days after it was written.
    Days(u32),
    /// At this midnight of UTC, and from then on at once.
    Date(Timestamp),
    /// A delete marker goes once no other version is left.
    LoneDeleteMarkers,
}

/// When a version that is no longer current ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentExpiration {
    /// So many days after it was replaced.
    pub days: u32,
    /// How many of the newest noncurrent versions are kept nevertheless.
    #[serde(default)]
    pub keep_newest: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_admits_what_all_of_its_conditions_hold_for() {
        let tag = Tag { name: "team".to_owned(), value: "blue".to_owned() };
        let filter = LifecycleFilter {
            prefix: Some("logs/".to_owned()),
            tags: vec![tag],
            larger_than: Some(10),
            smaller_than: Some(20),
            is_bare_prefix: false,
        };
        let blue = |name: &str| (name == "team").then_some("blue");
        assert!(filter.admits("logs/a", 11, blue));
        assert!(!filter.admits("data/a", 11, blue));
        assert!(!filter.admits("logs/a", 10, blue) && !filter.admits("logs/a", 20, blue));
        assert!(!filter.admits("logs/a", 11, |_| None) && !filter.admits("logs/a", 11, |_| Some("red")));
        assert!(LifecycleFilter::default().admits("any", 0, |_| None));
    }
}
