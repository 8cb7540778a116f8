//! Base URLs of virtual-host addressing (ECS: *Base URL*).

use keyward_identity::BaseUrl;
use keyward_store::{Record, RecordKey, Revised, Transaction, Write};

use crate::commit::Settled;
use crate::unique::BASE_URLS;
use crate::{Caller, ServiceError, Subject};

/// What to change about a base URL; `None` leaves a part as it is.
#[derive(Clone, Debug, Default)]
pub struct BaseUrlChange {
    /// What the entry is called.
    pub name: Option<String>,
    /// The host name, without a port.
    pub base_url: Option<String>,
    /// Whether the namespace stands before it.
    pub namespace_in_host: Option<bool>,
}

impl Caller {
    /// Makes a base URL.
    pub async fn create_base_url(&self, change: BaseUrlChange) -> Result<BaseUrl, ServiceError> {
        self.principal.may_manage_base_urls()?;
        let base_url = BaseUrl {
            id: format!("urn:ObjectBaseUrl:{}", self.service.uuid()),
            name: required(change.name, "name")?,
            base_url: host_name(&required(change.base_url, "base_url")?)?,
            namespace_in_host: change.namespace_in_host.unwrap_or(false),
            created_at: self.now(),
        };
        self.service
            .until_settled(|| async {
                let turn = self.service.turn(BASE_URLS).await?;
                self.refuse_second_entry(&base_url).await?;
                let audit = self.audit(self.now(), "base_url.create").on(base_url.base_url.clone());
                let write = Write::create(Record::BaseUrl(base_url.clone()));
                let transaction = Transaction::new(audit).write(write).write(turn);
                Settled::after(self.service.commit(transaction).await, base_url.clone())
            })
            .await
    }

    /// Changes a base URL.
    pub async fn update_base_url(&self, id: &str, change: BaseUrlChange) -> Result<(), ServiceError> {
        self.principal.may_manage_base_urls()?;
        self.service
            .until_settled(|| async {
                let turn = self.service.turn(BASE_URLS).await?;
                let Revised { value: mut base_url, revision } = self.found_base_url(id).await?;
                if let Some(name) = &change.name {
                    base_url.name = required(Some(name.clone()), "name")?;
                }
                if let Some(host) = &change.base_url {
                    base_url.base_url = host_name(host)?;
                }
                base_url.namespace_in_host = change.namespace_in_host.unwrap_or(base_url.namespace_in_host);
                self.refuse_second_entry(&base_url).await?;
                let audit = self.audit(self.now(), "base_url.update").on(base_url.base_url.clone());
                let write = Write::update(Record::BaseUrl(base_url), revision);
                Settled::after(self.service.commit(Transaction::new(audit).write(write).write(turn)).await, ())
            })
            .await
    }

    /// Deletes a base URL.
    pub async fn delete_base_url(&self, id: &str) -> Result<(), ServiceError> {
        self.principal.may_manage_base_urls()?;
        self.service
            .until_settled(|| async {
                let found = self.found_base_url(id).await?;
                let audit = self.audit(self.now(), "base_url.delete").on(found.value.base_url.clone());
                let delete = Write::Delete { key: RecordKey::BaseUrl(found.value.id), revision: found.revision };
                Settled::after(self.service.commit(Transaction::new(audit).write(delete)).await, ())
            })
            .await
    }

    /// One base URL.
    pub async fn base_url(&self, id: &str) -> Result<BaseUrl, ServiceError> {
        self.principal.may_read_base_urls()?;
        Ok(self.found_base_url(id).await?.value)
    }

    /// All base URLs.
    pub async fn base_urls(&self) -> Result<Vec<BaseUrl>, ServiceError> {
        self.principal.may_read_base_urls()?;
        Ok(self.service.store.base_urls().await?.into_iter().map(|row| row.value).collect())
    }

    async fn refuse_second_entry(&self, base_url: &BaseUrl) -> Result<(), ServiceError> {
        let is_taken = |other: &BaseUrl| other.id != base_url.id && other.base_url == base_url.base_url;
        match self.service.store.base_urls().await?.iter().any(|found| is_taken(&found.value)) {
            true => Err(ServiceError::already_exists(Subject::BaseUrl, base_url.base_url.clone())),
            false => Ok(()),
        }
    }

    async fn found_base_url(&self, id: &str) -> Result<Revised<BaseUrl>, ServiceError> {
        self.service.store.base_url(id).await?.ok_or_else(|| ServiceError::not_found(Subject::BaseUrl, id))
    }
}

fn required(value: Option<String>, field: &'static str) -> Result<String, ServiceError> {
    value.filter(|value| !value.trim().is_empty()).ok_or(ServiceError::Missing { field })
}

fn host_name(given: &str) -> Result<String, ServiceError> {
    let name = given.trim().trim_end_matches('.').to_ascii_lowercase();
    let sound = name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    // Buckets cannot have names under an address.
    let is_address = name.parse::<std::net::Ipv4Addr>().is_ok();
    match sound && !is_address {
        true => Ok(name),
        false => {
            Err(ServiceError::invalid("base_url", "give a host name without scheme and port, such as s3.example.com"))
        }
    }
}
