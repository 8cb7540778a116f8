//! SHA-256 sized values as 64 hexadecimal digits.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The lower-case digits of `bytes`, as ASCII.
pub(crate) fn encode(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

/// The same digits as text.
pub(crate) fn text(bytes: &[u8; 32]) -> String {
    encode(bytes).into_iter().map(char::from).collect()
}

/// Reads exactly 64 digits; capital letters are refused, so that a value has one spelling.
pub(crate) fn decode_lower(text: &[u8]) -> Option<[u8; 32]> {
    decode(text, |digit| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    })
}

/// Reads exactly 64 digits in either case.
pub(crate) fn decode_any_case(text: &[u8]) -> Option<[u8; 32]> {
    decode(text, digit_value)
}

/// The value of one hexadecimal digit in either case.
pub(crate) fn digit_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn decode(text: &[u8], value: impl Fn(u8) -> Option<u8>) -> Option<[u8; 32]> {
    if text.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_back_as_the_bytes_they_stand_for() {
        let bytes: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 8 + 3).unwrap());
        assert_eq!(decode_lower(&encode(&bytes)), Some(bytes));
        assert_eq!(decode_any_case(text(&bytes).to_uppercase().as_bytes()), Some(bytes));
    }

    #[test]
    fn a_signature_has_one_spelling() {
        assert_eq!(decode_lower(&[b'A'; 64]), None);
        assert_eq!(decode_lower(&[b'a'; 63]), None);
        assert_eq!(decode_lower(&[b'g'; 64]), None);
    }
}
