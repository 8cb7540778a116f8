//! Reads what a client still sends after its request was refused, so that it gets to see the refusal.

use std::time::Duration;

use http_body_util::BodyExt;
use keyward_objects::RequestBody;

/// A client that sends more than this has to live with a broken connection.
const MOST: usize = 16 * 1024 * 1024;

/// How long a client may take to send it.
const LONGEST: Duration = Duration::from_secs(10);

/// Reads and throws away, within bounds: most clients read no answer before they have sent their whole request.
pub(crate) async fn discard(mut body: RequestBody) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, bytes::Bytes::len);
            if read > MOST {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(LONGEST, reading).await;
}
