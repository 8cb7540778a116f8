//! The query parameters of a presigned URL: `AWSAccessKeyId`, `Expires`, `Signature`.

use keyward_ambient::Timestamp;

use super::{Signature, read_signature};
use crate::Flaw;
use crate::carrier::{AuthParameter, pairs};
use crate::percent::{self, Plus};

/// What a presigned URL states.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) access_key_id: String,
    pub(crate) signature: Signature,
    /// As it was signed.
    pub(crate) expires: String,
    pub(crate) end: Timestamp,
}

/// Reads the three parameters.
pub(crate) fn read(query: &str) -> Result<Terms, Flaw> {
    let (mut access_key_id, mut signature, mut expires) = (None, None, None);
    for (name, value) in pairs(query) {
        let (place, name) = match AuthParameter::named(name) {
            Some(AuthParameter::V2AccessKeyId) => (&mut access_key_id, "AWSAccessKeyId"),
            Some(AuthParameter::V2Signature) => (&mut signature, "Signature"),
            Some(AuthParameter::V2Expires) => (&mut expires, "Expires"),
            _ => continue,
        };
        // A raw `+` is taken as itself: base64 and access key ids contain plus signs and no blanks.
        let value = percent::decode(value, Plus::Literal).into_owned();
        let value = String::from_utf8(value).map_err(|_| Flaw::Encoding(name))?;
        if place.replace(value).is_some() {
            return Err(Flaw::Repeated(name));
        }
    }
    let access_key_id: String = access_key_id.filter(|id| !id.is_empty()).ok_or(Flaw::Missing("AWSAccessKeyId"))?;
    let signature = read_signature(&signature.ok_or(Flaw::Missing("Signature"))?).ok_or(Flaw::V2Signature)?;
    let expires = expires.ok_or(Flaw::Missing("Expires"))?;
    let end = end(&expires).ok_or(Flaw::V2Expires)?;
    Ok(Terms { access_key_id, signature, expires, end })
}

/// Seconds since 1970. A time after the calendar's end is that end.
fn end(text: &str) -> Option<Timestamp> {
    if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some(Timestamp::from_seconds(text.parse().unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "AWSAccessKeyId=a%2Fb+c@x&Expires=1772735953&Signature=bWq2s1WEIj%2BYdj0vQ697zp+IXMU%3D";

    #[test]
    fn the_three_parameters_are_decoded() {
        let terms = read(&format!("acl&{GOOD}")).unwrap();
        assert_eq!((terms.access_key_id.as_str(), terms.expires.as_str()), ("a/b+c@x", "1772735953"));
        assert_eq!(terms.end, Timestamp::from_seconds(1_772_735_953));
        assert_eq!(Some(terms.signature), read_signature("bWq2s1WEIj+Ydj0vQ697zp+IXMU="));
    }

    #[test]
    fn each_flaw_is_named() {
        let flaw = |from: &str, to: &str| read(&GOOD.replace(from, to)).err();
        assert_eq!(flaw("AWSAccessKeyId=a%2Fb+c@x&", ""), Some(Flaw::Missing("AWSAccessKeyId")));
        assert_eq!(flaw("a%2Fb+c@x", ""), Some(Flaw::Missing("AWSAccessKeyId")));
        assert_eq!(flaw("a%2Fb", "%ff"), Some(Flaw::Encoding("AWSAccessKeyId")));
        assert_eq!(flaw("Expires=1772735953&", ""), Some(Flaw::Missing("Expires")));
        assert_eq!(flaw("&Signature", "&X"), Some(Flaw::Missing("Signature")));
        assert_eq!(flaw("bWq2", ""), Some(Flaw::V2Signature));
        assert_eq!(flaw("Signature", "Expires=1&Signature"), Some(Flaw::Repeated("Expires")));
        for bad in ["", "-1", "%2B1", "1.5", "0x10", "Thu, 05 Mar 2026 17:39:13 GMT", "20260305T173913Z"] {
            assert_eq!(flaw("1772735953", &bad.replace(' ', "%20")), Some(Flaw::V2Expires), "{bad}");
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_its_end() {
        assert_eq!(end("99999999999999999999999999"), Some(Timestamp::MAX));
    }
}
