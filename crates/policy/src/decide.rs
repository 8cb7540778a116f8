//! The decision: explicit denial, permission by policy, ownership, access control list, in this order.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderValue;
use keyward_identity::{Bucket, ObjectOwnership, Permission};
use keyward_s3_wire::{ObjectKey, Operation, query};

use crate::acl::{blocked, is, permits};
use crate::actions::BYPASS_GOVERNANCE;
use crate::circumstances::{Circumstances, Facts};
use crate::document::{BucketPolicy, Question, Verdict};
use crate::key_rule::KeyRule;
use crate::rules::{Compiled, policy_of};
use crate::{Access, Allowed, Requester, Resource};

/// The requester may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is logged in, and this is not open to everybody.
    #[error("This is not open to everybody; sign the request.")]
    Anonymous,
    /// Neither ownership nor policy nor list gives the right.
    #[error("The bucket belongs to another user, who has not shared this with you.")]
    NotShared,
    /// A statement of the bucket policy keeps the request out.
    #[error("A statement of the bucket's policy denies this.")]
    ByPolicy,
    /// An administrator has locked the bucket, and this would change something.
    #[error("The bucket is locked: it can be read, but not changed, until an administrator unlocks it.")]
    Locked,
    /// The namespace is not the user's own.
    #[error("The namespace is not the user's own.")]
    ForeignNamespace,
    /// The bucket's policy cannot be read, so nobody but its owner may do anything.
    #[error("The bucket's policy cannot be read; its owner has to put it again.")]
    UnreadablePolicy,
    /// The policy grants the operation's own action, but not another that the request takes as well.
    #[error("The bucket's policy grants a part of what this request does; it takes {0} as well.")]
    Unshared(&'static str),
    /// The policy asks for the object's tags, which are not looked at key by key.
    #[error("The bucket's policy asks for the object's tags; delete it by a request of its own.")]
    TagsUnknown,
}

/// What a decision comes to.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The access is granted.
    Granted(Allowed),
    /// It depends on facts about the object that is acted on: find them out and decide again.
    NeedsObject(Access),
    /// It depends on facts about the object that is copied from.
    NeedsSource(Access),
}

/// Why one question has no answer yet, or no.
pub(crate) enum No {
    Denied(Denied),
    NeedsFacts,
}

/// What a policy that does not keep a request out says of it.
enum ByPolicy {
    Allowed,
    /// It lets the operation be done, but not this, which the request takes besides.
    Lacks(&'static str),
    Silent,
}

/// An action that a request takes besides its operation's own.
#[derive(Clone, Copy)]
struct Further {
    action: &'static str,
    /// Whether it takes a permission; a denial always counts.
    takes_leave: bool,
}

/// Decides about an access.
///
/// # Errors
/// [`Denied`], with the reason that its sender may know.
pub fn decide(access: Access, circumstances: &Circumstances<'_>) -> Result<Decision, Denied> {
    let bucket = match &access.resource {
        Resource::Service { namespace: asked } | Resource::NewBucket { namespace: asked, .. } => {
            return match &access.requester {
                Requester::Anonymous => Err(Denied::Anonymous),
                Requester::User { namespace, .. } if namespace != asked => Err(Denied::ForeignNamespace),
                Requester::User { .. } => Ok(Decision::Granted(Allowed::granting(access))),
            };
        }
        Resource::Bucket(bucket) | Resource::Object(bucket, _) => bucket,
    };
    let ask = Ask { requester: &access.requester, bucket, key: access.resource.key(), operation: access.operation };
    let granted = match access.operation {
        Operation::DeleteObjects => ask.may_delete_any(circumstances).map_err(No::Denied),
        _ => ask.permitted(circumstances, circumstances.names_version(), circumstances.object),
    };
    // What the tags in the body decide is decided when they were read.
    let waits = ask.waits_for_tags(circumstances);
    match granted {
        Err(No::Denied(_)) if waits => {}
        Err(No::Denied(denied)) => return Err(denied),
        Err(No::NeedsFacts) => return Ok(Decision::NeedsObject(access)),
        Ok(()) if bucket.settings.locked && access.operation.is_write() => return Err(Denied::Locked),
        Ok(()) => {}
    }
    if let Some((bucket, key)) = &access.source {
        let reads = Operation::GetObject;
        let ask = Ask { requester: &access.requester, bucket, key: Some(key), operation: reads };
        let of_source = Circumstances { object: circumstances.source, ..*circumstances };
        match ask.permitted(&of_source, circumstances.names_source_version(), circumstances.source) {
            Err(No::Denied(denied)) => return Err(denied),
            Err(No::NeedsFacts) => return Ok(Decision::NeedsSource(access)),
            Ok(()) => {}
        }
    }
    let keys = ask.keys(circumstances);
    // Who is judged key by key bypasses key by key as well.
    let bypasses = match ask.bypasses_governance(circumstances) {
        Ok(bypasses) => bypasses && keys.is_none(),
        Err(No::Denied(denied)) => return Err(denied),
        Err(No::NeedsFacts) => return Ok(Decision::NeedsObject(access)),
    };
    Ok(Decision::Granted(Allowed::granting(access).with_keys(keys, bypasses)))
}

/// One question: may this requester do this here?
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) requester: &'a Requester,
    pub(crate) bucket: &'a Arc<Bucket>,
    pub(crate) key: Option<&'a ObjectKey>,
    pub(crate) operation: Operation,
}

impl Ask<'_> {
    fn is_owner(&self) -> bool {
        is(self.requester, &self.bucket.owner())
    }

    fn refused(&self) -> No {
        No::Denied(match self.requester {
            Requester::Anonymous => Denied::Anonymous,
            Requester::User { .. } => Denied::NotShared,
        })
    }

    pub(crate) fn permitted(
        &self,
        circumstances: &Circumstances<'_>,
        names_version: bool,
        facts: Facts<'_>,
    ) -> Result<(), No> {
        let is_owner = self.is_owner();
        let mut lacks = None;
        if let Some(compiled) = policy_of(self.bucket) {
            match self.by_policy(compiled, circumstances, names_version, facts) {
                // Whoever owns a bucket can mend its policy, whatever it says.
                Err(No::Denied(_)) if is_owner && is_about_policy(self.operation) => {}
                Err(no) => return Err(no),
                Ok(ByPolicy::Allowed) => return Ok(()),
                Ok(ByPolicy::Lacks(action)) => lacks = Some(action),
                Ok(ByPolicy::Silent) => {}
            }
        }
        if is_owner && !self.leaves_it_to_the_writer() {
            return Ok(());
        }
        match (self.by_list(circumstances, facts, is_owner), lacks) {
            (Err(No::Denied(_)), Some(action)) => Err(No::Denied(Denied::Unshared(action))),
            (listed, _) => listed,
        }
    }

    /// What the policy says; an error when it keeps the request out.
    fn by_policy(
        &self,
        compiled: &Compiled,
        circumstances: &Circumstances<'_>,
        names_version: bool,
        facts: Facts<'_>,
    ) -> Result<ByPolicy, No> {
        let Compiled::Policy(policy) = compiled else { return Err(No::Denied(Denied::UnreadablePolicy)) };
        let action = if names_version { self.operation.version_action() } else { self.operation.action() };
        let Some(action) = action else { return Ok(ByPolicy::Silent) };
        let further = self.further_actions(circumstances, names_version);
        let mut actions = further.iter().flatten().map(|further| further.action).chain([action]);
        if self.waits_for_facts(facts) && actions.any(|action| policy.reads_tags_for(action)) {
            return Err(No::NeedsFacts);
        }
        let mut lacks = None;
        for further in further.into_iter().flatten() {
            match self.verdict(policy, further.action, circumstances) {
                Verdict::Denied => return Err(No::Denied(Denied::ByPolicy)),
                Verdict::Silent if further.takes_leave => lacks = lacks.or(Some(further.action)),
                Verdict::Silent | Verdict::Allowed => {}
            }
        }
        match self.verdict(policy, action, circumstances) {
            Verdict::Denied => Err(No::Denied(Denied::ByPolicy)),
            Verdict::Allowed if self.counts(policy) => Ok(lacks.map_or(ByPolicy::Allowed, ByPolicy::Lacks)),
            Verdict::Allowed | Verdict::Silent => Ok(ByPolicy::Silent),
        }
    }

    /// A public policy of a restricted bucket holds for its own namespace alone.
    fn counts(&self, policy: &BucketPolicy) -> bool {
        let at_home =
            matches!(self.requester, Requester::User { namespace, .. } if *namespace == self.bucket.namespace);
        at_home || !blocked(self.bucket).restrict_public_buckets || !policy.is_public()
    }

    /// What a write does besides, by its headers. As on AWS, a policy that lets somebody write has to let them do that
    /// as well. The canned lists that take nothing from the bucket's owner are excepted, since policies that let
    /// others in often demand them and grant nothing but the write. And whoever asks for attributes has to be let read,
    /// since checksums tell what is in an object (*GetObjectAttributes*, permissions).
    fn further_actions(&self, circumstances: &Circumstances<'_>, names_version: bool) -> [Option<Further>; 4] {
        use Operation::{CopyObject, CreateMultipartUpload, GetObject, GetObjectAttributes, PutObject};
        if self.operation == GetObjectAttributes {
            let reads = if names_version { GetObject.version_action() } else { GetObject.action() };
            return [reads.map(|action| Further { action, takes_leave: true }), None, None, None];
        }
        let (PutObject | CopyObject | CreateMultipartUpload, Some(headers)) = (self.operation, circumstances.headers)
        else {
            return [None; 4];
        };
        let has = |name: &str| headers.contains_key(name);
        let grants = headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"));
        let shares = |list: &HeaderValue| !matches!(list.as_bytes(), b"private" | b"bucket-owner-full-control");
        let shares = grants || headers.get_all("x-amz-acl").iter().any(shares);
        let further = |action, takes_leave| Further { action, takes_leave };
        [
            (has("x-amz-acl") || grants).then(|| further("s3:PutObjectAcl", shares)),
            has("x-amz-tagging").then(|| further("s3:PutObjectTagging", true)),
            // Policies written for ECS do not grant what its own header does.
            (has("x-amz-object-lock-mode") || has("x-emc-retention-period"))
                .then(|| further("s3:PutObjectRetention", has("x-amz-object-lock-mode"))),
            has("x-amz-object-lock-legal-hold").then(|| further("s3:PutObjectLegalHold", true)),
        ]
    }

    fn verdict(&self, policy: &BucketPolicy, action: &str, circumstances: &Circumstances<'_>) -> Verdict {
        let resource = match self.key {
            Some(key) => Cow::Owned(format!("{}/{}", self.bucket.name, key.as_str())),
            None => Cow::Borrowed(self.bucket.name.as_str()),
        };
        policy.evaluate(&Question { requester: self.requester, action, resource: &resource, circumstances })
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
    fn waits_for_facts(&self, facts: Facts<'_>) -> bool {
        self.acts_on_present_object() && matches!(facts, Facts::Unknown)
    }

    /// Whether even the bucket's owner needs the writer's leave. Only where its owner chose so: otherwise who owns the
    /// bucket owns what is in it as well, unlike on AWS, where a bucket's owner can be locked out of it by mistake.
    fn leaves_it_to_the_writer(&self) -> bool {
        let strict = matches!(
            self.bucket.settings.ownership,
            Some(ObjectOwnership::ObjectWriter | ObjectOwnership::BucketOwnerPreferred)
        );
        strict && self.acts_on_present_object() && self.operation != Operation::DeleteObject
    }

    fn by_list(&self, circumstances: &Circumstances<'_>, facts: Facts<'_>, is_owner: bool) -> Result<(), No> {
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
        match facts {
            Facts::Unknown => Err(No::NeedsFacts),
            // Whoever may list the bucket, as far as this key, may know what is not in it.
            Facts::Absent => {
                let query = self.key.map(|key| query::written("prefix", key.as_str()));
                let of_list = Circumstances { query: query.as_deref(), ..*circumstances };
                let lists = Ask { key: None, operation: Operation::ListObjectsV2, ..*self };
                lists.permitted(&of_list, false, Facts::Absent).map_err(|_| self.refused())
            }
            Facts::Known(facts) => {
                let bucket_owner = self.bucket.owner();
                let owns = is(self.requester, facts.owner.as_ref().unwrap_or(&bucket_owner));
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

    /// Whether any key could be deleted: otherwise the list of keys need not be read.
    fn may_delete_any(&self, circumstances: &Circumstances<'_>) -> Result<(), Denied> {
        if self.is_owner() || self.bucket.settings.policy.is_some() {
            return Ok(());
        }
        let one = Ask { operation: Operation::DeleteObject, ..*self };
        one.permitted(circumstances, false, Facts::Absent).map_err(No::denied)
    }

    /// Whether the policy asks for tags that are in the body.
    fn waits_for_tags(&self, circumstances: &Circumstances<'_>) -> bool {
        let Some(Compiled::Policy(policy)) = policy_of(self.bucket) else { return false };
        let names_version = circumstances.names_version();
        let action = if names_version { self.operation.version_action() } else { self.operation.action() };
        self.operation == Operation::PutObjectTagging
            && action.is_some_and(|action| policy.reads_given_tags_for(action))
    }

    /// What decides about each key of a deletion of many, or about the tags in a body; `None` when that is granted
    /// whatever they are.
    fn keys(&self, circumstances: &Circumstances<'_>) -> Option<Arc<KeyRule>> {
        let by_key = self.operation == Operation::DeleteObjects && self.bucket.settings.policy.is_some();
        (by_key || self.waits_for_tags(circumstances))
            .then(|| Arc::new(KeyRule::of(self.requester, self.bucket, circumstances)))
    }

    /// Whether the requester may pass over retentions in governance mode, if it asks for that.
    pub(crate) fn bypasses_governance(&self, circumstances: &Circumstances<'_>) -> Result<bool, No> {
        if !circumstances.asks_to_bypass_governance() {
            return Ok(false);
        }
        let policy = match policy_of(self.bucket) {
            None => return Ok(self.is_owner()),
            Some(Compiled::Unreadable) => return Ok(false),
            Some(Compiled::Policy(policy)) => policy,
        };
        if self.waits_for_facts(circumstances.object) && policy.reads_tags_for(BYPASS_GOVERNANCE) {
            return Err(No::NeedsFacts);
        }
        Ok(match self.verdict(policy, BYPASS_GOVERNANCE, circumstances) {
            Verdict::Denied => false,
            Verdict::Allowed => self.counts(policy),
            Verdict::Silent => self.is_owner(),
        })
    }
}

impl No {
    pub(crate) fn denied(self) -> Denied {
        match self {
            No::Denied(denied) => denied,
            No::NeedsFacts => Denied::TagsUnknown,
        }
    }
}

fn is_about_policy(operation: Operation) -> bool {
    use Operation::{DeleteBucketPolicy, GetBucketPolicy, PutBucketPolicy};
    matches!(operation, GetBucketPolicy | PutBucketPolicy | DeleteBucketPolicy)
}

fn acl_right(permission: Permission) -> bool {
    matches!(permission, Permission::ReadAcp | Permission::WriteAcp)
}

/// The permission of a list that an operation takes, and whether it is the object's list. Operations without one are
/// for the owner and for whom a policy lets in.
fn permission(operation: Operation) -> Option<(Permission, bool)> {
    use Operation as O;
    Some(match operation {
        O::ListObjects | O::ListObjectsV2 | O::ListObjectVersions | O::ListMultipartUploads | O::HeadBucket => {
            (Permission::Read, false)
        }
        O::PutObject
        | O::CopyObject
        | O::DeleteObject
        | O::DeleteObjects
        | O::CreateMultipartUpload
        | O::UploadPart
        | O::UploadPartCopy
        | O::CompleteMultipartUpload
        | O::AbortMultipartUpload
        | O::ListParts => (Permission::Write, false),
        O::GetBucketAcl => (Permission::ReadAcp, false),
        O::PutBucketAcl => (Permission::WriteAcp, false),
        O::GetObject | O::HeadObject | O::GetObjectAttributes => (Permission::Read, true),
        O::GetObjectAcl => (Permission::ReadAcp, true),
        O::PutObjectAcl => (Permission::WriteAcp, true),
        _ => return None,
    })
}
