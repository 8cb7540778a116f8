//! Reads a request's body: bounded in size and time, wiped from memory afterwards.

use std::time::Duration;

use bytes::Buf;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT};
use http_body::Body;
use http_body_util::BodyExt;
use keyward_ecs_wire::EcsError;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::error::Failure;

/// No request of this API is larger.
const LARGEST: usize = 1 << 20;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much is read and dropped after an answer that needed no more of the body, and for how long. A client that is
/// still sending does not see an answer that comes before it is done.
const DROPPED: usize = 16 << 20;
const DROPPING: Duration = Duration::from_secs(5);

/// The whole body.
///
/// # Errors
/// 400/1013 when it is too large, too slow or cut off.
pub(crate) async fn read<B>(headers: &HeaderMap, body: &mut B) -> Result<Zeroizing<Vec<u8>>, Failure>
where
    B: Body + Unpin,
{
    if declared_length(headers).is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    match timeout(PATIENCE, collected(body)).await {
        Ok(collected) => collected,
        Err(_) => Err(bad(&format!("the body did not arrive within {} seconds: send it at once", PATIENCE.as_secs()))),
    }
}

async fn collected<B>(body: &mut B) -> Result<Zeroizing<Vec<u8>>, Failure>
where
    B: Body + Unpin,
{
    let mut whole = Zeroizing::new(Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| bad("the body ended early: send all of it"))?;
        let Ok(mut data) = frame.into_data() else { continue };
        if whole.len() + data.remaining() > LARGEST {
            return Err(too_large());
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            append(&mut whole, chunk);
            let read = chunk.len();
            data.advance(read);
        }
    }
    Ok(whole)
}

/// Appends without leaving copies of a secret in memory that was given back.
fn append(whole: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    let needed = whole.len() + chunk.len();
    if needed > whole.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
        larger.extend_from_slice(whole);
        *whole = larger;
    }
    whole.extend_from_slice(chunk);
}

/// Drops what has not been read of the body, within limits. Who waits to be asked for the body is not asked.
pub(crate) async fn drop_rest<B>(headers: &HeaderMap, body: &mut B)
where
    B: Body + Unpin,
{
    if body.is_end_stream() || headers.contains_key(EXPECT) {
        return;
    }
    let dropping = async {
        let mut dropped = 0;
        while let Some(Ok(frame)) = body.frame().await {
            dropped += frame.data_ref().map_or(0, Buf::remaining);
            if dropped > DROPPED {
                return;
            }
        }
    };
    // A client that is slower than this loses its connection, and maybe the answer.
    let _ = timeout(DROPPING, dropping).await;
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Failure {
    bad(&format!("the body is larger than {LARGEST} bytes: no request is"))
}

fn bad(why: &str) -> Failure {
    EcsError::bad_body(why).into()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use bytes::Bytes;
    use futures_util::stream;
    use http::HeaderValue;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    fn in_pieces(pieces: Vec<Vec<u8>>) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
        StreamBody::new(stream::iter(pieces.into_iter().map(|piece| Ok(Frame::data(Bytes::from(piece))))))
    }

    #[tokio::test]
    async fn pieces_are_put_together() {
        let whole = read(&HeaderMap::new(), &mut in_pieces(vec![b"ab".to_vec(), Vec::new(), b"c".to_vec()])).await;
        assert_eq!(*whole.expect("read"), b"abc");
    }

    #[tokio::test]
    async fn one_byte_too_many_is_refused_declared_or_not() {
        let full = read(&HeaderMap::new(), &mut in_pieces(vec![vec![b' '; LARGEST / 2]; 2])).await;
        assert_eq!(full.expect("fits").len(), LARGEST);
        let more = read(&HeaderMap::new(), &mut in_pieces(vec![vec![b' '; LARGEST], vec![b' ']])).await;
        assert_eq!(more.expect_err("too large").status(), 400);
        let declared = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from(LARGEST + 1))]);
        assert!(read(&declared, &mut in_pieces(Vec::new())).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let mut never = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        assert_eq!(read(&HeaderMap::new(), &mut never).await.expect_err("too slow").status(), 400);
        drop_rest(&HeaderMap::new(), &mut never).await;
    }
}
