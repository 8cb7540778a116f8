//! The table of uses of secrets. A row lives as long as its secret is in its owner's key ring.

use keyward_ambient::Timestamp;
use keyward_identity::ObjectUserId;
use keyward_keyring::SecretId;
use keyward_store::{Scope, SecretUsage, SecretUses, StoreError, UserRecord};
use rusqlite::{Connection, Row, params};

use crate::failure::unavailable;

/// Only of a secret that is still there: a use may be noted after its secret was revoked.
const NOTE: &str = "INSERT INTO secret_usage (user, secret, uses, last_used_at, address, agent)
     SELECT users.id, ?3, ?4, ?5, ?6, ?7 FROM users, json_each(users.record, '$.ring.secrets') AS held
     WHERE users.uid = ?1 AND users.scope = ?2 AND held.value ->> '$.id' = ?3
     ON CONFLICT (user, secret) DO UPDATE SET
        uses = uses + excluded.uses,
        address = CASE WHEN excluded.last_used_at >= last_used_at THEN coalesce(excluded.address, address) ELSE address END,
        agent = CASE WHEN excluded.last_used_at >= last_used_at THEN coalesce(excluded.agent, agent) ELSE agent END,
        last_used_at = max(last_used_at, excluded.last_used_at)";

const OF_USER: &str = "SELECT secret, uses, last_used_at, address, agent FROM secret_usage
     WHERE user = (SELECT id FROM users WHERE uid = ?1 AND scope = ?2)";

const FORGET_OTHERS: &str = "DELETE FROM secret_usage
     WHERE user = (SELECT id FROM users WHERE uid = ?1 AND scope = ?2)
       AND secret NOT IN (SELECT value FROM json_each(?3))";

/// Adds uses; answers how many rows were touched.
pub(crate) fn note(connection: &Connection, uses: &[SecretUses]) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(NOTE)?;
    let mut touched = 0;
    for SecretUses { scope, user, usage } in uses {
        touched += statement.execute(params![
            user.as_str(),
            scope.as_str(),
            usage.secret.to_string(),
            usage.uses.cast_signed(),
            usage.last_used_at.as_millis(),
            usage.last_address.map(|address| address.to_string()),
            usage.last_agent,
        ])?;
    }
    Ok(touched as u64)
}

/// Forgets the uses of secrets that are not in a user's ring any more.
pub(crate) fn forget_others(connection: &Connection, scope: &Scope, record: &UserRecord) -> rusqlite::Result<usize> {
    let held: Vec<String> = record.ring.secrets.iter().map(|secret| secret.id.to_string()).collect();
    let held = serde_json::Value::from(held).to_string();
    connection.prepare_cached(FORGET_OTHERS)?.execute(params![record.user.id.as_str(), scope.as_str(), held])
}

/// What is known of one user's secrets.
pub(crate) fn of_user(
    connection: &Connection,
    scope: &Scope,
    user: &ObjectUserId,
) -> Result<Vec<SecretUsage>, StoreError> {
    let raw: Vec<(String, SecretUsage)> = connection
        .prepare_cached(OF_USER)
        .and_then(|mut statement| statement.query_map([user.as_str(), scope.as_str()], read)?.collect())
        .map_err(unavailable("read uses of secrets"))?;
    let with_id = |(text, usage): (String, SecretUsage)| match text.parse() {
        Ok(secret) => Ok(SecretUsage { secret, ..usage }),
        Err(_) => {
            let damage = "the id of the secret is none".to_owned();
            Err(StoreError::Corrupt { table: "secret_usage", row: user.to_string(), damage })
        }
    };
    raw.into_iter().map(with_id).collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, SecretUsage)> {
    let usage = SecretUsage {
        secret: SecretId::from_bytes([0; 32]),
        uses: row.get::<_, i64>(1)?.cast_unsigned(),
        last_used_at: Timestamp::from_millis(row.get(2)?),
        last_address: row.get::<_, Option<String>>(3)?.and_then(|address| address.parse().ok()),
        last_agent: row.get(4)?,
    };
    Ok((row.get(0)?, usage))
}
