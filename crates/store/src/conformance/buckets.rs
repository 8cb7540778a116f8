//! Promises about the registry of buckets.

use std::sync::Arc;

use keyward_identity::{Bucket, BucketName};

use super::samples::*;
use crate::{CommitError, Store, Write};

/// A bucket made anew under an old name gets a new id, so that it cannot come upon the old one's objects.
pub async fn bucket_ids_are_never_given_twice(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales"))]).await;
    let mut given = Vec::new();
    for _ in 0..3 {
        let made = done(&store, ["logs", "app"].map(|name| Write::create(bucket(name, "sales", "dana")))).await;
        assert_eq!(made.bucket_ids.len(), 2);
        given.extend(made.bucket_ids);
        let delete = ["logs", "app"].map(|name| (bucket_key(name, "sales"), made.revision));
        done(&store, delete.map(|(key, revision)| Write::Delete { key, revision })).await;
    }
    let mut unique = given.clone();
    unique.dedup();
    assert!(given.is_sorted() && unique == given, "{given:?}");
}

/// The id that a writer hands in does not matter, neither when a bucket is new nor when it is changed.
pub async fn a_bucket_keeps_its_id_and_is_found_by_it(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales"))]).await;
    let proposed = Bucket { id: 4711, ..bucket("logs", "sales", "dana") };
    let made = done(&store, [Write::create(proposed.clone())]).await;
    let id = made.bucket_ids[0];
    assert_ne!(id, 4711);
    let changed = Bucket { owner: user_id("eve"), ..proposed };
    done(&store, [Write::update(changed.clone(), made.revision)]).await;
    let found = store.bucket_by_id(id).await.expect("the store answers").expect("the bucket");
    assert_eq!(found.value, Bucket { id, ..changed });
    assert_eq!(store.bucket_by_id(4711).await.expect("the store answers"), None);
}

/// A refused creation leaves no trace under any id.
pub async fn a_refused_bucket_reads_back_nowhere(store: Arc<dyn Store>) {
    let missing = namespace_key("sales");
    let refused = commit(&store, [Write::create(bucket("logs", "sales", "dana"))]).await;
    assert_eq!(refused, Err(CommitError::Missing(missing)));
    assert!(!exists(&store, &bucket_key("logs", "sales")).await);
    assert_eq!(store.bucket_by_id(1).await.expect("the store answers"), None);
}

/// A name in two namespaces tells neither, and tells the other one once one of them is gone.
pub async fn a_name_tells_the_namespace_while_one_alone_has_it(store: Arc<dyn Store>) {
    let only = async |name: &str| {
        let found = store.only_namespace_with(&BucketName::parse(name).expect("a name")).await;
        found.expect("the store answers").map(|namespace| namespace.as_str().to_owned())
    };
    done(&store, ["sales", "research"].map(|name| Write::create(namespace(name)))).await;
    let first = done(&store, [Write::create(bucket("logs", "sales", "dana"))]).await;
    assert_eq!((only("logs").await.as_deref(), only("log").await), (Some("sales"), None));
    done(&store, [Write::create(bucket("logs", "research", "eve"))]).await;
    assert_eq!(only("logs").await, None);
    done(&store, [Write::Delete { key: bucket_key("logs", "sales"), revision: first.revision }]).await;
    assert_eq!(only("logs").await.as_deref(), Some("research"));
}
