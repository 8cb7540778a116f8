"""What the server holds in memory stays there: no core dumps, and no other process of its user reads it."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from server import Keyward

# A user without rights, for when the tests run as root.
NOBODY = 65534


def unlimited_cores() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


@pytest.fixture
def server(binary):
    """A server of a user who is not root, that could dump core as far as its parent is concerned."""
    home = Path(tempfile.mkdtemp(prefix="keyward-memory-"))
    home.chmod(0o777)
    keyward = Keyward(binary, home)
    keyward.data = home / "data"
    own = home / "keyward"
    shutil.copy(binary, own)
    own.chmod(0o755)
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    addresses = ["--management-address", keyward.management, "--s3-address", keyward.s3_plain, "--s3-tls-address", "off"]
    keyward.process = subprocess.Popen(
        [own, "serve", "--data-dir", keyward.data, *addresses],
        cwd=home,
        env=keyward.child_environment(KEYWARD_ROOT_PASSWORD=keyward.root_password),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=unlimited_cores,
        **user,
    )
    while not keyward.is_ready():
        assert keyward.process.poll() is None
    yield keyward
    if keyward.process is not None:
        keyward.process.kill()
        keyward.process.wait()
    shutil.rmtree(home)


def test_memory_and_environment_belong_to_root_alone(server):
    for name in ("environ", "mem", "maps"):
        assert os.stat(f"/proc/{server.pid}/{name}").st_uid == 0
    if os.geteuid() == 0:
        read = ["cat", f"/proc/{server.pid}/environ"]
        done = subprocess.run(read, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True)
        assert done.returncode != 0 and server.root_password.encode() not in done.stdout


def test_an_abort_leaves_no_core(server):
    limits = Path(f"/proc/{server.pid}/limits").read_text()
    [core] = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    os.kill(server.pid, signal.SIGABRT)
    _, status = os.waitpid(server.pid, 0)
    server.process = None
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT and not os.WCOREDUMP(status)
    assert not list(server.home.glob("core*"))


def test_a_child_without_that_protection_does_dump_core(tmp_path):
    """What the test above sees, it would see otherwise, too."""
    with open("/proc/sys/kernel/core_pattern") as pattern:
        if pattern.read(1) == "" or resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
            pytest.skip("this machine dumps no cores")
    child = subprocess.Popen(["sleep", "60"], cwd=tmp_path, preexec_fn=unlimited_cores)
    os.kill(child.pid, signal.SIGABRT)
    _, status = os.waitpid(child.pid, 0)
    child.returncode = -signal.SIGABRT
    assert os.WCOREDUMP(status)
