//! Within what the ids of object users are unique, as the data says.

use keyward_service::UserScope;
use keyward_store::{Settings, StoreError};

/// The setting that records the choice.
const USER_SCOPE: &str = "user.scope";

/// The user scope; it is chosen before the first user and stays.
pub(crate) async fn user_scope(store: &(impl Settings + ?Sized)) -> Result<UserScope, StoreError> {
    let found = store.setting(USER_SCOPE).await?;
    Ok(found.and_then(|found| UserScope::parse(found.value.value.as_str()?)).unwrap_or_default())
}
