//! The file with root's first password, for the service to remove once root has another.

use std::path::PathBuf;

use async_trait::async_trait;
use keyward_service::FirstPassword;

use crate::root_password;

/// The file, whether it is there or not.
pub(crate) struct FirstPasswordFile(pub(crate) PathBuf);

#[async_trait]
impl FirstPassword for FirstPasswordFile {
    async fn forget(&self) {
        root_password::forget(&self.0);
    }
}
