//! Who owns an object, as the service knows it.

use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use keyward_identity::UserRef;
use keyward_objects::{OwnerNames, OwnerUnknown};
use keyward_service::Service;

/// Asks the service, which is put together after the object store and holds on to it.
#[derive(Default)]
pub(crate) struct OwnersOfService(OnceLock<Weak<Service>>);

impl OwnersOfService {
    /// The service to ask.
    pub(crate) fn ask(&self, service: &Arc<Service>) {
        let _ = self.0.set(Arc::downgrade(service));
    }
}

#[async_trait]
impl OwnerNames for OwnersOfService {
    async fn shown(&self, user: &UserRef) -> Result<String, OwnerUnknown> {
        let service = self.0.get().and_then(Weak::upgrade).ok_or(OwnerUnknown)?;
        service.shown_user(user).await.map_err(|_| OwnerUnknown)
    }
}
