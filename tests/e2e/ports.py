"""Free loopback ports, outside the range that outgoing connections draw from."""

import os
import random
import socket

_FIRST, _SPAN = 20000, 3000
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_handed_out: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on and that this process has not handed out before; each worker has its own range."""
    first = _FIRST + (_worker % 4) * _SPAN
    while True:
        port = random.randrange(first, first + _SPAN)
        if port in _handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _handed_out.add(port)
        return port
