"""A signature version 4 client of our own, for bodies that no SDK would send: every byte of a request is ours to bend."""

import contextlib
import hashlib
import hmac
import http.client
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

EMPTY = hashlib.sha256(b"").hexdigest()
SIGNED, SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@dataclass
class Signer:
    access_key_id: str
    secret_key: str
    region: str = "us-east-1"
    amz_date: str = ""

    def __post_init__(self):
        self.amz_date = self.amz_date or datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self.scope = f"{self.amz_date[:8]}/{self.region}/s3/aws4_request"
        self.previous = ""

    def _sign(self, algorithm: str, *lines: str) -> str:
        key = ("AWS4" + self.secret_key).encode()
        for part in self.scope.split("/"):
            key = _mac(key, part)
        return _mac(key, "\n".join([algorithm, self.amz_date, self.scope, *lines])).hex()

    def authorization(self, method: str, path: str, headers: dict[str, str]) -> str:
        """The Authorization header; it also seeds the chain of chunk signatures. `headers` are all signed."""
        lowered = sorted((name.lower(), value.strip()) for name, value in headers.items())
        names = ";".join(name for name, _ in lowered)
        lines = [method, quote(path, safe="/-_.~"), "", *(f"{name}:{value}" for name, value in lowered), "", names]
        canonical = "\n".join([*lines, dict(lowered)["x-amz-content-sha256"]])
        self.previous = self._sign("AWS4-HMAC-SHA256", hashlib.sha256(canonical.encode()).hexdigest())
        credential = f"Credential={self.access_key_id}/{self.scope}"
        return f"AWS4-HMAC-SHA256 {credential},SignedHeaders={names},Signature={self.previous}"

    def chunk(self, data: bytes) -> bytes:
        """One signed chunk frame; no data makes the last one, which ends with its head."""
        digest = hashlib.sha256(data).hexdigest()
        self.previous = self._sign("AWS4-HMAC-SHA256-PAYLOAD", self.previous, EMPTY, digest)
        head = f"{len(data):x};chunk-signature={self.previous}\r\n".encode()
        return head + data + b"\r\n" if data else head

    def trailer(self, name: str, value: str) -> bytes:
        """The signed trailing header that closes a body."""
        digest = hashlib.sha256(f"{name}:{value}\n".encode()).hexdigest()
        self.previous = self._sign("AWS4-HMAC-SHA256-TRAILER", self.previous, digest)
        return f"{name}:{value}\r\nx-amz-trailer-signature:{self.previous}\r\n\r\n".encode()


def unsigned_chunk(data: bytes) -> bytes:
    head = f"{len(data):x}\r\n".encode()
    return head + data + b"\r\n" if data else head


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def send(url: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
    """Sends exactly this; a server may answer, and close, before it has read the whole body."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.putrequest(method, quote(path, safe="/-_.~"), skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.endheaders(body)
    answer = connection.getresponse()
    try:
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def put_stream(url: str, signer: Signer, path: str, kind: str, decoded: int, frames, trailer: str = "", extra=()) -> Reply:
    """A framed PUT: `frames(signer)` makes the body, after the head's signature has seeded the chain."""
    headers = {
        "Host": urlsplit(url).netloc,
        "x-amz-date": signer.amz_date,
        "x-amz-content-sha256": kind,
        "x-amz-decoded-content-length": str(decoded),
        "Content-Encoding": "aws-chunked",
        **dict(extra),
    }
    if trailer:
        headers["x-amz-trailer"] = trailer
    headers["Authorization"] = signer.authorization("PUT", path, headers)
    body = frames(signer)
    return send(url, "PUT", path, headers | {"Content-Length": str(len(body))}, body)
