//! The owners that listings show.

use std::collections::HashMap;

use async_trait::async_trait;
use keyward_identity::{Bucket, UserRef};
use keyward_objects::{OwnerNames, OwnerUnknown};
use keyward_s3_wire::{Owner, S3Error};

use crate::access;
use crate::call::Call;
use crate::engine::{EngineError, ObjectHead};

/// Shows every user by name, where deleted users are not known.
pub(crate) struct NamesAlone;

#[async_trait]
impl OwnerNames for NamesAlone {
    async fn shown(&self, user: &UserRef) -> Result<String, OwnerUnknown> {
        Ok(user.id.to_string())
    }
}

/// The owner of each of these, in order. Each user is looked up once.
pub(crate) async fn of_each(
    call: Call<'_>,
    bucket: &Bucket,
    heads: impl Iterator<Item = Option<&ObjectHead>>,
) -> Result<Vec<Owner>, S3Error> {
    let bucket_owner = Owner::named(bucket.owner.as_str());
    let mut known: HashMap<UserRef, Owner> = HashMap::new();
    let mut owners = Vec::new();
    for head in heads {
        // What the bucket's owner wrote, which is most of it, names no owner.
        let Some(user) = head.and_then(|head| access::written_by(head, bucket)) else {
            owners.push(bucket_owner.clone());
            continue;
        };
        let owner = match known.get(&user) {
            Some(owner) => owner.clone(),
            None => {
                let name = call.names.shown(&user).await.map_err(|OwnerUnknown| EngineError::Unavailable)?;
                let owner = Owner::named(name);
                known.insert(user, owner.clone());
                owner
            }
        };
        owners.push(owner);
    }
    Ok(owners)
}

/// The owner of one.
pub(crate) async fn of_one(call: Call<'_>, bucket: &Bucket, head: &ObjectHead) -> Result<Owner, S3Error> {
    let owners = of_each(call, bucket, [Some(head)].into_iter()).await?;
    Ok(owners.into_iter().next().unwrap_or_else(|| Owner::named(bucket.owner.as_str())))
}
