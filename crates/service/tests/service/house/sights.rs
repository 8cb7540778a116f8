//! What can be seen from inside the house: what the S3 path would, what the audit log and the change feed say.

use std::future::Future;

use keyward_ambient::Clock;
use keyward_credential_cache::CredentialRef;
use keyward_identity::{BucketName, NamespaceName, ObjectUser, ObjectUserId, UserRef};
use keyward_signature::CandidateSecret;
use keyward_store::{
    AuditLog, AuditQuery, AuditRecord, ChangeFeed, Changed, Changes, ObjectUsers, PageRequest, Revision, Scope,
};

use super::House;

impl House {
    /// The secret keys that would verify a request of `user` right now, the older first, as the S3 path has them.
    pub(crate) async fn live_keys(&self, user: &str) -> Vec<String> {
        let id = user_id(user);
        let key = CredentialRef { scope: None, access_key_id: &id };
        let Some(credential) = self.service.credentials().find(&key).await.unwrap() else { return Vec::new() };
        let live = credential.live(self.clock.now()).iter();
        live.map(|live| String::from_utf8(live.secret().to_vec()).unwrap()).collect()
    }

    /// Whether the S3 path knows `user` as locked; `None` when it does not know the user.
    pub(crate) async fn seen_as_locked(&self, user: &str) -> Option<bool> {
        let id = user_id(user);
        let key = CredentialRef { scope: None, access_key_id: &id };
        self.service.credentials().find(&key).await.unwrap().map(|credential| credential.locked)
    }

    /// What time it is.
    pub(crate) fn clock_now(&self) -> keyward_ambient::Timestamp {
        self.clock.now()
    }

    /// The object user as stored.
    pub(crate) async fn stored_user(&self, user: &str) -> Option<ObjectUser> {
        self.store.object_user(&Scope::Global, &user_id(user)).await.unwrap().map(|found| found.value.user)
    }

    /// The object user as grants name it; of `ns1` where there is none.
    pub(crate) async fn user(&self, user: &str) -> UserRef {
        let nobody = UserRef { namespace: namespace_name("ns1"), id: user_id(user), unique_id: None };
        self.stored_user(user).await.map_or(nobody, |user| user.reference())
    }

    /// The newest revision: it moves by one with every transaction.
    pub(crate) async fn revision(&self) -> Revision {
        self.store.latest().await.unwrap()
    }

    /// Everything in the audit log.
    pub(crate) async fn audit(&self) -> Vec<AuditRecord> {
        self.audit_since(Revision::ZERO).await
    }

    /// What is written to the audit log while `work` is done, and what came of it.
    pub(crate) async fn watching<T>(&self, work: impl Future<Output = T>) -> (T, Vec<AuditRecord>) {
        let before = self.revision().await;
        let outcome = work.await;
        (outcome, self.audit_since(before).await)
    }

    /// What the change feed tells after `revision`.
    pub(crate) async fn changes_since(&self, revision: Revision) -> Vec<Changed> {
        match self.store.changes(revision, 1000).await.unwrap() {
            Changes::Entries(changes) => changes.into_iter().flat_map(|change| change.changed).collect(),
            Changes::Trimmed { .. } => panic!("nothing was trimmed"),
        }
    }

    /// All bytes of all files that the store keeps.
    pub(crate) fn files(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.flat_map(|file| std::fs::read(file).unwrap()).collect()
    }

    async fn audit_since(&self, revision: Revision) -> Vec<AuditRecord> {
        let (mut all, mut request) = (Vec::new(), PageRequest::default());
        loop {
            let page = self.store.audit_entries(&AuditQuery::default(), &request).await.unwrap();
            all.extend(page.items.into_iter().filter(|entry| entry.revision > revision).map(|entry| entry.record));
            match page.next {
                Some(next) => request.after = Some(next),
                None => return all,
            }
        }
    }
}

pub(crate) fn user_id(name: &str) -> ObjectUserId {
    ObjectUserId::parse(name).unwrap()
}

pub(crate) fn namespace_name(name: &str) -> NamespaceName {
    NamespaceName::parse(name).unwrap()
}

pub(crate) fn bucket_name(name: &str) -> BucketName {
    BucketName::parse(name).unwrap()
}
