"""The real `curl`, as the guide uses it."""

import subprocess
import tempfile
from email import message_from_string
from pathlib import Path

from ecs import Answer


def curl(*arguments: str) -> Answer:
    """Runs curl against a self-signed server and gives back what it received."""
    with tempfile.TemporaryDirectory() as room:
        head, body = Path(room) / "head", Path(room) / "body"
        fixed = ["curl", "-q", "-k", "-sS", "--noproxy", "*", "--max-time", "60"]
        done = subprocess.run(
            [*fixed, "-D", head, "-o", body, "-w", "%{http_code}", *arguments],
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, f"curl ended with {done.returncode}: {done.stderr}"
        last_head = head.read_text().strip().split("\n\n")[-1].replace("\r", "")
        headers = message_from_string(last_head.partition("\n")[2])
        return Answer(int(done.stdout), headers, body.read_bytes() if body.exists() else b"", " ".join(arguments[-3:]))
