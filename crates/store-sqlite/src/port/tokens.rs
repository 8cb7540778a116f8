//! Tokens.

use async_trait::async_trait;
use keyward_ambient::Timestamp;
use keyward_identity::{TokenHash, TokenRecord};
use keyward_store::{Revised, StoreError, Tokens};
use rusqlite::{Connection, Row, ToSql};

use crate::failure::{decoded, unavailable};
use crate::ledger::revision_from;
use crate::store::SqliteStore;
use crate::upkeep::Task;

const ONE: &str = "SELECT hash, created_at, last_used_at, revision, identity FROM tokens WHERE hash = ?1";
const OF_OWNER: &str =
    "SELECT hash, created_at, last_used_at, revision, identity FROM tokens WHERE owner = ?1 ORDER BY id";

#[async_trait]
impl Tokens for SqliteStore {
    async fn token(&self, hash: &TokenHash) -> Result<Option<Revised<TokenRecord>>, StoreError> {
        let hash = *hash;
        let rows = self.readers.ask(move |connection| rows(connection, ONE, &hash.0)).await?;
        Ok(rows.into_iter().next())
    }

    async fn tokens_of(&self, owner: &str) -> Result<Vec<Revised<TokenRecord>>, StoreError> {
        let owner = owner.to_owned();
        self.readers.ask(move |connection| rows(connection, OF_OWNER, &owner)).await
    }

    async fn token_count(&self, owner: &str) -> Result<u64, StoreError> {
        let owner = owner.to_owned();
        let count = move |connection: &Connection| {
            connection
                .prepare_cached("SELECT count(*) FROM tokens WHERE owner = ?1")
                .and_then(|mut statement| statement.query_row([owner], |row| row.get::<_, i64>(0)))
                .map(i64::cast_unsigned)
                .map_err(unavailable("count tokens"))
        };
        self.readers.ask(count).await
    }

    async fn touch_token(&self, hash: &TokenHash, at: Timestamp) -> Result<(), StoreError> {
        self.writer.upkeep(Task::Touch { hash: *hash, at }).await.map(drop)
    }
}

struct RawToken {
    hash: [u8; 32],
    created_at: i64,
    last_used_at: i64,
    revision: i64,
    identity: String,
}

impl RawToken {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            hash: row.get(0)?,
            created_at: row.get(1)?,
            last_used_at: row.get(2)?,
            revision: row.get(3)?,
            identity: row.get(4)?,
        })
    }

    fn decode(&self) -> Result<Revised<TokenRecord>, StoreError> {
        let hash = TokenHash(self.hash);
        let token = TokenRecord {
            hash,
            identity: decoded("tokens", &hash.to_string(), &self.identity)?,
            created_at: Timestamp::from_millis(self.created_at),
            last_used_at: Timestamp::from_millis(self.last_used_at),
        };
        Ok(Revised::new(token, revision_from(self.revision)))
    }
}

fn rows(connection: &Connection, sql: &str, key: &dyn ToSql) -> Result<Vec<Revised<TokenRecord>>, StoreError> {
    let raw: Vec<RawToken> = connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_map([key], RawToken::read)?.collect())
        .map_err(unavailable("read tokens"))?;
    raw.iter().map(RawToken::decode).collect()
}
