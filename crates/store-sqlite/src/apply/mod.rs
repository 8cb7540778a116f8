//! Applying a transaction: every step checked and taken, then its audit record and its change.

mod guard;
mod locate;
mod put;
mod tokens;

use std::collections::HashSet;

use keyward_ambient::Timestamp;
use keyward_identity::Bucket;
use keyward_store::{
    AuditKeys, AuditRecord, Changed, CommitError, Committed, Contents, Expect, Record, RecordKey, Revision, StoreError,
    Transaction, Write,
};
use rusqlite::{Connection, params};

use crate::failure::{encoded, unavailable};
use crate::ledger::{Ledger, column};

/// A transaction while it is applied. The caller undoes everything when a step fails.
pub(crate) struct Application<'a> {
    connection: &'a Connection,
    ledger: &'a mut Ledger,
    revision: Revision,
    changed: Vec<Changed>,
    told: HashSet<Changed>,
    bucket_ids: Vec<u64>,
}

/// Applies `transaction` within the SQL transaction that is open on `connection`, and moves the ledger on. After an
/// error both are in a state that the caller has to undo.
pub(crate) fn apply(
    connection: &Connection,
    ledger: &mut Ledger,
    keys: &AuditKeys,
    transaction: Transaction,
) -> Result<Committed, CommitError> {
    let revision = ledger.revision.next();
    let (writes, audit) = transaction.into_parts();
    let mut application =
        Application { connection, ledger, revision, changed: Vec::new(), told: HashSet::new(), bucket_ids: Vec::new() };
    for write in writes {
        application.take(write)?;
    }
    application.record_audit(keys, &audit)?;
    application.record_change(audit.at)?;
    application.ledger.revision = revision;
    Ok(Committed { revision, bucket_ids: application.bucket_ids })
}

impl Application<'_> {
    fn take(&mut self, write: Write) -> Result<(), CommitError> {
        match write {
            Write::Put { record, expect } => {
                let key = record.key();
                guard::expect(self.connection, &key, expect)?;
                self.put(*record)?;
                self.changed(key.into());
            }
            Write::Delete { key, revision } => {
                guard::expect(self.connection, &key, Expect::Revision(revision))?;
                self.delete(&key)?;
                self.changed(key.into());
            }
            Write::Require(key) => guard::exists(self.connection, &key)?,
            Write::RequireUser { scope, user } => guard::user(self.connection, &scope, &user)?,
            Write::RequireAt { key, expect } => guard::expect(self.connection, &key, expect)?,
            Write::RequireEmpty(contents) => guard::empty(self.connection, &contents)?,
            Write::IssueToken { token, rules } => tokens::issue(self.connection, self.revision, &token, &rules)?,
            Write::DeleteToken(hash) => {
                if let Some(owner) = tokens::delete(self.connection, &hash)? {
                    self.changed(Changed::TokensOf(owner));
                }
            }
            Write::DeleteTokensOf(owner) => {
                if tokens::delete_all(self.connection, &owner)? {
                    self.changed(Changed::TokensOf(owner));
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, record: Record) -> Result<(), CommitError> {
        if let Some(namespace) = record.home() {
            guard::exists(self.connection, &RecordKey::Namespace(namespace.clone()))?;
        }
        match record {
            Record::Bucket(bucket) => self.put_bucket(bucket)?,
            other => put::record(self.connection, self.revision, &other)?,
        }
        Ok(())
    }

    fn put_bucket(&mut self, mut bucket: Bucket) -> Result<(), StoreError> {
        match locate::bucket_id(self.connection, &bucket.namespace, &bucket.name)? {
            Some(id) => bucket.id = id,
            None => {
                self.ledger.bucket_id += 1;
                bucket.id = self.ledger.bucket_id;
                self.bucket_ids.push(bucket.id);
            }
        }
        put::bucket(self.connection, self.revision, &bucket)
    }

    fn delete(&mut self, key: &RecordKey) -> Result<(), CommitError> {
        if let RecordKey::Namespace(name) = key {
            guard::empty(self.connection, &Contents::OfNamespace(name.clone()))?;
        }
        locate::delete(self.connection, key).map_err(unavailable("delete a record"))?;
        Ok(())
    }

    fn changed(&mut self, what: Changed) {
        if self.told.insert(what.clone()) {
            self.changed.push(what);
        }
    }

    fn record_audit(&mut self, keys: &AuditKeys, audit: &AuditRecord) -> Result<(), StoreError> {
        self.ledger.chain = keys.link(self.ledger.chain, self.revision, audit);
        let json = encoded("write an audit record", audit)?;
        let namespace = audit.namespace.as_ref().map(|name| name.as_str());
        self.connection
            .prepare_cached(
                "INSERT INTO audit (revision, at, namespace, key_id, chain, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .and_then(|mut statement| {
                let (key_id, chain) = (keys.current_id(), self.ledger.chain);
                statement.execute(params![
                    column(self.revision),
                    audit.at.as_millis(),
                    namespace,
                    key_id,
                    chain.as_bytes(),
                    json
                ])
            })
            .map_err(unavailable("write an audit record"))?;
        Ok(())
    }

    fn record_change(&self, at: Timestamp) -> Result<(), StoreError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let json = encoded("write a change", &self.changed)?;
        self.connection
            .prepare_cached("INSERT INTO changes (revision, at, changed) VALUES (?1, ?2, ?3)")
            .and_then(|mut statement| statement.execute(params![column(self.revision), at.as_millis(), json]))
            .map_err(unavailable("write a change"))?;
        Ok(())
    }
}
