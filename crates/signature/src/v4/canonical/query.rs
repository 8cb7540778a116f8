//! The canonical query string: every parameter encoded, sorted by name, then by value.

use std::ops::Range;

use crate::carrier::{AuthParameter, pairs};
use crate::percent::{self, Plus};

/// How a query enters the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryReading {
    /// Decoded, `+` as a blank, and encoded again: how S3 reads it.
    PlusIsSpace,
    /// Decoded, `+` as itself, and encoded again.
    PlusIsLiteral,
    /// Parameters as they are on the wire, sorted.
    Wire,
}

impl QueryReading {
    pub(crate) const ALL: [Self; 3] = [Self::PlusIsSpace, Self::PlusIsLiteral, Self::Wire];
}

/// Cleaning a query whose `+` was signed as itself spells each as `%2B`; the target, three times as long at worst,
/// must still be one that a URI can hold (64 KiB).
const LONGEST_WITH_LITERAL_PLUS: usize = 16 * 1024;

/// Whether the query of this target can also be read with every `+` as itself.
pub(crate) fn plus_can_be_literal(path: &str, query: &str) -> bool {
    path.len() + query.len() <= LONGEST_WITH_LITERAL_PLUS && query.contains('+')
}

/// Whether nothing in the query is or needs to be encoded.
pub(crate) fn has_one_spelling(query: &str) -> bool {
    query.bytes().all(|byte| percent::is_unreserved(byte) || matches!(byte, b'&' | b'='))
}

pub(crate) fn write(query: &str, reading: QueryReading, presigned: bool, out: &mut Vec<u8>) {
    // Names and values are encoded into one text and sorted as ranges of it: two allocations, whatever their number.
    let mut text = Vec::with_capacity(query.len() + 32);
    let mut parameters: Vec<(Range<usize>, Range<usize>)> = Vec::with_capacity(8);
    for (name, value) in pairs(query) {
        if presigned && AuthParameter::named(name) == Some(AuthParameter::Signature) {
            continue;
        }
        let start = text.len();
        push(name, reading, &mut text);
        let middle = text.len();
        push(value, reading, &mut text);
        parameters.push((start..middle, middle..text.len()));
    }
    let sort_key = |(name, value): &(Range<usize>, Range<usize>)| (&text[name.clone()], &text[value.clone()]);
    parameters.sort_unstable_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    for (at, (name, value)) in parameters.into_iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(&text[name]);
        out.push(b'=');
        out.extend_from_slice(&text[value]);
    }
}

fn push(wire: &str, reading: QueryReading, text: &mut Vec<u8>) {
    let plus = match reading {
        QueryReading::Wire => return text.extend_from_slice(wire.as_bytes()),
        QueryReading::PlusIsSpace => Plus::Space,
        QueryReading::PlusIsLiteral => Plus::Literal,
    };
    percent::push_reencoded(text, wire.as_bytes(), plus, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(query: &str, reading: QueryReading) -> String {
        let mut out = Vec::new();
        write(query, reading, true, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn parameters_are_sorted_by_name_then_value() {
        let standard = |query| canonical(query, QueryReading::PlusIsSpace);
        assert_eq!(standard("prefix=J&max-keys=2"), "max-keys=2&prefix=J");
        assert_eq!(standard("lifecycle"), "lifecycle=");
        assert_eq!(standard("b=2&a=2&b=1&&a"), "a=&a=2&b=1&b=2");
        assert_eq!(standard("a-b=1&a=2"), "a=2&a-b=1");
        assert_eq!(standard("a=b=c"), "a=b%3Dc");
    }

    #[test]
    fn each_reading_spells_plus_its_own_way() {
        let query = "prefix=a+b%2Bc%20d";
        assert_eq!(canonical(query, QueryReading::PlusIsSpace), "prefix=a%20b%2Bc%20d");
        assert_eq!(canonical(query, QueryReading::PlusIsLiteral), "prefix=a%2Bb%2Bc%20d");
        assert_eq!(canonical(query, QueryReading::Wire), query);
    }

    #[test]
    fn the_signature_itself_is_left_out_however_it_is_spelt() {
        for name in ["X-Amz-Signature", "x-amz-signature", "X-Amz%2DSignature"] {
            assert_eq!(canonical(&format!("{name}=00&a=1"), QueryReading::PlusIsSpace), "a=1");
        }
    }
}
