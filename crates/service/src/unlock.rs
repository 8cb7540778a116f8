//! Unlocking an account without a login, for whoever owns the machine: the way back in for a last administrator.

use keyward_ambient::Timestamp;
use keyward_login::LoginName;
use keyward_store::{AuditRecord, Record, RecordKey, Revised, Store, Transaction, Write};

use crate::use_cases::passwords::account_key;
use crate::{ServiceError, Subject};

/// Opens a management user, or a person of the built-in directory, to logins again. A server that runs on the same
/// store notices at the next login: the lock is a part of the record, and so is the moment from which failures count.
///
/// # Errors
/// [`ServiceError::NotFound`] for whom this store does not know, such as people of a directory.
pub async fn unlock_account(store: &dyn Store, name: &str, now: Timestamp) -> Result<(), ServiceError> {
    let unknown = || ServiceError::not_found(Subject::ManagementUser, name);
    let key = LoginName::parse(name).ok().as_ref().and_then(account_key).ok_or_else(unknown)?;
    let (record, revision) = match &key {
        RecordKey::ManagementUser(id) => {
            let Revised { value: mut user, revision } = store.management_user(id).await?.ok_or_else(unknown)?;
            user.unlock(now);
            (Record::ManagementUser(user), revision)
        }
        RecordKey::Person(id) => {
            let Revised { value: mut person, revision } = store.person(id).await?.ok_or_else(unknown)?;
            person.unlocked_at = Some(now);
            (Record::Person(person), revision)
        }
        _ => return Err(unknown()),
    };
    let audit = AuditRecord::new(now, "keyward", "account.unlock").on(name.trim().to_lowercase());
    store.commit(Transaction::new(audit.detail("by", "command")).write(Write::update(record, revision))).await?;
    Ok(())
}
