"""A real `keyward` process with its own data directory and ports."""

import os
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from ports import free_port

READY_WITHIN = 30.0
STOPPED_WITHIN = 30.0
ROOT_PASSWORD = "Root-of-all-Keys-1"
UNVERIFIED = ssl._create_unverified_context()


class Keyward:
    """Starts, stops, kills and restarts one server on one data directory, and keeps all that it prints."""

    def __init__(self, binary: Path, home: Path, *, root_password: str | None = ROOT_PASSWORD, flags=(), environment=None):
        self.binary, self.home, self.flags = binary, home, list(flags)
        self.root_password, self.environment = root_password, dict(environment or {})
        self.data = home / "data"
        self.stdout_file, self.stderr_file = home / "stdout.txt", home / "stderr.txt"
        self.management, self.s3_plain, self.s3_tls = (f"127.0.0.1:{free_port()}" for _ in range(3))
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """The management API."""
        return f"https://{self.management}"

    @property
    def s3_url(self) -> str:
        return f"http://{self.s3_plain}"

    @property
    def s3_tls_url(self) -> str:
        return f"https://{self.s3_tls}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def child_environment(self, **more: str) -> dict[str, str]:
        """What a child process is given: nothing of the caller's own settings."""
        plain = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
        return plain | {"HOME": str(self.home)} | more

    def launch(self) -> subprocess.Popen:
        """Starts the process without waiting for it."""
        self.home.mkdir(parents=True, exist_ok=True)
        given = dict(self.environment)
        if self.root_password is not None:
            given["KEYWARD_ROOT_PASSWORD"] = self.root_password
        arguments = ["serve", "--data-dir", self.data, "--management-address", self.management]
        arguments += ["--s3-address", self.s3_plain, "--s3-tls-address", self.s3_tls, *self.flags]
        with self.stdout_file.open("ab") as out, self.stderr_file.open("ab") as err:
            self.process = subprocess.Popen(
                [self.binary, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=self.home,
                env=self.child_environment(**given),
            )
        return self.process

    def start(self) -> "Keyward":
        self.launch()
        deadline = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            assert self.process.poll() is None, f"keyward ended with {self.process.returncode}:\n{self.output()}"
            assert time.monotonic() < deadline, f"keyward was not ready after {READY_WITHIN} s:\n{self.output()}"
            time.sleep(0.02)
        return self

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5, context=UNVERIFIED) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Ends the server as an operator does, and holds it to a clean end."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOPPED_WITHIN)
        self.process = None
        assert code == 0, f"keyward ended with {code} after SIGTERM:\n{self.output()[-4000:]}"
        assert "panicked at" not in self.output(), self.output()[-4000:]

    def kill9(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOPPED_WITHIN)
        self.process = None

    def restart(self) -> "Keyward":
        self.stop()
        return self.start()

    def command(self, *arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess:
        """Runs another `keyward` command beside the server; `given` is its standard input."""
        return subprocess.run(
            [self.binary, *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.home,
            env=self.child_environment(**environment),
        )

    def stdout(self) -> str:
        return self.stdout_file.read_text(errors="replace")

    def stderr(self) -> str:
        return self.stderr_file.read_text(errors="replace")

    def output(self) -> str:
        """Everything printed so far, by every process that ran on this data directory."""
        return self.stdout() + self.stderr()
