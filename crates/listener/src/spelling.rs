//! How header names are spelled in HTTP/1.1 answers.
//!
//! Names of headers are the same in any case (RFC 9110, section 5.1), but scripts look for `ETag:` in what `curl -i`
//! prints. AWS spells the general names in title case, with `ETag` as an exception, and its own (`x-amz-…`) in lower
//! case; ECS spells its own in capitals.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Extensions, HeaderMap, Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The names that most answers have.
const FREQUENT: &[&str] = &[
    "Accept-Ranges",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "ETag",
    "Last-Modified",
    "Server",
    "Transfer-Encoding",
];

/// The other names that are not spelled in lower case. One that an answer may have twice stands here twice.
const RARE: &[&str] = &[
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Allow",
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Range",
    "Content-Security-Policy",
    "Cross-Origin-Resource-Policy",
    "Expires",
    "Location",
    "Pragma",
    "Referrer-Policy",
    "Retry-After",
    "Set-Cookie",
    "Set-Cookie",
    "Vary",
    "Vary",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Keyward-Next-Marker",
    "X-SDS-AUTH-MAX-AGE",
    "X-SDS-AUTH-TOKEN",
    "X-SDS-AUTH-USERNAME",
];

thread_local! {
    /// What the HTTP library looks for in an answer, for each thread: copies of one would share a count of references.
    static LEARNED: RefCell<Option<Learned>> = const { RefCell::new(None) };
}

struct Learned {
    frequent: Extensions,
    all: Extensions,
}

/// Has an answer over HTTP/1.1 spell its names as above.
pub(crate) fn spell<B>(answer: &mut Response<B>) {
    LEARNED.with_borrow_mut(|learned| {
        let learned = learned.get_or_insert_with(|| Learned {
            frequent: learn(FREQUENT.iter()),
            all: learn(FREQUENT.iter().chain(RARE)),
        });
        let spelling = if has_rare_names(answer.headers()) { &learned.all } else { &learned.frequent };
        answer.extensions_mut().extend(spelling.clone());
    });
}

/// The spelling of one name, for heads that the listener writes itself.
pub(crate) fn spelled(name: &str) -> &str {
    let names = FREQUENT.iter().chain(RARE);
    names.copied().find(|spelled| spelled.eq_ignore_ascii_case(name)).unwrap_or(name)
}

fn has_rare_names(headers: &HeaderMap) -> bool {
    let is_frequent = |name: &str| FREQUENT.iter().any(|frequent| frequent.eq_ignore_ascii_case(name));
    headers.keys().any(|name| !name.as_str().starts_with("x-amz-") && !is_frequent(name.as_str()))
}

/// The library lets a proxy pass names on as they came, by a note of its own among the extensions of the request that
/// it read. There is no other way to make such a note than to have it read a request with these names.
fn learn<'a>(names: impl Iterator<Item = &'a &'static str>) -> Extensions {
    let mut head = String::from("GET / HTTP/1.1\r\n");
    for name in names {
        // A length or a coding would announce a body.
        let value = match *name {
            "Content-Length" => "0",
            "Transfer-Encoding" => "chunked",
            _ => "a",
        };
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let noted = RefCell::new(Extensions::new());
    let service = service_fn(|request: Request<Incoming>| {
        *noted.borrow_mut() = request.into_parts().0.extensions;
        async { Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())) }
    });
    let stream = TokioIo::new(Canned { unread: Bytes::from(head) });
    let mut connection =
        Box::pin(http1::Builder::new().preserve_header_case(true).half_close(true).serve_connection(stream, service));
    // All is there at once, so that nothing is left to wait for.
    let _ = connection.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(connection);
    noted.into_inner()
}

/// A stream that gives what it holds, and takes everything.
struct Canned {
    unread: Bytes,
}

impl AsyncRead for Canned {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let length = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Canned {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_general_names_are_spelled_out_and_all_others_in_lower_case() {
        assert_eq!(spelled("etag"), "ETag");
        assert_eq!(spelled("content-length"), "Content-Length");
        assert_eq!(spelled("x-sds-auth-token"), "X-SDS-AUTH-TOKEN");
        assert_eq!(spelled("x-amz-meta-a"), "x-amz-meta-a");
    }

    #[test]
    fn the_library_makes_its_note() {
        assert!(!learn(FREQUENT.iter()).is_empty());
    }
}
