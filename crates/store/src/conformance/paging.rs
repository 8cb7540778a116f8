//! Promises about lists and their pages.

use std::sync::Arc;

use super::samples::*;
use crate::{BucketFilter, ObjectUserFilter, Page, PageRequest, Record, Store, StoreError, Write};

/// All object users come in the order of the bytes of their ids, whatever the length of the pages.
pub async fn object_users_are_paged_by_id(store: Arc<dyn Store>) {
    namespace_with_users(&store, "sales", &["dana", "Zoe", "~tilde", "a/b?c", "dan", "dana@corp.example"]).await;
    namespace_with_users(&store, "other", &["danb", "!x"]).await;
    let expected = ["!x", "Zoe", "a/b?c", "dan", "dana", "dana@corp.example", "danb", "~tilde"];
    for limit in [1, 2, 3, 8, 1000] {
        assert_eq!(user_ids(&store, ObjectUserFilter::default(), limit).await, expected, "pages of {limit}");
    }
}

/// A filter answers the rows that it names and no others.
pub async fn object_users_are_filtered_by_namespace_and_prefix(store: Arc<dyn Store>) {
    namespace_with_users(&store, "sales", &["dan", "dana", "dana@corp.example", "eve", "d_x"]).await;
    namespace_with_users(&store, "other", &["danb", "zoe"]).await;
    let filter = |namespace: Option<&str>, prefix: &str| ObjectUserFilter {
        namespace: namespace.map(namespace_name),
        prefix: prefix.to_owned(),
    };
    for limit in [1, 2, 1000] {
        let ids = async |namespace, prefix| user_ids(&store, filter(namespace, prefix), limit).await;
        assert_eq!(ids(Some("sales"), "").await, ["d_x", "dan", "dana", "dana@corp.example", "eve"]);
        assert_eq!(ids(Some("sales"), "dana").await, ["dana", "dana@corp.example"]);
        assert_eq!(ids(None, "dan").await, ["dan", "dana", "dana@corp.example", "danb"]);
        assert_eq!(ids(None, "d_").await, ["d_x"], "a prefix is no pattern");
        assert_eq!(ids(Some("empty"), "").await, [""; 0]);
    }
}

/// Under NAMESPACE user scope one id may be in several namespaces; a list shows each.
pub async fn one_id_in_two_scopes_is_listed_twice(store: Arc<dyn Store>) {
    for name in ["other", "sales"] {
        let dana = Record::User { scope: scope_of(name), record: user("dana", name) };
        done(&store, [Write::create(namespace(name)), Write::create(dana)]).await;
    }
    let all = walk(1, async |page| store.object_users(&ObjectUserFilter::default(), &page).await).await;
    let namespaces: Vec<_> = all.iter().map(|row| row.value.user.namespace.as_str()).collect();
    assert_eq!(namespaces, ["other", "sales"]);
}

/// Buckets are ordered by namespace and name, under every combination of filters.
pub async fn buckets_are_filtered_by_namespace_owner_and_prefix(store: Arc<dyn Store>) {
    done(&store, ["other", "sales"].map(|name| Write::create(namespace(name)))).await;
    let rows =
        [("logs", "sales", "dana"), ("app", "sales", "eve"), ("logs-old", "sales", "eve"), ("logs", "other", "dana")];
    done(&store, rows.map(|(name, namespace, owner)| Write::create(bucket(name, namespace, owner)))).await;
    let filter = |namespace: Option<&str>, owner: Option<&str>, prefix: &str| BucketFilter {
        namespace: namespace.map(namespace_name),
        owner: owner.map(user_id),
        prefix: prefix.to_owned(),
    };
    for limit in [1, 2, 1000] {
        let names = async |filter: BucketFilter| {
            let rows = walk(limit, async |page| store.buckets(&filter, &page).await).await;
            rows.into_iter().map(|row| row.value.display_id()).collect::<Vec<_>>()
        };
        assert_eq!(names(filter(None, None, "")).await, ["other.logs", "sales.app", "sales.logs", "sales.logs-old"]);
        assert_eq!(names(filter(Some("sales"), None, "logs")).await, ["sales.logs", "sales.logs-old"]);
        assert_eq!(names(filter(Some("sales"), Some("eve"), "")).await, ["sales.app", "sales.logs-old"]);
        assert_eq!(names(filter(None, Some("dana"), "")).await, ["other.logs", "sales.logs"]);
        assert_eq!(names(filter(Some("sales"), Some("eve"), "logs")).await, ["sales.logs-old"]);
    }
}

/// The smaller lists are paged the same way.
pub async fn namespaces_people_and_management_users_are_paged(store: Arc<dyn Store>) {
    done(&store, ["ns-b", "ns-a", "other"].map(|name| Write::create(namespace(name)))).await;
    done(&store, ["bob@local.test", "al@local.test", "alice@x.test"].map(|name| Write::create(person(name)))).await;
    done(&store, ["root", "emcmonitor", "ops"].map(|id| Write::create(management_user(id)))).await;
    for limit in [1, 2, 1000] {
        let all = walk(limit, async |page| store.namespaces("ns-", &page).await).await;
        assert_eq!(all.iter().map(|row| row.value.name.as_str()).collect::<Vec<_>>(), ["ns-a", "ns-b"]);
        let all = walk(limit, async |page| store.people("al", &page).await).await;
        assert_eq!(
            all.iter().map(|row| row.value.name.as_str()).collect::<Vec<_>>(),
            ["al@local.test", "alice@x.test"]
        );
        let all = walk(limit, async |page| store.management_users(&page).await).await;
        assert_eq!(all.iter().map(|row| row.value.id.as_str()).collect::<Vec<_>>(), ["emcmonitor", "ops", "root"]);
    }
}

/// A marker keeps its place in the order even when its row is gone.
pub async fn a_page_goes_on_after_its_last_row_was_deleted(store: Arc<dyn Store>) {
    namespace_with_users(&store, "sales", &["a", "b", "c"]).await;
    let filter = ObjectUserFilter::default();
    let first = store.object_users(&filter, &PageRequest::first(2)).await.expect("a page");
    let revision = first.items[1].revision;
    done(&store, [Write::Delete { key: user_key("b"), revision }]).await;
    let marker = first.next.expect("there is more");
    let second = store.object_users(&filter, &PageRequest::after(marker, 2)).await.expect("a page");
    let ids: Vec<_> = second.items.iter().map(|row| row.value.user.id.as_str()).collect();
    assert_eq!((ids, second.next), (vec!["c"], None));
}

async fn user_ids(store: &Arc<dyn Store>, filter: ObjectUserFilter, limit: u32) -> Vec<String> {
    let rows = walk(limit, async |page| store.object_users(&filter, &page).await).await;
    rows.into_iter().map(|row| row.value.user.id.to_string()).collect()
}

/// Reads a whole list in pages of `limit`; every page but the last must be full.
pub(super) async fn walk<T>(limit: u32, list: impl AsyncFn(PageRequest) -> Result<Page<T>, StoreError>) -> Vec<T> {
    let mut rows = Vec::new();
    let mut request = PageRequest::first(limit);
    loop {
        let page = list(request).await.expect("a page");
        assert!(page.next.is_none() || page.items.len() == limit as usize, "a page before the last is full");
        rows.extend(page.items);
        match page.next {
            Some(next) => request = PageRequest::after(next, limit),
            None => return rows,
        }
    }
}
