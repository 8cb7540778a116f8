//! Which secrets are in use: told to their owner and to those who manage them, up to this moment.

use std::sync::Arc;

use keyward_ambient::Clock;
use keyward_credential_cache::{Credential, CredentialRef};
use keyward_service::KeyInUse;

use crate::house::{ALICE, BOB, HERE, House, user_id};

impl House {
    async fn credential(&self, user: &str) -> Arc<Credential> {
        let id = user_id(user);
        let key = CredentialRef { scope: None, access_key_id: &id };
        self.service.credentials().find(&key).await.unwrap().unwrap()
    }

    /// A request that the secret in this place signed.
    fn use_secret(&self, credential: &Credential, place: usize) {
        credential.live(self.clock.now())[place].note_use(
            self.service.usage(),
            self.clock.now(),
            HERE.address,
            Some(b"rclone/1"),
        );
    }
}

fn counts(keys: &[KeyInUse]) -> Vec<u64> {
    keys.iter().map(|key| key.usage.as_ref().map_or(0, |usage| usage.uses)).collect()
}

#[tokio::test]
async fn the_owner_of_a_rotation_sees_which_key_is_in_use() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    alice.issue_own_key(None).await.unwrap();
    let before = house.credential(ALICE).await;
    house.use_secret(&before, 0);
    alice.issue_own_key(Some(60)).await.unwrap();
    // A request that began before the rotation ends after it.
    house.use_secret(&before, 0);
    house.use_secret(&*house.credential(ALICE).await, 1);

    let keys = alice.own_keys_in_use().await.unwrap();
    assert_eq!(counts(&keys), [2, 1]);
    let usage = keys[0].usage.clone().unwrap();
    assert_eq!((usage.last_used_at, usage.last_address), (house.clock.now(), HERE.address));
    assert_eq!(usage.last_agent.as_deref(), Some("rclone/1"));
    assert_eq!(counts(&house.root.keys_in_use_of(ALICE, None).await.unwrap()), [2, 1]);
}

#[tokio::test]
async fn a_use_is_no_transaction_and_waits_out_an_outage() {
    let house = House::open().await;
    let alice = house.person(ALICE).await;
    alice.issue_own_key(None).await.unwrap();
    let credential = house.credential(ALICE).await;
    let revision = house.revision().await;
    house.use_secret(&credential, 0);
    house.store.set_down(true);
    house.service.write_usage().await.unwrap_err();
    house.use_secret(&credential, 0);
    house.store.set_down(false);
    assert_eq!(counts(&alice.own_keys_in_use().await.unwrap()), [2]);
    assert_eq!(house.revision().await, revision);
}

#[tokio::test]
async fn nobody_sees_the_use_of_somebody_elses_keys() {
    let house = House::open().await;
    house.person(ALICE).await.issue_own_key(None).await.unwrap();
    let bob = house.person(BOB).await;
    bob.keys_in_use_of(ALICE, None).await.unwrap_err();
    assert_eq!(bob.own_keys_in_use().await.unwrap(), []);
}
