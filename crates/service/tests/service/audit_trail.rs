//! The audit trail: failed logins are counted so that they cannot fill the disk, and everybody reads what is theirs.

use keyward_ambient::Clock;
use keyward_identity::Role;
use keyward_service::{AuditVerdict, PageRequest, ServiceError};
use keyward_store::{AuditLog, AuditOutcome, AuditRecord};

use crate::house::{ALICE, HERE, House, PASSWORD, namespace_name};

impl House {
    /// Fails to log in so often, by a password or by being turned away.
    async fn fail(&self, name: &str, times: usize) {
        for _ in 0..times {
            self.log_in_with(name, "wrong").await.unwrap_err();
        }
    }

    /// What the end of a minute writes.
    async fn counted(&self) -> Vec<AuditRecord> {
        self.watching(self.service.write_failed_logins()).await.1
    }
}

#[tokio::test]
async fn hundreds_of_failures_in_a_minute_are_two_records() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    let ((), at_once) = house.watching(house.fail(ALICE, 500)).await;
    assert_eq!(at_once.len(), 1);
    assert_eq!((house.counted().await.len(), at_once[0].details["reason"].as_str()), (0, "wrong_password"));
    house.pass_minutes(1);
    let counted = house.counted().await;
    let [record] = counted.as_slice() else { panic!("{counted:?}") };
    assert_eq!((&*record.actor, &*record.target, record.from), (ALICE, ALICE, HERE.address));
    assert_eq!((&*record.action, record.outcome, &*record.details["count"]), ("login", AuditOutcome::Refused, "499"));
    assert_eq!(record.details["reasons"], "too_many_attempts 497, wrong_password 2");
    assert_eq!(record.at, house.clock.now());
    house.pass_minutes(1);
    assert_eq!(house.counted().await, []);
}

#[tokio::test]
async fn a_count_is_written_before_the_end_though_its_minute_is_not_over() {
    let house = House::open().await;
    house.fail("nobody", 3).await;
    let (written, records) = house.watching(house.service.write_last_failed_logins()).await;
    written.unwrap();
    assert_eq!(records.iter().map(|record| &*record.details["count"]).collect::<Vec<_>>(), ["2"]);
}

#[tokio::test]
async fn names_that_are_made_up_cannot_fill_the_log() {
    let house = House::open().await;
    let made_up = async {
        for number in 0..300 {
            house.log_in_with(&format!("made-up-{number}"), "").await.unwrap_err();
        }
    };
    let ((), at_once) = house.watching(made_up).await;
    house.pass_minutes(1);
    let counted = house.counted().await;
    assert!(at_once.len() < 100 && counted.len() == 1, "{} at once, {} counted", at_once.len(), counted.len());
    assert_eq!((&*counted[0].actor, counted[0].from), ("*", HERE.address));
    assert_eq!(counted[0].details["count"], (300 - at_once.len()).to_string());
}

#[tokio::test]
async fn what_cannot_be_written_is_counted_and_written_when_the_store_is_back() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.fail(ALICE, 2).await;
    house.pass_minutes(1);
    house.store.set_down(true);
    assert!(matches!(house.service.write_failed_logins().await, Err(ServiceError::Unavailable { .. })));
    house.store.set_down(false);
    assert_eq!(house.counted().await.len(), 1);
    assert_eq!(house.counted().await, []);
}

#[tokio::test]
async fn directories_that_do_not_answer_are_counted_apart_from_wrong_passwords() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.directories.set_down(true);
    house.fail(ALICE, 40).await;
    house.pass_minutes(1);
    let counted = house.counted().await;
    let [record] = counted.as_slice() else { panic!("{counted:?}") };
    assert_eq!((record.outcome, &*record.details["reasons"]), (AuditOutcome::Unavailable, "no_answer 39"));
}

#[tokio::test]
async fn one_token_too_many_is_audited_as_a_login_that_was_refused() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    for _ in 0..100 {
        house.log_in(ALICE).await.unwrap();
    }
    let (outcome, records) = house.watching(house.log_in(ALICE)).await;
    assert!(matches!(outcome, Err(ServiceError::TokenLimit { .. })), "{outcome:?}");
    assert_eq!((records[0].outcome, &*records[0].details["reason"]), (AuditOutcome::Refused, "too_many_tokens"));
}

#[tokio::test]
async fn a_login_is_told_to_the_administrators_of_the_persons_namespace() {
    let house = House::open().await;
    let nora = house.namespace_admin("nora", "ns1").await;
    let alice = house.person(ALICE).await;
    alice.log_out(false).await.unwrap();
    let seen = nora.audit_entries(None, None, None, PageRequest::default()).await.unwrap().items;
    let of_alice = seen.iter().filter(|entry| entry.record.actor == ALICE);
    assert_eq!(of_alice.map(|entry| &*entry.record.action).collect::<Vec<_>>(), ["login", "logout"]);
    assert!(seen.iter().all(|entry| entry.record.namespace == Some(namespace_name("ns1"))), "{seen:?}");
}

#[tokio::test]
async fn a_namespace_made_anew_does_not_tell_what_happened_in_the_one_before() {
    let house = House::open().await;
    house.found_namespace("ns2", &[]).await;
    house.root.create_object_user("app1", "ns2", vec![]).await.unwrap();
    house.root.delete_object_user("app1", None).await.unwrap();
    house.root.delete_namespace("ns2").await.unwrap();
    house.pass_minutes(1);
    house.found_namespace("ns2", &[]).await;
    let fay = house.namespace_admin("fay", "ns2").await;
    let all = async |caller: &keyward_service::Caller| {
        let page = caller.audit_entries(None, None, Some("ns2"), PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|entry| entry.record.action.to_string()).collect::<Vec<_>>()
    };
    assert!(!all(&fay).await.contains(&"user.create".to_owned()));
    assert!(all(&house.root).await.contains(&"user.create".to_owned()));
}

#[tokio::test]
async fn a_monitor_has_the_whole_trail_checked() {
    let house = House::open().await;
    let monitor = house.operator("mona", &[Role::SystemMonitor]).await;
    let AuditVerdict::Intact(report) = monitor.verify_audit().await.unwrap() else { panic!("doubtful") };
    assert_eq!((report.last, report.records), (house.revision().await, house.revision().await.number()));
    assert_eq!(house.store.chain_head().await.unwrap().link, report.head);
    house.store.set_down(true);
    assert!(matches!(monitor.verify_audit().await, Err(ServiceError::Unavailable { .. })));
}

#[tokio::test]
async fn failures_that_are_counted_are_still_failures() {
    let house = House::open().await;
    house.known_as(ALICE, "entry of alice");
    house.fail(ALICE, 2).await;
    house.log_in_with(ALICE, PASSWORD).await.unwrap();
}
