"""Users who fill a small disk, by objects and by configuration, cannot keep anybody from ending access or freeing space."""

import contextlib
import os
import shutil
import subprocess
import time

import pytest
import requests
from botocore.exceptions import ClientError

from company import NAMESPACE, Company, unique
from ecs import Ecs
from s3 import refused

SIZE = 48 << 20
FULL = {"ServiceUnavailable", "SlowDown"}
VERSIONED = {"Status": "Enabled"}


@pytest.fixture
def small(new_keyward, directory):
    """A company whose data are on a file system of 48 MiB of their own."""
    if os.geteuid() != 0:
        pytest.skip("a file system of a test's own can only be mounted by root: run the tests as root")
    server = new_keyward()
    server.data.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "keyward-test", server.data], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"this machine does not let root mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield Company.settle(server.start(), directory)
        server.stop()
    finally:
        subprocess.run(["umount", "-l", server.data], check=True)


def free(company: Company) -> int:
    return shutil.disk_usage(company.keyward.data).free


def fill(path) -> None:
    """Takes every byte that is left."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    for size in (1 << 20, 4096):
        with contextlib.suppress(OSError):
            while os.write(file, bytes(size)):
                pass
    os.close(file)


def until_refused(step) -> int:
    """Repeats a step until it is refused as on a full disk; answers how often it was done."""
    for done in range(200_000):
        try:
            step(done)
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] in FULL, refusal.response
            assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 503
            return done
    raise AssertionError("nothing was refused")


def filled(client, bucket: str) -> dict[str, bytes]:
    """Fills the disk with objects of several sizes; these."""
    held = {}

    def put(size):
        def step(number):
            key, body = f"{size}/{number}", os.urandom(size)
            client.put_object(Bucket=bucket, Key=key, Body=body)
            held[key] = body

        return step

    for size in (3 << 20, 300_000, 17_000, 900):
        until_refused(put(size))
    assert sum(map(len, held.values())) > 24 << 20, "half of a small disk is for objects at least"
    return held


def changes(client, bucket: str, versioned: str) -> list:
    """All that a user may change beside the data of objects, each of which takes a number that makes it a new change."""
    return [
        lambda number: client.put_bucket_tagging(
            Bucket=bucket, Tagging={"TagSet": [{"Key": "number", "Value": str(100_000 + number)}]}
        ),
        lambda number: client.put_object_tagging(
            Bucket=bucket, Key="tagged", Tagging={"TagSet": [{"Key": "number", "Value": f"{number:0200}"}]}
        ),
        lambda number: client.put_object_acl(Bucket=bucket, Key="tagged", ACL=("authenticated-read", "public-read")[number % 2]),
        lambda number: client.create_bucket(Bucket=unique("more-")),
        lambda number: client.delete_object(Bucket=versioned, Key=f"marker{number}"),
    ]


def test_access_ends_and_space_is_freed_on_a_disk_that_users_filled(small):
    company, server = small, small.keyward
    person, other = company.hire(), company.hire()
    session = person.login()
    secret = session.new_key().expect(200).field("secret_key")
    client, bucket = person.s3(secret), unique("filled-")
    spare = session.new_key().expect(200).field("secret_key")
    others = other.login().new_key().expect(200).field("secret_key")
    client.create_bucket(Bucket=bucket)
    client.create_bucket(Bucket=(versioned := unique("versioned-")))
    client.put_bucket_versioning(Bucket=versioned, VersioningConfiguration=VERSIONED)
    version = client.put_object(Bucket=versioned, Key="a", Body=b"x")["VersionId"]
    client.put_object(Bucket=bucket, Key="tagged", Body=b"x")
    held = filled(client, bucket)
    every = changes(client, bucket, versioned)
    for number in range(100):
        for change in every:
            change(number)
    # What many users do in a year, in one go.
    (server.data / "grown").write_bytes(bytes(free(company) - (3 << 20)))
    time.sleep(0.2)
    for change in every:
        with refused("ServiceUnavailable"):
            change(1000)

    ready = requests.get(f"{server.url}/health/ready", verify=False, timeout=10)
    assert ready.status_code == 200, "a node that may only be emptied is still of use"
    session.deactivate(spare).expect(200)
    assert not person.signs(spare) and person.signs(secret)
    company.root.put("/object/users/lock", "user_lock_param", {"user": other.uid, "namespace": NAMESPACE, "isLocked": True}).expect(200)
    assert not other.signs(others)
    person.login().get("/logout").expect(200)

    for key, body in held.items():
        assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == body, f"{key} was acknowledged"
    before = free(company) + (server.data / "grown").stat().st_size
    keys = list(held)
    client.delete_object(Bucket=bucket, Key=keys[0])
    assert not client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys[1:4]]}).get("Errors")
    client.delete_bucket_tagging(Bucket=bucket)
    client.delete_object_tagging(Bucket=bucket, Key="tagged")
    client.put_object_acl(Bucket=bucket, Key="tagged", ACL="private")
    client.delete_object(Bucket=versioned, Key="a", VersionId=version)
    (server.data / "grown").unlink()
    server.restart()
    assert free(company) > before + (10 << 20)
    client.put_object(Bucket=bucket, Key="again", Body=b"there is space again")
    checked = server.command("check", "--data-dir", str(server.data))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_on_a_disk_without_a_free_byte_a_key_is_revoked_and_an_object_is_deleted(small):
    company, server = small, small.keyward
    person = company.hire()
    session = person.login()
    secret, spare = (session.new_key().expect(200).field("secret_key") for _ in range(2))
    client, bucket = person.s3(secret), unique("filled-")
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="large", Body=os.urandom(2 << 20))
    fill(server.data / "of-somebody-else")
    assert free(company) < 4096, "the disk is full"
    with refused("ServiceUnavailable"):
        client.put_object(Bucket=bucket, Key="more", Body=bytes(100_000))
    session.deactivate(spare).expect(200)
    assert not person.signs(spare)
    assert Ecs(server.url).login("root", server.root_password)
    client.delete_object(Bucket=bucket, Key="large")
    with refused("NoSuchKey"):
        client.get_object(Bucket=bucket, Key="large")
    (server.data / "of-somebody-else").unlink()
    client.put_object(Bucket=bucket, Key="more", Body=bytes(100_000))
    server.restart()
    checked = server.command("check", "--data-dir", str(server.data))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_configuration_changes_of_one_user_are_bounded_and_others_are_not_held_up(company):
    person, other = company.hire(), company.hire()
    client, bucket = person.with_key(), unique("changed-")
    client.create_bucket(Bucket=bucket)

    def change(number):
        client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "number", "Value": str(10_000 + number)}]})

    done = until_refused(change)
    assert 1000 <= done < 3000, done
    with refused("SlowDown"):
        for number in range(100):
            change(done + 1 + number)
    others = other.with_key()
    others.create_bucket(Bucket=(theirs := unique("others-")))
    others.put_bucket_tagging(Bucket=theirs, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    client.put_object(Bucket=bucket, Key="a", Body=b"objects are another matter")
    client.delete_bucket_tagging(Bucket=bucket)
