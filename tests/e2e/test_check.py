"""`keyward check` finds nothing beside a busy server, and names what was damaged; it changes nothing."""

import os
import random
import sqlite3
import threading

import pytest

from company import Company, unique
from test_kill9 import ObjectWriter

MULTIPART = [os.urandom(5 << 20), os.urandom(70_000)]


class House:
    """A server of one's own with a person's keys and objects of every form."""

    def __init__(self, company: Company):
        self.server, self.person = company.keyward, company.hire()
        self.secret = self.person.login().new_key().expect(200).field("secret_key")
        self.client, self.bucket = self.person.s3(self.secret), unique("checked-")
        client, bucket = self.client, self.bucket
        client.create_bucket(Bucket=bucket)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for size in (0, 700, 20_000):
            client.put_object(Bucket=bucket, Key=f"plain/{size}", Body=os.urandom(size))
        client.put_object(Bucket=bucket, Key="plain/700", Body=b"a later version")
        client.put_object(Bucket=bucket, Key="sealed", Body=os.urandom(100_001), ServerSideEncryption="AES256")
        client.delete_object(Bucket=bucket, Key="plain/0")
        upload = client.create_multipart_upload(Bucket=bucket, Key="big", ChecksumAlgorithm="CRC32")["UploadId"]
        parts = []
        for number, body in enumerate(MULTIPART, 1):
            put = client.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=body)
            parts.append({"PartNumber": number, "ETag": put["ETag"], "ChecksumCRC32": put.get("ChecksumCRC32")})
        parts = [{name: value for name, value in part.items() if value} for part in parts]
        client.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
        upload = client.create_multipart_upload(Bucket=bucket, Key="begun")["UploadId"]
        client.upload_part(Bucket=bucket, Key="begun", UploadId=upload, PartNumber=3, Body=os.urandom(30_000))

    def check(self, *flags: str):
        return self.server.command("check", "--data-dir", str(self.server.data), *flags)

    def body_of(self, size: int):
        found = [path for path in (self.server.data / "objects/bodies").rglob("*") if path.is_file() and path.stat().st_size == size]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture
def house(new_keyward, directory) -> House:
    return House(Company.settle(new_keyward().start(), directory))


def spoil(path, place: int):
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


def test_beside_a_server_under_load_nothing_is_wrong(house):
    busy, over = unique("busy-"), threading.Event()
    house.client.create_bucket(Bucket=busy)
    writer = ObjectWriter(house.person.s3(house.secret), busy, random.Random(11))

    def write():
        while not over.is_set():
            writer.step()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while writer.acknowledged < 20:
            pass
        checks = [house.check() for _ in range(3)]
    finally:
        over.set()
        thread.join()
    for done in checks:
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith("everything is whole: ") and "1 uploads in progress" in done.stdout, done.stdout
    house.server.stop()
    offline = house.check()
    assert offline.returncode == 0, offline.stdout + offline.stderr


def test_damage_is_named_by_namespace_bucket_key_and_version_and_no_secret_is_shown(house):
    spoil(house.body_of(20_000), 12_345)
    spoil(house.body_of(30_000), 1)
    house.body_of(len(MULTIPART[1])).unlink()
    version = house.client.head_object(Bucket=house.bucket, Key="plain/20000")["VersionId"]
    done = house.check()
    assert done.returncode == 1, done.stdout
    lines = done.stdout.splitlines()
    assert any(f"/{house.bucket}/plain/20000 (version {version}): its content is not" in line for line in lines), lines
    assert any(f"/{house.bucket}/big (version" in line and "part 2): its body is missing" in line for line in lines), lines
    assert any(f"/{house.bucket}/begun (upload" in line and "part 3): its content is not" in line for line in lines), lines
    assert len(lines) == 4 and lines[3].startswith("checked: ") and "faults found: 3" in done.stderr, done.stdout + done.stderr
    assert house.secret not in done.stdout + done.stderr


def test_under_another_master_key_everything_that_is_sealed_is_named(house):
    house.server.stop()
    other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    done = house.server.command("check", "--data-dir", str(house.server.data), KEYWARD_MASTER_KEY=other)
    assert done.returncode == 1
    for expected in ("master key: the data is sealed with", f"key ring of {house.person.name}", f"{house.bucket}/sealed", "audit trail: "):
        assert expected in done.stdout, done.stdout
    assert "plain" not in done.stdout, done.stdout
    assert house.check().returncode == 0


def test_a_ring_and_an_audit_record_that_were_changed_are_found(house):
    house.server.stop()
    with sqlite3.connect(house.server.data / "identity.db") as database:
        changed = database.execute("UPDATE audit SET record = replace(record, 'root', 'rook') WHERE record LIKE '%root%'")
        assert changed.rowcount > 0
        # The same length and still base64: only opening it shows that it was changed.
        record = database.execute("SELECT record FROM users LIMIT 1").fetchone()[0]
        place = record.index('"sealed":"') + 60
        changed = record[:place] + ("A" if record[place] != "A" else "B") + record[place + 1 :]
        database.execute("UPDATE users SET record = ?", [changed])
    database.close()
    done = house.check()
    assert done.returncode == 1
    assert "audit trail: " in done.stdout and f"key ring of {house.person.name}" in done.stdout, done.stdout


def test_without_data_it_says_so(house, tmp_path):
    done = house.server.command("check", "--data-dir", str(tmp_path / "nothing"))
    assert done.returncode == 1 and "--data-dir" in done.stderr and not (tmp_path / "nothing").exists()
