#!/usr/bin/env python3
"""Whether the server's memory and threads stay flat: a 10 GB upload, idle connections, readers that hardly read.

    cargo build --release --bin keyward            in the repository
    bench/memory.py [--keyward FILE] [--gigabytes 10] [--room DIR]

Prints the server's resident memory and its threads before, at the most during, and twelve seconds after each. The upload is sent in
two parts, generated and unsigned, and needs that much room in DIR; everything is deleted at the end. Needs nothing but
Python, and `ulimit -n` of 4096 or more.
"""

import argparse
import hashlib
import hmac
import http.client
import os
import re
import resource
import socket
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from get import BUCKET, HERE, KEY, USER, Keyward, request
from list_users import memory_mb

IDLE, SLOW = 1000, 200
LARGE = 64 << 20


def threads_of(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


class Watch:
    """Looks at memory and threads of a process ten times a second, until it is left."""

    def __init__(self, pid: int):
        self.pid, self.over = pid, threading.Event()
        self.most, self.threads = memory_mb(pid), threads_of(pid)

    def __enter__(self) -> "Watch":
        self.before, self.threads_before = memory_mb(self.pid), threads_of(self.pid)
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self) -> None:
        while not self.over.wait(0.1):
            self.most, self.threads = max(self.most, memory_mb(self.pid)), max(self.threads, threads_of(self.pid))

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()

    def row(self, what: str, seconds: float) -> str:
        memory = f"{self.before:.0f} / {self.most:.0f} / {memory_mb(self.pid):.0f}"
        return f"| {what} | {seconds:.0f} | {memory} | {self.threads_before} / {self.threads} / {threads_of(self.pid)} |"


def call(keyward: Keyward, method: str, path: str, query: str = "", body: bytes = b"") -> bytes:
    connection = http.client.HTTPConnection(keyward.s3, timeout=300)
    target = f"{path}?{query}" if query else path
    # A sub-resource without a value is signed with the equals sign.
    connection.request(method, target, body, keyward.signed_headers(method, path, body, query))
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status in (200, 204), text
    return text


def upload(keyward: Keyward, size: int) -> None:
    begun = call(keyward, "POST", f"/{BUCKET}/huge", "uploads=")
    upload_id = re.search(rb"<UploadId>(.*?)</UploadId>", begun)[1].decode()
    piece = os.urandom(1 << 20)
    try:
        for number in (1, 2):
            query = f"partNumber={number}&uploadId={upload_id}"
            connection = http.client.HTTPConnection(keyward.s3, timeout=300)
            connection.putrequest("PUT", f"/{BUCKET}/huge?{query}", skip_host=True, skip_accept_encoding=True)
            for name, value in unsigned_headers(keyward, f"/{BUCKET}/huge", query).items():
                connection.putheader(name, value)
            connection.putheader("content-length", str(size // 2))
            connection.endheaders()
            for _ in range(size // 2 // len(piece)):
                connection.send(piece)
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
    finally:
        call(keyward, "DELETE", f"/{BUCKET}/huge", f"uploadId={upload_id}")


def unsigned_headers(keyward: Keyward, path: str, query: str) -> dict[str, str]:
    """As `signed_headers`, for a body whose digest is not told."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/us-east-1/s3/aws4_request"
    headers = {"host": keyward.s3, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": moment}
    names = ";".join(headers)
    lines = [f"{name}:{value}" for name, value in headers.items()]
    canonical = "\n".join(["PUT", path, query, *lines, "", names, "UNSIGNED-PAYLOAD"])
    key = ("AWS4" + keyward.secret).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"Credential={USER}/{scope},SignedHeaders={names},Signature={signature}"
    return headers | {"authorization": f"AWS4-HMAC-SHA256 {credential}"}


def connected(keyward: Keyward, asked: bytes, receive: int | None = None) -> socket.socket:
    host, port = keyward.s3.split(":")
    connection = socket.socket()
    if receive is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    connection.connect((host, int(port)))
    connection.sendall(asked)
    return connection


def idle(keyward: Keyward) -> None:
    asked = request(f"/{BUCKET}/{KEY}", keyward.signed_headers("GET", f"/{BUCKET}/{KEY}"))
    kept = [connected(keyward, asked) for _ in range(IDLE)]
    for connection in kept:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    time.sleep(3)
    answer_within(keyward)
    for connection in kept:
        connection.close()


def slow(keyward: Keyward) -> None:
    asked = request(f"/{BUCKET}/large", keyward.signed_headers("GET", f"/{BUCKET}/large"))
    kept = [connected(keyward, asked, receive=4096) for _ in range(SLOW)]
    for _ in range(10):
        for connection in kept:
            assert connection.recv(1024)
        time.sleep(1)
    answer_within(keyward)
    for connection in kept:
        connection.close()


def answer_within(keyward: Keyward) -> None:
    """Somebody else is still served at once."""
    started = time.perf_counter()
    call(keyward, "GET", f"/{BUCKET}/{KEY}")
    print(f"  another client's GET took {(time.perf_counter() - started) * 1000:.1f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keyward", type=Path, default=HERE.parent / "target" / "release" / "keyward")
    parser.add_argument("--gigabytes", type=float, default=10)
    parser.add_argument("--room", type=Path, default=None)
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows = []
    with tempfile.TemporaryDirectory(dir=given.room) as folder:
        keyward = Keyward(given.keyward, Path(folder) / "data")
        try:
            call(keyward, "PUT", f"/{BUCKET}/large", body=bytes(LARGE))
            size = int(given.gigabytes * (1 << 30))
            tasks = {
                f"{IDLE} idle connections": lambda: idle(keyward),
                f"{SLOW} readers of 1 KB/s": lambda: slow(keyward),
                f"upload of {given.gigabytes:g} GiB": lambda: upload(keyward, size),
            }
            for what, task in tasks.items():
                started = time.perf_counter()
                with Watch(keyward.pid) as watch:
                    task()
                seconds = time.perf_counter() - started
                # Threads that waited for the disk end when they had nothing to do for ten seconds.
                time.sleep(12)
                rows.append(watch.row(what, seconds))
        finally:
            keyward.stop()
    print("| | seconds | memory MB before / most / after | threads before / most / after |\n| --- | --- | --- | --- |")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
