"""Prometheus reads the metrics with a token of its own, as docs/monitoring.md says; proxies on the same machine do not."""

import http.client
import re
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
import yaml

from conftest import REPOSITORY
from curl import curl

TOKEN, NEXT = "scrape-0123456789abcdef0123456789abcdef", "scrape-fedcba9876543210fedcba9876543210"
COUNTER = b"# TYPE keyward_"

# As Prometheus 3 sends them.
PROMETHEUS = {
    "User-Agent": "Prometheus/3.5.0",
    "Accept": "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "X-Prometheus-Scrape-Timeout-Seconds": "10",
}


def scrape(address: str, **headers: str) -> tuple[int, bytes]:
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPSConnection(host, int(port), timeout=30, context=ssl._create_unverified_context())
    connection.request("GET", "/metrics", headers=PROMETHEUS | headers)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def token_file(tmp_path) -> Path:
    file = tmp_path / "metrics-token"
    file.write_text(f"# prometheus.example.test\n{TOKEN}\n")
    return file


def test_the_scrape_configuration_of_the_guide_works(new_keyward, token_file):
    guide = (REPOSITORY / "docs" / "monitoring.md").read_text()
    [job] = yaml.safe_load(re.search(r"```yaml\n(.*?)```", guide, re.DOTALL).group(1))["scrape_configs"]
    assert (job["scheme"], job["authorization"]["type"]) == ("https", "Bearer")
    assert "credentials_file" in job["authorization"] and "ca_file" in job["tls_config"]
    server = new_keyward(flags=["--metrics-token-file", str(token_file)]).start()
    status, body = scrape(server.management, Authorization=f"Bearer {TOKEN}")
    assert status == 200 and COUNTER in body
    for wrong in ("Bearer", f"Bearer {NEXT}", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}"):
        assert scrape(server.management, Authorization=wrong)[0] == 401, wrong
    assert scrape(server.management)[0] == 401, "once there are tokens, this machine needs one as well"
    assert curl("-H", f"Authorization: Bearer {TOKEN}", f"{server.url}/user/whoami").status == 401


def test_a_token_is_changed_without_a_gap_and_never_logged(new_keyward, token_file):
    server = new_keyward(flags=["--metrics-token-file", str(token_file), "--log-level", "trace"]).start()
    token_file.write_text(f"{NEXT}\n{TOKEN}\n")
    deadline = time.monotonic() + 60
    while scrape(server.management, Authorization=f"Bearer {NEXT}")[0] != 200:
        assert time.monotonic() < deadline, "the file is not read again"
        time.sleep(0.5)
    assert scrape(server.management, Authorization=f"Bearer {TOKEN}")[0] == 200
    assert TOKEN not in server.output() and NEXT not in server.output()


def test_a_token_file_that_cannot_be_used_ends_the_start(new_keyward, tmp_path):
    (tmp_path / "short").write_text("secret\n")
    for file, shown in ((tmp_path / "short", "line 1"), (tmp_path / "missing", "No such file")):
        server = new_keyward(flags=["--metrics-token-file", str(file)])
        assert server.launch().wait(30) == 1
        assert str(file) in server.stderr() and shown in server.stderr() and "secret\n" not in server.stderr()
        server.process = None


def test_this_machine_needs_no_token_unless_a_proxy_asks(keyward):
    assert scrape(keyward.management)[0] == 200
    assert scrape(keyward.management, Host="localhost:4443")[0] == 200
    for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via", "X-Forwarded-Proto"):
        assert scrape(keyward.management, **{name: "127.0.0.1"})[0] == 401, name
    assert scrape(keyward.management, Host="keys.example.test")[0] == 401


class SilentProxy(threading.Thread):
    """Passes one request on as a proxy does that adds no header, with the address of the server as its host."""

    def __init__(self, upstream: str, version: str):
        super().__init__(daemon=True)
        self.upstream, self.version = upstream, version
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listening.getsockname()[1]

    def run(self) -> None:
        client, _ = self.listening.accept()
        with client:
            client.recv(65536)
            host, _, port = self.upstream.rpartition(":")
            server = ssl._create_unverified_context().wrap_socket(socket.create_connection((host, int(port)), timeout=30))
            server.sendall(f"GET /metrics HTTP/{self.version}\r\nHost: {self.upstream}\r\nConnection: close\r\n\r\n".encode())
            while piece := server.recv(65536):
                client.sendall(piece)


def test_the_metrics_are_not_open_through_a_proxy_that_adds_no_header(keyward):
    proxy = SilentProxy(keyward.management, "1.0")
    proxy.start()
    curl(f"http://{proxy.address}/metrics").expect(401)


def test_with_a_token_file_no_proxy_opens_the_metrics(new_keyward, token_file):
    server = new_keyward(flags=["--metrics-token-file", str(token_file)]).start()
    proxy = SilentProxy(server.management, "1.1")
    proxy.start()
    curl(f"http://{proxy.address}/metrics").expect(401)
