//! The canonical URI: the path, percent-encoded once. S3 neither removes dot segments nor joins slashes.

use crate::percent::{self, Plus};

/// How a path enters the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathReading {
    /// Decoded and encoded again, as the specification says.
    Encoded,
    /// As it is on the wire: clients that sign what they send.
    Wire,
}

impl PathReading {
    pub(crate) const ALL: [Self; 2] = [Self::Encoded, Self::Wire];
}

pub(crate) fn write(path: &str, reading: PathReading, out: &mut Vec<u8>) {
    if path.is_empty() {
        out.push(b'/');
    } else if reading == PathReading::Wire || has_one_spelling(path) {
        out.extend_from_slice(path.as_bytes());
    } else {
        percent::push_reencoded(out, path.as_bytes(), Plus::Literal, true);
    }
}

/// Whether nothing in the path is or needs to be encoded.
pub(crate) fn has_one_spelling(path: &str) -> bool {
    path.bytes().all(|byte| percent::is_unreserved(byte) || byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str) -> String {
        let mut out = Vec::new();
        write(path, PathReading::Encoded, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_path_is_encoded_once_whatever_its_spelling() {
        assert_eq!(canonical(""), "/");
        assert_eq!(canonical("/b/test$file.text"), "/b/test%24file.text");
        assert_eq!(canonical("/b/test%24file.text"), "/b/test%24file.text");
        assert_eq!(canonical("/b/a+b=c&d%25%2f%c3%a9"), "/b/a%2Bb%3Dc%26d%25/%C3%A9");
        assert_eq!(canonical("/b//a/./../c/"), "/b//a/./../c/");
        assert_eq!(canonical("/b/100%"), "/b/100%25");
    }
}
