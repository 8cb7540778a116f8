//! The schema and the steps that lead to it from every earlier one.

use rusqlite::{Connection, TransactionBehavior};

/// One step per version, in order; the file's `user_version` counts those already taken. A step that has been released
/// is never edited.
const STEPS: &[&str] = &[
    include_str!("schema/1_identity.sql"),
    include_str!("schema/2_audit_checkpoint.sql"),
    include_str!("schema/3_secret_usage.sql"),
    include_str!("schema/4_fields_that_must_stay.sql"),
    include_str!("schema/5_bucket_names.sql"),
];

/// Marks a file as ours, in `application_id`: "KWID". The first step sets it.
const APPLICATION_ID: i64 = 0x4B57_4944;

/// What a file turns out to be, seen from this release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Ours or empty, and its version is known.
    Ours,
    /// Ours, written by a later release.
    Newer {
        /// Its version.
        found: usize,
    },
    /// A database of something else.
    Foreign,
}

/// The version that this release writes.
pub(crate) const fn known_version() -> usize {
    STEPS.len()
}

/// Looks at a database without changing it.
pub(crate) fn kind(connection: &Connection) -> rusqlite::Result<Kind> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application == 0 && version == 0 && tables == 0 {
        return Ok(Kind::Ours);
    }
    match usize::try_from(version) {
        Ok(found) if application == APPLICATION_ID && found > STEPS.len() => Ok(Kind::Newer { found }),
        Ok(found) if application == APPLICATION_ID && found > 0 => Ok(Kind::Ours),
        _ => Ok(Kind::Foreign),
    }
}

/// Which steps were taken.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Takes the steps that are still to be taken, each with its version in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let taken: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, step) in (1..).zip(STEPS).filter(|(version, _)| *version > taken) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
