//! Promises about uses of secrets.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_keyring::SecretId;

use super::samples::*;
use crate::{Record, Scope, SealedKeyRing, SecretUsage, SecretUses, Store, UserRecord, Write};

/// The secret that every user of the suite has.
const SECRET: SecretId = SecretId::from_bytes([7; 32]);

fn seconds_later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn uses(user: &str, secret: SecretId, count: u64, at: Timestamp, from: Option<&str>) -> SecretUses {
    let usage = SecretUsage {
        secret,
        uses: count,
        last_used_at: at,
        last_address: from.map(|_| [192, 0, 2, 7].into()),
        last_agent: from.map(str::to_owned),
    };
    SecretUses { scope: Scope::Global, user: user_id(user), usage }
}

async fn usages(store: &Arc<dyn Store>, user: &str) -> Vec<SecretUsage> {
    store.usages_of(&Scope::Global, &user_id(user)).await.expect("the store answers")
}

/// Counts add up; the last use and where it came from move forward, never back.
pub async fn uses_add_up_and_the_last_one_is_known(store: Arc<dyn Store>) {
    namespace_with_users(&store, "sales", &["dana", "eve"]).await;
    assert_eq!(usages(&store, "dana").await, []);
    let late = uses("dana", SECRET, 3, seconds_later(9), Some("rclone"));
    let early = uses("dana", SECRET, 2, seconds_later(5), Some("s3cmd"));
    let nameless = uses("dana", SECRET, 1, seconds_later(10), None);
    store.note_uses(&[late, early]).await.expect("noted");
    store.note_uses(&[nameless]).await.expect("noted");
    let expected = SecretUsage {
        secret: SECRET,
        uses: 6,
        last_used_at: seconds_later(10),
        last_address: Some([192, 0, 2, 7].into()),
        last_agent: Some("rclone".to_owned()),
    };
    assert_eq!(usages(&store, "dana").await, [expected]);
    assert_eq!(usages(&store, "eve").await, []);
}

/// A use is no transaction, and uses of secrets or users that are not there are passed over.
pub async fn a_use_is_no_change(store: Arc<dyn Store>) {
    namespace_with_users(&store, "sales", &["dana"]).await;
    let before = store.latest().await.expect("latest");
    let unknown = SecretId::from_bytes([8; 32]);
    let noted =
        [uses("dana", SECRET, 1, NOW, None), uses("dana", unknown, 1, NOW, None), uses("eve", SECRET, 1, NOW, None)];
    store.note_uses(&noted).await.expect("noted");
    assert_eq!(usages(&store, "dana").await.len(), 1);
    assert_eq!(usages(&store, "eve").await, []);
    assert_eq!(store.latest().await.expect("latest"), before);
}

/// What is known of a secret goes with it, and stays as long as it does.
pub async fn what_leaves_the_ring_is_forgotten(store: Arc<dyn Store>) {
    done(&store, [Write::create(namespace("sales")), Write::create(global_user("dana", "sales"))]).await;
    let used = [uses("dana", SECRET, 1, NOW, None)];
    store.note_uses(&used).await.expect("noted");
    let key = user_key("dana");
    let kept = stored(&store, &key).await;
    done(&store, [Write::update(kept.value, kept.revision)]).await;
    assert_eq!(usages(&store, "dana").await.len(), 1);

    let bare = UserRecord { ring: SealedKeyRing::default(), ..user("dana", "sales") };
    let revision = stored(&store, &key).await.revision;
    done(&store, [Write::update(Record::User { scope: Scope::Global, record: bare }, revision)]).await;
    store.note_uses(&used).await.expect("noted");
    assert_eq!(usages(&store, "dana").await, []);

    let revision = stored(&store, &key).await.revision;
    done(&store, [Write::update(global_user("dana", "sales"), revision)]).await;
    store.note_uses(&used).await.expect("noted");
    let revision = stored(&store, &key).await.revision;
    done(&store, [Write::Delete { key: key.clone(), revision }, Write::create(global_user("dana", "sales"))]).await;
    assert_eq!(usages(&store, "dana").await, []);
}
