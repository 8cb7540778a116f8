//! Percent-encoding as Signature Version 4 defines it: RFC 3986 unreserved characters stay, all others are encoded.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::hex;

/// How a raw `+` in a query is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plus {
    /// As a blank: form encoding.
    Space,
    /// As itself: RFC 3986.
    Literal,
}

/// Whether `byte` stays as it is in a canonical URI (RFC 3986, 2.3).
pub(crate) fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

const UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        unreserved[byte] = character.is_ascii_alphanumeric() || matches!(character, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    unreserved
};

/// The bytes that `raw` stands for. A `%` that begins no escape stands for itself.
pub(crate) fn decoded(raw: &[u8], plus: Plus) -> Decoded<'_> {
    Decoded { rest: raw, plus }
}

/// See [`decoded`].
pub(crate) struct Decoded<'a> {
    rest: &'a [u8],
    plus: Plus,
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        match first {
            b'%' => match rest {
                [high, low, after @ ..] => {
                    let (Some(high), Some(low)) = (hex::digit_value(*high), hex::digit_value(*low)) else {
                        return Some(b'%');
                    };
                    self.rest = after;
                    Some(high << 4 | low)
                }
                _ => Some(b'%'),
            },
            b'+' if self.plus == Plus::Space => Some(b' '),
            other => Some(other),
        }
    }
}

/// The same in one piece, without a copy where nothing is encoded.
pub(crate) fn decode(raw: &str, plus: Plus) -> Cow<'_, [u8]> {
    let bytes = raw.as_bytes();
    let escape = match plus {
        Plus::Literal => memchr(b'%', bytes),
        Plus::Space => memchr2(b'%', b'+', bytes),
    };
    let Some(plain) = escape else { return Cow::Borrowed(bytes) };
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..plain]);
    out.extend(decoded(&bytes[plain..], plus));
    Cow::Owned(out)
}

/// Appends `bytes` encoded with capital digits; a `/` stays when `keep_slash`.
pub(crate) fn push_encoded(out: &mut Vec<u8>, bytes: &[u8], keep_slash: bool) {
    for byte in bytes {
        push_byte(out, *byte, keep_slash);
    }
}

/// Appends what `raw` stands for, encoded likewise. What needs no change is copied in runs.
pub(crate) fn push_reencoded(out: &mut Vec<u8>, raw: &[u8], plus: Plus, keep_slash: bool) {
    let mut decoded = decoded(raw, plus);
    loop {
        let stays = |byte: &u8| is_unreserved(*byte) || keep_slash && *byte == b'/';
        let run = decoded.rest.iter().position(|byte| !stays(byte)).unwrap_or(decoded.rest.len());
        let (plain, rest) = decoded.rest.split_at(run);
        out.extend_from_slice(plain);
        decoded.rest = rest;
        match decoded.next() {
            Some(byte) => push_byte(out, byte, keep_slash),
            None => return,
        }
    }
}

fn push_byte(out: &mut Vec<u8>, byte: u8, keep_slash: bool) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if is_unreserved(byte) || keep_slash && byte == b'/' {
        out.push(byte);
    } else {
        out.extend_from_slice(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(raw: &str, plus: Plus) -> Vec<u8> {
        let pieces: Vec<u8> = decoded(raw.as_bytes(), plus).collect();
        assert_eq!(super::decode(raw, plus), pieces);
        pieces
    }

    #[test]
    fn a_percent_sign_that_begins_no_escape_stands_for_itself() {
        assert_eq!(decode("100%", Plus::Literal), b"100%");
        assert_eq!(decode("%4", Plus::Literal), b"%4");
        assert_eq!(decode("%zz%41", Plus::Literal), b"%zzA");
    }

    #[test]
    fn plus_is_read_as_asked() {
        assert_eq!(decode("a+b%2B", Plus::Space), b"a b+");
        assert_eq!(decode("a+b%2B", Plus::Literal), b"a+b+");
    }

    proptest! {
        #[test]
        fn encoding_is_undone_by_decoding(bytes in prop::collection::vec(any::<u8>(), 0..64), keep_slash in any::<bool>()) {
            let mut encoded = Vec::new();
            push_encoded(&mut encoded, &bytes, keep_slash);
            let back: Vec<u8> = decoded(&encoded, Plus::Space).collect();
            prop_assert_eq!(back, bytes);
        }

        #[test]
        fn encoding_anew_is_decoding_and_encoding(raw in "[ -~]{0,40}", literal in any::<bool>(), keep_slash in any::<bool>()) {
            let plus = if literal { Plus::Literal } else { Plus::Space };
            let (mut at_once, mut in_two_steps) = (Vec::new(), Vec::new());
            push_reencoded(&mut at_once, raw.as_bytes(), plus, keep_slash);
            push_encoded(&mut in_two_steps, &super::decode(&raw, plus), keep_slash);
            prop_assert_eq!(at_once, in_two_steps);
        }
    }
}
