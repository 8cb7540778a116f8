//! Promises about tokens.

use std::sync::Arc;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{TokenHash, TokenRules};
use tokio::task::JoinSet;

use super::samples::*;
use crate::{Changed, Changes, CommitError, Store, Write};

const DANA: &str = "dana@corp.example";

/// Two live tokens, eight hours, two hours idle.
fn two_allowed() -> TokenRules {
    TokenRules { per_user: 2, ..TokenRules::default() }
}

fn hours_later(hours: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(hours * 3600))
}

async fn issue(store: &Arc<dyn Store>, number: u8, at: Timestamp) -> Result<(), CommitError> {
    commit(store, [Write::issue_token(token(number, DANA, at), two_allowed())]).await.map(|_| ())
}

async fn hashes(store: &Arc<dyn Store>) -> Vec<TokenHash> {
    store.tokens_of(DANA).await.expect("tokens").into_iter().map(|row| row.value.hash).collect()
}

/// A token is found by its hash until it is deleted; deleting it again is fine.
pub async fn a_token_reads_back_and_ends_when_it_is_deleted(store: Arc<dyn Store>) {
    let issued = token(1, DANA, NOW);
    let at = done(&store, [Write::issue_token(issued.clone(), two_allowed())]).await.revision;
    let found = store.token(&issued.hash).await.expect("the store answers").expect("the token");
    assert_eq!((found.value, found.revision), (issued.clone(), at));
    assert_eq!(store.token(&TokenHash([9; 32])).await.expect("the store answers"), None);
    for _ in 0..2 {
        done(&store, [Write::DeleteToken(issued.hash)]).await;
        assert_eq!(store.token(&issued.hash).await.expect("the store answers"), None);
    }
}

/// The limit holds for each owner by themselves.
pub async fn an_owner_holds_no_more_live_tokens_than_allowed(store: Arc<dyn Store>) {
    issue(&store, 1, NOW).await.expect("the first");
    issue(&store, 2, NOW).await.expect("the second");
    let limit = CommitError::TokenLimit { owner: DANA.to_owned(), limit: 2 };
    assert_eq!(issue(&store, 3, NOW).await, Err(limit));
    assert_eq!(store.token_count(DANA).await.expect("a count"), 2);
    done(&store, [Write::issue_token(token(4, "eve@corp.example", NOW), two_allowed())]).await;
    done(&store, [Write::DeleteToken(TokenHash([1; 32]))]).await;
    issue(&store, 3, NOW).await.expect("room again");
    assert_eq!(hashes(&store).await, [TokenHash([2; 32]), TokenHash([3; 32])]);
}

/// Tokens that ran out or idled out make room, at exactly the moment when they die.
pub async fn dead_tokens_do_not_count_and_are_removed(store: Arc<dyn Store>) {
    issue(&store, 1, NOW).await.expect("the first");
    issue(&store, 2, NOW).await.expect("the second");
    for hour in 1..8 {
        store.touch_token(&TokenHash([2; 32]), hours_later(hour)).await.expect("a use");
    }
    let before_idle = Timestamp::from_millis(hours_later(2).as_millis() - 1);
    assert!(issue(&store, 3, before_idle).await.is_err(), "the first is live still");
    issue(&store, 3, hours_later(2)).await.expect("the first has idled out");
    assert_eq!(hashes(&store).await, [TokenHash([2; 32]), TokenHash([3; 32])]);
    issue(&store, 4, hours_later(8)).await.expect("both others are dead");
    assert_eq!(hashes(&store).await, [TokenHash([4; 32])]);
}

/// Ending a user's tokens ends all of them and nobody else's, and is told in the feed.
pub async fn all_tokens_of_an_owner_end_together(store: Arc<dyn Store>) {
    issue(&store, 1, NOW).await.expect("the first");
    issue(&store, 2, NOW).await.expect("the second");
    done(&store, [Write::issue_token(token(3, "eve@corp.example", NOW), two_allowed())]).await;
    let before = store.latest().await.expect("latest");
    done(&store, [Write::DeleteTokensOf(DANA.to_owned())]).await;
    assert_eq!(hashes(&store).await, []);
    assert_eq!(store.token_count("eve@corp.example").await.expect("a count"), 1);
    let Changes::Entries(entries) = store.changes(before, 10).await.expect("changes") else {
        panic!("nothing was trimmed");
    };
    assert_eq!(entries[0].changed, [Changed::TokensOf(DANA.to_owned())]);
}

/// The limit is checked where the token is stored, so logins at the same moment cannot slip past it together.
pub async fn concurrent_logins_cannot_pass_the_limit(store: Arc<dyn Store>) {
    let mut tasks = JoinSet::new();
    for number in 0..16 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { issue(&store, number, NOW).await.is_ok() });
    }
    let admitted = tasks.join_all().await.into_iter().filter(|admitted| *admitted).count();
    assert_eq!((admitted, hashes(&store).await.len()), (2, 2));
}

/// A use moves the token's last use forward, never back, and is neither a revision nor a change.
pub async fn a_use_is_noted_forward_only_and_is_no_change(store: Arc<dyn Store>) {
    issue(&store, 1, NOW).await.expect("a token");
    let before = store.latest().await.expect("latest");
    for at in [hours_later(1), NOW] {
        store.touch_token(&TokenHash([1; 32]), at).await.expect("a use");
        let found = store.token(&TokenHash([1; 32])).await.expect("the store answers").expect("the token");
        assert_eq!((found.value.last_used_at, found.revision), (hours_later(1), before));
    }
    store.touch_token(&TokenHash([9; 32]), NOW).await.expect("an unknown token is fine");
    assert_eq!(store.latest().await.expect("latest"), before);
}

/// Upkeep removes the dead and leaves the living.
pub async fn dead_tokens_are_swept(store: Arc<dyn Store>) {
    issue(&store, 1, NOW).await.expect("a token");
    done(&store, [Write::issue_token(token(2, "eve@corp.example", hours_later(1)), two_allowed())]).await;
    assert_eq!(store.sweep_tokens(hours_later(1), &two_allowed()).await.expect("a sweep"), 0);
    assert_eq!(store.sweep_tokens(hours_later(2), &two_allowed()).await.expect("a sweep"), 1);
    assert_eq!(hashes(&store).await, []);
    assert_eq!(store.token_count("eve@corp.example").await.expect("a count"), 1);
}
