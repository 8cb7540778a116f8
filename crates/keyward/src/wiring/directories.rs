//! LDAP directories for the service.

use std::sync::Arc;

use async_trait::async_trait;
use keyward_identity::AuthnProvider;
use keyward_login::{Password, Provider};
use keyward_login_ldap::{LdapProvider, Surroundings};
use keyward_service::{Directories, DirectoryCheckFailed};

/// Opens LDAP and Active Directory providers.
pub(crate) struct LdapDirectories {
    pub(crate) surroundings: Surroundings,
}

impl LdapDirectories {
    fn provider(
        &self,
        provider: &AuthnProvider,
        manager_password: Password,
        attributes: &[String],
    ) -> Result<LdapProvider, DirectoryCheckFailed> {
        LdapProvider::new(provider.clone(), manager_password, attributes.to_vec(), &self.surroundings)
            .map_err(|cause| DirectoryCheckFailed(cause.to_string()))
    }
}

#[async_trait]
impl Directories for LdapDirectories {
    fn open(
        &self,
        provider: &AuthnProvider,
        manager_password: Password,
        attributes: &[String],
    ) -> Result<Arc<dyn Provider>, DirectoryCheckFailed> {
        Ok(Arc::new(self.provider(provider, manager_password, attributes)?))
    }

    async fn check(&self, provider: &AuthnProvider, manager_password: Password) -> Result<(), DirectoryCheckFailed> {
        let provider = self.provider(provider, manager_password, &[])?;
        provider.check().await.map_err(|failure| DirectoryCheckFailed(failure.explain()))
    }
}
