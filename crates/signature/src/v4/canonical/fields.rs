//! The canonical headers: `name:value`, blanks trimmed and joined, repeated headers with commas between.

use http::HeaderMap;
use memchr::memchr2;

use crate::SignatureError;

/// Appends the line of one signed header; `host` is the one that the request is for.
pub(crate) fn write(name: &[u8], headers: &HeaderMap, host: &[u8], out: &mut Vec<u8>) -> Result<(), SignatureError> {
    out.extend_from_slice(name);
    out.push(b':');
    if name == b"host" {
        push_value(host, out);
    } else {
        // A head has few headers: going through them takes less time than reading the name to look it up.
        let mut values = headers.iter().filter(|(known, _)| known.as_str().as_bytes() == name).map(|(_, value)| value);
        let missing = || SignatureError::SignedHeaderMissing { name: String::from_utf8_lossy(name).into_owned() };
        push_value(values.next().ok_or_else(missing)?.as_bytes(), out);
        for value in values {
            out.push(b',');
            push_value(value.as_bytes(), out);
        }
    }
    out.push(b'\n');
    Ok(())
}

fn push_value(value: &[u8], out: &mut Vec<u8>) {
    let value = value.trim_ascii();
    if memchr2(b' ', b'\t', value).is_none() {
        return out.extend_from_slice(value);
    }
    let words = value.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[&str]) -> String {
        let name = http::HeaderName::from_static("x-amz-meta-note");
        let headers = values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect();
        let mut out = Vec::new();
        write(b"x-amz-meta-note", &headers, b"", &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn blanks_are_trimmed_and_runs_of_them_joined() {
        assert_eq!(line(&["a b"]), "x-amz-meta-note:a b\n");
        assert_eq!(line(&["  a   b \t c  "]), "x-amz-meta-note:a b c\n");
        assert_eq!(line(&[""]), "x-amz-meta-note:\n");
        assert_eq!(line(&["a\tb"]), "x-amz-meta-note:a b\n");
    }

    #[test]
    fn repeated_headers_are_joined_in_the_order_of_arrival() {
        assert_eq!(line(&["b", " a "]), "x-amz-meta-note:b,a\n");
    }

    #[test]
    fn a_signed_header_that_did_not_arrive_is_refused() {
        let refused = SignatureError::SignedHeaderMissing { name: "range".into() };
        assert_eq!(write(b"range", &HeaderMap::new(), b"", &mut Vec::new()), Err(refused));
    }
}
