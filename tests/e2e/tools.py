"""Tools that people point at S3, as commands: rclone, restic, duplicity and s3cmd under given credentials and with nothing else."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from company import Person


@dataclass
class Keys:
    """An S3 address, and whom to sign as there."""

    url: str
    access_key_id: str
    secret: str

    @classmethod
    def of(cls, person: Person, secret: str | None = None) -> "Keys":
        """Somebody's; without a secret they make a first key."""
        made = secret or person.login().new_key().expect(200).field("secret_key")
        return cls(person.keyward.s3_url, person.uid, made)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class Tool:
    """A program with a home of its own; what it is told comes by environment and arguments."""

    program: str

    def __init__(self, keys: Keys, home: Path):
        self.keys, self.home = keys, home
        home.mkdir(parents=True, exist_ok=True)

    def settings(self) -> dict[str, str]:
        return {}

    def options(self) -> list[str]:
        return []

    def command(self, *arguments) -> list[str]:
        return [self.program, *self.options(), *map(str, arguments)]

    def environment(self) -> dict[str, str]:
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
        return plain | self.settings()

    def run(self, *arguments, given: str | None = None) -> subprocess.CompletedProcess:
        """Runs to the end, whatever that is; `given` is its standard input."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
        )

    def launch(self, *arguments) -> subprocess.Popen:
        """Starts it and lets it run; its words are on standard error."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, *arguments, given: str | None = None) -> str:
        done = self.run(*arguments, given=given)
        assert done.returncode == 0, f"{self.program} {' '.join(map(str, arguments))}:\n{done.stdout}{done.stderr}"
        return done.stdout


class Rclone(Tool):
    """rclone with one remote, `keyward:`. It fails at the first refusal, and says in JSON what it does."""

    program = "rclone"

    def options(self) -> list[str]:
        return ["--config", os.devnull, "--retries", "1", "--low-level-retries", "1"]

    def settings(self) -> dict[str, str]:
        remote = {
            "type": "s3",
            "provider": "Other",
            "endpoint": self.keys.url,
            "access_key_id": self.keys.access_key_id,
            "secret_access_key": self.keys.secret,
            "region": "us-east-1",
        }
        return {f"RCLONE_CONFIG_KEYWARD_{name.upper()}": value for name, value in remote.items()}


class Restic(Tool):
    """restic with one repository."""

    program = "restic"

    def __init__(self, keys: Keys, home: Path, bucket: str):
        super().__init__(keys, home)
        self.bucket = bucket

    def settings(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "RESTIC_REPOSITORY": f"s3:{self.keys.url}/{self.bucket}/backups",
            "RESTIC_PASSWORD": "a-passphrase",
            "RESTIC_PROGRESS_FPS": "0.1",
        }


class Duplicity(Tool):
    """duplicity, without encryption of its own; where its backups lie is an argument of each call."""

    program = "duplicity"

    def __init__(self, keys: Keys, home: Path, bucket: str):
        super().__init__(keys, home)
        self.place = f"boto3+s3://{bucket}/backups"

    def options(self) -> list[str]:
        return ["--no-encryption", "--s3-endpoint-url", self.keys.url, "--num-retries", "1", "--volsize", "3"]

    def command(self, *arguments) -> list[str]:
        # The options come after the command.
        return [self.program, str(arguments[0]), *self.options(), *map(str, arguments[1:])]

    def settings(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


class S3cmd(Tool):
    """s3cmd, which reads its settings from a file."""

    program = "s3cmd"

    def __init__(self, keys: Keys, home: Path, *, version_2: bool = False):
        super().__init__(keys, home)
        settings = {
            "access_key": keys.access_key_id,
            "secret_key": keys.secret,
            "host_base": keys.host,
            "host_bucket": keys.host,
            "bucket_location": "us-east-1",
            "use_https": "False",
            "max_retries": "1",
            "signature_v2": str(version_2),
        }
        lines = ["[default]", *(f"{name} = {value}" for name, value in settings.items())]
        (home / "s3cfg").write_text("\n".join(lines) + "\n")

    def options(self) -> list[str]:
        return ["-c", str(self.home / "s3cfg"), "--no-progress"]
