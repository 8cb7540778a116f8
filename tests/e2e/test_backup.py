"""A backup beside a running server is whole, and a restore of it serves what was there; without the key it gives nothing."""

import os
import random
import sqlite3
import threading

import pytest

from company import Company, unique
from test_kill9 import ObjectWriter

SIZES = (0, 700, 16_384, 16_385, 200_000)


class House:
    """A server with a person's keys and objects, and a backup of it that was made while somebody wrote."""

    def __init__(self, company: Company, home):
        self.company, self.person = company, company.hire()
        self.server = company.keyward
        self.secret = self.person.login().new_key().expect(200).field("secret_key")
        self.client, self.bucket = self.person.s3(self.secret), unique("kept-")
        self.client.create_bucket(Bucket=self.bucket)
        self.objects = {f"dir/{size}": os.urandom(size) for size in SIZES}
        for key, body in self.objects.items():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body)
        self.backup = home / "backup"
        self.made = self.written_meanwhile()

    def written_meanwhile(self):
        busy = unique("busy-")
        self.client.create_bucket(Bucket=busy)
        writer, over = ObjectWriter(self.person.s3(self.secret), busy, random.Random(7)), threading.Event()

        def write():
            while not over.is_set():
                writer.step()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            return self.server.command("backup", str(self.backup), "--data-dir", str(self.server.data))
        finally:
            over.set()
            thread.join()
            self.busy, self.wrote = busy, writer.acknowledged


@pytest.fixture(scope="module")
def house(company, tmp_path_factory) -> House:
    return House(company, tmp_path_factory.mktemp("backups"))


def restored(house: House, new_keyward, backup=None, **environment):
    server = new_keyward(root_password=None, flags=["--master-key-file", str(house.server.data / "master.key")])
    server.home.mkdir(parents=True, exist_ok=True)
    key = ["--master-key-file", str(house.server.data / "master.key")]
    done = server.command("restore", str(backup or house.backup), "--data-dir", str(server.data), *key)
    assert done.returncode == 0, done.stderr
    return server.start()


def test_a_backup_is_made_while_the_server_writes_and_leaves_the_master_key_out(house):
    assert house.made.returncode == 0, house.made.stderr
    assert house.wrote > 0 and "without master key" in house.made.stdout
    key = (house.server.data / "master.key").read_bytes().split()[-1]
    files = [path for path in house.backup.rglob("*") if path.is_file()]
    assert {"identity.db", "backup.json"} <= {path.name for path in files}
    for path in files:
        assert key not in path.read_bytes(), f"the master key is in {path}"
        assert path.stat().st_mode & 0o077 == 0, f"others may read {path}"


def test_a_restored_server_knows_the_keys_the_people_and_every_byte(house, new_keyward):
    server = restored(house, new_keyward)
    client = type(house.person)(server, house.person.name, house.person.password).s3(house.secret)
    for key, body in house.objects.items():
        assert client.get_object(Bucket=house.bucket, Key=key)["Body"].read() == body
    for entry in client.list_objects_v2(Bucket=house.busy).get("Contents", []):
        assert len(client.get_object(Bucket=house.busy, Key=entry["Key"])["Body"].read()) == entry["Size"]
    bucket = unique("later-")
    client.create_bucket(Bucket=bucket)
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    server.stop()
    checked = server.command("audit", "verify", "--data-dir", str(server.data), *server.flags)
    assert checked.returncode == 0, checked.stderr


def test_the_server_that_was_backed_up_frees_its_space_afterwards(house):
    bodies = house.server.data / "objects" / "bodies"
    body = os.urandom(700_123)
    house.client.put_object(Bucket=house.bucket, Key="short-lived", Body=body)
    sizes = lambda: [path.stat().st_size for path in bodies.rglob("*") if path.is_file()]
    assert len(body) in sizes()
    house.client.delete_object(Bucket=house.bucket, Key="short-lived")
    house.server.restart()
    assert len(body) not in sizes()


def test_without_the_master_key_a_restore_names_the_one_it_misses(house, tmp_path):
    fingerprint = house.made.stdout.split("master key ")[1].split(",")[0]
    done = house.server.command("restore", str(house.backup), "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 1 and fingerprint in done.stderr, done.stderr
    other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    wrong = house.server.command("restore", str(house.backup), "--data-dir", str(tmp_path / "data"), KEYWARD_MASTER_KEY=other)
    assert wrong.returncode == 1 and fingerprint in wrong.stderr, wrong.stderr
    assert not (tmp_path / "data" / "identity.db").exists()


def test_with_the_master_key_a_backup_needs_nothing_else(house, new_keyward, tmp_path):
    whole = tmp_path / "whole"
    done = house.server.command("backup", str(whole), "--with-master-key", "--data-dir", str(house.server.data))
    assert done.returncode == 0, done.stderr
    assert (whole / "master.key").stat().st_mode & 0o077 == 0
    server = new_keyward(root_password=None)
    server.home.mkdir(parents=True, exist_ok=True)
    assert server.command("restore", str(whole), "--data-dir", str(server.data)).returncode == 0
    server.start()
    assert type(house.person)(server, house.person.name, house.person.password).signs(house.secret)


def test_nothing_is_overwritten_and_damage_is_found(house, tmp_path):
    command, key = house.server.command, ["--master-key-file", str(house.server.data / "master.key")]
    again = command("backup", str(house.backup), "--data-dir", str(house.server.data))
    assert again.returncode == 1 and "there already" in again.stderr
    onto = command("restore", str(house.backup), "--data-dir", str(tmp_path / "data"), *key)
    assert onto.returncode == 0, onto.stderr
    twice = command("restore", str(house.backup), "--data-dir", str(tmp_path / "data"), *key)
    assert twice.returncode == 1 and "holds data already" in twice.stderr
    nothing = command("backup", str(tmp_path / "b"), "--data-dir", str(tmp_path / "nothing"))
    assert nothing.returncode == 1 and "--data-dir" in nothing.stderr and not (tmp_path / "b").exists()
    unfinished = command("restore", str(tmp_path), "--data-dir", str(tmp_path / "other"), *key)
    assert unfinished.returncode == 1 and "not finished" in unfinished.stderr

    damaged = tmp_path / "damaged"
    assert command("backup", str(damaged), "--data-dir", str(house.server.data)).returncode == 0
    with sqlite3.connect(damaged / "identity.db") as database:
        database.execute("UPDATE users SET record = replace(record, 'corp', 'evil')")
    database.close()
    refused = command("restore", str(damaged), "--data-dir", str(tmp_path / "third"), *key)
    assert refused.returncode == 1 and "identity.db is not as it was written" in refused.stderr, refused.stderr
    assert not (tmp_path / "third" / "identity.db").exists()
