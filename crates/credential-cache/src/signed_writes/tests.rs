//! Writes against revocations: nothing is committed after a revocation was answered, whatever comes between.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use keyward_ambient::Entropy;
use keyward_identity::{NamespaceName, ObjectUserId, UserRef};
use keyward_keyring::{KeyRing, Secret, SecretKey};
use keyward_testkit::SeededEntropy;

use super::*;
use crate::{Capacity, Source};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

/// A store with one user, and what reads from it.
struct Desk {
    stored: Mutex<Option<(bool, Vec<Secret>)>>,
    is_down: AtomicBool,
}

struct Room {
    desk: Arc<Desk>,
    credentials: CredentialCache,
    writes: Arc<SignedWrites>,
}

#[async_trait]
impl Source<CredentialKey, Arc<Credential>> for Arc<Desk> {
    async fn load(&self, key: &CredentialKey) -> Result<Option<Arc<Credential>>, CouldNotFindOut> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(CouldNotFindOut::new(std::io::Error::other("down")));
        }
        let stored = self.stored.lock().unwrap().clone();
        Ok(stored.map(|(locked, secrets)| {
            let ring = KeyRing::from_secrets(secrets).unwrap();
            let namespace = NamespaceName::parse("ns1").unwrap();
            let user = UserRef { namespace, id: key.access_key_id.clone(), unique_id: None };
            Arc::new(Credential::new(key, user, None, locked, &ring))
        }))
    }
}

fn alice() -> CredentialKey {
    CredentialKey { scope: None, access_key_id: ObjectUserId::parse("alice").unwrap() }
}

fn id(number: u8) -> SecretId {
    SecretId::from_bytes([number; 32])
}

fn secret(number: u8, expires_at: Option<Timestamp>) -> Secret {
    Secret {
        id: id(number),
        key: SecretKey::generate([number; 30]),
        created_at: NOW,
        expires_at,
        made_by: "root".to_owned(),
        made_from: None,
        label: String::new(),
    }
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + 1000 * seconds)
}

impl Room {
    fn with(secrets: &[Secret]) -> Self {
        let desk =
            Arc::new(Desk { stored: Mutex::new(Some((false, secrets.to_vec()))), is_down: AtomicBool::new(false) });
        let credentials = CredentialCache::new(Capacity::default(), Arc::new(Arc::clone(&desk)));
        Self { desk, credentials, writes: Arc::default() }
    }

    async fn begin(&self, secret: u8) -> Result<SignedWrite, NotPermitted> {
        let credential = self.credentials.find(&alice()).await.unwrap().unwrap();
        self.writes.begin(&self.credentials, &credential, id(secret)).await
    }

    async fn permit(&self, write: &SignedWrite) -> Result<CommitPermit, NotPermitted> {
        write.permit(&self.credentials).await
    }

    /// Stores a change and reports it, as a commit does.
    fn change(&self, to: Option<(bool, Vec<Secret>)>, at: Timestamp) -> Stopping {
        *self.desk.stored.lock().unwrap() = to.clone();
        self.credentials.forget(&alice());
        self.writes.report(&alice(), &change_to(to), at, true)
    }

    /// A change of which the store does not say whether it was made.
    fn try_to_change(&self, to: Option<(bool, Vec<Secret>)>, is_made: bool) {
        if is_made {
            self.desk.stored.lock().unwrap().clone_from(&to);
        }
        self.credentials.forget(&alice());
        drop(self.writes.report(&alice(), &change_to(to), NOW, false));
    }
}

fn change_to(to: Option<(bool, Vec<Secret>)>) -> UserChange {
    match to {
        None => UserChange::Deleted,
        Some((locked, secrets)) => UserChange::Stored {
            locked,
            secrets: secrets.iter().map(|secret| (secret.id, secret.expires_at)).collect(),
        },
    }
}

fn why<T>(result: Result<T, NotPermitted>) -> Option<Ended> {
    match result {
        Ok(_) => None,
        Err(NotPermitted::Ended(ended)) => Some(ended),
        Err(NotPermitted::CouldNotFindOut(cause)) => panic!("{cause}"),
    }
}

#[tokio::test]
async fn revoking_locking_and_deleting_stop_a_write_in_progress() {
    for (change, expected) in [
        (Some((false, vec![secret(2, None)])), Ended::Secret),
        (Some((true, vec![secret(1, None)])), Ended::Locked),
        (None, Ended::Deleted),
    ] {
        let room = Room::with(&[secret(1, None)]);
        let write = room.begin(1).await.unwrap();
        assert_eq!(write.ended(), None);
        room.change(change, NOW).finished().await;
        assert_eq!(write.ended(), Some(expected));
        assert_eq!(why(room.permit(&write).await), Some(expected));
        // Recreated or unlocked: what was stopped stays stopped, and a new write may begin.
        room.change(Some((false, vec![secret(1, None)])), NOW).finished().await;
        assert_eq!(why(room.permit(&write).await), Some(expected));
        assert_eq!(why(room.permit(&room.begin(1).await.unwrap()).await), None);
    }
}

#[tokio::test]
async fn a_grace_end_that_passes_stops_no_write() {
    let room = Room::with(&[secret(1, Some(later(60))), secret(2, None)]);
    let write = room.begin(1).await.unwrap();
    room.change(Some((false, vec![secret(2, None)])), later(60)).finished().await;
    assert_eq!(why(room.permit(&write).await), None);
    // Also after the clock was set back.
    room.change(Some((false, vec![secret(2, None)])), NOW).finished().await;
    assert_eq!(why(room.permit(&write).await), None);
    room.change(Some((true, vec![secret(2, None)])), later(61)).finished().await;
    assert_eq!(why(room.permit(&write).await), Some(Ended::Locked));
}

#[tokio::test]
async fn a_secret_that_is_revoked_in_its_grace_is_revoked() {
    let room = Room::with(&[secret(1, Some(later(60))), secret(2, None)]);
    let write = room.begin(1).await.unwrap();
    room.change(Some((false, vec![secret(2, None)])), later(59)).finished().await;
    // Asked long after the grace would have ended.
    room.change(Some((false, vec![secret(3, None)])), later(600)).finished().await;
    assert_eq!(why(room.permit(&write).await), Some(Ended::Secret));
}

#[tokio::test]
async fn the_end_that_counts_is_the_last_one_that_was_set() {
    // (the end that is set, when the secret is gone, whether that is a revocation)
    for (end, gone_at, expected) in [
        (Some(later(10)), later(10), None),
        (Some(later(10)), later(9), Some(Ended::Secret)),
        (Some(later(600)), later(60), Some(Ended::Secret)),
        (None, later(6000), Some(Ended::Secret)),
    ] {
        let room = Room::with(&[secret(1, Some(later(60))), secret(2, None)]);
        let write = room.begin(1).await.unwrap();
        room.change(Some((false, vec![secret(1, end), secret(2, None)])), NOW).finished().await;
        room.change(Some((false, vec![secret(2, None)])), gone_at).finished().await;
        assert_eq!(why(room.permit(&write).await), expected, "{end:?} {gone_at:?}");
    }
}

#[tokio::test]
async fn a_write_is_stopped_also_when_the_cache_dropped_its_credential() {
    let room = Room::with(&[secret(1, None)]);
    let write = room.begin(1).await.unwrap();
    room.credentials.forget_all();
    room.change(Some((false, vec![])), NOW).finished().await;
    assert_eq!(why(room.permit(&write).await), Some(Ended::Secret));
}

#[tokio::test]
async fn a_secret_revoked_between_verification_and_registration_begins_no_write() {
    let room = Room::with(&[secret(1, None)]);
    let credential = room.credentials.find(&alice()).await.unwrap().unwrap();
    room.change(Some((false, vec![secret(2, None)])), NOW).finished().await;
    let begun = room.writes.begin(&room.credentials, &credential, id(1)).await;
    assert_eq!(why(begun), Some(Ended::Secret));
    // One whose user only changed goes on, with the end that it has by now.
    let credential = room.credentials.find(&alice()).await.unwrap().unwrap();
    room.change(Some((false, vec![secret(2, Some(later(60)))])), NOW).finished().await;
    let write = room.writes.begin(&room.credentials, &credential, id(2)).await.unwrap();
    room.change(Some((false, vec![])), later(30)).finished().await;
    assert_eq!(why(room.permit(&write).await), Some(Ended::Secret));
}

#[tokio::test]
async fn whether_an_uncertain_revocation_was_made_is_looked_up() {
    for is_made in [false, true] {
        let room = Room::with(&[secret(1, None)]);
        let write = room.begin(1).await.unwrap();
        room.try_to_change(Some((false, vec![])), is_made);
        room.desk.is_down.store(true, Ordering::SeqCst);
        assert!(matches!(room.permit(&write).await, Err(NotPermitted::CouldNotFindOut(_))));
        room.desk.is_down.store(false, Ordering::SeqCst);
        assert_eq!(why(room.permit(&write).await), is_made.then_some(Ended::Secret));
    }
}

#[tokio::test]
async fn a_revocation_waits_for_the_commits_that_were_permitted_before() {
    let room = Room::with(&[secret(1, None)]);
    let (write, other) = (room.begin(1).await.unwrap(), room.begin(1).await.unwrap());
    let permits = (room.permit(&write).await.unwrap(), room.permit(&other).await.unwrap());
    // The request is given up; its commit is under way.
    drop((write, other));
    let stopping = room.change(None, NOW).finished();
    tokio::pin!(stopping);
    assert!(futures_pending(&mut stopping).await);
    drop(permits.0);
    assert!(futures_pending(&mut stopping).await);
    drop(permits.1);
    stopping.await;
    assert_eq!(room.writes.count(), 0, "nothing is kept of writes that are over");
}

#[tokio::test]
async fn whoever_finds_the_secret_revoked_already_waits_too() {
    let room = Room::with(&[secret(1, None)]);
    let write = room.begin(1).await.unwrap();
    let permit = room.permit(&write).await.unwrap();
    let first = room.change(Some((false, vec![])), NOW).finished();
    let second = room.writes.stopping(&alice()).finished();
    tokio::pin!(first, second);
    assert!(futures_pending(&mut first).await && futures_pending(&mut second).await);
    drop(permit);
    tokio::join!(first, second);
    let bob = CredentialKey { scope: None, access_key_id: ObjectUserId::parse("bob").unwrap() };
    room.writes.stopping(&bob).finished().await;
}

async fn futures_pending(future: &mut (impl Future + Unpin)) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending()))
        .await
}

/// Writers that begin, go on and commit at random, on several threads, against one that revokes at a random moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_committed_after_a_revocation_was_answered() {
    for seed in 0..200 {
        let room = Arc::new(Room::with(&[secret(1, None)]));
        let is_answered = Arc::new(AtomicBool::new(false));
        let random: Box<dyn Entropy> = Box::new(SeededEntropy::new(seed));
        let turns = move || random.array::<1>()[0] % 16;
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let (room, is_answered, turns) =
                    (Arc::clone(&room), Arc::clone(&is_answered), [turns(), turns(), turns()]);
                tokio::spawn(async move {
                    loop {
                        let Some(credential) = room.credentials.find(&alice()).await.unwrap() else { return };
                        let begun = room.writes.begin(&room.credentials, &credential, id(1)).await;
                        pass(turns[0]).await;
                        let Ok(write) = begun else { return };
                        let Ok(permit) = room.permit(&write).await else { return };
                        drop(write);
                        pass(turns[1]).await;
                        assert!(!is_answered.load(Ordering::SeqCst), "committed after the answer");
                        drop(permit);
                        pass(turns[2]).await;
                    }
                })
            })
            .collect();
        pass(turns()).await;
        let to = [None, Some((false, vec![])), Some((true, vec![secret(1, None)]))][usize::from(turns()) % 3].clone();
        room.change(to, NOW).finished().await;
        is_answered.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(room.writes.count(), 0);
    }
}

async fn pass(turns: u8) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
