//! Logging in and out, and what a token stands for.

use std::sync::Arc;
use std::time::Duration;

use keyward_identity::{
    ManagementUser, ManagementUserId, Namespace, Principal, SessionIdentity, Standing, TokenRecord, principal_of,
};
use keyward_login::{Credentials, LoginName, Password, Refusal, Token, Verdict};
use keyward_store::{AuditOutcome, AuditRecord, Transaction, Write};

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
        let admission = self
            .throttle
            .enter(&*self.clock, &name, origin.address)
            .await
            .map_err(|busy| ServiceError::TooManyAttempts { retry_after: busy.retry_after })?;
        let credentials = Credentials { name, password, from: origin.address };
        match self.chain.authenticate(&credentials).await {
            Verdict::Authenticated(identity) => {
                admission.succeeded(self.clock.now());
                self.open_session(identity, origin).await
            }
            Verdict::Refused(refusal) => {
                admission.failed(self.clock.now());
                self.note_refused_login(&credentials, refusal).await?;
                Err(ServiceError::InvalidCredentials)
            }
            Verdict::Unavailable(cause) => {
                drop(admission);
                tracing::error!(provider = %cause.provider, cause = %cause.cause, "a directory could not be asked");
                self.note_unanswered_login(&credentials, &cause.provider).await;
                Err(ServiceError::Unavailable { what: "the directory of this user" })
            }
        }
    }

    async fn open_session(
        self: &Arc<Self>,
        identity: SessionIdentity,
        origin: Origin,
    ) -> Result<Session, ServiceError> {
        let now = self.clock.now();
        let user = identity.name().to_owned();
        let principal = self.principal(&identity).await?.ok_or(ServiceError::InvalidCredentials)?;
        let powerless = principal.roles.is_empty() && matches!(identity, SessionIdentity::Management(_));
        let audit = AuditRecord::new(now, user.clone(), "login").from_address(origin.address).on(user.clone());
        if powerless && !self.has_object_user(&user).await? {
            let audit = audit.ended(AuditOutcome::Refused).detail("reason", "no_role");
            self.commit(Transaction::new(audit)).await?;
            return Err(ServiceError::InvalidCredentials);
        }
        let token = Token::generate(&*self.entropy);
        let rules = self.settings.tokens;
        let record = TokenRecord::begun(token.hash(), identity, now);
        self.commit(Transaction::new(audit).write(Write::issue_token(record, rules))).await?;
        Ok(Session { token, user, max_age: rules.life })
    }

    async fn note_refused_login(
        self: &Arc<Self>,
        credentials: &Credentials,
        refusal: Refusal,
    ) -> Result<(), ServiceError> {
        let name = credentials.name.as_str();
        tracing::info!(user = name, from = ?credentials.from, reason = %refusal, "login refused");
        let audit = AuditRecord::new(self.clock.now(), name, "login")
            .from_address(credentials.from)
            .on(name)
            .ended(AuditOutcome::Refused)
            .detail("reason", refusal.as_str());
        self.commit(Transaction::new(audit)).await?;
        Ok(())
    }

    async fn note_unanswered_login(self: &Arc<Self>, credentials: &Credentials, provider: &str) {
        let name = credentials.name.as_str();
        let audit = AuditRecord::new(self.clock.now(), name, "login")
            .from_address(credentials.from)
            .on(name)
            .ended(AuditOutcome::Unavailable)
            .detail("provider", provider);
        if let Err(cause) = self.commit(Transaction::new(audit)).await {
            tracing::error!(%cause, "a login without an answer could not be audited");
        }
    }

    /// The caller that a token stands for.
    ///
    /// # Errors
    /// [`ServiceError::MalformedToken`], [`ServiceError::InvalidToken`], or [`ServiceError::Unavailable`] when the
    /// store cannot say.
    pub async fn caller(self: &Arc<Self>, token: &str, origin: Origin) -> Result<Caller, ServiceError> {
        let hash = Token::parse(token).map_err(|_| ServiceError::MalformedToken)?.hash();
        let record = self.store.token(&hash).await?.ok_or(ServiceError::InvalidToken)?.value;
        let now = self.clock.now();
        match record.standing(now, &self.settings.tokens) {
            Standing::Live { .. } => {}
            Standing::Expired | Standing::Idle => return Err(ServiceError::InvalidToken),
        }
        if record.use_is_worth_recording(now, &self.settings.tokens) {
            self.store.touch_token(&hash, now).await?;
        }
        let principal = self.principal(&record.identity).await?.ok_or(ServiceError::InvalidToken)?;
        Ok(Caller { service: Arc::clone(self), principal, token: hash, origin })
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

    async fn has_object_user(&self, name: &str) -> Result<bool, ServiceError> {
        let Ok(id) = keyward_identity::ObjectUserId::parse(name) else { return Ok(false) };
        Ok(self.store.object_user(&self.user_scope(), &id).await?.is_some())
    }
}

impl Caller {
    /// How long the caller's token lives at most, for those who log in with a token.
    pub fn token_life(&self) -> Duration {
        self.service.settings.tokens.life
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
