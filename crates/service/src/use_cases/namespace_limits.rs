//! The quota and the retention classes of a namespace (ECS: *Namespace quota*, *Retention classes*), and which signatures
//! its users may make.

use keyward_identity::{NamespaceSettings, Quota, RetentionClass};
use keyward_store::{Record, Revised, Transaction, Write};

use crate::commit::Settled;
use crate::{Caller, ServiceError, Subject};

/// How many retention classes a namespace holds at most, and how long a name is.
const MOST_CLASSES: usize = 1000;
const LONGEST_NAME: usize = 255;

/// One thing to change about what a namespace may hold, and how long.
#[derive(Clone, Debug)]
pub enum NamespaceLimit {
    /// Its quota; [`Quota::NONE`] for none.
    Quota(Quota),
    /// A retention class that is new.
    NewRetentionClass(RetentionClass),
    /// Another period for a retention class that is there.
    RetentionPeriod(RetentionClass),
    /// A retention class to remove, by its name.
    NoRetentionClass(String),
    /// Whether S3 honours Signature Version 2 from its users. `None` leaves a part as it is, `Some(None)` gives it back
    /// to the server's configuration.
    SigV2 {
        /// Whether it is honoured.
        enabled: Option<Option<bool>>,
        /// The longest life of a presigned URL or form, in seconds.
        max_life_seconds: Option<Option<u64>>,
    },
}

impl Caller {
    /// Changes one limit of a namespace.
    pub async fn set_namespace_limit(&self, namespace: &str, limit: &NamespaceLimit) -> Result<(), ServiceError> {
        self.principal.may_manage_namespaces()?;
        self.service
            .until_settled(|| async {
                let Revised { value: mut namespace, revision } = self.readable_namespace(namespace).await?;
                limit.apply(&mut namespace.settings)?;
                let audit = self
                    .audit(self.now(), limit.action())
                    .in_namespace(namespace.name.clone())
                    .on(namespace.name.as_str());
                let write = Write::update(Record::Namespace(namespace), revision);
                Settled::after(self.service.commit(Transaction::new(audit).write(write)).await, ())
            })
            .await
    }
}

impl NamespaceLimit {
    fn apply(&self, settings: &mut NamespaceSettings) -> Result<(), ServiceError> {
        let classes = &mut settings.retention_classes;
        match self {
            NamespaceLimit::Quota(quota) => {
                check_quota(*quota)?;
                settings.quota = *quota;
            }
            NamespaceLimit::NewRetentionClass(class) => {
                check_class(class)?;
                if classes.iter().any(|own| own.name == class.name) {
                    return Err(ServiceError::already_exists(Subject::RetentionClass, class.name.clone()));
                }
                if classes.len() >= MOST_CLASSES {
                    let why = format!("a namespace holds at most {MOST_CLASSES} retention classes; remove one first");
                    return Err(ServiceError::Refused { why });
                }
                classes.push(class.clone());
            }
            NamespaceLimit::RetentionPeriod(class) => {
                check_class(class)?;
                let own = classes.iter_mut().find(|own| own.name == class.name);
                own.ok_or_else(|| unknown_class(&class.name))?.period = class.period;
            }
            NamespaceLimit::NoRetentionClass(name) => {
                let at = classes.iter().position(|own| own.name == *name).ok_or_else(|| unknown_class(name))?;
                classes.remove(at);
            }
            NamespaceLimit::SigV2 { enabled, max_life_seconds } => {
                if *max_life_seconds == Some(Some(0)) {
                    return Err(ServiceError::invalid("max_life_seconds", "send a number of seconds from 1, or null"));
                }
                settings.sigv2.enabled = enabled.unwrap_or(settings.sigv2.enabled);
                settings.sigv2.max_life_seconds = max_life_seconds.unwrap_or(settings.sigv2.max_life_seconds);
            }
        }
        Ok(())
    }

    /// What the audit log calls it.
    fn action(&self) -> &'static str {
        match self {
            NamespaceLimit::Quota(_) => "namespace.quota",
            NamespaceLimit::SigV2 { .. } => "namespace.sigv2",
            _ => "namespace.retention_class",
        }
    }
}

/// Each size of a quota is a whole number of GB, or -1 for none.
pub(super) fn check_quota(quota: Quota) -> Result<(), ServiceError> {
    let sizes = [("blockSize", quota.block_size), ("notificationSize", quota.notification_size)];
    match sizes.into_iter().find(|(_, size)| *size < -1 || *size == 0) {
        Some((field, _)) => Err(ServiceError::invalid(field, "send a whole number of GB from 1, or -1 for none")),
        None => Ok(()),
    }
}

fn check_class(class: &RetentionClass) -> Result<(), ServiceError> {
    if class.name.chars().count() > LONGEST_NAME {
        return Err(ServiceError::invalid("name", format!("it is longer than {LONGEST_NAME} characters")));
    }
    match class.period < -1 {
        true => Err(ServiceError::OutOfRange { field: "period", given: class.period, min: -1, max: i64::MAX }),
        false => Ok(()),
    }
}

fn unknown_class(name: &str) -> ServiceError {
    ServiceError::not_found(Subject::RetentionClass, name)
}
