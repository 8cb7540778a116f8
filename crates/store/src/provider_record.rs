//! What the store keeps of one authentication provider.

use keyward_identity::AuthnProvider;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{SealError, Sealed, Sealer, seal_context};

/// An authentication provider, with the password under which Keyward searches the directory, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRecord {
    /// The provider.
    pub provider: AuthnProvider,
    /// The password of `manager_dn`; none when the directory is searched without binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_manager_password: Option<Sealed>,
}

impl ProviderRecord {
    /// A record of `provider` with `manager_password` sealed for it.
    pub fn seal(
        provider: AuthnProvider,
        manager_password: Option<&str>,
        sealer: &dyn Sealer,
    ) -> Result<Self, SealError> {
        let context = context(&provider);
        let sealed = manager_password.map(|password| sealer.seal(&context, password.as_bytes()));
        Ok(Self { provider, sealed_manager_password: sealed.transpose()? })
    }

    /// The same record with the password sealed under the current key; `None` when it is already, or there is none.
    pub fn rewrap(&self, sealer: &dyn Sealer) -> Result<Option<Self>, SealError> {
        let Some(sealed) = &self.sealed_manager_password else { return Ok(None) };
        let rewrapped = sealer.rewrap(sealed)?;
        Ok(rewrapped.map(|sealed| Self { sealed_manager_password: Some(sealed), ..self.clone() }))
    }

    /// The manager's password, when there is one.
    pub fn manager_password(&self, sealer: &dyn Sealer) -> Result<Option<Zeroizing<String>>, SealError> {
        let Some(sealed) = &self.sealed_manager_password else { return Ok(None) };
        let clear = sealer.open(&context(&self.provider), sealed)?;
        let text = std::str::from_utf8(&clear).map_err(|_| SealError::Malformed)?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }
}

/// Binds the password to its provider, so that no other provider, pointed at a hostile server, can be given it.
fn context(provider: &AuthnProvider) -> Vec<u8> {
    seal_context(&[b"keyward manager password 1", provider.id.as_bytes()])
}
