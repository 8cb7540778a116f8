//! Promises about conditional writes.

use std::sync::Arc;

use keyward_identity::{Bucket, UniqueId, UserRef};
use tokio::task::JoinSet;

use super::samples::*;
use crate::{CommitError, Contents, Expect, Record, RecordKey, Revision, Scope, Store, Write};

/// Creating what is there already is refused, and names it.
pub async fn what_exists_is_not_created_again(store: Arc<dyn Store>) {
    for record in one_of_each() {
        done(&store, [Write::create(record.clone())]).await;
        let before = stored(&store, &record.key()).await;
        let again = commit(&store, [Write::create(record.clone())]).await;
        assert_eq!(again, Err(CommitError::AlreadyExists(record.key())));
        assert_eq!(stored(&store, &record.key()).await, before);
    }
}

/// Who writes on a revision that is no longer the record's is told so, also when the record is gone.
pub async fn a_stale_update_is_a_conflict(store: Arc<dyn Store>) {
    for record in one_of_each() {
        let key = record.key();
        let never = Write::update(record.clone(), Revision::new(1_000_000));
        let conflict = CommitError::Conflict { key: key.clone(), expected: Revision::new(1_000_000) };
        assert_eq!(commit(&store, [never.clone()]).await, Err(conflict.clone()), "{key} was never there");
        done(&store, [Write::create(record)]).await;
        assert_eq!(commit(&store, [never]).await, Err(conflict), "{key} is at another revision");
    }
}

/// Who deletes on a revision that is no longer the record's is told so.
pub async fn a_stale_delete_is_a_conflict(store: Arc<dyn Store>) {
    let records = one_of_each();
    let created = done(&store, records.iter().cloned().map(Write::create)).await.revision;
    for record in records.iter().rev() {
        let key = record.key();
        let conflict = CommitError::Conflict { key: key.clone(), expected: created };
        let current = stored(&store, &key).await;
        let updated = done(&store, [Write::update(current.value, created)]).await.revision;
        assert_eq!(commit(&store, [delete(&key, created)]).await, Err(conflict.clone()), "{key} was updated");
        done(&store, [delete(&key, updated)]).await;
        assert_eq!(commit(&store, [delete(&key, created)]).await, Err(conflict), "{key} is gone");
    }
}

/// A requirement fails without the record and holds with it.
pub async fn a_required_record_has_to_exist(store: Arc<dyn Store>) {
    for record in one_of_each() {
        let require = [Write::Require(record.key())];
        assert_eq!(commit(&store, require.clone()).await, Err(CommitError::Missing(record.key())));
        done(&store, [Write::create(record)]).await;
        done(&store, require).await;
    }
}

/// A user that a transaction requires is the very one, not an earlier one of the name.
pub async fn a_required_user_is_the_very_one(store: Arc<dyn Store>) {
    namespace_with_users(&store, "sales", &["dana"]).await;
    let dana = user("dana", "sales").user.reference();
    let require = |user: &UserRef| [Write::RequireUser { scope: Scope::Global, user: user.clone() }];
    done(&store, require(&dana)).await;
    let earlier = UserRef { unique_id: Some(UniqueId::from_bytes([1; 16])), ..dana.clone() };
    let of_an_older_release = UserRef { unique_id: None, ..dana.clone() };
    let elsewhere = UserRef { namespace: namespace_name("other"), ..dana };
    for other in [earlier, of_an_older_release, elsewhere] {
        assert_eq!(commit(&store, require(&other)).await, Err(CommitError::Missing(user_key("dana"))));
    }
}

/// A decision that depended on a record fails when that record has changed, appeared or gone.
pub async fn what_a_decision_depended_on_has_to_be_unchanged(store: Arc<dyn Store>) {
    let key = namespace_key("sales");
    let at = |expect| [Write::RequireAt { key: key.clone(), expect }];
    done(&store, at(Expect::Absent)).await;
    let created = done(&store, [Write::create(namespace("sales"))]).await.revision;
    assert_eq!(commit(&store, at(Expect::Absent)).await, Err(CommitError::AlreadyExists(key.clone())));
    done(&store, at(Expect::Revision(created))).await;
    done(&store, [Write::update(namespace("sales"), created)]).await;
    let conflict = CommitError::Conflict { key: key.clone(), expected: created };
    assert_eq!(commit(&store, at(Expect::Revision(created))).await, Err(conflict));
}

/// Neither a user nor a bucket is stored in a namespace that is not there.
pub async fn users_and_buckets_need_their_namespace(store: Arc<dyn Store>) {
    let missing = Err(CommitError::Missing(namespace_key("sales")));
    let homeless: [Record; 2] = [global_user("dana", "sales"), bucket("logs", "sales", "dana").into()];
    for record in homeless {
        assert_eq!(commit(&store, [Write::create(record.clone())]).await, missing);
        done(&store, [Write::create(namespace("sales")), Write::create(record.clone())]).await;
        let revision = stored(&store, &record.key()).await.revision;
        done(&store, [delete(&record.key(), revision), delete_namespace(&store, "sales").await]).await;
    }
}

/// Deleting a namespace never leaves users or buckets behind.
pub async fn a_namespace_goes_only_when_it_is_empty(store: Arc<dyn Store>) {
    let full = Err(CommitError::NotEmpty(Contents::OfNamespace(namespace_name("sales"))));
    done(&store, [Write::create(namespace("sales")), Write::create(namespace("other"))]).await;
    let inhabitants: [Record; 2] = [global_user("dana", "sales"), bucket("logs", "sales", "dana").into()];
    for record in inhabitants {
        done(&store, [Write::create(record.clone())]).await;
        assert_eq!(commit(&store, [delete_namespace(&store, "sales").await]).await, full);
        let revision = stored(&store, &record.key()).await.revision;
        done(&store, [delete(&record.key(), revision)]).await;
    }
    done(&store, [Write::create(global_user("eve", "other"))]).await;
    done(&store, [delete_namespace(&store, "sales").await]).await;
}

/// Requirements of emptiness hold while there is nothing and fail as soon as there is something.
pub async fn what_has_to_be_empty_is_checked(store: Arc<dyn Store>) {
    let dana = bucket("logs", "sales", "dana").owner();
    let owned = Contents::OwnedBuckets(dana.clone());
    let require = |contents: &Contents| [Write::RequireEmpty(contents.clone())];
    for contents in [&Contents::AllObjectUsers, &Contents::OfNamespace(namespace_name("sales")), &owned] {
        done(&store, require(contents)).await;
    }
    namespace_with_users(&store, "sales", &["dana"]).await;
    done(&store, [Write::create(bucket("others", "sales", "eve"))]).await;
    let of_an_earlier_dana =
        Bucket { owner_unique_id: Some(UniqueId::from_bytes([1; 16])), ..bucket("old", "sales", "dana") };
    done(&store, [Write::create(of_an_earlier_dana)]).await;
    done(&store, require(&owned)).await;
    done(&store, [Write::create(bucket("logs", "sales", "dana"))]).await;
    for contents in [Contents::AllObjectUsers, Contents::OfNamespace(namespace_name("sales")), owned] {
        assert_eq!(commit(&store, require(&contents)).await, Err(CommitError::NotEmpty(contents)));
    }
}

/// However many write on one revision at once, one succeeds and the others are told of the conflict.
pub async fn of_concurrent_commits_on_one_revision_exactly_one_wins(store: Arc<dyn Store>) {
    let read = done(&store, [Write::create(namespace("sales"))]).await.revision;
    let won = race(
        &store,
        Write::update(namespace("sales"), read),
        |error| matches!(error, CommitError::Conflict { expected, .. } if *expected == read),
    );
    assert_eq!(won.await, 1);
}

/// However many create one record at once, one succeeds and the others are told that it exists.
pub async fn of_concurrent_creations_exactly_one_wins(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales"))]).await;
    let won = race(&store, Write::create(global_user("dana", "sales")), |error| {
        *error == CommitError::AlreadyExists(user_key("dana"))
    });
    assert_eq!(won.await, 1);
}

/// Commits the same write from sixteen tasks at once; answers how many succeeded.
async fn race(store: &Arc<dyn Store>, write: Write, expected: impl Fn(&CommitError) -> bool) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (store, write) = (Arc::clone(store), write.clone());
        tasks.spawn(async move { commit(&store, [write]).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    for loser in lost {
        let error = loser.expect_err("a loser");
        assert!(expected(&error), "{error}");
    }
    won.len()
}

fn delete(key: &RecordKey, revision: Revision) -> Write {
    Write::Delete { key: key.clone(), revision }
}

async fn delete_namespace(store: &Arc<dyn Store>, name: &str) -> Write {
    let key = RecordKey::Namespace(namespace_name(name));
    let revision = stored(store, &key).await.revision;
    Write::Delete { key, revision }
}
