"""Heads of requests and answers as they stand on the wire, on all ports."""

import base64
import socket
import ssl

import pytest

import s3
from curl import curl


def exchange(address: str, request: bytes, *, tls: bool) -> bytes:
    host, _, port = address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    if tls:
        connection = ssl._create_unverified_context().wrap_socket(connection)
    with connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.fixture(params=["s3_plain", "s3_tls", "management"])
def port(request):
    return request.param


@pytest.fixture
def raw(keyward, port):
    """Sends bytes to one of the ports, and gives back all that comes."""
    return lambda request: exchange(getattr(keyward, port), request, tls=port != "s3_plain")


def head(answer: bytes) -> list[bytes]:
    return answer.partition(b"\r\n\r\n")[0].split(b"\r\n")


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"gzip,chunked", b"identity, chunked", b"chunked, chunked"])
def test_a_transfer_coding_that_is_not_undone_is_not_implemented(raw, port, coding):
    answer = raw(b"PUT /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + coding + b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 501 "), answer
    assert b"Connection: close" in head(answer)
    if port != "management":
        assert b"<Code>NotImplemented</Code>" in answer


def test_chunks_alone_are_read(raw):
    answer = raw(b"PUT /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 405 ")), answer


def test_the_general_header_names_are_spelled_out(raw, port):
    lines = head(raw(b"GET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    names = {line.partition(b":")[0] for line in lines[1:]}
    assert {b"Content-Length", b"Content-Type", b"Date", b"Connection"} <= names, names
    lower = {name for name in names if name == name.lower()}
    assert lower == ({b"x-amz-request-id", b"x-amz-id-2"} if port != "management" else set())


def test_a_head_that_cannot_be_read_is_answered_in_the_same_spelling(raw):
    answer = raw(b"GET /%zz\x01 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert any(line.startswith(b"Content-Length: ") for line in head(answer))


def test_etag_and_token_are_spelled_as_aws_and_ecs_spell_them(keyward, person):
    client = person.with_key()
    client.create_bucket(Bucket="spelled")
    client.put_object(Bucket="spelled", Key="k", Body=b"x", CacheControl="max-age=3600", Metadata={"note": "n"})
    link = client.generate_presigned_url("get_object", Params={"Bucket": "spelled", "Key": "k"})
    target = link.removeprefix(keyward.s3_url)
    answer = exchange(keyward.s3_plain, f"GET {target} HTTP/1.1\r\nHost: {keyward.s3_plain}\r\nConnection: close\r\n\r\n".encode(), tls=False)
    names = {line.partition(b":")[0] for line in head(answer)}
    assert {b"ETag", b"Last-Modified", b"Cache-Control", b"Accept-Ranges", b"x-amz-meta-note"} <= names, names
    basic = base64.b64encode(f"root:{keyward.root_password}".encode()).decode()
    login = exchange(keyward.management, f"GET /login HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {basic}\r\nConnection: close\r\n\r\n".encode(), tls=True)
    assert b"\r\nX-SDS-AUTH-TOKEN: " in login and b"\r\nX-SDS-AUTH-MAX-AGE: " in login


# --- HTTP without TLS on a port that speaks HTTPS


@pytest.mark.parametrize("request_line", [b"GET / HTTP/1.1", b"PUT /b/k HTTP/1.1", b"GET /health/live HTTP/1.0"])
def test_plain_http_on_a_tls_port_is_answered_in_words(keyward, request_line):
    request = request_line + b"\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    to_management = exchange(keyward.management, request, tls=False)
    assert to_management.split(b" ", 2)[1] == b"400" and b"https://" in to_management, to_management
    assert b"Content-Type: text/plain; charset=utf-8" in head(to_management)
    to_s3 = exchange(keyward.s3_tls, request, tls=False)
    assert to_s3.split(b" ", 2)[1] == b"400" and b"<Code>InvalidRequest</Code>" in to_s3 and b"https://" in to_s3, to_s3


def test_clients_show_these_words(keyward, person, tmp_path):
    assert b"https://" in curl(f"http://{keyward.management}/").expect(400).body
    body = tmp_path / "body"
    body.write_bytes(b"x" * 300_000)
    for more in ([], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"]):
        assert b"https://" in curl(*more, "-T", str(body), f"http://{keyward.s3_tls}/b/k").expect(400).body
    with s3.refused("InvalidRequest"):
        s3.client(f"http://{keyward.s3_tls}", person.uid, "x" * 40).put_object(Bucket="b", Key="k", Body=b"x" * 2_000_000)


def test_tls_clients_are_not_disturbed(keyward):
    """Also when the handshake comes a byte at a time."""
    host, _, port = keyward.management.rpartition(":")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = ssl._create_unverified_context().wrap_bio(incoming, outgoing)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                for byte in outgoing.read():
                    connection.send(bytes([byte]))
                incoming.write(connection.recv(65536))
    assert session.version() == "TLSv1.3"
