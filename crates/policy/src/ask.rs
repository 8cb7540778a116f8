//! One question: may this requester do this here? Answered by policy, ownership and list, in this order.

use keyward_identity::{Bucket, ObjectOwnership};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{ObjectKey, Operation, VersionId};

use crate::acl::{blocked, permits};
use crate::actions::BYPASS_GOVERNANCE;
use crate::circumstances::{Circumstances, Facts};
use crate::decide::Denied;
use crate::document::{BucketPolicy, Verdict};
use crate::keys::Key;
use crate::rights::{self, Further, Needs, acl_right, is_about_policy, permission};
use crate::rules::{Compiled, policy_of};
use crate::stated::Stated;
use crate::{Requester, Source};

/// Why one question has no answer yet, or no.
#[derive(Debug)]
pub(crate) enum No {
    Denied(Denied),
    /// It depends on what the object is.
    NeedsFacts,
}

impl No {
    pub(crate) fn denied(self) -> Denied {
        match self {
            No::Denied(denied) => denied,
            No::NeedsFacts => Denied::TagsUnknown,
        }
    }
}

/// One question, with all that its answer may depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) requester: &'a Requester,
    pub(crate) bucket: &'a Bucket,
    pub(crate) key: Option<&'a ObjectKey>,
    pub(crate) version: Option<&'a VersionId>,
    pub(crate) operation: Operation,
    pub(crate) source: Option<&'a Source>,
    pub(crate) stated: &'a Stated,
    pub(crate) circumstances: &'a Circumstances<'a>,
    /// What is known of the object in question.
    pub(crate) facts: Facts<'a>,
}

/// What a policy that does not keep a request out says of it.
#[derive(Default)]
struct ByPolicy {
    /// Whether it grants the operation's own action.
    grants: bool,
    /// The first further action that it does not grant.
    lacks: Option<&'static str>,
    /// The first of these that no list grants either.
    lacks_beyond_lists: Option<&'static str>,
}

impl Ask<'_> {
    pub(crate) fn is_owner(&self) -> bool {
        self.requester.is(&self.bucket.owner())
    }

    /// The resource as policies name it: `bucket` or `bucket/key`.
    pub(crate) fn resource(&self) -> String {
        match self.key {
            Some(key) => format!("{}/{}", self.bucket.name, key.as_str()),
            None => self.bucket.name.to_string(),
        }
    }

    fn action(&self) -> Option<&'static str> {
        if self.version.is_some() { self.operation.version_action() } else { self.operation.action() }
    }

    fn further(&self) -> impl Iterator<Item = Further> {
        rights::further(self.operation, self.stated, self.version.is_some()).into_iter().flatten()
    }

    fn refused(&self) -> No {
        No::Denied(match self.requester {
            Requester::Anonymous => Denied::Anonymous,
            Requester::User { .. } => Denied::NotShared,
        })
    }

    pub(crate) fn permitted(&self) -> Result<(), No> {
        if matches!(self.requester, Requester::Anonymous) && rights::sets_lock(self.operation, self.stated) {
            return Err(No::Denied(Denied::UnsignedLock));
        }
        let is_owner = self.is_owner();
        let by_policy = match policy_of(self.bucket).map(|compiled| self.by_policy(compiled)) {
            // The owner of a bucket can mend its policy, whatever it says.
            Some(Err(No::Denied(_))) if is_owner && is_about_policy(self.operation) => ByPolicy::default(),
            Some(said) => said?,
            None => ByPolicy { lacks_beyond_lists: self.beyond_lists(), ..ByPolicy::default() },
        };
        if by_policy.grants && by_policy.lacks.is_none() {
            return Ok(());
        }
        if is_owner && !self.leaves_it_to_the_writer() {
            return Ok(());
        }
        match (self.by_list(is_owner), by_policy) {
            (Err(No::Denied(_)), ByPolicy { grants: true, lacks: Some(action), .. }) => {
                Err(No::Denied(Denied::Unshared(action)))
            }
            (Ok(()), ByPolicy { lacks_beyond_lists: Some(action), .. }) => {
                Err(No::Denied(Denied::LockNotShared(action)))
            }
            (listed, _) => listed,
        }
    }

    fn beyond_lists(&self) -> Option<&'static str> {
        self.further().find(|further| further.needs == Needs::GrantByPolicy).map(|further| further.action)
    }

    /// Whether the answer may be yes once the body is read. Early, so that no client sends a body in vain.
    pub(crate) fn may_be_permitted(&self) -> Result<(), No> {
        if self.operation == Operation::DeleteObjects {
            // A policy is asked about each key.
            if self.is_owner() || self.bucket.settings.policy.is_some() {
                return Ok(());
            }
            return Ask { operation: Operation::DeleteObject, facts: Facts::Absent, ..*self }.permitted();
        }
        let reads_body = |key: &Key| key.reads_body_of(self.operation);
        match policy_of(self.bucket) {
            Some(Compiled::Policy(policy)) if self.depends(policy, reads_body) => {
                let of_object = Key::reads_present_tags;
                if self.waits_for_facts() && self.depends(policy, of_object) { Err(No::NeedsFacts) } else { Ok(()) }
            }
            _ => self.permitted(),
        }
    }

    /// Whether what the policy says of this request depends on a key for which `reads` holds.
    fn depends(&self, policy: &BucketPolicy, reads: impl Fn(&Key) -> bool + Copy) -> bool {
        let mut actions = self.further().map(|further| further.action).chain(self.action());
        actions.any(|action| policy.depends_for(action, reads))
    }

    /// What the policy says; an error when it keeps the request out.
    fn by_policy(&self, compiled: &Compiled) -> Result<ByPolicy, No> {
        let Compiled::Policy(policy) = compiled else { return Err(No::Denied(Denied::UnreadablePolicy)) };
        let Some(action) = self.action() else { return Ok(ByPolicy::default()) };
        if self.waits_for_facts() && self.depends(policy, Key::reads_present_tags) {
            return Err(No::NeedsFacts);
        }
        let counts = self.counts(policy);
        let mut by_policy = ByPolicy::default();
        for further in self.further() {
            let granted = self.verdict(policy, further.action)? && counts;
            if !granted && further.needs != Needs::Nothing {
                by_policy.lacks = by_policy.lacks.or(Some(further.action));
            }
            if !granted && further.needs == Needs::GrantByPolicy {
                by_policy.lacks_beyond_lists = by_policy.lacks_beyond_lists.or(Some(further.action));
            }
        }
        by_policy.grants = self.verdict(policy, action)? && counts;
        Ok(by_policy)
    }

    /// Whether the policy grants the action; an error when it keeps the request out.
    fn verdict(&self, policy: &BucketPolicy, action: &str) -> Result<bool, No> {
        match policy.evaluate(self, action) {
            Verdict::Denied => Err(No::Denied(Denied::ByPolicy)),
            Verdict::Unclear => Err(No::Denied(Denied::UnclearPolicy)),
            Verdict::Allowed => Ok(true),
            Verdict::Silent => Ok(false),
        }
    }

    /// A public policy of a restricted bucket holds for its own namespace alone.
    fn counts(&self, policy: &BucketPolicy) -> bool {
        let at_home =
            matches!(self.requester, Requester::User { namespace, .. } if *namespace == self.bucket.namespace);
        at_home || !blocked(self.bucket).restrict_public_buckets || !policy.is_public()
    }

    /// Whether the object is there already, and has an owner and a list of its own.
    fn acts_on_present_object(&self) -> bool {
        use Operation as O;
        self.key.is_some()
            && !matches!(
                self.operation,
                O::PutObject
                    | O::CopyObject
                    | O::CreateMultipartUpload
                    | O::UploadPart
                    | O::UploadPartCopy
                    | O::CompleteMultipartUpload
                    | O::AbortMultipartUpload
                    | O::ListParts
                    | O::OptionsObject
            )
    }

    /// Whether what the object is would have to be found out, if something depended on it.
    fn waits_for_facts(&self) -> bool {
        self.acts_on_present_object() && matches!(self.facts, Facts::Unknown)
    }

    /// Whether even the bucket's owner needs the writer's grant. Only where its owner chose so: otherwise the owner of
    /// the bucket owns what is in it as well, unlike on AWS, where a bucket's owner can be locked out of it by mistake.
    fn leaves_it_to_the_writer(&self) -> bool {
        let strict = matches!(
            self.bucket.settings.ownership,
            Some(ObjectOwnership::ObjectWriter | ObjectOwnership::BucketOwnerPreferred)
        );
        strict && self.acts_on_present_object() && self.operation != Operation::DeleteObject
    }

    fn by_list(&self, is_owner: bool) -> Result<(), No> {
        let Some((permission, of_object)) = permission(self.operation) else {
            return if is_owner { Ok(()) } else { Err(self.refused()) };
        };
        let enforced = self.bucket.settings.ownership == Some(ObjectOwnership::BucketOwnerEnforced);
        if enforced {
            return Err(self.refused());
        }
        if !of_object {
            let acl = self.bucket.settings.acl.as_ref();
            let given = acl.is_some_and(|acl| permits(acl, permission, self.requester, self.bucket));
            return if given { Ok(()) } else { Err(self.refused()) };
        }
        match self.facts {
            Facts::Unknown => Err(No::NeedsFacts),
            Facts::Absent => self.may_know_of_absence(),
            Facts::Known(facts) => {
                let bucket_owner = self.bucket.owner();
                let owns = self.requester.is(facts.owner.as_ref().unwrap_or(&bucket_owner));
                let given = match &facts.acl {
                    Some(acl) => {
                        permits(acl, permission, self.requester, self.bucket) || (owns && acl_right(permission))
                    }
                    None => owns,
                };
                if given { Ok(()) } else { Err(self.refused()) }
            }
        }
    }

    /// Who may list the bucket, as far as this key, may know what is not in it.
    fn may_know_of_absence(&self) -> Result<(), No> {
        let query = self.key.map(|key| Query::of_one("prefix", key.as_str()));
        let circumstances = Circumstances { query: query.as_ref(), ..*self.circumstances };
        let lists = Ask {
            key: None,
            version: None,
            operation: Operation::ListObjectsV2,
            circumstances: &circumstances,
            ..*self
        };
        lists.permitted().map_err(|_| self.refused())
    }

    /// Whether the requester may pass over retentions in governance mode, if it asks for that.
    pub(crate) fn bypasses_governance(&self) -> Result<bool, No> {
        if !self.stated.asks_to_bypass_governance {
            return Ok(false);
        }
        let policy = match policy_of(self.bucket) {
            None => return Ok(self.is_owner()),
            Some(Compiled::Unreadable) => return Ok(false),
            Some(Compiled::Policy(policy)) => policy,
        };
        if self.waits_for_facts() && policy.depends_for(BYPASS_GOVERNANCE, Key::reads_present_tags) {
            return Err(No::NeedsFacts);
        }
        Ok(match policy.evaluate(self, BYPASS_GOVERNANCE) {
            Verdict::Denied | Verdict::Unclear => false,
            Verdict::Allowed => self.counts(policy),
            Verdict::Silent => self.is_owner(),
        })
    }
}
