"""A thousand idle connections, readers that stop and uploads that stall: they cost neither threads nor much memory."""

import re
import socket
import time
from pathlib import Path

import pytest

import s3
from company import unique
from server import Keyward
from signers import Client

IDLE, SLOW, STALLED = 1000, 100, 100
KIB, MIB = 1 << 10, 1 << 20
# Of the objects that slow readers read and stalled uploads announce, and how much of these comes.
SIZE, SENT = 8 * MIB, 4 * MIB


class Connection:
    """A socket that sends and reads as much as it is told, and then nothing."""

    def __init__(self, address: str):
        host, _, port = address.partition(":")
        self.socket = socket.socket()
        # So that an answer that nobody takes soon fills what the kernel has room for.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        self.socket.settimeout(60)
        self.socket.connect((host, int(port)))

    def send(self, signed, body: bytes = b"") -> None:
        """Sends a request's head, and what is given of its body."""
        lines = [f"{signed.method} {signed.target} HTTP/1.1", *(f"{name}: {value}" for name, value in signed.headers.items())]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def head(self) -> tuple[str, bytes]:
        """The head of the answer, and what came of its body along with it."""
        read = b""
        while b"\r\n\r\n" not in read:
            more = self.socket.recv(1000)
            assert more, f"the server ended the connection after {read!r}"
            read += more
        head, _, body = read.partition(b"\r\n\r\n")
        return head.decode(), body

    def rest(self, body: bytes, size: int) -> bytes:
        while len(body) < size:
            more = self.socket.recv(MIB)
            assert more, f"the server ended the connection after {len(body)} bytes"
            body += more
        return body


class Crowd:
    """Many connections, made by one person, all of which are closed in the end."""

    def __init__(self, keyward: Keyward, signer: Client, bucket: str):
        self.keyward, self.signer, self.bucket = keyward, signer, bucket
        self.connections: list[Connection] = []

    def connect(self) -> Connection:
        self.connections.append(Connection(self.keyward.s3_plain))
        return self.connections[-1]

    def idle(self) -> Connection:
        """One that was answered once, and stays."""
        connection = self.connect()
        connection.send(self.signer.sign("V4 header", "HEAD", f"/{self.bucket}"))
        head, _ = connection.head()
        assert " 200 " in head.splitlines()[0]
        return connection

    def reader(self) -> tuple[Connection, bytes]:
        """One that asks for a large object and takes its beginning."""
        connection = self.connect()
        connection.send(self.signer.sign("V4 header", "GET", f"/{self.bucket}/large"))
        head, begun = connection.head()
        assert " 200 " in head.splitlines()[0] and len(begun) < SIZE
        return connection, begun

    def upload(self, key: str, body: bytes, sent: int) -> Connection:
        """One that announces a body and sends the beginning of it."""
        connection = self.connect()
        link = self.signer.sign("V4 link", "PUT", f"/{self.bucket}/{key}")
        link.headers["Content-Length"] = str(len(body))
        connection.send(link, body[:sent])
        return connection

    def gather(self, body: bytes) -> tuple[list[tuple[Connection, bytes]], list[Connection]]:
        """Everybody; what the readers took so far, and the uploads."""
        uploads = [self.upload(f"stalled-{number}", body, SENT) for number in range(STALLED)]
        readers = [self.reader() for _ in range(SLOW)]
        for _ in range(IDLE):
            self.idle()
        return readers, uploads

    def leave(self) -> None:
        while self.connections:
            self.connections.pop().socket.close()


def connections(address: str) -> int:
    """How many connections to a port the server has not closed. Its open files are for root alone to list."""
    port = int(address.rpartition(":")[2])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established, half_closed = "01", "08"
    return sum(int(row[1].partition(":")[2], 16) == port and row[3] in (established, half_closed) for row in rows)


def process(keyward: Keyward) -> dict[str, int]:
    """What the kernel knows of the server: its threads, its connections, and its memory in bytes."""
    status = Path(f"/proc/{keyward.pid}/status").read_text()
    numbers = {name: int(number) for name, number in re.findall(r"^(\w+):\s+(\d+)", status, re.MULTILINE)}
    memory, peak = numbers["VmRSS"] * KIB, numbers["VmHWM"] * KIB
    return {"threads": numbers["Threads"], "connections": connections(keyward.s3_plain), "memory": memory, "peak": peak}


def until(holds) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def signer(person) -> Client:
    return Client(person.keyward.s3_url, person.uid, person.login().new_key().expect(200).field("secret_key"))


@pytest.fixture
def client(signer):
    return s3.client(signer.url, signer.access_key_id, signer.secret_key)


@pytest.fixture
def body(client, crowd) -> bytes:
    """That of a large object, which was read once."""
    body = bytes(range(256)) * (SIZE // 256)
    client.put_object(Bucket=crowd.bucket, Key="large", Body=body)
    assert client.get_object(Bucket=crowd.bucket, Key="large")["Body"].read() == body
    return body


@pytest.fixture
def crowd(keyward, signer, client):
    bucket = unique("crowd-")
    client.create_bucket(Bucket=bucket)
    crowd = Crowd(keyward, signer, bucket)
    yield crowd
    crowd.leave()


def test_a_crowd_of_idle_slow_and_stalled_clients_is_in_nobodys_way(keyward, crowd, client, body):
    bucket = crowd.bucket
    before = process(keyward)
    readers, uploads = crowd.gather(body)

    for number in range(20):
        client.put_object(Bucket=bucket, Key=f"meanwhile {number}", Body=b"answered")
        assert client.get_object(Bucket=bucket, Key=f"meanwhile {number}")["Body"].read() == b"answered"
    client.put_object(Bucket=bucket, Key="meanwhile, large", Body=body)
    assert client.get_object(Bucket=bucket, Key="meanwhile, large")["Body"].read() == body
    during = process(keyward)
    assert during["threads"] - before["threads"] < (SLOW + STALLED) // 4
    # Whole answers and half uploads held in memory would be 1.2 GB.
    assert during["memory"] - before["memory"] < IDLE * 64 * KIB + (SLOW + STALLED) * 1536 * KIB

    # Patience pays: whoever goes on gets the whole, and whoever leaves has left nothing behind.
    connection, begun = readers[-1]
    assert connection.rest(begun, SIZE) == body
    uploads[-1].socket.sendall(body[SENT:])
    assert " 200 " in uploads[-1].head()[0].splitlines()[0]
    crowd.leave()
    until(lambda: process(keyward)["connections"] <= before["connections"] + 8)
    kept = [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket, Prefix="stalled-")["Contents"]]
    assert kept == [f"stalled-{STALLED - 1}"]


def test_a_second_crowd_takes_no_more_than_the_first(keyward, crowd, body):
    crowd.gather(body)
    first = process(keyward)
    crowd.leave()
    until(lambda: process(keyward)["connections"] < first["connections"] - IDLE)
    crowd.gather(body)
    assert process(keyward)["peak"] - first["peak"] < 64 * MIB


def test_a_body_far_larger_than_the_memory_it_takes_is_stored_and_read(keyward, crowd, client):
    size, piece = 192 * MIB, bytes(range(256)) * (MIB // 256)
    client.put_object(Bucket=crowd.bucket, Key="warm", Body=piece)
    before = process(keyward)
    link = crowd.signer.sign("V4 link", "PUT", f"/{crowd.bucket}/huge")
    link.headers["Content-Length"] = str(size)
    upload = crowd.connect()
    upload.send(link)
    for _ in range(size // MIB):
        upload.socket.sendall(piece)
    assert " 200 " in upload.head()[0].splitlines()[0]
    read = client.get_object(Bucket=crowd.bucket, Key="huge")["Body"]
    assert all(read.read(MIB) == piece for _ in range(size // MIB)) and read.read() == b""
    assert process(keyward)["peak"] - before["peak"] < size // 4
