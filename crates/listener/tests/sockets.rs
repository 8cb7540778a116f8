//! What clients see of a listener, over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_RANGE, ETAG};
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use keyward_listener::{Limits, Port, Refusal, RequestBody, TrustedProxies, listen, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const LAST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/// The preface of HTTP/2 and settings that change nothing (RFC 9113, sections 3.4 and 6.5).
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A server that says how long the body was that it was sent; it serves as long as the sender lives.
fn server(port: Port) -> (SocketAddr, watch::Sender<bool>) {
    let listener = listen("127.0.0.1:0".parse().expect("address")).expect("bound");
    let address = listener.local_addr().expect("address");
    let (stop, stopped) = watch::channel(false);
    let answer = |request: Request<RequestBody>| async {
        let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let mut answer = Response::new(Full::new(Bytes::from(format!("{} bytes", body.len()))));
        answer.headers_mut().insert(ETAG, HeaderValue::from_static("\"e\""));
        answer.headers_mut().insert("x-amz-meta-a", HeaderValue::from_static("b"));
        answer
    };
    tokio::spawn(serve(listener, port, answer, stopped));
    (address, stop)
}

fn room_for(connections: usize) -> Port {
    Port { limits: Limits { connections, ..Limits::default() }, ..Port::default() }
}

async fn connect(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("socket");
    socket.bind(SocketAddr::new(from.parse().expect("address"), 0)).expect("bound");
    socket.connect(to).await.expect("connected")
}

/// Sends, and reads until the answer's body has come or the connection ends.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"bytes") && stream.read_buf(&mut answer).await.expect("read") > 0 {}
    String::from_utf8(answer).expect("text")
}

async fn whole_answer(to: SocketAddr, request: &[u8]) -> String {
    let mut stream = connect("127.0.0.1", to).await;
    stream.write_all(request).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    answer
}

#[tokio::test]
async fn others_are_served_while_one_address_fills_the_listener() {
    let (address, _stop) = server(room_for(16));
    let mut crowd = Vec::new();
    for number in 0..60 {
        let mut stream = connect("127.0.0.2", address).await;
        match number % 3 {
            0 => assert!(ask(&mut stream, GET).await.ends_with("0 bytes")),
            1 => stream.write_all(HTTP2).await.expect("sent"),
            _ => stream.write_all(b"GET / HTTP/1.1\r\nhost: dripping").await.expect("sent"),
        }
        crowd.push(stream);
    }
    let mut client = connect("127.0.0.1", address).await;
    assert!(ask(&mut client, GET).await.ends_with("0 bytes"));
    for _ in 0..60 {
        crowd.push(connect("127.0.0.2", address).await);
    }
    assert!(ask(&mut client, GET).await.ends_with("0 bytes"), "its idle connection is not taken for the crowd's");
}

#[tokio::test]
async fn a_request_in_progress_is_not_closed_to_make_room() {
    let (address, _stop) = server(room_for(8));
    let mut upload = connect("127.0.0.2", address).await;
    upload.write_all(b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12345").await.expect("sent");
    let mut crowd = Vec::new();
    for _ in 0..40 {
        let mut stream = connect("127.0.0.2", address).await;
        assert!(ask(&mut stream, GET).await.ends_with("0 bytes"));
        crowd.push(stream);
    }
    assert!(ask(&mut upload, b"67890").await.ends_with("10 bytes"));
}

#[tokio::test]
async fn connections_of_a_trusted_proxy_are_not_closed_to_make_room() {
    let trusted_proxies = TrustedProxies::new(vec!["127.0.0.3/32".parse().expect("network")]);
    let (address, _stop) = server(Port { trusted_proxies, ..room_for(8) });
    let mut proxys = Vec::new();
    for _ in 0..5 {
        proxys.push(connect("127.0.0.3", address).await);
        assert!(ask(proxys.last_mut().expect("one"), GET).await.ends_with("0 bytes"));
    }
    for _ in 0..40 {
        assert!(ask(&mut connect("127.0.0.2", address).await, GET).await.ends_with("0 bytes"));
    }
    for stream in &mut proxys {
        assert!(ask(stream, GET).await.ends_with("0 bytes"));
    }
}

#[tokio::test]
async fn http2_without_requests_ends_although_pings_are_answered() {
    let limits = Limits {
        head_timeout: Duration::from_millis(100),
        idle_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let (address, _stop) = server(Port { limits, ..Port::default() });
    let mut stream = connect("127.0.0.1", address).await;
    stream.write_all(HTTP2).await.expect("sent");
    let mut last = None;
    let mut head = [0; 9];
    while stream.read_exact(&mut head).await.is_ok() {
        let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.expect("payload");
        let (kind, flags) = (head[3], head[4]);
        if kind == 6 && flags & 1 == 0 {
            stream.write_all(&[&[0, 0, 8, 6, 1, 0, 0, 0, 0], payload.as_slice()].concat()).await.expect("answered");
        }
        last = Some((kind, payload));
    }
    let (kind, payload) = last.expect("a frame");
    assert_eq!((kind, &payload[4..8]), (7, &[0; 4][..]), "GOAWAY without an error");
}

#[tokio::test]
async fn a_transfer_coding_other_than_chunked_is_not_implemented() {
    let refuse = |refusal: Refusal| {
        let mut answer = Response::new(Bytes::from(format!("{refusal:?}")));
        *answer.status_mut() = refusal.status();
        answer
    };
    let (address, _stop) = server(Port { refuse: Some(Arc::new(refuse)), ..Port::default() });
    for coding in ["gzip, chunked", "chunked, chunked"] {
        let request = format!("PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: {coding}\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        let answer = whole_answer(address, request.as_bytes()).await;
        assert!(
            answer.starts_with("HTTP/1.1 501 Not Implemented\r\n") && answer.ends_with("TransferCoding"),
            "{answer}"
        );
    }
    let plain =
        b"PUT / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    assert!(whole_answer(address, plain).await.ends_with("3 bytes"));
}

#[tokio::test]
async fn header_names_are_spelled_as_aws_spells_them() {
    let (address, _stop) = server(Port::default());
    let answer = whole_answer(address, LAST).await;
    for line in ["Content-Length: 7\r\n", "ETag: \"e\"\r\n", "x-amz-meta-a: b\r\n", "Connection: close\r\n", "Date: "] {
        assert!(answer.contains(line), "{line} in {answer}");
    }
}

#[tokio::test]
async fn rare_names_are_spelled_out_too() {
    let listener = listen("127.0.0.1:0".parse().expect("address")).expect("bound");
    let address = listener.local_addr().expect("address");
    let (_stop, stopped) = watch::channel(false);
    let answer = |_: Request<RequestBody>| async {
        let mut answer = Response::new(Full::new(Bytes::new()));
        let headers = answer.headers_mut();
        headers.insert(CONTENT_RANGE, HeaderValue::from_static("bytes 0-0/1"));
        headers.insert("x-sds-auth-token", HeaderValue::from_static("t"));
        headers.append("set-cookie", HeaderValue::from_static("a=b"));
        headers.append("set-cookie", HeaderValue::from_static("c=d"));
        answer
    };
    tokio::spawn(serve(listener, Port::default(), answer, stopped));
    let answer = whole_answer(address, LAST).await;
    for line in
        ["Content-Range: bytes 0-0/1\r\n", "X-SDS-AUTH-TOKEN: t\r\n", "Set-Cookie: a=b\r\n", "Set-Cookie: c=d\r\n"]
    {
        assert!(answer.contains(line), "{line} in {answer}");
    }
}
