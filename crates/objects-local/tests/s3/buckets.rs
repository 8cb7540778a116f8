//! Buckets as the registry opens, closes and discards them.

use std::sync::Arc;

use keyward_ambient::SystemEntropy;
use keyward_objects::{Backend, BucketError, BucketState};
use keyward_objects_local::LocalObjects;
use keyward_objects_local::engine::EngineError;
use keyward_testkit::FrozenClock;

use crate::shop::{OpenBook, Shop, bucket};

#[tokio::test]
async fn a_bucket_that_holds_objects_is_not_closed() {
    let shop = Shop::open().await;
    let id = bucket("bkt").id;
    shop.holds("/bkt/a", b"x").await;
    assert_eq!(shop.store.close_bucket(id).await, Err(BucketError::NotEmpty));
    assert_eq!(shop.get("/bkt/a", &[]).await.status, 200);
    shop.ask(http::Method::DELETE, "/bkt/a", &[], b"").await;
    assert_eq!(shop.store.close_bucket(id).await, Ok(()));
}

#[tokio::test]
async fn a_closed_bucket_takes_nothing_and_can_be_discarded() {
    let shop = Shop::open().await;
    let (id, other) = (bucket("bkt").id, bucket("other").id);
    for _ in 0..2 {
        assert_eq!(shop.store.close_bucket(id).await, Ok(()));
    }
    let refused = shop.put("/bkt/a", &[], b"x").await;
    assert_eq!((refused.refusal(), refused.the("BucketName")), ((404, "NoSuchBucket"), "bkt"));
    assert_eq!(shop.get("/bkt", &[]).await.refusal(), (404, "NoSuchBucket"));
    let mut states = shop.store.bucket_states().await.unwrap();
    states.sort_by_key(|(id, _)| *id);
    assert_eq!(states, [(id, BucketState::Closed), (other, BucketState::Open)]);
    for _ in 0..2 {
        assert_eq!(shop.store.discard_bucket(id).await, Ok(()));
    }
    assert_eq!(shop.store.discard_bucket(other).await, Err(BucketError::NotEmpty));
    assert_eq!(shop.store.bucket_states().await.unwrap(), [(other, BucketState::Open)]);
}

#[tokio::test]
async fn a_store_that_was_closed_is_unavailable_and_not_empty() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"x").await;
    shop.store.close().await;
    assert_eq!(shop.get("/bkt/a", &[]).await.refusal(), (503, "ServiceUnavailable"));
}

#[tokio::test]
async fn buckets_are_there_when_the_store_is_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let open = || {
        let (clock, entropy) = (Arc::new(FrozenClock::default()), Arc::new(SystemEntropy));
        LocalObjects::open(home.path(), clock, entropy, Arc::new(OpenBook), 0)
    };
    let store = open().await.unwrap();
    store.open_bucket(7).await.unwrap();
    assert!(matches!(open().await, Err(EngineError::InUse)));
    drop(store);
    assert_eq!(open().await.unwrap().bucket_states().await.unwrap(), [(7, BucketState::Open)]);
}
