//! The aggregates that live in small tables.

use async_trait::async_trait;
use keyward_identity::{BaseUrl, ManagementUser, ManagementUserId, Namespace, NamespaceName, ObjectUserId, Person};
use keyward_store::{
    BaseUrls, ManagementUsers, Namespaces, Page, PageRequest, People, ProviderRecord, Providers, Revised, Setting,
    Settings, StoreError,
};
use serde::de::DeserializeOwned;

use crate::keyed::{BASE_URLS, Keyed, MANAGEMENT_USERS, NAMESPACES, PEOPLE, PROVIDERS, SETTINGS};
use crate::store::SqliteStore;

impl SqliteStore {
    async fn one<T>(&self, table: Keyed, key: &str) -> Result<Option<Revised<T>>, StoreError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let key = key.to_owned();
        self.readers.ask(move |connection| table.one(connection, &key)).await
    }

    async fn page<T>(&self, table: Keyed, prefix: &str, page: &PageRequest) -> Result<Page<Revised<T>>, StoreError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let (prefix, page) = (prefix.to_owned(), page.clone());
        self.readers.ask(move |connection| table.page(connection, &prefix, &page)).await
    }

    async fn all<T>(&self, table: Keyed) -> Result<Vec<Revised<T>>, StoreError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.readers.ask(move |connection| table.all(connection)).await
    }
}

#[async_trait]
impl Namespaces for SqliteStore {
    async fn namespace(&self, name: &NamespaceName) -> Result<Option<Revised<Namespace>>, StoreError> {
        self.one(NAMESPACES, name.as_str()).await
    }

    async fn namespaces(&self, prefix: &str, page: &PageRequest) -> Result<Page<Revised<Namespace>>, StoreError> {
        self.page(NAMESPACES, prefix, page).await
    }

    async fn all_namespaces(&self) -> Result<Vec<Revised<Namespace>>, StoreError> {
        self.all(NAMESPACES).await
    }
}

#[async_trait]
impl ManagementUsers for SqliteStore {
    async fn management_user(&self, id: &ManagementUserId) -> Result<Option<Revised<ManagementUser>>, StoreError> {
        self.one(MANAGEMENT_USERS, id.as_str()).await
    }

    async fn management_users(&self, page: &PageRequest) -> Result<Page<Revised<ManagementUser>>, StoreError> {
        self.page(MANAGEMENT_USERS, "", page).await
    }

    async fn external_groups(&self) -> Result<Vec<Revised<ManagementUser>>, StoreError> {
        let all: Vec<Revised<ManagementUser>> = self.all(MANAGEMENT_USERS).await?;
        Ok(all.into_iter().filter(|row| row.value.is_external_group).collect())
    }
}

#[async_trait]
impl People for SqliteStore {
    async fn person(&self, name: &ObjectUserId) -> Result<Option<Revised<Person>>, StoreError> {
        self.one(PEOPLE, name.as_str()).await
    }

    async fn people(&self, prefix: &str, page: &PageRequest) -> Result<Page<Revised<Person>>, StoreError> {
        self.page(PEOPLE, prefix, page).await
    }
}

#[async_trait]
impl Providers for SqliteStore {
    async fn provider(&self, id: &str) -> Result<Option<Revised<ProviderRecord>>, StoreError> {
        self.one(PROVIDERS, id).await
    }

    async fn providers(&self) -> Result<Vec<Revised<ProviderRecord>>, StoreError> {
        self.all(PROVIDERS).await
    }
}

#[async_trait]
impl BaseUrls for SqliteStore {
    async fn base_url(&self, id: &str) -> Result<Option<Revised<BaseUrl>>, StoreError> {
        self.one(BASE_URLS, id).await
    }

    async fn base_urls(&self) -> Result<Vec<Revised<BaseUrl>>, StoreError> {
        self.all(BASE_URLS).await
    }
}

#[async_trait]
impl Settings for SqliteStore {
    async fn setting(&self, name: &str) -> Result<Option<Revised<Setting>>, StoreError> {
        self.one(SETTINGS, name).await
    }

    async fn settings(&self) -> Result<Vec<Revised<Setting>>, StoreError> {
        self.all(SETTINGS).await
    }
}
