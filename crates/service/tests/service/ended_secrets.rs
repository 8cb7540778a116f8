//! Secrets whose grace has ended: erased from the store, its files and the cache, with a record that they ended.

use keyward_keyring::Secret;
use keyward_service::{Caller, KeyTime};
use keyward_store::{Changed, ObjectUsers, RecordKey, Scope, Upkeep};

use crate::house::{ALICE, BOB, House, user_id};

/// Somebody in a rotation of five minutes: the old secret and the new one.
async fn rotated(house: &House, name: &str) -> (Caller, Secret, Secret) {
    let person = house.person(name).await;
    let old = person.issue_own_key(None).await.unwrap().secret;
    let new = person.issue_own_key(Some(5)).await.unwrap().secret;
    (person, old, new)
}

impl House {
    async fn erase(&self) -> usize {
        let (mut secrets, mut next) = (0, None);
        loop {
            let erased = self.service.erase_ended_secrets(next).await.unwrap();
            secrets += erased.secrets;
            next = erased.next;
            if next.is_none() {
                return secrets;
            }
        }
    }

    /// The secrets of a user as they are stored: id and sealed bytes.
    async fn stored_secrets(&self, user: &str) -> Vec<(String, String)> {
        let found = self.store.object_user(&Scope::Global, &user_id(user)).await.unwrap().unwrap();
        let sealed = |sealed: &keyward_store::Sealed| {
            serde_json::to_value(sealed).unwrap().as_str().expect("sealed bytes are stored as a text").to_owned()
        };
        found.value.ring.secrets.iter().map(|secret| (secret.id.to_string(), sealed(&secret.sealed))).collect()
    }
}

#[tokio::test]
async fn a_secret_is_erased_once_its_grace_has_ended_and_not_before() {
    let house = House::open().await;
    let (_, old, new) = rotated(&house, ALICE).await;
    house.clock.advance(std::time::Duration::from_millis(5 * 60_000 - 1));
    assert_eq!(house.erase().await, 0);
    house.clock.advance(std::time::Duration::from_millis(1));
    let before = house.revision().await;
    let (erased, audit) = house.watching(house.erase()).await;
    assert_eq!(erased, 1);
    assert_eq!(house.stored_secrets(ALICE).await.len(), 1);
    assert_eq!(house.stored_secrets(ALICE).await[0].0, new.id.to_string());
    let [record] = &audit[..] else { panic!("one record: {audit:?}") };
    assert_eq!((&*record.action, record.actor.as_str(), record.target.as_str()), ("key.expire", "keyward", ALICE));
    assert_eq!(record.details["secret_id"], old.id.to_string());
    assert_eq!(record.details["ended_at"], KeyTime(house.clock_now()).to_string());
    let key = RecordKey::User { scope: Scope::Global, id: user_id(ALICE) };
    assert_eq!(house.changes_since(before).await, [Changed::Record(key)]);
    assert_eq!(house.erase().await, 0, "once");
}

#[tokio::test]
async fn an_erased_secret_is_in_no_file_of_the_store_and_not_in_the_cache() {
    let house = House::open().await;
    let (_, _, new) = rotated(&house, ALICE).await;
    let (bob, revoked, _) = rotated(&house, BOB).await;
    assert_eq!(house.live_keys(ALICE).await.len(), 2);
    let (old, bobs) = (house.stored_secrets(ALICE).await[0].1.clone(), house.stored_secrets(BOB).await[0].1.clone());
    let holds = |text: &str| house.files().windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds(&old) && holds(&bobs));
    house.pass_minutes(1);
    bob.deactivate_own_keys(&keyward_keyring::Deactivation::Id(revoked.id)).await.unwrap();
    house.pass_minutes(4);
    assert_eq!(house.erase().await, 1);
    assert_eq!(house.store.wipe_overwritten().await.unwrap(), 0);
    assert!(!holds(&old), "erased");
    assert!(!holds(&bobs), "revoked");
    assert!(holds(&house.stored_secrets(ALICE).await[0].1), "the other one is there");
    assert_eq!(house.live_keys(ALICE).await, [new.key.expose()]);
}

#[tokio::test]
async fn erasing_goes_on_after_many_users_and_touches_no_other() {
    let house = House::open().await;
    for number in 0..1_010 {
        house.root.create_object_user(&format!("user-{number:04}"), "ns1", Vec::new()).await.unwrap();
    }
    for user in ["user-0000", "user-0499", "user-0500", "user-1009"] {
        house.root.issue_key_for(user, Some("ns1"), None, None).await.unwrap();
        house.root.issue_key_for(user, Some("ns1"), Some(5), None).await.unwrap();
    }
    house.pass_minutes(5);
    let before = house.revision().await;
    let (erased, audit) = house.watching(house.erase()).await;
    assert_eq!((erased, audit.len()), (4, 4));
    assert_eq!(house.changes_since(before).await.len(), 4);
}
