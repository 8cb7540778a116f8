//! Walking along keys in order, folding those that share a prefix up to a delimiter into one entry.
//!
//! A common prefix is reported at its first key; then the walk seeks to the first key behind it, so a page costs as
//! many steps as it has entries, however many keys lie under its prefixes.

use rusqlite::{CachedStatement, Row};

use super::EngineError;
use super::ids::BucketId;
use super::row_key;

/// For so many rows room is made at once.
const MOST_AT_ONCE: usize = 128;

/// Where a walk begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// At the first key.
    #[default]
    Nothing,
    /// At the first key greater than this one, which need not exist. A common prefix that holds it is reported if it
    /// holds a greater key too.
    Key(String),
    /// Behind all keys that begin with this.
    Prefix(String),
}

impl After {
    /// Reads a marker that says only a string, as `marker` of ListObjects does: one that is itself a common prefix
    /// under `prefix` and `delimiter`, as a page before may have ended with, means all of that prefix.
    pub fn marker(prefix: &str, delimiter: Option<&str>, marker: &str) -> Self {
        match common_prefix(marker, prefix.len(), delimiter) {
            Some(common) if marker.starts_with(prefix) && common == marker => After::Prefix(marker.to_owned()),
            _ => After::Key(marker.to_owned()),
        }
    }

    /// The least row key to look at.
    pub(super) fn start(&self, bucket: BucketId, prefix: &str) -> Vec<u8> {
        let first = row_key::at_prefix(bucket, prefix);
        match self {
            After::Nothing => first,
            After::Key(key) => first.max(row_key::behind_key(bucket, key)),
            After::Prefix(passed) => first.max(row_key::behind_prefix(bucket, passed)),
        }
    }
}

/// `key` up to the first delimiter behind its first `skip` bytes, if there is one.
fn common_prefix<'k>(key: &'k str, skip: usize, delimiter: Option<&str>) -> Option<&'k str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let found = key.get(skip..)?.find(delimiter)?;
    key.get(..skip + found + delimiter.len())
}

/// What to walk along.
pub(super) struct Walk<'w> {
    pub(super) bucket: BucketId,
    pub(super) prefix: &'w str,
    pub(super) delimiter: Option<&'w str>,
    /// The least row key to look at.
    pub(super) start: Vec<u8>,
    /// At most so many rows and common prefixes together.
    pub(super) limit: usize,
    /// Finds the object key in a row key.
    pub(super) key_in: fn(&[u8]) -> Option<&str>,
    /// Only the first row of each key counts, and not even that one where the second column says that it is a delete
    /// marker.
    pub(super) latest_only: bool,
}

/// What a walk found.
pub(super) struct Walked<T> {
    /// Rows, in order, with their object keys.
    pub(super) rows: Vec<(String, T)>,
    /// Common prefixes, in order.
    pub(super) prefixes: Vec<String>,
    /// There is more; the page's last entry was this.
    pub(super) more_after: Option<Last>,
}

/// The last entry of a page.
pub(super) enum Last {
    /// The last of the rows.
    Row,
    /// The last of the common prefixes.
    Prefix,
}

impl Walk<'_> {
    /// Walks with `statement`, which gives the rows from `?1` on and before `?2` in order, their key first.
    pub(super) fn run<T>(
        self,
        mut statement: CachedStatement<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<T, EngineError>,
    ) -> Result<Walked<T>, EngineError> {
        let rows = Vec::with_capacity(self.limit.min(MOST_AT_ONCE));
        let mut walked = Walked { rows, prefixes: Vec::new(), more_after: None };
        if self.limit == 0 {
            return Ok(walked);
        }
        let (mut from, end) = (self.start, row_key::behind_prefix(self.bucket, self.prefix));
        // No key is empty.
        let (mut last, mut passed) = (None, String::new());
        'seek: loop {
            let mut rows = statement.query((&from, &end))?;
            while let Some(row) = rows.next()? {
                let key = row
                    .get_ref(0)?
                    .as_blob()
                    .ok()
                    .and_then(self.key_in)
                    .ok_or_else(|| EngineError::corrupt("a stored key is not readable"))?;
                if self.latest_only {
                    if passed == key {
                        // Older versions: there may be many.
                        from = row_key::behind_key(self.bucket, key);
                        continue 'seek;
                    }
                    passed.clear();
                    passed.push_str(key);
                    if row.get(1)? {
                        continue;
                    }
                }
                if walked.rows.len() + walked.prefixes.len() == self.limit {
                    walked.more_after = last;
                    return Ok(walked);
                }
                if let Some(common) = common_prefix(key, self.prefix.len(), self.delimiter) {
                    walked.prefixes.push(common.to_owned());
                    last = Some(Last::Prefix);
                    from = row_key::behind_prefix(self.bucket, common);
                    continue 'seek;
                }
                walked.rows.push((key.to_owned(), read(row)?));
                last = Some(Last::Row);
            }
            return Ok(walked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_that_is_a_common_prefix_passes_all_of_it() {
        assert_eq!(After::marker("", Some("/"), "photos/"), After::Prefix("photos/".into()));
        assert_eq!(After::marker("photos/", Some("/"), "photos/2006/"), After::Prefix("photos/2006/".into()));
    }

    #[test]
    fn a_marker_inside_a_common_prefix_is_a_key() {
        let inside = After::Key("photos/2006/a".into());
        assert_eq!(After::marker("", Some("/"), "photos/2006/a"), inside);
        assert_eq!(After::marker("photos/2006/", Some("/"), "photos/2006/a"), inside);
        assert_eq!(After::marker("", None, "photos/"), After::Key("photos/".into()));
        assert_eq!(After::marker("other", Some("/"), "photos/"), After::Key("photos/".into()));
        assert_eq!(After::marker("photos/", Some("/"), "photos/"), After::Key("photos/".into()));
    }
}
