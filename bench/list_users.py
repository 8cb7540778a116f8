#!/usr/bin/env python3
"""What a page of object users costs, and how that changes with their number.

    bench/list_users.py --url https://127.0.0.1:4443 --password PASSWORD --pid PID [--sizes 1000,10000,100000]

Fills one namespace of a throwaway Keyward through its own API, and at each size reads the first page, a page in the
middle and the last one, of 1,000 users each, then all of them. Prints the median of the time a page takes and of the
processor's time that the server spent on it, and the server's memory. Needs nothing but Python.
"""

import argparse
import base64
import http.client
import json
import os
import ssl
import statistics
import threading
import time
from urllib.parse import urlsplit

NAMESPACE = "list-users"
TICKS = os.sysconf("SC_CLK_TCK")


class Caller:
    """One connection with a token."""

    def __init__(self, address: str, token: str = ""):
        self.http = http.client.HTTPSConnection(address, context=ssl._create_unverified_context(), timeout=60)
        self.token = token

    def call(self, method: str, path: str, fields: dict | None = None, **headers: str) -> tuple[int, dict, bytes]:
        headers |= {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["X-SDS-AUTH-TOKEN"] = self.token
        body = json.dumps(fields) if fields is not None else None
        try:
            self.http.request(method, path, body, headers)
            answer = self.http.getresponse()
        except http.client.RemoteDisconnected:
            # The server ends connections that nobody used for a while; the next request opens another.
            self.http.request(method, path, body, headers)
            answer = self.http.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def log_in(address: str, password: str) -> str:
    basic = base64.b64encode(f"root:{password}".encode()).decode()
    status, headers, body = Caller(address).call("GET", "/login", Authorization=f"Basic {basic}")
    assert status == 200, body
    return {name.lower(): value for name, value in headers.items()}["x-sds-auth-token"]


def fill(address: str, token: str, have: int, want: int, clients: int = 16) -> None:
    def make(first: int) -> None:
        caller = Caller(address, token)
        for number in range(first, want, clients):
            fields = {"user": f"user-{number:09}", "namespace": NAMESPACE}
            status, _, body = caller.call("POST", "/object/users", fields)
            assert status == 200, body

    threads = [threading.Thread(target=make, args=(have + offset,)) for offset in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cpu_ms(pid: int) -> float:
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


def memory_mb(pid: int) -> float:
    pages = int(open(f"/proc/{pid}/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def page(caller: Caller, marker: str | None) -> dict:
    query = f"?limit=1000&marker={marker}" if marker else "?limit=1000"
    status, _, body = caller.call("GET", f"/object/users/{NAMESPACE}{query}")
    assert status == 200, body
    return json.loads(body)


def all_pages(caller: Caller) -> tuple[list[str | None], int]:
    markers, users, marker = [], 0, None
    while True:
        markers.append(marker)
        answer = page(caller, marker)
        users, marker = users + len(answer["blobuser"]), answer["NextMarker"]
        if marker is None:
            return markers, users


def measure(caller: Caller, pid: int, marker: str | None, times: int = 20) -> tuple[float, float]:
    walls, before = [], cpu_ms(pid)
    for _ in range(times):
        started = time.perf_counter()
        page(caller, marker)
        walls.append((time.perf_counter() - started) * 1000)
    return statistics.median(walls), (cpu_ms(pid) - before) / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--sizes", default="1000,10000,100000")
    given = parser.parse_args()
    address = urlsplit(given.url).netloc
    caller = Caller(address, log_in(address, given.password))
    caller.call("POST", "/object/namespaces/namespace", {"namespace": NAMESPACE})
    have = 0
    print("| users | memory MB before / after listing all | first page ms (CPU ms) | middle | last |")
    print("| --- | --- | --- | --- | --- |")
    for size in map(int, given.sizes.split(",")):
        fill(address, caller.token, have, size)
        have = size
        before = memory_mb(given.pid)
        markers, users = all_pages(caller)
        after = memory_mb(given.pid)
        assert users == size, f"{users} of {size} users were listed"
        # The last page is a full one, so that all three hold as much.
        cells = [measure(caller, given.pid, markers[place]) for place in (0, len(markers) // 2, -1)]
        costs = " | ".join(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in cells)
        print(f"| {users} | {before:.0f} / {after:.0f} | {costs} |", flush=True)


if __name__ == "__main__":
    main()
