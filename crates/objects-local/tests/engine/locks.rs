//! What is locked stays, whoever deletes it and however.

use std::time::Duration;

use keyward_ambient::Clock;
use keyward_objects_local::engine::{
    Deletion, EngineError, Lock, ObjectHead, Precondition, Retention, RetentionMode, Version, Which,
};

use crate::room::{HERE, Room};

async fn locked(room: &Room, lock: Lock) {
    let head = ObjectHead { lock: Some(lock), ..ObjectHead::default() };
    let body = room.body(b"kept").await;
    room.engine.commit_put(HERE, "a", body, head, None, Precondition::None).await.unwrap();
}

fn retained(room: &Room, mode: RetentionMode) -> Lock {
    let until = room.clock.now().plus(Duration::from_secs(60));
    Lock { retention: Some(Retention { mode, until }), legal_hold: None }
}

async fn delete(room: &Room, bypasses_governance: bool) -> Result<bool, EngineError> {
    let deletion = Deletion { which: Which::Version(Version::NULL), bypasses_governance, ..Deletion::default() };
    room.engine.delete(HERE, "a", deletion, None).await.map(|deleted| deleted.existed)
}

#[tokio::test]
async fn a_version_in_compliance_mode_stays_until_its_time_is_over() {
    let room = Room::new().await;
    locked(&room, retained(&room, RetentionMode::Compliance)).await;
    assert!(matches!(delete(&room, true).await, Err(EngineError::Locked)));
    let overwritten = room.put_if(HERE, "a", b"other", Precondition::None).await;
    assert!(matches!(overwritten, Err(EngineError::Locked)));
    assert_eq!(room.read(HERE, "a").await.as_deref(), Some(&b"kept"[..]));
    room.clock.advance(Duration::from_secs(60));
    assert!(delete(&room, false).await.unwrap());
}

#[tokio::test]
async fn governance_gives_way_to_whoever_may_bypass_it_and_a_hold_to_nobody() {
    let room = Room::new().await;
    locked(&room, retained(&room, RetentionMode::Governance)).await;
    assert!(matches!(delete(&room, false).await, Err(EngineError::Locked)));
    let hold = |on| {
        room.engine.change_head(HERE, "a", Which::Latest, move |record, _now| {
            record.head.lock.get_or_insert_default().legal_hold = Some(on);
            Ok(())
        })
    };
    hold(true).await.unwrap();
    assert!(matches!(delete(&room, true).await, Err(EngineError::Locked)));
    hold(false).await.unwrap();
    assert!(delete(&room, true).await.unwrap());
}
