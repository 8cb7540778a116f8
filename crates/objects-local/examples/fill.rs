//! Fills a bucket of a store that no server uses with empty objects, for `bench/listing.py`: `fill DIR BUCKET FROM TO`.
//!
//! The keys are spread over 1,000 common prefixes, `0000/` to `0999/`, however many there are.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use keyward_ambient::{SystemClock, SystemEntropy};
use keyward_objects_local::engine::{BucketId, Engine, ObjectHead, Precondition, Settings};
use tokio::task::JoinSet;

/// As many as a commit takes together, and as many again that wait for it.
const IN_FLIGHT: usize = 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, bucket, from, to] = arguments.as_slice() else {
        return Err("usage: fill DIR BUCKET FROM TO".into());
    };
    let (bucket, from, to): (BucketId, u64, u64) = (BucketId(bucket.parse()?), from.parse()?, to.parse()?);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let engine = Engine::open(Path::new(directory), clock, entropy, Settings::default())?;
    let mut putting = JoinSet::new();
    for number in from..to {
        if putting.len() >= IN_FLIGHT {
            putting.join_next().await.transpose()?.transpose()?;
        }
        let engine = engine.clone();
        putting.spawn(async move {
            let body = engine.upload().finish().await?;
            let key = format!("{:04}/{:08}", number % 1000, number / 1000);
            engine.commit_put(bucket, &key, body, ObjectHead::default(), None, Precondition::None).await
        });
    }
    while let Some(put) = putting.join_next().await {
        put??;
    }
    engine.close().await;
    Ok(())
}
