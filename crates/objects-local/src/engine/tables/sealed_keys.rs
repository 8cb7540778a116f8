//! The keys of the store's own that heads carry, sealed: of objects, and of uploads that are to become some.

use rusqlite::{Connection, OptionalExtension};

use super::super::EngineError;
use super::super::head::{Encryption, ObjectHead};

/// Where heads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Heads {
    Uploads,
    Objects,
}

/// Some rows, looked at for sealed keys.
pub(in crate::engine) struct Page {
    /// Row keys and sealed keys, of the rows that have one.
    pub(in crate::engine) keys: Vec<(Vec<u8>, Vec<u8>)>,
    /// The last row, if there may be more behind it.
    pub(in crate::engine) last: Option<Vec<u8>>,
}

impl Heads {
    fn page(self) -> &'static str {
        match self {
            Heads::Uploads => "SELECT key, head FROM uploads WHERE key > ?1 ORDER BY key LIMIT ?2",
            Heads::Objects => "SELECT key, head FROM objects WHERE key > ?1 ORDER BY key LIMIT ?2",
        }
    }

    fn one(self) -> &'static str {
        match self {
            Heads::Uploads => "SELECT head FROM uploads WHERE key = ?1",
            Heads::Objects => "SELECT head FROM objects WHERE key = ?1",
        }
    }

    fn update(self) -> &'static str {
        match self {
            Heads::Uploads => "UPDATE uploads SET head = ?2 WHERE key = ?1",
            Heads::Objects => "UPDATE objects SET head = ?2 WHERE key = ?1",
        }
    }
}

/// Looks at most `most` rows behind the row `after` through. A head that cannot be read is passed over.
pub(in crate::engine) fn page(
    connection: &Connection,
    heads: Heads,
    after: &[u8],
    most: u32,
) -> Result<Page, EngineError> {
    let mut statement = connection.prepare_cached(heads.page())?;
    let mut rows = statement.query((after, most))?;
    let (mut page, mut seen) = (Page { keys: Vec::new(), last: None }, 0);
    while let Some(row) = rows.next()? {
        seen += 1;
        let text = row.get_ref(1)?.as_str().unwrap_or_default();
        // Reading all heads would cost ten times as much as looking for the word first.
        if text.contains("sealed_key")
            && let Some(sealed) = sealed_in(text)
        {
            page.keys.push((super::blob_in(row, 0)?.to_vec(), sealed));
        }
        if seen == most {
            page.last = Some(super::blob_in(row, 0)?.to_vec());
        }
    }
    Ok(page)
}

fn sealed_in(head: &str) -> Option<Vec<u8>> {
    match super::json_from::<ObjectHead>(head).ok()?.encryption {
        Some(Encryption::Store { sealed_key }) => Some(sealed_key),
        Some(Encryption::Customer { .. }) | None => None,
    }
}

/// Puts the sealed key `to` in place of `from`, if the row still has that one; tells whether it had.
pub(in crate::engine) fn replace(
    connection: &Connection,
    heads: Heads,
    row_key: &[u8],
    (from, to): (&[u8], Vec<u8>),
) -> Result<bool, EngineError> {
    let text: Option<String> =
        connection.prepare_cached(heads.one())?.query_row([row_key], |row| row.get(0)).optional()?;
    let Some(mut head) = text.as_deref().map(super::json_from::<ObjectHead>).transpose()? else { return Ok(false) };
    match &mut head.encryption {
        Some(Encryption::Store { sealed_key }) if sealed_key == from => *sealed_key = to,
        _ => return Ok(false),
    }
    connection.prepare_cached(heads.update())?.execute((row_key, super::json_of(&head)?))?;
    Ok(true)
}
