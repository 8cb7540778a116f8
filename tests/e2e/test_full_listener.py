"""One address opens as many connections as it can: other clients are still served, on every port."""

import signal
import socket
import ssl
from pathlib import Path

import pytest

import s3
from company import Company
from curl import curl

# What the process may hold open: 42 connections a port.
OPEN_FILES = 256
CROWD = 90
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
REQUEST = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"


def limited(binary: Path, folder: Path) -> Path:
    """The binary, allowed few open files."""
    wrapper = folder / "keyward-with-few-files"
    wrapper.write_text(f'#!/bin/sh\nulimit -n {OPEN_FILES}\nexec "{binary}" "$@"\n')
    wrapper.chmod(0o755)
    return wrapper


@pytest.fixture(scope="module")
def keyward(new_keyward, binary, tmp_path_factory):
    server = new_keyward()
    server.binary = limited(binary, tmp_path_factory.mktemp("limited"))
    return server.start()


class Crowd:
    """Connections from 127.0.0.2 to one port that are never given up by their client."""

    def __init__(self, address: str, *, tls: bool):
        host, _, port = address.rpartition(":")
        self.address, self.tls, self.sockets = (host, int(port)), tls, []

    def add(self, kind: str) -> None:
        connection = socket.create_connection(self.address, timeout=30, source_address=("127.0.0.2", 0))
        self.sockets.append(connection)
        if self.tls and kind != "silent":
            context = ssl._create_unverified_context()
            context.set_alpn_protocols(["h2"] if kind == "http2" else ["http/1.1"])
            self.sockets[-1] = connection = context.wrap_socket(connection)
        if kind == "http2":
            connection.sendall(PREFACE)
        elif kind == "dripping":
            connection.sendall(REQUEST[:30])
        elif kind == "answered":
            connection.sendall(REQUEST)
            assert connection.recv(1000).startswith(b"HTTP/1.1 ")

    def again(self) -> None:
        """Sends a further request wherever that is still possible, as a client does that wants to keep it."""
        for connection in self.sockets:
            try:
                connection.sendall(REQUEST)
            except OSError:
                pass

    def leave(self) -> None:
        while self.sockets:
            self.sockets.pop().close()


@pytest.fixture
def crowd(keyward):
    """Makes a crowd at one of the ports."""
    made: list[Crowd] = []

    def make(port: str) -> Crowd:
        made.append(Crowd(getattr(keyward, port), tls=port != "s3_plain"))
        return made[-1]

    yield make
    for each in made:
        each.leave()


@pytest.mark.parametrize("kind", ["silent", "dripping", "answered", "http2"])
@pytest.mark.parametrize("port", ["s3_plain", "s3_tls", "management"])
def test_others_are_served_while_one_address_fills_the_port(keyward, crowd, port, kind):
    filling = crowd(port)
    for _ in range(CROWD):
        filling.add(kind)
    url, status = {
        "s3_plain": (keyward.s3_url, 403),
        "s3_tls": (keyward.s3_tls_url, 403),
        "management": (f"{keyward.url}/health/ready", 200),
    }[port]
    curl("--max-time", "20", url).expect(status)
    filling.again()
    for _ in range(CROWD // 2):
        filling.add(kind)
    curl("--max-time", "20", url).expect(status)


def test_a_login_and_a_request_go_through_while_all_ports_are_full(keyward, directory, crowd):
    company = Company.settle(keyward, directory)
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    for port in ("s3_plain", "s3_tls", "management"):
        filling = crowd(port)
        for kind in ("answered", "http2", "dripping"):
            for _ in range(CROWD // 3):
                filling.add(kind)
    assert person.login().new_key().status == 200
    assert s3.signs(keyward.s3_url, person.uid, secret)
    assert s3.signs(keyward.s3_tls_url, person.uid, secret)
    company.root.post(f"/object/user-secret-keys/{person.uid}/deactivate", "user_secret_key_delete", {}).expect(200)
    assert not s3.signs(keyward.s3_url, person.uid, secret)


def test_an_upload_in_progress_is_not_given_up_for_a_crowd(keyward, crowd):
    """It is held by the very address that holds most."""
    filling = crowd("s3_plain")
    upload = socket.create_connection(filling.address, timeout=30, source_address=("127.0.0.2", 0))
    filling.sockets.append(upload)
    # A form is read to its end before its signature is checked; this one is refused only then.
    body = b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b--\r\n"
    head = "POST /some-bucket HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    upload.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:20])
    for _ in range(CROWD):
        filling.add("answered")
    upload.sendall(body[20:])
    assert upload.recv(1000).startswith(b"HTTP/1.1 4")


def test_a_burst_of_connections_waits_in_the_queue_of_the_system(new_keyward):
    """The server is stopped and accepts nothing: as many as the queue holds are connected all the same."""
    server = new_keyward().start()
    host, _, port = server.s3_plain.rpartition(":")
    server.process.send_signal(signal.SIGSTOP)
    waiting = []
    try:
        for _ in range(800):
            waiting.append(socket.create_connection((host, int(port)), timeout=10))
    finally:
        server.process.send_signal(signal.SIGCONT)
        for connection in waiting:
            connection.close()
