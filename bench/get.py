#!/usr/bin/env python3
"""What a GET of 1 KiB costs the server: requests per second of its processor time, signed, anonymous, and bare hyper.

    cargo build --release --bin keyward                            in the repository
    cargo build --release                                          in this folder
    ./get.py [--keyward FILE ...] [--rounds 5] [--seconds 3]

Several `--keyward` are compared with each other, such as the builds before and after a change. All of them are measured
in turn, round by round, and the figures are medians, so that what else the machine does hits all alike. Compare figures
of one run only. Needs Linux (/proc) and Python 3.11, and nothing else.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
USER, BUCKET, KEY, PASSWORD = "bench", "bench", "object", "Root-of-all-Keys-1"
# Whose bucket it is, which nobody's request has to say.
NOBODY = {"x-emc-namespace": "bench"}
EMPTY = hashlib.sha256(b"").hexdigest()
UNVERIFIED = ssl._create_unverified_context()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def processor_seconds(pid: int) -> float:
    """User and kernel time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Keyward:
    """A server with one user, one bucket, one object."""

    def __init__(self, binary: Path, room: Path, *flags: str):
        self.management, self.s3 = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        environment = {"PATH": os.environ["PATH"], "KEYWARD_ROOT_PASSWORD": PASSWORD}
        addresses = ["--management-address", self.management, "--s3-address", self.s3, "--s3-tls-address", "off"]
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", room, *addresses, *flags],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait()
        self.secret = self.settle()
        for method, path, body in [("PUT", f"/{BUCKET}", b""), ("PUT", f"/{BUCKET}/{KEY}", b"x" * 1024)]:
            self.send(method, path, body)

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait(self) -> None:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"https://{self.management}/health/ready", timeout=5, context=UNVERIFIED)
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise SystemExit("keyward does not get ready")

    def call(self, method: str, path: str, body: dict | None = None, **headers: str):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        request = urllib.request.Request(f"https://{self.management}{path}", data, headers, method=method)
        return urllib.request.urlopen(request, timeout=30, context=UNVERIFIED)

    def settle(self) -> str:
        basic = base64.b64encode(f"root:{PASSWORD}".encode()).decode()
        token = {"X-SDS-AUTH-TOKEN": self.call("GET", "/login", Authorization=f"Basic {basic}").headers["X-SDS-AUTH-TOKEN"]}
        self.call("POST", "/object/namespaces/namespace", {"namespace": "bench"}, **token)
        self.call("POST", "/object/users", {"user": USER, "namespace": "bench"}, **token)
        return json.load(self.call("POST", f"/object/user-secret-keys/{USER}", {}, **token))["secret_key"]

    def signed_headers(self, method: str, path: str, body: bytes = b"", query: str = "") -> dict[str, str]:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{moment[:8]}/us-east-1/s3/aws4_request"
        headers = {"host": self.s3, "x-amz-content-sha256": hashlib.sha256(body).hexdigest(), "x-amz-date": moment}
        names = ";".join(headers)
        canonical = "\n".join(
            [method, path, query, *(f"{name}:{value}" for name, value in headers.items()), "", names, headers["x-amz-content-sha256"]]
        )
        key = ("AWS4" + self.secret).encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"Credential={USER}/{scope},SignedHeaders={names},Signature={signature}"
        return headers | {"authorization": f"AWS4-HMAC-SHA256 {credential}"}

    def send(self, method: str, path: str, body: bytes, query: str = "") -> None:
        url = f"http://{self.s3}{path}" + (f"?{query.rstrip('=')}" if query else "")
        request = urllib.request.Request(url, body, self.signed_headers(method, path, body, query), method=method)
        urllib.request.urlopen(request, timeout=30).read()

    def lets_everybody_read(self) -> bool:
        """Opens the bucket, where this build can."""
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
        try:
            self.send("PUT", f"/{BUCKET}", policy, query="policy=")
            return urllib.request.urlopen(
                urllib.request.Request(f"http://{self.s3}/{BUCKET}/{KEY}", headers=NOBODY), timeout=30
            ).status == 200
        except urllib.error.HTTPError:
            return False

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


# What SDKs send beside what they sign.
OTHERS = {
    "user-agent": "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11.7 cfg/retry-mode#standard",
    "accept-encoding": "identity",
    "amz-sdk-invocation-id": "0c7a0d0e-5b7e-4a44-9a0b-0d9d0a0b0c0d",
    "amz-sdk-request": "attempt=1; max=5",
}


def request(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (headers | OTHERS).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def measure(case: dict, load: Path, connections: int, seconds: float) -> float:
    """Requests per second of the server's processor time."""
    before = processor_seconds(case["pid"])
    command = [load, case["address"], case["file"], str(connections), str(seconds)]
    answers = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answers / max(processor_seconds(case["pid"]) - before, 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    built = HERE.parent / "target" / "release" / "keyward"
    parser.add_argument("--keyward", type=Path, action="append", help=f"a binary to measure (default: {built})")
    parser.add_argument("--tools", type=Path, default=HERE / "target" / "release", help="where load and bare are")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        bare = subprocess.Popen([given.tools / "bare"], stdout=subprocess.PIPE, text=True)
        address = bare.stdout.readline().strip()
        cases = [{"name": "bare hyper", "address": address, "pid": bare.pid, "request": request("/b/k", {"host": address})}]
        servers = []
        for binary in given.keyward or [built]:
            server = Keyward(binary.resolve(), Path(room) / f"data{len(servers)}")
            servers.append(server)
            path = f"/{BUCKET}/{KEY}"
            common = {"address": server.s3, "pid": server.pid}
            headers = server.signed_headers("GET", path)
            cases.append({"name": f"{binary.name}, signed", "request": request(path, headers), **common})
            if server.lets_everybody_read():
                nobody = request(path, {"host": server.s3} | NOBODY)
                cases.append({"name": f"{binary.name}, anonymous", "request": nobody, **common})
        try:
            report(cases, Path(room), given)
        finally:
            bare.terminate()
            for server in servers:
                server.stop()


def report(cases: list[dict], room: Path, given: argparse.Namespace) -> None:
    for number, case in enumerate(cases):
        case["file"], case["rates"] = room / f"request{number}", []
        case["file"].write_bytes(case["request"])
        measure(case, given.tools / "load", given.connections, 0.5)
    for turn in range(given.rounds):
        for number in range(len(cases)):
            case = cases[(turn + number) % len(cases)]
            case["rates"].append(measure(case, given.tools / "load", given.connections, given.seconds))
    print(f"{'GET of 1 KiB':<30} {'per CPU second':>14} {'µs each':>8} {'of bare':>8}   lowest to highest")
    bare = statistics.median(cases[0]["rates"])
    for case in cases:
        rate = statistics.median(case["rates"])
        spread = f"{min(case['rates']):,.0f} to {max(case['rates']):,.0f}"
        print(f"{case['name']:<30} {rate:>14,.0f} {1e6 / rate:>8.1f} {rate / bare:>8.2f}   {spread}")


if __name__ == "__main__":
    main()
