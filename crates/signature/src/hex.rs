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
    decode(text, &LOWER)
}

/// Reads exactly 64 digits in either case.
pub(crate) fn decode_any_case(text: &[u8]) -> Option<[u8; 32]> {
    decode(text, &ANY_CASE)
}

/// The value of one hexadecimal digit in either case.
pub(crate) fn digit_value(digit: u8) -> Option<u8> {
    let value = ANY_CASE[usize::from(digit)];
    (value != NO_DIGIT).then_some(value)
}

/// Stands in the tables for what is no digit: its high bits are set, those of a digit are not.
const NO_DIGIT: u8 = 0xff;
const LOWER: [u8; 256] = values(false);
const ANY_CASE: [u8; 256] = values(true);

const fn values(capitals: bool) -> [u8; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = DIGITS[value];
        values[digit as usize] = value as u8;
        if capitals {
            values[digit.to_ascii_uppercase() as usize] = value as u8;
        }
        value += 1;
    }
    values
}

fn decode(text: &[u8], values: &[u8; 256]) -> Option<[u8; 32]> {
    let text: &[u8; 64] = text.try_into().ok()?;
    let mut bytes = [0; 32];
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let (high, low) = (values[usize::from(pair[0])], values[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | low & 15;
    }
    (seen < 16).then_some(bytes)
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
