//! The string to sign, up to the resource: method, three headers, and all that S3 and ECS act by.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;

use crate::headers::{CONTENT_MD5, single};
use crate::{SignatureError, object_headers};

/// Appends all lines before the resource. `date_line` is the `Date`, the `Expires` of a presigned URL, or nothing;
/// `more` are parameters that were signed as headers.
pub(crate) fn write_head(
    parts: &Parts,
    date_line: &str,
    more: &[(HeaderName, HeaderValue)],
    out: &mut Vec<u8>,
) -> Result<(), SignatureError> {
    let value = |name, text| Ok(single(&parts.headers, name, text)?.map_or(&b""[..], HeaderValue::as_bytes));
    let (md5, media_type) = (value(CONTENT_MD5, "content-md5")?, value(CONTENT_TYPE, "content-type")?);
    for line in [parts.method.as_str().as_bytes(), md5.trim_ascii(), media_type.trim_ascii(), date_line.as_bytes()] {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    let names = parts.headers.keys().chain(more.iter().map(|(name, _)| name));
    let mut names: Vec<&HeaderName> = names.filter(|name| object_headers::acts(name.as_str())).collect();
    names.sort_unstable_by_key(|name| name.as_str());
    for name in names {
        let values = parts.headers.get_all(name).iter();
        let values = values.chain(more.iter().filter(|(known, _)| known == name).map(|(_, value)| value));
        out.extend_from_slice(name.as_str().as_bytes());
        for (at, value) in values.enumerate() {
            out.push(if at == 0 { b':' } else { b',' });
            out.extend_from_slice(value.as_bytes().trim_ascii());
        }
        out.push(b'\n');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&'static str, &str)], more: &[(&'static str, &'static str)]) -> Result<String, SignatureError> {
        let request = http::Request::put("/b/k");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let more = more.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut out = Vec::new();
        let parts = request.body(()).unwrap().into_parts().0;
        write_head(&parts, "the date", &more.collect::<Vec<_>>(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn headers_of_s3_and_ecs_are_sorted_together() {
        let headers = [
            ("x-emc-namespace", "ns"),
            ("content-type", " text/plain "),
            ("X-Amz-Meta-B", "  1  2 "),
            ("content-md5", "abc="),
            ("x-amz-meta-b", "3"),
            ("user-agent", "x"),
        ];
        let lines = "PUT\nabc=\ntext/plain\nthe date\nx-amz-acl:private\nx-amz-meta-b:1  2,3\nx-emc-namespace:ns\n";
        assert_eq!(head(&headers, &[("x-amz-acl", "private")]).unwrap(), lines);
        assert_eq!(head(&[], &[]).unwrap(), "PUT\n\n\nthe date\n");
    }

    #[test]
    fn two_values_where_one_is_signed_are_refused() {
        let refused = head(&[("content-type", "a/b"), ("content-type", "c/d")], &[]);
        assert_eq!(refused, Err(SignatureError::RepeatedHeader { name: "content-type" }));
    }
}
