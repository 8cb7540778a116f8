//! The token that a login hands out: random, opaque, known to us by its hash alone.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyward_ambient::Entropy;
use keyward_identity::TokenHash;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Random bytes in a token. 33 of them make 44 base64 characters without padding, so that no client has to think
/// about `=` in a cookie or a query.
const RANDOM_BYTES: usize = 33;

/// The value of `X-SDS-AUTH-TOKEN`: 44 characters of standard base64, 264 random bits. Wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token(String);

/// Why a text is no token. On the wire it is 401 with code 10001 (a token that cannot be decoded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Wrong length or characters: it was never one, or was cut.
    #[error("the token does not have the shape of one of ours")]
    Malformed,
}

impl Token {
    /// The length of a token in characters.
    pub const LENGTH: usize = RANDOM_BYTES / 3 * 4;

    /// Draws a new token.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let random = Zeroizing::new(entropy.array::<RANDOM_BYTES>());
        Self(STANDARD.encode(*random))
    }

    /// Reads a token that a client presents. Blanks around it are not ours, so they are not accepted.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let well_formed = text.len() == Self::LENGTH
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
        well_formed.then(|| Self(text.to_owned())).ok_or(TokenError::Malformed)
    }

    /// The token in clear, for the answer that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text: what is stored, so that a stolen database opens no session. A plain hash is enough for a
    /// value with this many random bits, and looking it up by hash leaks no timing about the token.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use keyward_testkit::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text_with_the_same_hash() {
        let token = Token::generate(&SeededEntropy::new(1));
        let presented = Token::parse(token.expose()).unwrap();
        assert_eq!(presented.hash(), token.hash());
    }

    #[test]
    fn two_tokens_differ() {
        let entropy = SeededEntropy::new(1);
        assert_ne!(Token::generate(&entropy).hash(), Token::generate(&entropy).hash());
    }

    #[test]
    fn what_is_not_shaped_like_a_token_is_malformed() {
        let token = Token::generate(&SeededEntropy::new(1));
        let text = token.expose();
        for bad in ["", &text[1..], &format!("{text}A"), &format!(" {}", &text[1..]), &text.replace(&text[..1], "=")] {
            assert_eq!(Token::parse(bad).unwrap_err(), TokenError::Malformed);
        }
    }

    #[test]
    fn debug_output_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Token::generate(&SeededEntropy::new(1))), "Token(redacted)");
    }

    proptest! {
        #[test]
        fn every_token_is_header_and_cookie_safe(seed: u64) {
            let token = Token::generate(&SeededEntropy::new(seed));
            prop_assert_eq!(token.expose().len(), Token::LENGTH);
            prop_assert!(Token::parse(token.expose()).is_ok());
        }
    }
}
