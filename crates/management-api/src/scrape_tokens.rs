//! The long-lived tokens with which a monitoring system reads `/metrics`, and nothing else.

use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The shortest token: as long as 128 random bits in hexadecimal.
const SHORTEST: usize = 32;

/// The longest token.
const LONGEST: usize = 1024;

/// The most tokens: a present one, the one before it, and some for several monitoring systems.
const MOST: usize = 16;

/// The tokens that are accepted. Only their digests are kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ScrapeTokens {
    digests: Vec<[u8; 32]>,
}

/// Why a file holds no tokens that can be used. The texts do not repeat what the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScrapeTokensError {
    /// There is no token in it.
    #[error("it holds no token; put one on a line of its own, such as the output of `openssl rand -hex 32`")]
    None,
    /// There are too many.
    #[error("it holds more than {MOST} tokens; remove those that are no longer used")]
    TooMany,
    /// One is too short or too long, or has letters that no header may hold.
    #[error(
        "the token in line {line} is not usable; write {SHORTEST} to {LONGEST} visible ASCII characters without blanks, \
         such as the output of `openssl rand -hex 32`"
    )]
    Unusable {
        /// Its line, from 1 on.
        line: usize,
    },
}

impl ScrapeTokens {
    /// Reads a file's text: a token a line. Empty lines, and those that begin with `#`, do not count.
    ///
    /// # Errors
    /// [`ScrapeTokensError`] when there is none, or one that is too easy to guess.
    pub fn parse(text: &str) -> Result<Self, ScrapeTokensError> {
        let mut digests = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let token = line.trim();
            if token.is_empty() || token.starts_with('#') {
                continue;
            }
            let is_usable =
                (SHORTEST..=LONGEST).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
            if !is_usable {
                return Err(ScrapeTokensError::Unusable { line: index + 1 });
            }
            digests.push(digest(token.as_bytes()));
        }
        match digests.len() {
            0 => Err(ScrapeTokensError::None),
            1..=MOST => Ok(Self { digests }),
            _ => Err(ScrapeTokensError::TooMany),
        }
    }

    /// Whether no tokens are set.
    pub(crate) fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Whether a request carries one of the tokens, as `Authorization: Bearer TOKEN` (RFC 6750, section 2.1). How long
    /// the comparison takes tells nothing of the tokens.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(token) = bearer(headers) else { return false };
        let given = digest(token);
        self.digests.iter().fold(false, |found, digest| found | bool::from(digest.ct_eq(&given)))
    }
}

impl fmt::Debug for ScrapeTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} scrape tokens", self.digests.len())
    }
}

fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The token of the one `Authorization` header, if it is a bearer's.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?.as_bytes(), values.next()) else { return None };
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210";

    fn with(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().expect("header"));
        }
        headers
    }

    #[test]
    fn each_line_of_the_file_is_a_token() {
        let tokens = ScrapeTokens::parse(&format!("# the present one\n{TOKEN}\r\n\n  {OTHER}  \n")).expect("tokens");
        for admitted in [format!("Bearer {TOKEN}"), format!("bearer  {OTHER} ")] {
            assert!(tokens.admit(&with(&[&admitted])), "{admitted}");
        }
        let twice = format!("Bearer {TOKEN}");
        for values in [
            &[][..],
            &[TOKEN],
            &["Bearer"],
            &["Bearer "],
            &["Basic 0123456789abcdef0123456789abcdef"],
            &["Bearer 0123456789abcdef0123456789abcdeF"],
            &["Bearer 0123456789abcdef0123456789abcdef0"],
            &[&twice, &twice],
        ] {
            assert!(!tokens.admit(&with(values)), "{values:?}");
        }
    }

    #[test]
    fn without_tokens_no_request_is_admitted() {
        assert!(!ScrapeTokens::default().admit(&with(&["Bearer "])));
        assert!(!ScrapeTokens::default().admit(&with(&["Bearer x"])));
    }

    #[test]
    fn a_token_that_is_easy_to_guess_is_refused_without_being_repeated() {
        for (text, error) in [
            (String::new(), ScrapeTokensError::None),
            ("# nothing\n\n".to_owned(), ScrapeTokensError::None),
            (format!("{TOKEN}\nshort"), ScrapeTokensError::Unusable { line: 2 }),
            (format!("{TOKEN} {OTHER}"), ScrapeTokensError::Unusable { line: 1 }),
            (format!("{TOKEN}é"), ScrapeTokensError::Unusable { line: 1 }),
            (format!("{TOKEN}\n").repeat(17), ScrapeTokensError::TooMany),
        ] {
            assert_eq!(ScrapeTokens::parse(&text).expect_err("refused"), error);
        }
        let tokens = ScrapeTokens::parse(TOKEN).expect("tokens");
        assert_eq!(format!("{tokens:?}"), "1 scrape tokens");
    }
}
