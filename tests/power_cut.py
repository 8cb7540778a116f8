#!/usr/bin/env python3
"""Power cuts under load: a whole server on a file system of its own, which is shut down without flushing its journal.

    sudo target/test-venv/bin/python tests/power_cut.py [--keyward BINARY] [--rounds 6] [--control]

A killed process proves nothing about syncing. Here the server writes on an ext4 image on a loop device while clients make
keys, and put, overwrite and delete objects in a plain and in a versioned bucket; at a random moment the file system is shut down as a
power cut would, then the server is killed, the image mounted again, `keyward check` run on what is there, the server
started, and everything that was acknowledged is asked for. It ends with 0 if nothing is missing.

`--control` does the same with a library in front of the server that leaves out every sync: it ends with 0 if
something *is* missing, which shows that the test can see it. Needs root, ext4, loop devices and, for the control, cc.
"""

import argparse
import fcntl
import os
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "e2e"))

from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402
from requests.exceptions import RequestException  # noqa: E402

import s3  # noqa: E402
from ecs import Ecs  # noqa: E402
from server import Keyward  # noqa: E402
from test_kill9 import ObjectWriter  # noqa: E402

REPOSITORY = Path(__file__).resolve().parent.parent
EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING_THE_LOG = 2
GONE = (AssertionError, BotoCoreError, ClientError, RequestException, OSError)

NO_SYNC = """
int fsync(int file) { return 0; }
int fdatasync(int file) { return 0; }
int sync_file_range(int file, long offset, long bytes, unsigned flags) { return 0; }
int syncfs(int file) { return 0; }
"""


class UserWriter:
    """Makes object users with a key each, and remembers the secrets."""

    def __init__(self, ecs: Ecs, name: str):
        self.ecs, self.name, self.secrets, self.acknowledged = ecs, name, {}, 0

    def step(self) -> None:
        user = f"{self.name}-{self.acknowledged}"
        self.ecs.post("/object/users", "user_create_param", {"user": user, "namespace": "ns1"}).expect(200)
        fields = {"namespace": "ns1"}
        made = self.ecs.post(f"/object/user-secret-keys/{user}", "user_secret_key_create", fields).expect(200)
        self.secrets[user] = made.field("secret_key")
        self.acknowledged += 1


def write_on(writer, over: threading.Event) -> None:
    while not over.is_set():
        try:
            writer.step()
        except GONE:
            return


class Machine:
    """A server whose data lies on an image that is mounted, and the power that can be cut."""

    def __init__(self, home: Path, binary: Path, environment: dict[str, str]):
        self.image, self.mount = home / "image", home / "mount"
        self.mount.mkdir()
        with self.image.open("wb") as image:
            image.truncate(2 << 30)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        self.keyward = Keyward(binary, home / "server", environment=environment)
        self.keyward.data = self.mount / "data"
        self.switch_on()

    def switch_on(self) -> None:
        subprocess.run(["mount", "-o", "loop", self.image, self.mount], check=True)

    def cut_power(self) -> None:
        directory = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(directory, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING_THE_LOG))
        finally:
            os.close(directory)
        self.keyward.kill9()
        subprocess.run(["umount", self.mount], check=True)

    def close(self) -> None:
        if self.keyward.process is not None:
            self.keyward.kill9()
        subprocess.run(["umount", self.mount], check=False)


def round_of(machine: Machine, dice: random.Random) -> tuple[int, int, str]:
    """What was acknowledged, how much of it is missing, and what the check said."""
    keyward = machine.keyward.start()
    root = Ecs(keyward.url).login("root", keyward.root_password)
    root.post("/object/namespaces/namespace", "namespace_create", {"namespace": "ns1"}).expect(200)
    owner = UserWriter(root, "owner")
    owner.step()
    secret = owner.secrets["owner-0"]
    writers = [UserWriter(Ecs(keyward.url).login("root", keyward.root_password), "user")]
    for number in range(4):
        client = s3.client(keyward.s3_url, "owner-0", secret)
        client.create_bucket(Bucket=f"bucket{number}")
        if number % 2:
            client.put_bucket_versioning(Bucket=f"bucket{number}", VersioningConfiguration={"Status": "Enabled"})
        writers.append(ObjectWriter(client, f"bucket{number}", random.Random(dice.random())))
    over = threading.Event()
    threads = [threading.Thread(target=write_on, args=(writer, over)) for writer in writers]
    for thread in threads:
        thread.start()
    time.sleep(dice.uniform(1, 6))
    machine.cut_power()
    over.set()
    for thread in threads:
        thread.join()
    machine.switch_on()
    acknowledged = owner.acknowledged + sum(writer.acknowledged for writer in writers)
    checked = keyward.command("check", "--data-dir", str(keyward.data))
    said = checked.stdout.splitlines() or checked.stderr.splitlines()
    try:
        keyward.start()
    except AssertionError:
        return acknowledged, acknowledged, "the server does not start"
    return acknowledged, missing(keyward, owner, writers), f"check {checked.returncode}: {said[-1] if said else ''}"


def missing(keyward: Keyward, owner: UserWriter, writers: list) -> int:
    count = 0
    for users in (owner, writers[0]):
        count += sum(not s3.signs(keyward.s3_url, user, secret) for user, secret in users.secrets.items())
    for writer in writers[1:]:
        writer.client = s3.client(keyward.s3_url, "owner-0", owner.secrets["owner-0"])
        try:
            listed = {entry["Key"] for entry in writer.client.list_objects_v2(Bucket=writer.bucket).get("Contents", [])}
        except ClientError:
            count += sum(None not in allowed for allowed in writer.holds.values())
            continue
        for key, allowed in writer.holds.items():
            found = writer._digest(key) if key in listed else None
            count += found not in allowed
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keyward", type=Path, default=REPOSITORY / "target" / "debug" / "keyward")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", action="store_true", help="leave out every sync, and expect losses")
    given = parser.parse_args()
    dice, lost, total = random.Random(given.seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        environment = {}
        if given.control:
            source, library = Path(folder) / "no_sync.c", Path(folder) / "no_sync.so"
            source.write_text(NO_SYNC)
            subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", library, source], check=True)
            environment["LD_PRELOAD"] = str(library)
        for number in range(1, given.rounds + 1):
            home = Path(folder) / f"round{number}"
            home.mkdir()
            machine = Machine(home, given.keyward.resolve(), environment)
            try:
                acknowledged, gone, said = round_of(machine, dice)
            finally:
                machine.close()
            machine.image.unlink()
            total, lost = total + acknowledged, lost + gone
            print(f"round {number}: {acknowledged} acknowledged, {gone} missing; {said}", flush=True)
    print(f"{total} acknowledged, {lost} missing")
    sys.exit((lost == 0) if given.control else (lost > 0))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
