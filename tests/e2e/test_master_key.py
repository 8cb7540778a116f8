"""A change of the master key: everything is sealed anew, whatever is killed on the way, and the earlier key can go."""

import os
import re
import time

import pytest

from company import NAMESPACE, Company, unique

USERS = 230
OBJECTS = 60
DONE_WITHIN = 60.0


class House:
    """A server of one's own with secrets of every kind under its first master key."""

    def __init__(self, company: Company):
        self.server, self.company, self.person = company.keyward, company, company.hire()
        self.secret = self.person.login().new_key().expect(200).field("secret_key")
        self.client, self.bucket = self.person.s3(self.secret), unique("sealed-")
        self.client.create_bucket(Bucket=self.bucket)
        self.objects = {f"o{number}": os.urandom(number * 700) for number in range(OBJECTS)}
        for key, body in self.objects.items():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ServerSideEncryption="AES256")
        upload = self.client.create_multipart_upload(Bucket=self.bucket, Key="late", ServerSideEncryption="AES256")
        self.upload, self.part = upload["UploadId"], os.urandom(20_000)
        self.put_part()
        for number in range(USERS):
            company.root.post("/object/users", "user_create_param", {"user": f"u{number}", "namespace": NAMESPACE}).expect(200)
            company.root.post(f"/object/user-secret-keys/u{number}", "user_secret_key_create", {"namespace": NAMESPACE}).expect(200)

    def put_part(self):
        fields = {"Bucket": self.bucket, "Key": "late", "UploadId": self.upload, "PartNumber": 1}
        self.tag = self.client.upload_part(**fields, Body=self.part)["ETag"]

    def command(self, *arguments: str):
        return self.server.command(*arguments, "--data-dir", str(self.server.data))

    def status(self) -> dict[str, tuple[str, str]]:
        """By fingerprint: which key it is, and what is sealed under it."""
        done = self.command("master-key", "status")
        assert done.returncode == 0, done.stderr
        lines = (re.fullmatch(r"([0-9a-f]{16}) \((.*?)\): (.*)", line) for line in done.stdout.splitlines())
        return {line[1]: (line[2], line[3]) for line in lines}

    def wait_until_nothing_is_under(self, fingerprint: str):
        deadline = time.monotonic() + DONE_WITHIN
        while self.command("master-key", "retire", fingerprint).returncode != 0:
            assert time.monotonic() < deadline, (self.status(), self.server.stderr()[-2000:])
            time.sleep(0.1)

    def is_all_there(self):
        client = type(self.person)(self.server, self.person.name, self.person.password).s3(self.secret)
        for key, body in self.objects.items():
            assert client.get_object(Bucket=self.bucket, Key=key)["Body"].read() == body


@pytest.fixture(scope="module")
def house(new_keyward, directory) -> House:
    return House(Company.settle(new_keyward().start(), directory))


def rotated(house: House) -> tuple[str, str]:
    """Puts a new key in front: the fingerprints of the earlier and of the new one."""
    before = next(name for name, (which, _) in house.status().items() if which == "in use")
    done = house.command("master-key", "rotate")
    assert done.returncode == 0, done.stderr
    return before, re.search(r"new master key ([0-9a-f]{16})", done.stdout)[1]


def test_everything_is_sealed_anew_though_the_server_is_killed_again_and_again(house):
    earlier, current = rotated(house)
    refused = house.command("master-key", "retire", earlier)
    assert refused.returncode == 1 and "still sealed under" in refused.stderr and earlier in refused.stderr, refused.stderr
    house.server.stop()
    for tenths in range(1, 9):
        house.server.launch()
        time.sleep(tenths / 10)
        house.server.kill9()
        checked = house.command("check")
        assert checked.returncode == 0, checked.stdout
    house.server.start()
    house.wait_until_nothing_is_under(earlier)
    after = house.status()
    assert list(after) == [current], after
    assert f"{USERS + 1} secret keys, 1 passwords of directories, {OBJECTS + 1} keys of objects, 1 audit keys" == after[current][1]
    house.is_all_there()
    house.server.restart()
    house.is_all_there()
    fields = {"Bucket": house.bucket, "Key": "late", "UploadId": house.upload}
    house.client.complete_multipart_upload(**fields, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": house.tag}]})
    assert house.client.get_object(Bucket=house.bucket, Key="late")["Body"].read() == house.part
    house.person.login()
    assert len((house.server.data / "master.key").read_text().split("\n")) == 4


def test_the_audit_trail_is_verified_under_keys_that_are_long_gone(house):
    for _ in range(2):
        earlier, _ = rotated(house)
        house.server.restart()
        house.wait_until_nothing_is_under(earlier)
    house.server.restart()
    assert house.company.root.get("/keyward/v1/audit/verify").expect(200).json["intact"] is True
    house.server.stop()
    for command in (("audit", "verify"), ("check",)):
        done = house.command(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    house.server.start()


def test_the_key_in_use_and_what_is_no_key_are_not_retired(house):
    current = next(iter(house.status()))
    for text, why in ((current, "only an earlier one"), ("0123456789abcdef", "only an earlier one"), ("x", "no fingerprint")):
        refused = house.command("master-key", "retire", text)
        assert refused.returncode == 1 and why in refused.stderr, refused.stderr
    key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    refused = house.server.command("master-key", "rotate", "--data-dir", str(house.server.data), KEYWARD_MASTER_KEY=key)
    assert refused.returncode == 1 and "KEYWARD_MASTER_KEY" in refused.stderr
