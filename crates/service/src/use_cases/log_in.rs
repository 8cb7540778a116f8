//! Logging in and out, and what a token stands for.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use keyward_ambient::Timestamp;
use keyward_identity::{
    LOCAL_PROVIDER, ManagementUser, ManagementUserId, Namespace, Principal, SessionIdentity, Standing, TokenRecord,
    principal_of,
};
use keyward_login::{Credentials, LoginName, Password, Refusal, Token, Verdict};
use keyward_store::{AuditOutcome, AuditRecord, CommitError, Expect, Record, RecordKey, Revised, Transaction, Write};

use super::passwords::account_key;
use crate::commit::Settled;
use crate::failed_logins::FailedLogin;
use crate::first_start::ROOT;
use crate::{Caller, Origin, Service, ServiceError};

/// A successful login.
#[derive(Debug)]
pub struct Session {
    /// The token to hand out.
    pub token: Token,
    /// The user's name in its normal form.
    pub user: String,
    /// How long the token lives at most.
    pub max_age: Duration,
}

impl Service {
    /// Logs in with name and password; the token lives as long as the rules say.
    ///
    /// # Errors
    /// [`ServiceError::InvalidCredentials`] whatever is wrong with the account, so that a guesser learns nothing;
    /// the audit log knows. [`ServiceError::Unavailable`] when the directory could not be asked.
    pub async fn log_in(
        self: &Arc<Self>,
        name: &str,
        password: Password,
        origin: Origin,
    ) -> Result<Session, ServiceError> {
        let name = LoginName::parse(name).map_err(|_| ServiceError::InvalidCredentials)?;
        self.notice_unlocking(&name).await?;
        let admission = match self.throttle.enter(&*self.clock, &name, origin.address).await {
            Ok(admission) => admission,
            Err(busy) => {
                // What follows is the answer, whether it could be audited or not.
                let turned_away = FailedLogin::refused(name.as_str(), origin, "too_many_attempts");
                let _ = self.note_failed_login(turned_away).await;
                return Err(ServiceError::TooManyAttempts { retry_after: busy.retry_after });
            }
        };
        if self.chain_is_stale.load(Ordering::SeqCst) {
            self.reload_providers().await?;
        }
        let account = self.account_as_it_is(&name).await?;
        let credentials = Credentials { name, password, from: origin.address };
        let refused = |reason| FailedLogin::refused(credentials.name.as_str(), origin, reason);
        match self.chain.authenticate(&credentials).await {
            Verdict::Authenticated(identity) => {
                if self.is_locked(&identity).await? {
                    // A right password must not look different from a wrong one, nor wipe the slate.
                    admission.failed(self.clock.now());
                    self.note_failed_login(refused("locked")).await?;
                    return Err(ServiceError::InvalidCredentials);
                }
                admission.succeeded(self.clock.now());
                self.lockouts.forget(&credentials.name);
                self.open_session(identity, account, origin).await
            }
            Verdict::Refused(refusal) => {
                admission.failed(self.clock.now());
                self.note_failed_login(refused(refusal.as_str())).await?;
                if refusal == Refusal::WrongPassword {
                    self.lock_after_failure(&credentials.name, origin).await?;
                }
                Err(ServiceError::InvalidCredentials)
            }
            Verdict::TurnedAway(busy) => {
                drop(admission);
                // As above.
                let _ = self.note_failed_login(refused("too_many_attempts")).await;
                Err(ServiceError::TooManyAttempts { retry_after: busy.retry_after })
            }
            Verdict::Unavailable(cause) => {
                drop(admission);
                tracing::error!(provider = %cause.provider, cause = %cause.cause, "a directory could not be asked");
                let provider = Some(cause.provider.as_str());
                let unanswered = FailedLogin { outcome: AuditOutcome::Unavailable, provider, ..refused("no_answer") };
                // As above.
                let _ = self.note_failed_login(unanswered).await;
                Err(ServiceError::Unavailable { what: "the directory of this user" })
            }
        }
    }

    /// The condition that the account of ours of this name, if there is one, is still as it is now. A change of an
    /// account ends its tokens; without this, a login that began before it would outlive the old password.
    async fn account_as_it_is(&self, name: &LoginName) -> Result<Option<Write>, ServiceError> {
        let Some(key) = account_key(name) else { return Ok(None) };
        let revision = match &key {
            RecordKey::ManagementUser(id) => self.store.management_user(id).await?.map(|found| found.revision),
            RecordKey::Person(id) => self.store.person(id).await?.map(|found| found.revision),
            _ => None,
        };
        Ok(revision.map(|revision| Write::RequireAt { key, expect: Expect::Revision(revision) }))
    }

    async fn is_locked(&self, identity: &SessionIdentity) -> Result<bool, ServiceError> {
        let SessionIdentity::Management(id) = identity else { return Ok(false) };
        let found = self.store.management_user(id).await?;
        Ok(found.is_some_and(|found| found.value.is_locked_at(self.clock.now())))
    }

    /// Locks a local management user after too many failures in a row. `root` is slowed by the throttle and never
    /// locked: nobody could lift it from afar.
    async fn lock_after_failure(self: &Arc<Self>, name: &LoginName, origin: Origin) -> Result<(), ServiceError> {
        let security = &self.governing().security;
        let Ok(id) = ManagementUserId::parse(name.as_str()) else { return Ok(()) };
        if !id.is_local() || id.as_str() == ROOT || !self.lockouts.is_one_too_many(&id, security.max_attempts) {
            return Ok(());
        }
        self.until_settled(|| async {
            let now = self.clock.now();
            let Some(Revised { value: mut user, revision }) = self.store.management_user(&id).await? else {
                return Ok(Settled::Done(()));
            };
            if user.is_locked_at(now) {
                return Ok(Settled::Done(()));
            }
            user.locked_until = Some(now.plus(security.lock_duration()));
            let audit = AuditRecord::new(now, id.as_str(), "management_user.lock").from_address(origin.address);
            let audit = audit.on(id.as_str()).detail("minutes", security.lock_minutes.to_string());
            let write = Write::update(Record::ManagementUser(user), revision);
            Settled::after(self.commit(Transaction::new(audit).write(write)).await, ())
        })
        .await
    }

    async fn open_session(
        self: &Arc<Self>,
        identity: SessionIdentity,
        account: Option<Write>,
        origin: Origin,
    ) -> Result<Session, ServiceError> {
        let now = self.clock.now();
        let user = identity.name().to_owned();
        let refused = |reason| FailedLogin::refused(&user, origin, reason);
        let Some(principal) = self.principal(&identity).await? else {
            self.note_failed_login(refused("account_locked_or_gone")).await?;
            return Err(ServiceError::InvalidCredentials);
        };
        let powerless = principal.roles.is_empty() && matches!(identity, SessionIdentity::Management(_));
        if powerless && !self.has_self_service(&identity).await? {
            self.note_failed_login(refused("no_role")).await?;
            return Err(ServiceError::InvalidCredentials);
        }
        let token = Token::generate(&*self.entropy);
        let rules = self.token_rules();
        let record = TokenRecord::begun(token.hash(), identity, now);
        let audit = AuditRecord::new(now, user.clone(), "login").from_address(origin.address).on(user.clone());
        let audit = principal.namespace.into_iter().fold(audit, AuditRecord::in_namespace);
        let begin = Transaction::new(audit).writes(account).write(Write::issue_token(record, rules));
        if let Err(error) = self.commit(begin).await {
            if matches!(error, CommitError::TokenLimit { .. }) {
                self.note_failed_login(refused("too_many_tokens")).await?;
            }
            return Err(error.into());
        }
        Ok(Session { token, user, max_age: rules.life })
    }

    /// The caller that a token stands for.
    ///
    /// # Errors
    /// [`ServiceError::MalformedToken`], [`ServiceError::InvalidToken`], or [`ServiceError::Unavailable`] when the
    /// store cannot say.
    pub async fn caller(self: &Arc<Self>, token: &str, origin: Origin) -> Result<Caller, ServiceError> {
        let hash = Token::parse(token).map_err(|_| ServiceError::MalformedToken)?.hash();
        let now = self.clock.now();
        if let Some(known) = self.known_callers.find(&hash) {
            let remaining = self.require_live(&known.token, now)?;
            if !known.token.use_is_worth_recording(now, &self.token_rules()) {
                return self.caller_known_as(known.principal.clone(), &known.token, remaining, origin).await;
            }
        }
        let epoch = self.known_callers.epoch();
        let mut record = self.store.token(&hash).await?.ok_or(ServiceError::InvalidToken)?.value;
        let remaining = self.require_live(&record, now)?;
        if !self.still_vouched_for(&record.identity).await? {
            return Err(ServiceError::InvalidToken);
        }
        if record.use_is_worth_recording(now, &self.token_rules()) {
            self.store.touch_token(&hash, now).await?;
            record.last_used_at = now;
        }
        let principal = self.principal(&record.identity).await?.ok_or(ServiceError::InvalidToken)?;
        self.known_callers.remember(epoch, record.clone(), &principal);
        self.caller_known_as(principal, &record, remaining, origin).await
    }

    /// How long the token lives on.
    fn require_live(&self, token: &TokenRecord, now: Timestamp) -> Result<Duration, ServiceError> {
        match token.standing(now, &self.token_rules()) {
            Standing::Live { remaining } => Ok(remaining),
            Standing::Expired | Standing::Idle => Err(ServiceError::InvalidToken),
        }
    }

    async fn caller_known_as(
        self: &Arc<Self>,
        principal: Principal,
        token: &TokenRecord,
        remaining: Duration,
        origin: Origin,
    ) -> Result<Caller, ServiceError> {
        let password_is_fresh = self.has_fresh_password(&token.identity).await?;
        Ok(Caller { service: Arc::clone(self), principal, token: token.hash, origin, remaining, password_is_fresh })
    }

    /// Whether the directory that a token's user was found in is still one that people log in by.
    pub(super) async fn still_vouched_for(&self, identity: &SessionIdentity) -> Result<bool, ServiceError> {
        match identity {
            SessionIdentity::Directory(user) if user.provider != LOCAL_PROVIDER => {
                let found = self.store.provider(&user.provider).await?;
                Ok(found.is_some_and(|found| !found.value.provider.disabled))
            }
            _ => Ok(true),
        }
    }

    /// Works out who this identity is now; `None` when its account is gone or locked.
    async fn principal(&self, identity: &SessionIdentity) -> Result<Option<Principal>, ServiceError> {
        let mut records: Vec<ManagementUser> = Vec::new();
        if let Ok(id) = ManagementUserId::parse(identity.name()) {
            records.extend(self.store.management_user(&id).await?.map(|found| found.value));
        }
        if matches!(identity, SessionIdentity::Management(_)) && records.iter().any(|record| record.locked) {
            return Ok(None);
        }
        if matches!(identity, SessionIdentity::Directory(_)) {
            records.extend(self.store.external_groups().await?.into_iter().map(|found| found.value));
        }
        let namespaces: Vec<Namespace> =
            self.store.all_namespaces().await?.into_iter().map(|found| found.value).collect();
        Ok(principal_of(identity, &records, &namespaces))
    }
}

impl Caller {
    /// How long the caller's token still lives at most, for those who log in with a token.
    pub fn token_life(&self) -> Duration {
        self.remaining
    }

    /// When the caller's password was last changed, for management users.
    pub async fn password_changed_at(&self) -> Result<Option<keyward_ambient::Timestamp>, ServiceError> {
        let SessionIdentity::Management(id) = &self.principal.identity else { return Ok(None) };
        Ok(self.service.store.management_user(id).await?.and_then(|found| found.value.password_changed_at))
    }

    /// Ends this token, or all of the caller's.
    pub async fn log_out(&self, all: bool) -> Result<(), ServiceError> {
        let end = match all {
            true => Write::DeleteTokensOf(self.principal.name.clone()),
            false => Write::DeleteToken(self.token),
        };
        let audit = self.audit(self.now(), "logout").on(self.principal.name.clone());
        let audit = self.principal.namespace.iter().cloned().fold(audit, AuditRecord::in_namespace);
        let audit = if all { audit.detail("tokens", "all") } else { audit };
        self.service.commit(Transaction::new(audit).write(end)).await?;
        Ok(())
    }

    /// Ends all tokens of another user. Unknown users have none, which is fine.
    pub async fn log_out_other(&self, user: &str) -> Result<(), ServiceError> {
        let user = user.trim().to_lowercase();
        if user == self.principal.name {
            return self.log_out(true).await;
        }
        self.principal.may_end_sessions_of_others()?;
        let audit = self.audit(self.now(), "logout").on(user.clone()).detail("tokens", "all");
        self.service.commit(Transaction::new(audit).write(Write::DeleteTokensOf(user))).await?;
        Ok(())
    }
}
