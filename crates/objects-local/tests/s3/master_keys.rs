//! A change of the master key: the keys of objects and uploads are sealed anew, and nothing else changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use keyward_ambient::SystemEntropy;
use keyward_objects::{KeySealError, KeySealer};
use keyward_objects_local::engine::Resealed;
use keyward_objects_local::{LocalObjects, sealed_keys};
use zeroize::Zeroizing;

use crate::shop::{Shop, bytes_of};

const AES: (&str, &str) = ("x-amz-server-side-encryption", "AES256");

/// Seals under key 1, and anew under key 2 as often as it is patient.
struct Changing {
    under: u8,
    patience: AtomicU64,
}

impl KeySealer for Changing {
    fn seal(&self, key: &[u8; 32]) -> Result<Vec<u8>, KeySealError> {
        Ok([&[self.under], &key[..]].concat())
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeySealError> {
        sealed[1..].try_into().map(Zeroizing::new).map_err(|_| KeySealError("not sealed here".to_owned()))
    }

    fn rewrap(&self, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeySealError> {
        if sealed[0] == self.under {
            return Ok(None);
        }
        let before = self.patience.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match before {
            Ok(_) => Ok(Some([&[self.under], &sealed[1..]].concat())),
            Err(_) => Err(KeySealError("master key 1 was not given".to_owned())),
        }
    }
}

fn sealed_under(shop: &Shop) -> Vec<u8> {
    let mut found = Vec::new();
    sealed_keys(shop.home.path(), &mut |sealed| found.push(sealed[0])).unwrap();
    found.sort_unstable();
    found
}

/// The shop under a sealer with key 1.
async fn shop() -> Shop {
    under(Shop::open().await, 1, 0).await
}

async fn under(shop: Shop, under: u8, patience: u64) -> Shop {
    let sealer = Arc::new(Changing { under, patience: AtomicU64::new(patience) });
    let Shop { home, store, clock, room, commit_check } = shop;
    store.close().await;
    drop(store);
    let store = LocalObjects::open(home.path(), Arc::new(clock.clone()), Arc::new(SystemEntropy), sealer, 1 << 20)
        .await
        .unwrap();
    Shop { home, store, clock, room, commit_check }
}

#[tokio::test]
async fn what_was_cut_short_is_taken_up_again_and_bodies_stay_as_they_are() {
    let shop = shop().await;
    for size in [0, 10, 100_000] {
        shop.put(&format!("/bkt/sealed{size}"), &[AES, ("x-amz-meta-word", "sealed_key")], &bytes_of(1, size)).await;
        shop.put(&format!("/other/clear{size}"), &[("x-amz-meta-word", "sealed_key")], &bytes_of(2, size)).await;
    }
    let begun = shop.ask(Method::POST, "/other/late?uploads", &[AES], b"").await;
    let (id, part) = (begun.the("UploadId").to_owned(), bytes_of(3, 500));
    let tag = shop.put(&format!("/other/late?partNumber=1&uploadId={id}"), &[], &part).await.header("etag").to_owned();
    assert_eq!(sealed_under(&shop), [1, 1, 1, 1]);

    let shop = under(shop, 2, 3).await;
    let first = shop.store.rewrap_keys().await.unwrap();
    let why = Some("master key 1 was not given".to_owned());
    assert_eq!(first, Resealed { keys: 4, resealed: 3, failed: 1, why });
    assert_eq!(sealed_under(&shop), [1, 2, 2, 2]);

    let shop = under(shop, 2, 99).await;
    for size in [0, 10, 100_000] {
        shop.get(&format!("/bkt/sealed{size}"), &[]).await;
    }
    assert_eq!(shop.store.rewrap_keys().await.unwrap(), Resealed { keys: 4, resealed: 1, failed: 0, why: None });
    assert_eq!(shop.store.rewrap_keys().await.unwrap(), Resealed { keys: 4, ..Resealed::default() });
    assert_eq!(sealed_under(&shop), [2, 2, 2, 2]);
    for target in ["/bkt/copy", "/other/copy"] {
        let copied = shop.put(target, &[("x-amz-copy-source", "/bkt/sealed10"), AES], b"").await;
        assert_eq!(copied.status, 200, "{copied:?}");
    }
    assert_eq!(sealed_under(&shop), [2; 6], "what was read before is not copied as it was then");
    for size in [0, 10, 100_000] {
        let got = shop.get(&format!("/bkt/sealed{size}"), &[]).await;
        assert_eq!((got.body.as_ref(), got.header("x-amz-meta-word")), (&bytes_of(1, size)[..], "sealed_key"));
    }
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part></CompleteMultipartUpload>"
    );
    shop.ask(Method::POST, &format!("/other/late?uploadId={id}"), &[], list.as_bytes()).await;
    assert_eq!(shop.get("/other/late", &[]).await.body, part);
}
