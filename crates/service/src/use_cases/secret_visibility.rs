//! Whether secret keys are shown again after the answer that hands them out (ObjectScale: *Hide secret keys*).

use std::sync::atomic::Ordering;

use keyward_store::{Expect, Record, RecordKey, Setting, Transaction, Write};

use crate::commit::Settled;
use crate::{Caller, Service, ServiceError};

/// The setting under which the choice is kept.
const HIDDEN: &str = "secret_keys.hidden";

impl Caller {
    /// Whether secret keys are hidden, for whoever may see the system's properties.
    pub fn secret_keys_hidden(&self) -> Result<bool, ServiceError> {
        self.principal.may_read_properties()?;
        Ok(self.hides_secret_keys())
    }

    /// Hides secret keys from now on, or shows them again. Nothing is lost: they are kept either way.
    pub async fn hide_secret_keys(&self, hidden: bool) -> Result<(), ServiceError> {
        self.principal.may_manage_properties()?;
        self.service
            .until_settled(|| async {
                let found = self.service.store.setting(HIDDEN).await?;
                let expect = found.as_ref().map_or(Expect::Absent, |found| Expect::Revision(found.revision));
                if found.as_ref().and_then(|found| found.value.value.as_bool()).unwrap_or(false) == hidden {
                    return Ok(Settled::Done(()));
                }
                let setting = Setting { name: HIDDEN.to_owned(), value: hidden.into() };
                let audit = self.audit(self.now(), "secret_keys.hide").detail("hidden", hidden.to_string());
                let write = Write::Put { record: Box::new(Record::Setting(setting)), expect };
                Settled::after(self.service.commit(Transaction::new(audit).write(write)).await, ())
            })
            .await
    }

    /// Whether answers leave secret keys out, except the one that hands a key out.
    pub fn hides_secret_keys(&self) -> bool {
        self.service.secret_keys_hidden.load(Ordering::Acquire)
    }
}

impl Service {
    /// Reads the choice anew.
    pub(crate) async fn reload_secret_visibility(&self) -> Result<(), ServiceError> {
        let _turn = self.reloading.lock().await;
        let hidden = self.store.setting(HIDDEN).await?.and_then(|found| found.value.value.as_bool());
        self.secret_keys_hidden.store(hidden.unwrap_or(false), Ordering::Release);
        Ok(())
    }
}

/// Whether a record is the one in which the choice is kept.
pub(crate) fn is_choice(key: &RecordKey) -> bool {
    matches!(key, RecordKey::Setting(name) if name == HIDDEN)
}
