//! Buckets: registry and contents agree, whatever is interrupted.

use std::sync::Arc;

use keyward_identity::{Bucket, BucketSettings};
use keyward_service::{BucketCreation, ContentsState, ServiceError, Subject};
use keyward_store::{Buckets, Record, RecordKey, Transaction, Write};

use crate::house::{HERE, House, bucket_name, namespace_name, user_id};

/// A house with the users `app1` and `app2` of `ns1`.
async fn house_with_owners() -> House {
    let house = House::open().await;
    for user in ["app1", "app2"] {
        house.root.create_object_user(user, "ns1", vec![]).await.unwrap();
    }
    house
}

impl House {
    async fn make(&self, name: &str, owner: &str) -> Result<BucketCreation, ServiceError> {
        self.service.create_bucket(&bucket_name(name), &self.user(owner).await, BucketSettings::default(), HERE).await
    }

    async fn seen(&self, name: &str) -> Option<Arc<Bucket>> {
        self.service.bucket(&namespace_name("ns1"), &bucket_name(name)).await.unwrap()
    }

    /// Makes a bucket of `app1`.
    async fn made(&self, name: &str) -> Arc<Bucket> {
        assert_eq!(self.make(name, "app1").await.unwrap(), BucketCreation::Made);
        self.seen(name).await.unwrap()
    }

    async fn unmake(&self, bucket: &Bucket) -> Result<(), ServiceError> {
        self.service.delete_bucket(bucket, &user_id("app1"), HERE).await
    }

    /// The bucket as the registry has it, whatever is cached.
    async fn registered(&self, name: &str) -> Option<Bucket> {
        let found = self.store.bucket(&namespace_name("ns1"), &bucket_name(name)).await.unwrap();
        found.map(|found| found.value)
    }
}

#[tokio::test]
async fn a_bucket_is_known_and_takes_objects_when_the_answer_comes() {
    let house = house_with_owners().await;
    assert_eq!(house.seen("b").await, None);
    let bucket = house.made("b").await;
    assert_eq!((bucket.owner.as_str(), house.shelves.state(bucket.id)), ("app1", Some(ContentsState::Open)));
    house.shelves.put_object(bucket.id);
}

#[tokio::test]
async fn a_bucket_that_exists_is_told_by_whose_it_is_and_stays_as_it_is() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    let before = house.revision().await;
    assert_eq!(house.make("b", "app1").await.unwrap(), BucketCreation::AlreadyOwned);
    assert_eq!(house.make("b", "app2").await.unwrap(), BucketCreation::OwnedByAnother);
    assert_eq!((house.seen("b").await.unwrap(), house.revision().await), (bucket, before));
}

#[tokio::test]
async fn nobody_makes_a_bucket_for_a_user_that_is_not_there() {
    let house = house_with_owners().await;
    let unknown = ServiceError::NotFound { subject: Subject::ObjectUser, id: "app9".to_owned() };
    assert_eq!(house.make("b", "app9").await.unwrap_err(), unknown);
    assert_eq!(house.registered("b").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_make_one_bucket_at_once_one_gets_it() {
    let house = Arc::new(house_with_owners().await);
    for round in 0..25 {
        let make = |owner: &'static str| {
            let (house, name) = (Arc::clone(&house), format!("b{round}"));
            tokio::spawn(async move { house.make(&name, owner).await.unwrap() })
        };
        let (one, other) = (make("app1"), make("app2"));
        let outcomes = [one.await.unwrap(), other.await.unwrap()];
        assert!(outcomes.contains(&BucketCreation::Made), "{outcomes:?}");
        assert!(outcomes.contains(&BucketCreation::OwnedByAnother), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_deleted_bucket_is_unknown_when_the_answer_comes_and_a_new_one_is_another() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.unmake(&bucket).await.unwrap();
    assert_eq!((house.seen("b").await, house.shelves.state(bucket.id)), (None, None));
    assert_ne!(house.made("b").await.id, bucket.id);
}

#[tokio::test]
async fn a_bucket_with_an_object_is_not_deleted() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.shelves.put_object(bucket.id);
    let refused = house.unmake(&bucket).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotEmpty { .. }), "{refused:?}");
    assert_eq!(house.seen("b").await.unwrap(), bucket);
    house.shelves.put_object(bucket.id);
}

#[tokio::test]
async fn a_bucket_takes_objects_although_whoever_made_it_hangs_up() {
    let house = Arc::new(house_with_owners().await);
    let opening = house.shelves.opening.close();
    let caller = Arc::clone(&house);
    let call = tokio::spawn(async move { caller.make("b", "app1").await });
    opening.reached().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    opening.open_and_wait().await;
    house.shelves.put_object(house.seen("b").await.unwrap().id);
}

#[tokio::test]
async fn a_bucket_for_which_there_is_no_room_is_not_made() {
    let house = house_with_owners().await;
    house.shelves.set_full(true);
    let refused = house.make("b", "app1").await.unwrap_err();
    assert_eq!(refused, ServiceError::Unavailable { what: "the object store" });
    assert_eq!((house.seen("b").await, house.registered("b").await), (None, None));
    house.shelves.set_full(false);
    house.shelves.put_object(house.made("b").await.id);
}

#[tokio::test]
async fn a_deletion_is_finished_although_whoever_asked_for_it_hangs_up() {
    let house = Arc::new(house_with_owners().await);
    let bucket = house.made("b").await;
    let (commit, caller, doomed) = (house.store.commits.close(), Arc::clone(&house), Arc::clone(&bucket));
    let call = tokio::spawn(async move { caller.unmake(&doomed).await });
    commit.reached().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    let discarding = house.shelves.discarding.close();
    commit.open();
    discarding.reached().await;
    discarding.open_and_wait().await;
    assert_eq!((house.registered("b").await, house.shelves.state(bucket.id)), (None, None));
}

#[tokio::test]
async fn a_deletion_that_is_overtaken_by_a_change_of_the_bucket_is_finished() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    let found = house.store.bucket_by_id(bucket.id).await.unwrap().unwrap();
    let settings = BucketSettings { is_stale_allowed: true, ..BucketSettings::default() };
    let write = Write::update(Record::Bucket(Bucket { settings, ..found.value }), found.revision);
    house.store.overtake_the_next_commit_by(Transaction::new(house.rival_audit()).write(write));
    house.unmake(&bucket).await.unwrap();
    assert_eq!((house.registered("b").await, house.shelves.state(bucket.id)), (None, None));
}

#[tokio::test]
async fn a_deletion_that_is_overtaken_by_another_is_done() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    let found = house.store.bucket_by_id(bucket.id).await.unwrap().unwrap();
    let key = RecordKey::Bucket { namespace: namespace_name("ns1"), name: bucket_name("b") };
    let rival = Transaction::new(house.rival_audit()).write(Write::Delete { key, revision: found.revision });
    house.store.overtake_the_next_commit_by(rival);
    house.unmake(&bucket).await.unwrap();
    assert_eq!(house.shelves.state(bucket.id), None);
}

#[tokio::test]
async fn a_deletion_that_a_crash_interrupted_is_finished_at_the_next_start() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.shelves.leave(bucket.id, Some(ContentsState::Closed));
    let (_, records) = house.watching(house.service.settle_buckets(0)).await;
    assert_eq!((house.seen("b").await, house.shelves.state(bucket.id)), (None, None));
    let [record] = records.try_into().unwrap();
    assert_eq!((&*record.actor, &*record.action, &*record.target), ("keyward", "bucket.delete", "b"));
}

#[tokio::test]
async fn what_a_crash_left_of_a_deleted_bucket_is_discarded_at_the_next_start() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.unmake(&bucket).await.unwrap();
    house.shelves.leave(bucket.id, Some(ContentsState::Closed));
    let (_, records) = house.watching(house.service.settle_buckets(0)).await;
    assert_eq!((house.shelves.state(bucket.id), records.len()), (None, 0));
}

#[tokio::test]
async fn a_bucket_that_a_crash_left_without_room_takes_objects_after_the_next_start() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.shelves.leave(bucket.id, None);
    house.service.settle_buckets(0).await.unwrap();
    house.shelves.put_object(bucket.id);
}

#[tokio::test]
async fn a_start_without_contents_that_were_there_is_refused_and_changes_nothing() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.shelves.put_object(bucket.id);
    let settled = house.service.settle_buckets(0).await.unwrap();
    assert_eq!(settled, bucket.id);
    house.shelves.leave(bucket.id, None);
    let (outcome, records) = house.watching(house.service.settle_buckets(settled)).await;
    assert!(matches!(outcome, Err(ServiceError::Refused { why }) if why.contains("bucket b of namespace ns1")));
    assert_eq!((records.len(), house.shelves.state(bucket.id)), (0, None));
}

#[tokio::test]
async fn a_start_leaves_whole_buckets_alone() {
    let house = house_with_owners().await;
    let bucket = house.made("b").await;
    house.shelves.put_object(bucket.id);
    let (_, records) = house.watching(house.service.settle_buckets(0)).await;
    assert_eq!((records.len(), house.seen("b").await), (0, Some(bucket)));
}

#[tokio::test]
async fn everybody_sees_their_own_buckets_by_name() {
    let house = house_with_owners().await;
    for (name, owner) in [("b", "app1"), ("a", "app1"), ("c", "app2")] {
        house.make(name, owner).await.unwrap();
    }
    let own = house.service.buckets_of(&house.user("app1").await).await.unwrap();
    assert_eq!(own.iter().map(|bucket| bucket.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}
