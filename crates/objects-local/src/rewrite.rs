//! Copying bytes by reading and writing them, where the engine cannot share them: parts made from objects, and copies
//! that are to have another checksum. The source has to be opened so that its bytes are compared with their sum: what is
//! written gets new sums, which must not vouch for damage.

use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm};

use crate::checksum::RunningChecksum;
use crate::engine::{Body, BodyReader, DataKey, Engine, EngineError};

/// Reads `source` into a new body, encrypted under `key` if there is one, in bounded memory, and computes its checksum.
pub(crate) async fn rewrite(
    engine: &Engine,
    mut source: BodyReader,
    algorithm: ChecksumAlgorithm,
    key: Option<DataKey>,
) -> Result<(Body, Checksum), EngineError> {
    let mut checksum = RunningChecksum::new(algorithm);
    let mut upload = engine.upload_under(key);
    while let Some(piece) = source.piece().await {
        let piece = piece?;
        checksum.update(&piece);
        upload.write(piece).await?;
    }
    Ok((upload.finish().await?, checksum.finish()))
}
