//! Promises about single records.

use std::sync::Arc;

use keyward_identity::ManagementUser;
use serde_json::json;

use super::samples::*;
use crate::{BucketFilter, ObjectUserFilter, PageRequest, Record, RecordKey, Scope, Store, Write};

/// Every kind of record reads back as it was last written, with the revision that wrote it.
pub async fn every_record_reads_back_as_it_was_written(store: Arc<dyn Store>) {
    for record in one_of_each() {
        let key = record.key();
        assert!(!exists(&store, &key).await, "{key} before it was written");
        let created = done(&store, [Write::create(record.clone())]).await;
        let mut expected = record;
        if let Record::Bucket(bucket) = &mut expected {
            bucket.id = created.bucket_ids[0];
        }
        let read = stored(&store, &key).await;
        assert_eq!((&read.value, read.revision), (&expected, created.revision), "{key}");

        let updated = done(&store, [Write::update(expected.clone(), read.revision)]).await;
        assert_eq!(stored(&store, &key).await.revision, updated.revision, "{key} written again");
        assert!(updated.revision > created.revision);
    }
}

/// Every kind of record can be deleted, and then is not there.
pub async fn a_record_that_was_deleted_is_gone(store: Arc<dyn Store>) {
    let records = one_of_each();
    done(&store, records.iter().cloned().map(Write::create)).await;
    for record in records.iter().rev() {
        let key = record.key();
        let revision = stored(&store, &key).await.revision;
        done(&store, [Write::Delete { key: key.clone(), revision }]).await;
        assert!(!exists(&store, &key).await, "{key} after it was deleted");
    }
}

/// The same user id in two scopes is two users.
pub async fn a_user_is_found_in_its_own_scope_only(store: Arc<dyn Store>) {
    let record = Record::User { scope: scope_of("sales"), record: user("dana", "sales") };
    done(&store, [Write::create(namespace("sales")), Write::create(record)]).await;
    for scope in [Scope::Global, scope_of("other")] {
        let found = store.object_user(&scope, &user_id("dana")).await.expect("the store answers");
        assert_eq!(found, None, "in scope {scope}");
    }
    assert!(exists(&store, &RecordKey::User { scope: scope_of("sales"), id: user_id("dana") }).await);
}

/// Every list holds what was written, and external groups are told from people.
pub async fn lists_hold_what_was_written(store: Arc<dyn Store>) {
    let group = ManagementUser { is_external_group: true, ..management_user("ops@corp.example") };
    let more = [Record::from(group.clone()), setting("a.first", json!(true)).into()];
    done(&store, one_of_each().into_iter().chain(more).map(Write::create)).await;
    let page = PageRequest::default();

    let users = store.object_users(&ObjectUserFilter::default(), &page).await.expect("users");
    assert_eq!(users.items[0].value, user("dana@corp.example", "sales"));
    let buckets = store.buckets(&BucketFilter::default(), &page).await.expect("buckets");
    assert_eq!(buckets.items[0].value.name, bucket_name("logs"));
    assert_eq!(store.all_namespaces().await.expect("namespaces")[0].value, namespace("sales"));
    assert_eq!(store.people("", &page).await.expect("people").items[0].value, person("alice@local.test"));
    assert_eq!(store.providers().await.expect("providers")[0].value, provider("urn:provider:1"));
    assert_eq!(store.base_urls().await.expect("base URLs")[0].value, base_url("urn:base:1"));
    let settings = store.settings().await.expect("settings");
    assert_eq!(settings.iter().map(|row| row.value.name.as_str()).collect::<Vec<_>>(), ["a.first", "user.scope"]);
    let management = store.management_users(&page).await.expect("management users");
    assert_eq!(management.items.len(), 2);
    let groups = store.external_groups().await.expect("external groups");
    assert_eq!(groups.into_iter().map(|row| row.value).collect::<Vec<_>>(), [group]);
}
