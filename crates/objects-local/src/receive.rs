//! Reading a request's body into the engine.

use http::Version;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http_body_util::BodyExt;
use keyward_objects::{RequestBody, refused_body};
use keyward_s3_wire::checksum::{Checksum, ChecksumAlgorithm};
use keyward_s3_wire::{ErrorCode, RequestHead, S3Error};
use keyward_signature::{BodyFacts, Payload};

use crate::call::Call;
use crate::checksum;
use crate::engine::{Body, DataKey};

/// The largest body of one PutObject or UploadPart, as in S3: 5 GiB.
pub(crate) const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// Bytes that arrived whole and agree with all that was declared of them.
pub(crate) struct Received {
    pub(crate) body: Body,
    checksums: Vec<Checksum>,
}

impl Received {
    /// The checksum that the client declared, else the one that was asked for.
    pub(crate) fn checksum(&self) -> Option<&Checksum> {
        self.checksums.first()
    }

    /// The checksum of this algorithm.
    pub(crate) fn checksum_of(&self, algorithm: ChecksumAlgorithm) -> Option<&Checksum> {
        self.checksums.iter().find(|checksum| checksum.algorithm() == algorithm)
    }
}

/// Refuses a body whose end nothing marks, or one that is too large, before it is read.
pub(crate) fn check_length(head: RequestHead<'_>, payload: &Payload<RequestBody>) -> Result<(), S3Error> {
    // Before HTTP/2 a request with neither a length nor chunks has no body at all (RFC 9112 section 6.3): a client that
    // meant to send one must not find an empty object. Later versions mark the end of the body themselves.
    let is_told = head.version >= Version::HTTP_2 || head.headers.contains_key(CONTENT_LENGTH);
    let is_marked = head.version >= Version::HTTP_2 || head.headers.contains_key(TRANSFER_ENCODING);
    match payload.length().filter(|_| is_told).or(payload.largest()) {
        None if is_marked => Ok(()),
        None => Err(ErrorCode::MissingContentLength.into()),
        Some(length) => not_too_large(length),
    }
}

/// Refuses what is too large for one object written in one piece.
pub(crate) fn not_too_large(length: u64) -> Result<(), S3Error> {
    if length <= LARGEST {
        return Ok(());
    }
    Err(S3Error::new(ErrorCode::EntityTooLarge)
        .with("ProposedSize", length.to_string())
        .with("MaxSizeAllowed", LARGEST.to_string()))
}

/// Streams the body into the engine; `computing` names a checksum to compute beside those that were declared, `key` what
/// to encrypt with. What ends early, disagrees, or grows beyond what may be stored is an error, and the engine drops
/// what had arrived.
pub(crate) async fn receive(
    call: Call<'_>,
    payload: Payload<RequestBody>,
    computing: Option<ChecksumAlgorithm>,
    key: Option<DataKey>,
) -> Result<Received, S3Error> {
    let payload = match computing {
        Some(algorithm) => payload.also_computing(checksum::verifiable(algorithm)),
        None => payload,
    };
    let mut content = payload.decoded();
    let report = content.report();
    let mut upload = call.engine.upload_under(key);
    let mut arrived = 0;
    while let Some(frame) = content.frame().await {
        let frame = frame.map_err(|error| refused_body(&error))?;
        if let Ok(bytes) = frame.into_data() {
            arrived += bytes.len() as u64;
            not_too_large(arrived)?;
            call.admit(arrived)?;
            upload.write(bytes).await?;
        }
    }
    // There are facts only of a body that came to its good end.
    let facts = report.facts().ok_or(ErrorCode::IncompleteBody)?;
    Ok(Received { checksums: checksums(facts), body: upload.finish().await? })
}

fn checksums(facts: &BodyFacts) -> Vec<Checksum> {
    facts.checksums.iter().filter_map(checksum::verified).collect()
}
