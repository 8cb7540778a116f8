//! Decides about single keys, and about tags, after the request that names them in its body was let in.

use std::sync::Arc;

use keyward_identity::Bucket;
use keyward_s3_wire::{ObjectKey, Operation, VersionId, query};

use crate::Requester;
use crate::circumstances::{Circumstances, Facts, Kept};
use crate::decide::{Ask, Denied, No};

/// A request that was let in as such, kept until its body is read.
#[derive(Clone, Debug)]
pub(crate) struct KeyRule {
    requester: Requester,
    bucket: Arc<Bucket>,
    circumstances: Kept,
}

impl KeyRule {
    pub(crate) fn of(requester: &Requester, bucket: &Arc<Bucket>, circumstances: &Circumstances<'_>) -> Self {
        let (requester, bucket) = (requester.clone(), Arc::clone(bucket));
        KeyRule { requester, bucket, circumstances: Kept::of(circumstances) }
    }

    /// Whether one of the keys may be deleted.
    pub(crate) fn may_delete(&self, key: &ObjectKey, version: Option<&VersionId>) -> Result<(), Denied> {
        let query = query_of(version);
        let circumstances = self.of_entry(query.as_deref());
        let ask = self.ask(Operation::DeleteObject, key);
        ask.permitted(&circumstances, version.is_some(), Facts::Unknown).map_err(No::denied)
    }

    /// Whether its deletion may pass over a retention in governance mode. Not where the policy asks for its tags.
    pub(crate) fn bypasses_governance(&self, key: &ObjectKey, version: Option<&VersionId>) -> bool {
        let query = query_of(version);
        let circumstances = self.of_entry(query.as_deref());
        matches!(self.ask(Operation::DeleteObject, key).bypasses_governance(&circumstances), Ok(true))
    }

    /// Whether the object may be given these tags.
    pub(crate) fn may_tag(&self, key: &ObjectKey, tags: &[(String, String)]) -> Result<(), Denied> {
        let circumstances = Circumstances { tags: Some(tags), ..self.circumstances.view() };
        let ask = self.ask(Operation::PutObjectTagging, key);
        ask.permitted(&circumstances, circumstances.names_version(), circumstances.object).map_err(No::denied)
    }

    fn ask<'a>(&'a self, operation: Operation, key: &'a ObjectKey) -> Ask<'a> {
        Ask { requester: &self.requester, bucket: &self.bucket, key: Some(key), operation }
    }

    /// The circumstances of one entry: as if a request of its own asked for it, whatever the query of the whole says.
    fn of_entry<'a>(&'a self, query: Option<&'a str>) -> Circumstances<'a> {
        Circumstances { query, ..self.circumstances.view() }
    }
}

fn query_of(version: Option<&VersionId>) -> Option<String> {
    version.map(|version| query::written("versionId", version.as_str()))
}
