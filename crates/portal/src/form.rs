//! What a form sends: names and values, bounded in size and time, wiped from memory.

use std::time::Duration;

use bytes::Buf;
use http_body::Body;
use http_body_util::BodyExt;
use percent_encoding::percent_decode;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// No form of ours sends more.
const LARGEST: usize = 16 << 10;

/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// The form did not arrive, or is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The fields of a form, in the order sent.
#[derive(Default)]
pub(crate) struct Form(Vec<(Zeroizing<String>, Zeroizing<String>)>);

impl Form {
    /// Reads the body of a request.
    pub(crate) async fn read<B: Body + Unpin>(body: &mut B) -> Result<Self, Unreadable> {
        let encoded = timeout(PATIENCE, collected(body)).await.map_err(|_| Unreadable)??;
        Ok(Self::parse(&encoded))
    }

    /// Reads `application/x-www-form-urlencoded` (URL standard).
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
                    (decoded(&pair[..equals]), decoded(pair.get(equals + 1..).unwrap_or_default()))
                })
                .collect(),
        )
    }

    /// The value of a field; empty when it was not sent.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given.as_str() == name).map_or("", |(_, value)| value)
    }
}

async fn collected<B: Body + Unpin>(body: &mut B) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    // With room for all of it from the start: a password is not left behind where the buffer was before.
    let mut whole = Zeroizing::new(Vec::with_capacity(LARGEST));
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| Unreadable)?.into_data() else { continue };
        if whole.len() + data.remaining() > LARGEST {
            return Err(Unreadable);
        }
        while data.has_remaining() {
            let read = data.chunk().len();
            whole.extend_from_slice(data.chunk());
            data.advance(read);
        }
    }
    Ok(whole)
}

fn decoded(encoded: &[u8]) -> Zeroizing<String> {
    let spaced: Zeroizing<Vec<u8>> =
        Zeroizing::new(encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect());
    let mut bytes = Zeroizing::new(Vec::with_capacity(spaced.len()));
    bytes.extend(percent_decode(&spaced));
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let form = Form::parse(b"name=a%2Bb+c%2540&password=%C3%BC%26%3D&empty=&flag");
        assert_eq!((form.value("name"), form.value("password")), ("a+b c%40", "ü&="));
        assert_eq!((form.value("empty"), form.value("flag"), form.value("other")), ("", "", ""));
    }

    #[tokio::test]
    async fn a_form_larger_than_any_of_ours_is_refused() {
        let fits = Full::new(Bytes::from(vec![b'a'; LARGEST]));
        assert!(Form::read(&mut { fits }).await.is_ok());
        let larger = Full::new(Bytes::from(vec![b'a'; LARGEST + 1]));
        assert!(Form::read(&mut { larger }).await.is_err());
    }
}
