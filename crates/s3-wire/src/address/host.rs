//! The host name a request is sent to.

use http::header::HOST;
use http::request::Parts;

use crate::error::{ErrorCode, S3Error};

/// The host name without port and final dot, as it was written; `None` when there is none or it is an IP address.
///
/// # Errors
/// `InvalidRequest` when there are two `Host` headers, or when the request line (or `:authority`) names another host
/// than the `Host` header: a signature covers one of them, and the bucket must come from that one.
pub(super) fn of(parts: &Parts) -> Result<Option<String>, S3Error> {
    let mut headers = parts.headers.get_all(HOST).iter();
    let header = headers.next().map(|value| value.to_str().map(str::trim)).transpose().map_err(|_| unreadable())?;
    if headers.next().is_some() {
        return Err(S3Error::because(ErrorCode::InvalidRequest, "Send the header Host only once."));
    }
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let (line, header) = (authority.map(name).transpose()?, header.map(name).transpose()?);
    match (line, header) {
        (Some(line), Some(header)) if !line.unwrap_or_default().eq_ignore_ascii_case(header.unwrap_or_default()) => {
            let message = "The request names two hosts; send the same one in the Host header and in the request line.";
            Err(S3Error::because(ErrorCode::InvalidRequest, message))
        }
        (Some(host), _) | (None, Some(host)) => Ok(host.map(str::to_owned)),
        (None, None) => Ok(None),
    }
}

/// The name in `host[:port]`; `None` for an IP address and for nothing.
fn name(host: &str) -> Result<Option<&str>, S3Error> {
    // A user part would let a host be shown as one and read as another.
    if host.contains(['@', '/', '?', '#']) {
        return Err(unreadable());
    }
    if host.starts_with('[') {
        return Ok(None);
    }
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unreadable());
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_address = name.parse::<std::net::Ipv4Addr>().is_ok();
    Ok((!name.is_empty() && !is_address).then_some(name))
}

fn unreadable() -> S3Error {
    S3Error::because(ErrorCode::InvalidURI, "The host name cannot be read; send the server's name and port.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_final_dots_do_not_belong_to_the_name() {
        for (host, expected) in [
            ("s3.test", Some("s3.test")),
            ("S3.test.:9020", Some("S3.test")),
            ("127.0.0.1:9020", None),
            ("[::1]:9020", None),
            ("", None),
        ] {
            assert_eq!(name(host), Ok(expected), "{host}");
        }
    }

    #[test]
    fn a_host_that_can_be_read_in_two_ways_is_refused() {
        for host in ["bucket.s3.test@evil", "s3.test:80:80", "s3.test/a", "s3.test:9020x"] {
            assert_eq!(name(host).unwrap_err().code(), ErrorCode::InvalidURI, "{host}");
        }
    }
}
