//! The statements on each table of a shard; nothing outside this folder speaks SQL about rows.

pub(super) mod bodies;
pub(super) mod buckets;
pub(super) mod look;
pub(super) mod object_writes;
pub(super) mod objects;
pub(super) mod parts;
pub(super) mod sealed_keys;
pub(super) mod uploads;

use std::str::FromStr;

use keyward_ambient::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::EngineError;
use super::etag::Etag;
use super::head::ChecksumPlan;

/// Sizes and counters: SQLite's integers are signed, ours never negative.
pub(super) fn to_sql(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count_in(row: &Row<'_>, column: usize) -> Result<u64, EngineError> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_negative| EngineError::corrupt("a stored size is negative"))
}

fn moment_in(row: &Row<'_>, column: usize) -> Result<Timestamp, EngineError> {
    Ok(Timestamp::from_millis(row.get(column)?))
}

fn blob_in<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r [u8], EngineError> {
    row.get_ref(column)?.as_blob().map_err(|_other_type| EngineError::corrupt("a stored value is no blob"))
}

fn etag_in(row: &Row<'_>, column: usize) -> Result<Etag, EngineError> {
    Etag::from_stored(blob_in(row, column)?).ok_or_else(|| EngineError::corrupt("a stored entity tag has no meaning"))
}

/// A value that is stored as the text it prints as.
fn text_in<T: FromStr>(row: &Row<'_>, column: usize) -> Result<Option<T>, EngineError> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        value => {
            let text = value.as_str().map_err(|_other_type| EngineError::corrupt("a stored value is no text"))?;
            text.parse()
                .map(Some)
                .map_err(|_unreadable| EngineError::corrupt(format!("stored text `{text}` is unknown")))
        }
    }
}

/// What a stored checksum begins with.
fn plan_in(row: &Row<'_>, column: usize) -> Result<Option<ChecksumPlan>, EngineError> {
    let plan = |text: &str| text.rsplit_once(' ').and_then(|(plan, _)| plan.parse().ok());
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        value => match value.as_str().ok().and_then(plan) {
            Some(plan) => Ok(Some(plan)),
            None => Err(EngineError::corrupt("a stored checksum has no meaning")),
        },
    }
}

fn json_in<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, EngineError> {
    json_from(row.get_ref(column)?.as_str().map_err(|_other_type| EngineError::corrupt("a stored head is no text"))?)
}

fn json_from<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| EngineError::corrupt(format!("a stored head is unreadable: {error}")))
}

fn json_of<T: serde::Serialize>(value: &T) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|error| EngineError::corrupt(format!("a head cannot be stored: {error}")))
}
