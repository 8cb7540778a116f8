//! Uploads whose key ends while they are under way, through the S3 endpoint into the built-in object store.

mod shop;

use std::sync::Arc;

use keyward_keyring::{Deactivation, Secret};
use keyward_service::Caller;
use keyward_testkit::SeededEntropy;

use self::shop::{Shop, pass};
use crate::house::{ALICE, House};

/// What ends Alice's old key, by name.
const ENDS: [&str; 8] = [
    "revoked by its value",
    "all revoked",
    "revoked by an administrator",
    "an end that is now",
    "a rotation without grace",
    "user locked",
    "user deleted",
    "user deleted and made again",
];

async fn end(how: &str, house: &House, alice: &Caller, old: &Secret) {
    let (root, ns1) = (&house.root, Some("ns1"));
    match how {
        "revoked by its value" => alice.deactivate_own_keys(&Deactivation::Key(old.key.expose())).await.unwrap(),
        "all revoked" => alice.deactivate_own_keys(&Deactivation::All).await.unwrap(),
        "revoked by an administrator" => {
            root.deactivate_keys_of(ALICE, ns1, &Deactivation::Key(old.key.expose())).await.unwrap();
        }
        "an end that is now" => alice.set_own_grace_end(old.id, Some(0)).await.unwrap(),
        "a rotation without grace" => drop(alice.issue_own_key(Some(0)).await.unwrap()),
        "user locked" => root.set_object_user_lock(ALICE, ns1, true).await.unwrap(),
        _ => {
            root.delete_object_user(ALICE, ns1).await.unwrap();
            if how.ends_with("made again") {
                root.create_object_user(ALICE, "ns1", Vec::new()).await.unwrap();
                root.issue_key_for(ALICE, ns1, None, None).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn an_upload_whose_key_ends_is_not_committed_and_leaves_nothing() {
    for how in ENDS {
        let shop = Shop::open().await;
        let old = shop.alice.issue_own_key(None).await.unwrap().secret;
        let upload = shop.begin_put(&old, "cut").await;
        upload.send(100_000).await;
        end(how, &shop.house, &shop.alice, &old).await;
        upload.send(100_000).await;
        let (status, answer) = upload.answer().await;
        assert_eq!(status, 403, "{how}: {answer}");
        assert!(answer.contains("before the request was complete"), "{how}: {answer}");
        assert_eq!(shop.keys().await, [""; 0], "{how}");
        assert_eq!(shop.files_left().await, 0, "{how}: a file is left");
    }
}

#[tokio::test]
async fn every_request_with_a_body_stops_when_its_key_ends() {
    let shop = Shop::open().await;
    let secret = shop.alice.issue_own_key(None).await.unwrap().secret;
    let there = shop.begin_put_of(&secret, "there", 10).await;
    there.send(10).await;
    assert_eq!(there.answer().await.0, 200);
    let targets = [
        ("PUT", "/photos/new"),
        ("POST", "/photos/new?uploadId=0000"),
        ("POST", "/photos?delete"),
        ("PUT", "/photos/there?tagging"),
        ("PUT", "/photos/there?acl"),
        ("PUT", "/photos?tagging"),
        ("PUT", "/photos?acl"),
        ("PUT", "/photos?policy"),
        ("PUT", "/photos?cors"),
        ("PUT", "/made-meanwhile"),
    ];
    for (method, target) in targets {
        let secret = shop.alice.issue_own_key(None).await.unwrap().secret;
        let upload = shop.begin(&secret, method, target).await;
        upload.send(10).await;
        shop.alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
        upload.send(10).await;
        let (status, answer) = upload.answer().await;
        assert_eq!(status, 403, "{method} {target}: {answer}");
        assert!(answer.contains("before the request was complete"), "{method} {target}: {answer}");
    }
}

#[tokio::test]
async fn a_grace_end_that_passes_stops_no_upload() {
    let shop = Shop::open().await;
    let old = shop.alice.issue_own_key(None).await.unwrap().secret;
    shop.alice.issue_own_key(Some(5)).await.unwrap();
    let upload = shop.begin_put(&old, "kept").await;
    upload.send(100_000).await;
    shop.house.pass_minutes(5);
    // Drops the secret that has ended from the ring.
    let third = shop.house.root.issue_key_for(ALICE, Some("ns1"), None, None).await.unwrap();
    upload.send(100_000).await;
    assert_eq!(upload.answer().await.0, 200);
    assert_eq!(shop.keys().await, ["kept"]);
    drop(third);
}

#[tokio::test]
async fn a_key_that_is_revoked_in_its_grace_stops_the_upload_also_after_that_grace() {
    let shop = Shop::open().await;
    let old = shop.alice.issue_own_key(None).await.unwrap().secret;
    shop.alice.issue_own_key(Some(5)).await.unwrap();
    let upload = shop.begin_put(&old, "cut").await;
    upload.send(100_000).await;
    shop.alice.deactivate_own_keys(&Deactivation::Id(old.id)).await.unwrap();
    shop.house.pass_minutes(6);
    upload.send(100_000).await;
    assert_eq!(upload.answer().await.0, 403);
    assert_eq!(shop.keys().await, [""; 0]);
}

#[tokio::test]
async fn other_changes_of_the_user_stop_no_upload() {
    let shop = Shop::open().await;
    let old = shop.alice.issue_own_key(None).await.unwrap().secret;
    let upload = shop.begin_put(&old, "kept").await;
    upload.send(100_000).await;
    let new = shop.alice.issue_own_key(Some(5)).await.unwrap().secret;
    shop.alice.set_own_grace_end(old.id, Some(60)).await.unwrap();
    shop.alice.deactivate_own_keys(&Deactivation::Id(new.id)).await.unwrap();
    let root = &shop.house.root;
    root.change_object_user_tags(ALICE, Some("ns1"), |tags| {
        tags.push(keyward_identity::Tag { name: "team".to_owned(), value: "red".to_owned() });
        Ok(())
    })
    .await
    .unwrap();
    shop.house.service.credentials().forget_all();
    upload.send(100_000).await;
    assert_eq!(upload.answer().await.0, 200);
    assert_eq!(shop.keys().await, ["kept"]);
}

#[tokio::test]
async fn what_cannot_be_found_out_is_not_committed() {
    for is_back in [false, true] {
        let shop = Shop::open().await;
        let old = shop.alice.issue_own_key(None).await.unwrap().secret;
        let upload = shop.begin_put(&old, "cut").await;
        upload.send(100_000).await;
        // Revoked, and nobody learns of it.
        shop.house.store.lose_answers();
        shop.alice.deactivate_own_keys(&Deactivation::All).await.unwrap_err();
        shop.house.store.set_down(!is_back);
        upload.send(100_000).await;
        assert_eq!(upload.answer().await.0, if is_back { 403 } else { 503 });
        assert_eq!((shop.keys().await, shop.files_left().await), (Vec::new(), 0));
    }
}

#[tokio::test]
async fn a_bucket_that_is_deleted_and_made_again_gets_no_upload_of_the_earlier_one() {
    let shop = Shop::open().await;
    let secret = shop.alice.issue_own_key(None).await.unwrap().secret;
    let upload = shop.begin_put(&secret, "cut").await;
    upload.send(100_000).await;
    shop.make_bucket_again().await;
    upload.send(100_000).await;
    let (status, answer) = upload.answer().await;
    assert_eq!((status, answer.contains("NoSuchBucket")), (404, true), "{answer}");
    assert_eq!((shop.keys().await, shop.files_left().await), (Vec::new(), 0));
}

/// Many small uploads on several threads, and a revocation at a random moment: what is not there when it is answered
/// never comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_object_appears_after_a_revocation_was_answered() {
    let shop = Arc::new(Shop::open().await);
    let random: Box<dyn keyward_ambient::Entropy> = Box::new(SeededEntropy::new(11));
    let turns = || random.array::<1>()[0];
    let mut stopped = 0;
    for round in 0..40 {
        let secret = shop.alice.issue_own_key(None).await.unwrap().secret;
        // Refusals of one round stay below the number from which on the endpoint lets them wait.
        let uploads: Vec<_> = (0..10)
            .map(|number| {
                let (shop, secret, before, between) = (Arc::clone(&shop), secret.clone(), turns() % 64, turns() % 64);
                tokio::spawn(async move {
                    pass(before).await;
                    let upload = shop.begin_put_of(&secret, &format!("{round}-{number}"), 200).await;
                    upload.send(100).await;
                    pass(between).await;
                    upload.send(100).await;
                    upload.answer().await.0
                })
            })
            .collect();
        pass(turns()).await;
        match round % 3 {
            0 => shop.alice.deactivate_own_keys(&Deactivation::Id(secret.id)).await.unwrap(),
            1 => shop.house.root.set_object_user_lock(ALICE, Some("ns1"), true).await.unwrap(),
            _ => shop.alice.deactivate_own_keys(&Deactivation::All).await.unwrap(),
        }
        let answered = shop.keys().await;
        for upload in uploads {
            stopped += usize::from(upload.await.unwrap() == 403);
        }
        assert_eq!(shop.keys().await, answered, "round {round}");
        shop.house.root.set_object_user_lock(ALICE, Some("ns1"), false).await.unwrap();
        shop.alice.deactivate_own_keys(&Deactivation::All).await.unwrap();
        // The endpoint forgets them until the next round.
        shop.house.pass_minutes(1);
    }
    assert!(stopped > 0 && !shop.keys().await.is_empty(), "some were stopped and some were not: {stopped}");
}
