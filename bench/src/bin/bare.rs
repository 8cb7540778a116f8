//! The least that an HTTP server can do: hyper, the same bytes for every request, nothing else.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const BODY: [u8; 1024] = [b'x'; 1024];

/// With the headers that Keyward sends beside an object.
async fn answer(_request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let answer = Response::builder()
        .header("content-type", "binary/octet-stream")
        .header("etag", "\"1f5039e50bd66b290c56684d8550c6c2\"")
        .header("last-modified", "Thu, 05 Mar 2026 17:39:13 GMT")
        .header("accept-ranges", "bytes")
        .header("x-amz-request-id", "0123456789ABCDEF")
        .header("x-amz-id-2", "0123456789abcdef0123456789abcdef")
        .header("server", "bare");
    Ok(answer.body(Full::new(Bytes::from_static(&BODY))).expect("valid headers"))
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(async move { drop(connection.await) });
    }
}
