"""A committed data directory of an earlier release, unpacked, and what its manifest says is in it."""

import json
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore import UNSIGNED
from botocore.config import Config

import s3
from ecs import Ecs
from server import Keyward

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
RELEASES = sorted(path.name.removeprefix("data-of-") for path in FIXTURES.glob("data-of-*"))


@dataclass
class Release:
    """An unpacked fixture; each `copy` of a part of it is there to be changed."""

    manifest: dict
    folder: Path

    @classmethod
    def unpack(cls, release: str, folder: Path) -> "Release":
        source = FIXTURES / f"data-of-{release}"
        subprocess.run(["tar", "-C", folder, "-xJf", source / "data.tar.xz"], check=True)
        with sqlite3.connect(folder / "data" / "identity.db") as database:
            # A lock after wrong guesses lasts for minutes, and is to be there still.
            longer = "json_set(record, '$.locked_until', 4070908800000)"
            database.execute(f"UPDATE management_users SET record = {longer} WHERE record ->> 'locked_until' IS NOT NULL")
        database.close()
        return cls(json.loads((source / "manifest.json").read_text()), folder)

    def copy(self, part: str, target: Path) -> Path:
        """`data`, `backup` or `namespace-scope`."""
        return shutil.copytree(self.folder / part, target)

    @property
    def backup_key(self) -> Path:
        """The master key under which the backup was made, which the data no longer has."""
        return self.folder / "master.key.of-the-backup"


@dataclass
class Served:
    """A server on data of an earlier release, and those who signed requests there."""

    server: Keyward
    state: dict
    clients: dict = field(default_factory=dict)

    def root(self) -> Ecs:
        return Ecs(self.server.url).login("root", self.server.root_password)

    def user(self, uid: str) -> dict:
        return next(user for user in self.state["users"] if user["uid"] == uid)

    def client(self, uid: str | None, namespace: str | None = None):
        """Signs with the newest secret of a user, and may name a namespace; nobody signs nothing and has to."""
        if (uid, namespace) not in self.clients:
            secret = uid and self.user(uid)["secrets"][-1]["secret"]
            client = s3.client(self.server.s3_url, uid, secret) if uid else unsigned(self.server.s3_url)
            if namespace:
                name = lambda request, **_: request.headers.__setitem__("x-emc-namespace", namespace)
                client.meta.events.register("before-sign.s3" if uid else "before-send.s3", name)
            self.clients[uid, namespace] = client
        return self.clients[uid, namespace]

    def owner_of(self, bucket: str):
        owner = next(one["owner"] for one in self.state["owners"] if one["name"] == bucket)
        return self.client(owner)


def unsigned(url: str):
    config = Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    return boto3.client("s3", endpoint_url=url, region_name=s3.REGION, config=config)
