//! The lifecycle, carried out: what ends by a rule, and uploads that nobody goes on with.

use std::time::Duration;

use http::Method;
use keyward_identity::{Bucket, Expiration, LifecycleFilter, LifecycleRule, Tag};
use keyward_objects_local::Swept;

use crate::shop::{Shop, bucket};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn under(rules: Vec<LifecycleRule>) -> Bucket {
    let mut bucket = (*bucket("bkt")).clone();
    bucket.settings.lifecycle = rules;
    bucket
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

    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap(), Swept::default());
    shop.clock.advance(2 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().expired, 1);
    assert_eq!(keys().await, "keep/a tagged tmp/large");
    shop.clock.advance(2 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().expired, 1);
    assert_eq!(keys().await, "keep/a tmp/large");
}

#[tokio::test]
async fn an_object_under_retention_outlives_its_rule() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[("x-emc-retention-period", "864000")], b"x").await;
    let bucket = under(vec![LifecycleRule { expiration: Some(Expiration::Days(1)), ..rule(below("")) }]);
    shop.clock.advance(5 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().expired, 0);
    shop.clock.advance(5 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().expired, 1);
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
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().aborted, 0);
    shop.clock.advance(DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().aborted, 1);
    assert_eq!(uploads(&shop).await, ["ruled/long", "slow"]);
    shop.clock.advance(6 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().aborted, 1);
    shop.clock.advance(30 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&bucket).await.unwrap().aborted, 1);
    assert!(uploads(&shop).await.is_empty());
    assert!(shop.left_behind().await.is_empty(), "the parts went with their uploads");
}

#[tokio::test]
async fn uploads_stay_where_nothing_is_to_be_given_up() {
    let shop = Shop::open().await;
    begin(&shop, "a").await;
    shop.clock.advance(1000 * DAY);
    assert_eq!(shop.store.carry_out_lifecycle(&under(Vec::new())).await.unwrap().aborted, 0);
    assert_eq!(uploads(&shop).await, ["a"]);
}
