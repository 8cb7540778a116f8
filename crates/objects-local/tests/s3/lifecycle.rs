//! The lifecycle, carried out: what ends by a rule, and uploads that nobody goes on with.

use std::cell::Cell;
use std::time::Duration;

use http::Method;
use keyward_identity::{Bucket, Expiration, LifecycleFilter, LifecycleRule, NoncurrentExpiration, Tag, Versioning};
use keyward_objects::Backend;
use keyward_objects_local::Swept;

use crate::shop::{Shop, bucket};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn under(rules: Vec<LifecycleRule>) -> Bucket {
    let mut bucket = (*bucket("bkt")).clone();
    bucket.settings.lifecycle = rules;
    bucket
}

async fn carry_out(shop: &Shop, bucket: &Bucket) -> Swept {
    shop.store.carry_out_lifecycle(|| async { Some(bucket.clone()) }).await.unwrap()
}

/// Carries out the rules of `bucket`; after the first versions were judged, and before they go, `meanwhile` happens.
async fn carry_out_while(shop: &Shop, bucket: &Bucket, meanwhile: impl AsyncFn()) -> Swept {
    let (asked, meanwhile) = (&Cell::new(0), &meanwhile);
    let bucket_now = || async move {
        asked.set(asked.get() + 1);
        if asked.get() == 2 {
            meanwhile().await;
        }
        Some(bucket.clone())
    };
    shop.store.carry_out_lifecycle(bucket_now).await.unwrap()
}

/// Carries out the rules of `bucket`, which becomes `then` after its first batch of deletions.
async fn carry_out_until(shop: &Shop, bucket: &Bucket, then: Option<&Bucket>) -> Swept {
    let asked = &Cell::new(0);
    let bucket_now = || async move {
        asked.set(asked.get() + 1);
        if asked.get() <= 2 { Some(bucket) } else { then }.cloned()
    };
    shop.store.carry_out_lifecycle(bucket_now).await.unwrap()
}

/// A store whose bucket 4 once kept versions; and that bucket, under these rules.
async fn suspended(rule: LifecycleRule) -> (Shop, Bucket) {
    let shop = Shop::open().await;
    let mut bucket = (*bucket("suspended")).clone();
    shop.store.open_bucket(bucket.id).await.unwrap();
    bucket.settings.lifecycle = vec![rule];
    (shop, bucket)
}

fn ends_after(days: u32) -> LifecycleRule {
    LifecycleRule { expiration: Some(Expiration::Days(days)), ..rule(below("")) }
}

fn rule(filter: LifecycleFilter) -> LifecycleRule {
    LifecycleRule { id: "r".to_owned(), enabled: true, filter, ..LifecycleRule::default() }
}

fn below(prefix: &str) -> LifecycleFilter {
    LifecycleFilter { prefix: Some(prefix.to_owned()), ..LifecycleFilter::default() }
}

async fn begin(shop: &Shop, key: &str) -> String {
    let begun = shop.ask(Method::POST, &format!("/bkt/{key}?uploads"), &[], b"").await;
    format!("/bkt/{key}?uploadId={}", begun.the("UploadId"))
}

async fn uploads(shop: &Shop) -> Vec<String> {
    shop.get("/bkt?uploads", &[]).await.all("Key").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn objects_end_by_the_rules_that_are_about_them() {
    let shop = Shop::open().await;
    for key in ["tmp/a", "tmp/large", "keep/a", "tagged"] {
        shop.holds(&format!("/bkt/{key}"), if key == "tmp/large" { b"0123456789" } else { b"x" }).await;
    }
    shop.put("/bkt/tagged", &[("x-amz-tagging", "gone=soon")], b"x").await;
    let small = LifecycleFilter { smaller_than: Some(5), ..below("tmp/") };
    let tag = Tag { name: "gone".to_owned(), value: "soon".to_owned() };
    let tagged = LifecycleFilter { tags: vec![tag], ..LifecycleFilter::default() };
    let ends = |filter, days| LifecycleRule { expiration: Some(Expiration::Days(days)), ..rule(filter) };
    let disabled = LifecycleRule { enabled: false, ..ends(below("keep/"), 1) };
    let bucket = under(vec![ends(small, 1), ends(tagged, 3), disabled]);
    let keys = async || shop.get("/bkt?list-type=2", &[]).await.all("Key").join(" ");

    assert_eq!(carry_out(&shop, &bucket).await, Swept::default());
    shop.clock.advance(2 * DAY);
    assert_eq!(carry_out(&shop, &bucket).await.expired, 1);
    assert_eq!(keys().await, "keep/a tagged tmp/large");
    shop.clock.advance(2 * DAY);
    assert_eq!(carry_out(&shop, &bucket).await.expired, 1);
    assert_eq!(keys().await, "keep/a tmp/large");
}

#[tokio::test]
async fn an_object_under_retention_outlives_its_rule() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("x-emc-retention-period", "864000")], b"x").await;
    let bucket = under(vec![LifecycleRule { expiration: Some(Expiration::Days(1)), ..rule(below("")) }]);
    shop.clock.advance(5 * DAY);
    assert_eq!(carry_out(&shop, &bucket).await.expired, 0);
    shop.clock.advance(5 * DAY);
    assert_eq!(carry_out(&shop, &bucket).await.expired, 1);
}

#[tokio::test]
async fn an_upload_is_given_up_when_nothing_came_for_days_and_no_rule_speaks_of_it() {
    let mut shop = Shop::open().await;
    shop.store = shop.store.with_uploads_abandoned_after(Some(7));
    let target = begin(&shop, "idle").await;
    shop.put(&format!("{target}&partNumber=1"), &[], &[1; 1000]).await;
    let slow = begin(&shop, "slow").await;
    begin(&shop, "ruled/long").await;
    let rules = LifecycleRule { abort_uploads_after_days: Some(30), ..rule(below("ruled/")) };
    let bucket = under(vec![rules]);

    shop.clock.advance(6 * DAY);
    shop.put(&format!("{slow}&partNumber=1"), &[], b"x").await;
    assert_eq!(carry_out(&shop, &bucket).await.aborted, 0);
    shop.clock.advance(DAY);
    assert_eq!(carry_out(&shop, &bucket).await.aborted, 1);
    assert_eq!(uploads(&shop).await, ["ruled/long", "slow"]);
    shop.clock.advance(6 * DAY);
    assert_eq!(carry_out(&shop, &bucket).await.aborted, 1);
    shop.clock.advance(30 * DAY);
    assert_eq!(carry_out(&shop, &bucket).await.aborted, 1);
    assert!(uploads(&shop).await.is_empty());
    assert!(shop.left_behind().await.is_empty(), "the parts went with their uploads");
}

#[tokio::test]
async fn uploads_stay_where_nothing_is_to_be_given_up() {
    let shop = Shop::open().await;
    begin(&shop, "a").await;
    shop.clock.advance(1000 * DAY);
    assert_eq!(carry_out(&shop, &under(Vec::new())).await.aborted, 0);
    assert_eq!(uploads(&shop).await, ["a"]);
}

#[tokio::test]
async fn an_object_stays_that_was_put_where_a_marker_was_judged() {
    let lone_markers = LifecycleRule { expiration: Some(Expiration::LoneDeleteMarkers), ..rule(below("")) };
    let (shop, bucket) = suspended(lone_markers).await;
    for target in ["/suspended/a", "/suspended/b"] {
        shop.ask(Method::DELETE, target, &[], b"").await;
    }
    let put = async || _ = shop.holds("/suspended/a", b"new").await;
    assert_eq!(carry_out_while(&shop, &bucket, put).await, Swept { removed: 1, ..Swept::default() });
    assert_eq!(shop.get("/suspended/a", &[]).await.text(), "new");
    assert!(shop.get("/suspended?versions", &[]).await.all("DeleteMarker").is_empty());
}

#[tokio::test]
async fn a_noncurrent_version_stays_that_was_written_anew_or_restored_meanwhile() {
    let noncurrent_expiration = Some(NoncurrentExpiration { days: 1, keep_newest: None });
    let (shop, bucket) = suspended(LifecycleRule { noncurrent_expiration, ..rule(below("")) }).await;
    for key in ["anew", "left", "restored"] {
        shop.holds(&format!("/suspended/{key}"), b"old").await;
        shop.clock.advance(DAY);
    }
    for key in ["anew", "left"] {
        shop.holds(&format!("/versioned/{key}"), b"over it").await;
    }
    let over_it = shop.put("/versioned/restored", &[], b"over it").await.header("x-amz-version-id").to_owned();
    shop.clock.advance(2 * DAY);
    let meanwhile = async || {
        shop.holds("/suspended/anew", b"new").await;
        shop.ask(Method::DELETE, &format!("/versioned/restored?versionId={over_it}"), &[], b"").await;
    };
    assert_eq!(carry_out_while(&shop, &bucket, meanwhile).await, Swept { removed: 1, ..Swept::default() });
    assert_eq!(shop.get("/suspended/anew", &[]).await.text(), "new");
    assert_eq!(shop.get("/suspended/restored", &[]).await.text(), "old");
    assert_eq!(shop.get("/suspended/left?versionId=null", &[]).await.refusal(), (404, "NoSuchVersion"));
}

#[tokio::test]
async fn a_current_version_ends_only_while_it_is_the_one_that_was_judged() {
    let (shop, bucket) = suspended(ends_after(1)).await;
    for key in ["anew", "gone", "left"] {
        shop.holds(&format!("/suspended/{key}"), b"same").await;
    }
    shop.clock.advance(2 * DAY);
    let meanwhile = async || {
        shop.holds("/suspended/anew", b"same").await;
        shop.ask(Method::DELETE, "/suspended/gone?versionId=null", &[], b"").await;
    };
    assert_eq!(carry_out_while(&shop, &bucket, meanwhile).await, Swept { expired: 1, ..Swept::default() });
    assert_eq!(shop.get("/suspended?versions", &[]).await.all("Key"), ["anew", "left"]);
    assert_eq!(shop.get("/suspended/anew", &[]).await.text(), "same");
}

#[tokio::test]
async fn nothing_more_goes_once_the_bucket_is_no_longer_what_was_judged_by() {
    let judged = under(vec![ends_after(1)]);
    let mut versioned = judged.clone();
    versioned.settings.versioning = Versioning::Enabled;
    let mut locked = judged.clone();
    locked.settings.locked = true;
    for then in [Some(&under(Vec::new())), Some(&versioned), Some(&locked), None] {
        let shop = Shop::open().await;
        for key in 0..103 {
            shop.holds(&format!("/bkt/{key}"), b"x").await;
        }
        shop.clock.advance(2 * DAY);
        assert_eq!(carry_out_until(&shop, &judged, then).await.expired, 100, "{then:?}");
        assert_eq!(shop.get("/bkt?list-type=2", &[]).await.all("Key").len(), 3);
        assert_eq!(carry_out(&shop, &judged).await.expired, 3, "the next pass");
    }
}

#[tokio::test]
async fn uploads_stay_once_their_rule_is_taken_back_and_all_stays_in_a_locked_bucket() {
    let shop = Shop::open().await;
    for key in ["a", "b"] {
        begin(&shop, key).await;
    }
    shop.holds("/bkt/a", b"x").await;
    shop.clock.advance(2 * DAY);
    let aborts = under(vec![LifecycleRule { abort_uploads_after_days: Some(1), ..ends_after(9) }]);
    let mut locked = under(vec![LifecycleRule { abort_uploads_after_days: Some(1), ..ends_after(1) }]);
    locked.settings.locked = true;
    assert_eq!(carry_out(&shop, &locked).await, Swept::default());
    assert_eq!(carry_out_until(&shop, &aborts, Some(&under(Vec::new()))).await.aborted, 1);
    assert_eq!(uploads(&shop).await, ["b"]);
}
