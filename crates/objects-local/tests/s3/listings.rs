//! Listing objects, page by page.

use crate::shop::{Reply, Shop};

const KEYS: [&str; 7] = ["a", "b/1", "b/2", "c/x/1", "c/y", "d", "gr%C3%BCn"];

async fn full_shop() -> Shop {
    let shop = Shop::open().await;
    for key in KEYS {
        shop.holds(&format!("/bkt/{key}"), key.as_bytes()).await;
    }
    shop
}

/// Keys and common prefixes of a page.
fn entries(page: &Reply) -> (Vec<String>, Vec<String>) {
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    let prefixes = page
        .all("CommonPrefixes")
        .into_iter()
        .map(|prefix| prefix.trim_start_matches("<Prefix>").trim_end_matches("</Prefix>"));
    (owned(page.all("Key")), owned(prefixes.collect()))
}

#[tokio::test]
async fn folders_are_folded() {
    let shop = full_shop().await;
    let root = shop.get("/bkt?list-type=2&delimiter=%2F", &[]).await;
    let expected = (vec!["a".into(), "d".into(), "grün".into()], vec!["b/".into(), "c/".into()]);
    assert_eq!((entries(&root), root.the("KeyCount"), root.the("IsTruncated")), (expected, "5", "false"));
    let below = shop.get("/bkt?list-type=2&delimiter=%2F&prefix=c%2F", &[]).await;
    assert_eq!(entries(&below), (vec!["c/y".into()], vec!["c/x/".into()]));
    let encoded = shop.get("/bkt?list-type=2&prefix=gr&encoding-type=url", &[]).await;
    assert_eq!(encoded.the("Key"), "gr%C3%BCn");
}

#[tokio::test]
async fn pages_of_version_2_join_without_gap_or_overlap() {
    let shop = full_shop().await;
    for (delimiter, expected) in [("", 7), ("&delimiter=%2F", 5)] {
        for size in 1..=4 {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let page = shop.get(&format!("/bkt?list-type=2&max-keys={size}{delimiter}{token}"), &[]).await;
                let (keys, prefixes) = entries(&page);
                assert!(keys.len() + prefixes.len() <= size);
                seen.extend(keys.into_iter().chain(prefixes));
                if page.the("IsTruncated") == "false" {
                    break;
                }
                token = format!("&continuation-token={}", page.the("NextContinuationToken"));
            }
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), expected, "{size} {delimiter}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn pages_of_version_1_go_on_after_their_marker() {
    let shop = full_shop().await;
    let first = shop.get("/bkt?delimiter=%2F&max-keys=2", &[]).await;
    assert_eq!(entries(&first), (vec!["a".into()], vec!["b/".into()]));
    assert_eq!((first.the("IsTruncated"), first.the("NextMarker")), ("true", "b/"));
    let second = shop.get("/bkt?delimiter=%2F&max-keys=2&marker=b%2F", &[]).await;
    assert_eq!(entries(&second), (vec!["d".into()], vec!["c/".into()]));
}

#[tokio::test]
async fn a_listing_shows_what_an_object_is_and_whose() {
    let shop = Shop::open().await;
    let tag = shop.holds("/bkt/a", b"hello").await;
    let page = shop.get("/bkt", &[]).await;
    assert_eq!((page.the("ETag").replace("&quot;", "\""), page.the("Size")), (tag, "5"));
    assert_eq!(page.the("LastModified"), "2026-03-05T17:39:13.813Z");
    assert_eq!((page.the("ID"), page.the("StorageClass")), ("alice@corp.example", "STANDARD"));
    assert_eq!(shop.get("/bkt?list-type=2", &[]).await.the("ID"), "");
    assert_eq!(shop.get("/bkt?list-type=2&fetch-owner=true", &[]).await.the("ID"), "alice@corp.example");
}

#[tokio::test]
async fn a_listing_of_nothing_is_an_answer() {
    let shop = full_shop().await;
    for target in ["/other?list-type=2", "/bkt?list-type=2&max-keys=0", "/bkt?prefix=zzz", "/bkt?marker=zzz"] {
        let page = shop.get(target, &[]).await;
        assert_eq!(
            (page.status.as_u16(), page.the("IsTruncated"), page.all("Key").len()),
            (200, "false", 0),
            "{target}"
        );
    }
}
