//! The promises of the throttle.

use std::net::IpAddr;
use std::time::Duration;

use keyward_ambient::Clock;
use keyward_testkit::FrozenClock;
use proptest::prelude::*;
use tokio::task::JoinHandle;

use super::{Admission, Throttle, ThrottleRules, TooManyAttempts};
use crate::LoginName;

const HOME: &str = "192.0.2.1";
const ELSEWHERE: &str = "198.51.100.7";

/// A throttle, a clock, and logins made by hand.
#[derive(Clone, Default)]
struct Door {
    throttle: Throttle,
    clock: FrozenClock,
}

impl Door {
    async fn enter(&self, name: &str, from: &str) -> Result<Admission, TooManyAttempts> {
        let from: IpAddr = from.parse().unwrap();
        self.throttle.enter(&self.clock, &LoginName::parse(name).unwrap(), Some(from)).await
    }

    /// Fails until turned away, moving the clock past every wait; how often that worked.
    async fn fail_until_turned_away(&self, name: &str, from: &str, at_most: u32) -> u32 {
        for done in 0..at_most {
            match self.enter_after_waiting(name, from).await {
                Ok(admission) => admission.failed(self.clock.now()),
                Err(_) => return done,
            }
        }
        at_most
    }

    /// Enters, after staying away once when told to for no more than 30 s.
    async fn enter_after_waiting(&self, name: &str, from: &str) -> Result<Admission, TooManyAttempts> {
        let entering = self.entering(name, from);
        self.settle_in().await;
        while !entering.is_finished() {
            self.clock.advance(Duration::from_secs(1));
            self.settle_in().await;
        }
        match entering.await.unwrap() {
            Err(error) if error.retry_after <= Duration::from_secs(30) => {
                self.clock.advance(error.retry_after);
                self.enter(name, from).await
            }
            other => other,
        }
    }

    /// Begins to enter, on a task that has run as far as it can when this returns.
    fn entering(&self, name: &str, from: &str) -> JoinHandle<Result<Admission, TooManyAttempts>> {
        let (door, name, from) = (self.clone(), name.to_owned(), from.to_owned());
        tokio::spawn(async move { door.enter(&name, &from).await })
    }

    async fn settle_in(&self) {
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn the_first_failures_cost_nothing_and_later_ones_wait_longer_and_longer() {
    let door = Door::default();
    for _ in 0..3 {
        door.enter("root", HOME).await.unwrap().failed(door.clock.now());
    }
    for wait in [1, 2, 4, 8] {
        let entering = door.entering("root", HOME);
        door.settle_in().await;
        door.clock.advance(Duration::from_millis(wait * 1000 - 1));
        door.settle_in().await;
        assert!(!entering.is_finished(), "let in before {wait} s had passed");
        door.clock.advance(Duration::from_millis(1));
        entering.await.unwrap().unwrap().failed(door.clock.now());
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told_instead_of_waited() {
    let door = Door::default();
    assert_eq!(door.fail_until_turned_away("root", HOME, 7).await, 7);
    let error = door.enter("root", HOME).await.unwrap_err();
    assert_eq!(error.retry_after, Duration::from_secs(16));
    assert_eq!(error.to_string(), "too many failed logins; try again in 16 s");
}

#[tokio::test]
async fn a_success_wipes_the_slate() {
    let door = Door::default();
    for _ in 0..2 {
        for _ in 0..3 {
            door.enter("alice@corp.example", HOME).await.unwrap().failed(door.clock.now());
        }
        door.enter_after_waiting("alice@corp.example", HOME).await.unwrap().succeeded(door.clock.now());
    }
}

#[tokio::test]
async fn failures_are_forgotten_after_a_quiet_while() {
    let door = Door::default();
    door.fail_until_turned_away("alice@corp.example", HOME, 100).await;
    door.clock.advance(ThrottleRules::default().memory);
    door.enter("alice@corp.example", HOME).await.unwrap().failed(door.clock.now());
}

#[tokio::test]
async fn strangers_use_up_half_of_a_names_budget_and_its_owner_still_gets_in() {
    let door = Door::default();
    door.enter("alice@corp.example", HOME).await.unwrap().succeeded(door.clock.now());
    let mut reached = 0;
    for n in 1..50 {
        reached += door.fail_until_turned_away("alice@corp.example", &format!("198.51.100.{n}"), 10).await;
    }
    assert_eq!(reached, 4);
    door.enter("alice@corp.example", HOME).await.unwrap().succeeded(door.clock.now());
}

#[tokio::test]
async fn a_job_with_an_old_password_cannot_exceed_the_budget_either() {
    let door = Door::default();
    door.enter("alice@corp.example", HOME).await.unwrap().succeeded(door.clock.now());
    assert_eq!(door.fail_until_turned_away("alice@corp.example", HOME, 100).await, 8);
}

#[tokio::test]
async fn root_is_slowed_per_address_and_never_held_up_by_others() {
    let door = Door::default();
    assert_eq!(door.fail_until_turned_away("root", ELSEWHERE, 40).await, 40);
    door.enter("root", HOME).await.unwrap().succeeded(door.clock.now());
}

#[tokio::test]
async fn names_are_slowed_apart_from_each_other() {
    let door = Door::default();
    door.fail_until_turned_away("alice@corp.example", HOME, 100).await;
    door.enter("bob@corp.example", HOME).await.unwrap().succeeded(door.clock.now());
}

#[tokio::test]
async fn parallel_guesses_are_let_in_as_slowly_as_one_after_the_other() {
    let door = Door::default();
    let entering: Vec<_> = (0..100).map(|_| door.entering("alice@corp.example", ELSEWHERE)).collect();
    door.settle_in().await;
    assert_eq!(entering.iter().filter(|task| task.is_finished()).count(), 3);
    for task in entering {
        task.abort();
    }
}

#[tokio::test]
async fn parallel_logins_with_the_right_password_all_get_in() {
    let door = Door::default();
    let login = |door: Door| async move {
        let admission = door.enter("svc@corp.example", HOME).await.unwrap();
        tokio::task::yield_now().await;
        admission.succeeded(door.clock.now());
    };
    let logins: Vec<_> = (0..40).map(|_| tokio::spawn(login(door.clone()))).collect();
    for login in logins {
        login.await.unwrap();
    }
}

#[tokio::test]
async fn an_outage_counts_for_nothing() {
    let door = Door::default();
    for _ in 0..50 {
        drop(door.enter("alice@corp.example", HOME).await.unwrap());
    }
}

#[tokio::test]
async fn who_would_wait_in_a_full_queue_is_turned_away() {
    let rules = ThrottleRules { waiting: 1, ..ThrottleRules::default() };
    let door = Door { throttle: Throttle::new(rules), clock: FrozenClock::default() };
    for _ in 0..3 {
        door.enter("root", HOME).await.unwrap().failed(door.clock.now());
    }
    let waiting = door.entering("root", HOME);
    door.settle_in().await;
    assert_eq!(door.enter("root", HOME).await.unwrap_err().retry_after, Duration::from_secs(1));
    door.clock.advance(Duration::from_secs(1));
    waiting.await.unwrap().unwrap().failed(door.clock.now());
}

#[derive(Clone, Debug)]
enum Step {
    Guess { address: u8 },
    OwnerFails,
    OwnerGivesUp,
    Pass { seconds: u16 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u8>().prop_map(|address| Step::Guess { address }),
        2 => Just(Step::OwnerFails),
        1 => Just(Step::OwnerGivesUp),
        2 => (0..600_u16).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

proptest! {
    /// The directory locks at nine failures, each less than 15 minutes after the one before.
    #[test]
    fn no_history_of_attempts_locks_a_directory_account(steps in prop::collection::vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let door = Door::default();
            let name = "alice@corp.example";
            door.enter(name, HOME).await.unwrap().succeeded(door.clock.now());
            let (mut in_a_row, mut last) = (0, door.clock.now());
            for step in steps {
                let from = match step {
                    Step::Pass { seconds } => {
                        door.clock.advance(Duration::from_secs(seconds.into()));
                        continue;
                    }
                    Step::Guess { address } => format!("198.51.100.{address}"),
                    Step::OwnerFails | Step::OwnerGivesUp => HOME.to_owned(),
                };
                let Ok(admission) = door.enter_after_waiting(name, &from).await else { continue };
                if matches!(step, Step::OwnerGivesUp) {
                    continue;
                }
                let now = door.clock.now();
                in_a_row = if now.since(last) >= ThrottleRules::default().memory { 1 } else { in_a_row + 1 };
                last = now;
                admission.failed(now);
                prop_assert!(in_a_row <= 8, "{in_a_row} failures reached the directory");
            }
            Ok(())
        })?;
    }
}
