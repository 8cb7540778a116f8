//! The opaque continuation token of ListObjectsV2: where the listing goes on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::S3Error;

/// After which key or common prefix a listing goes on. It grants nothing: a client can start anywhere with
/// `start-after` as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinuationToken {
    after: String,
}

impl ContinuationToken {
    /// The token that goes on after the last key or common prefix of a page.
    pub fn after(last: impl Into<String>) -> Self {
        ContinuationToken { after: last.into() }
    }

    /// Reads a token. An empty one goes on from the start.
    ///
    /// # Errors
    /// `InvalidArgument` when it is none of ours.
    pub fn parse(token: &str) -> Result<Self, S3Error> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let after = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        after.map(|after| ContinuationToken { after }).ok_or_else(|| {
            let message = "This is not a continuation token; take it from NextContinuationToken of the page before.";
            S3Error::argument("continuation-token", token, message)
        })
    }

    /// The last key or common prefix of the page before.
    pub fn last(&self) -> &str {
        &self.after
    }

    /// The token as it stands on the wire.
    pub fn encoded(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.after)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_of_someone_else_is_refused() {
        assert!(ContinuationToken::parse("not a token").is_err());
        assert_eq!(ContinuationToken::parse("").unwrap().last(), "");
    }

    proptest! {
        #[test]
        fn a_token_goes_on_where_its_page_ended(last in ".{0,60}") {
            let token = ContinuationToken::after(last.clone());
            let read = ContinuationToken::parse(&token.encoded()).unwrap();
            prop_assert_eq!(read.last(), last);
        }
    }
}
