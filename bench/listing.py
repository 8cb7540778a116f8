#!/usr/bin/env python3
"""What a page of a listing costs, and how that changes with the number of keys in the bucket.

    cargo build --release --workspace --bin keyward --example fill      in the repository
    bench/listing.py [--target DIR] [--sizes 10000,1000000] [--room DIR]

Fills one bucket with empty objects through the engine, while no server uses the store, and at each size starts a server
and asks it for pages of 1,000: the first, one in the middle, one of 1,000 common prefixes (each of which holds a
thousandth of all keys), and one within a prefix. Prints the median time and the processor's time of the server. A
million keys take about 100 MB in DIR, and everything is deleted at the end. Needs nothing but Python.
"""

import argparse
import http.client
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from get import BUCKET, HERE, Keyward, processor_seconds
from list_users import memory_mb

PAGES = {
    "first page": "list-type=2&max-keys=1000",
    "middle page": "list-type=2&max-keys=1000&start-after=0500%2F",
    "1,000 prefixes": "delimiter=%2F&list-type=2&max-keys=1000",
    "within a prefix": "delimiter=%2F&list-type=2&max-keys=1000&prefix=0500%2F",
}


class Again(Keyward):
    """A server on data that is there, with the secret of the one that made it."""

    def __init__(self, binary: Path, room: Path, secret: str):
        self.known = secret
        super().__init__(binary, room)

    def settle(self) -> str:
        return self.known


def page(connection: http.client.HTTPConnection, keyward: Keyward, query: str) -> int:
    connection.request("GET", f"/{BUCKET}?{query}", headers=keyward.signed_headers("GET", f"/{BUCKET}", query=query))
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return body.count(b"<Contents>") + body.count(b"<CommonPrefixes>")


def measure(keyward: Keyward, query: str, times: int = 30) -> tuple[int, float, float]:
    connection = http.client.HTTPConnection(keyward.s3, timeout=120)
    entries = page(connection, keyward, query)
    walls, before = [], processor_seconds(keyward.pid)
    for _ in range(times):
        started = time.perf_counter()
        page(connection, keyward, query)
        walls.append((time.perf_counter() - started) * 1000)
    return entries, statistics.median(walls), (processor_seconds(keyward.pid) - before) * 1000 / times


def bucket_id(objects: Path) -> int:
    for shard in sorted(objects.glob("meta-*.db")):
        with sqlite3.connect(shard) as database:
            for (found,) in database.execute("SELECT id FROM buckets"):
                return found
    raise SystemExit("the bucket is in no metadata file")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", type=Path, default=HERE.parent / "target" / "release")
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--room", type=Path, default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.room) as folder:
        room = Path(folder) / "data"
        keyward = Keyward(given.target / "keyward", room)
        secret, have = keyward.secret, 0
        keyward.stop()
        bucket = bucket_id(room / "objects")
        print("| keys | keys/s filled | metadata MB | start s | server MB | " + " | ".join(PAGES) + " (ms, CPU ms) |")
        print("| --- " * (5 + len(PAGES)) + "|")
        for size in map(int, given.sizes.split(",")):
            started = time.perf_counter()
            fill = [given.target / "examples" / "fill", room / "objects", str(bucket), str(have), str(size)]
            subprocess.run(fill, check=True)
            rate, have = (size - have) / (time.perf_counter() - started), size
            started = time.perf_counter()
            keyward = Again(given.target / "keyward", room, secret)
            start = time.perf_counter() - started
            try:
                costs = [measure(keyward, query) for query in PAGES.values()]
                memory = memory_mb(keyward.pid)
            finally:
                keyward.stop()
            metadata = sum(path.stat().st_size for path in (room / "objects").glob("meta-*")) / 1e6
            cells = [f"{entries}: {wall:.1f}, {cpu:.1f}" for entries, wall, cpu in costs]
            print(f"| {size} | {rate:.0f} | {metadata:.0f} | {start:.1f} | {memory:.0f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
