#!/usr/bin/env python3
"""Starts a Keyward with a user and a bucket, for a load generator, and writes what that needs to know into a file.

    bench/peer.py --env FILE [--keyward FILE] [--data-dir DIR] [--name NAME] [-- FLAG ...]

Runs until it is ended. The data are thrown away, and lie in DIR if one is given: /dev/shm, say, to leave out what the
disk costs. What comes after `--` are further flags for `keyward serve`. The file holds lines NAME=VALUE: the endpoint,
the keys, the bucket, the process whose time is to be counted.
"""

import argparse
import signal
import subprocess
import tempfile
from pathlib import Path

import get

DURABILITY = "synced before the answer: SQLite with synchronous=FULL, body files and their directory"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    built = get.HERE.parent / "target" / "release" / "keyward"
    parser.add_argument("--env", type=Path, required=True)
    parser.add_argument("--keyward", type=Path, default=built)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--name", default="keyward")
    parser.add_argument("flags", nargs="*")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.data_dir) as room:
        server = get.Keyward(given.keyward.resolve(), Path(room) / "data", *given.flags)
        version = subprocess.run([given.keyward, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
        lines = {
            "NAME": given.name,
            "VERSION": version,
            "ENDPOINT": f"http://{server.s3}",
            "ACCESS_KEY": get.USER,
            "SECRET_KEY": server.secret,
            "REGION": "us-east-1",
            "BUCKET": get.BUCKET,
            "PIDS": str(server.pid),
            "DURABILITY": DURABILITY,
        }
        given.env.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        signal.signal(signal.SIGTERM, lambda *_: server.process.send_signal(signal.SIGTERM))
        try:
            server.process.wait()
        except KeyboardInterrupt:
            server.stop()


if __name__ == "__main__":
    main()
