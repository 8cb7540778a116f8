"""Sudden death at random moments under concurrent writers: whatever was acknowledged is there afterwards."""

import hashlib
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from requests.exceptions import RequestException

from company import unique

ROUNDS = 6
SIZES = (0, 700, 16_384, 16_385, 90_000, 1_200_000)


class KeyWriter:
    """Rotates one person's keys without pause; knows which secrets must sign and which must not."""

    def __init__(self, person):
        self.person, self.ecs = person, person.login()
        self.live: list[str] = []
        self.dead: list[str] = []
        self.acknowledged = 0

    def step(self) -> None:
        if len(self.live) == 2:
            # Taken out before the call: a death in between leaves open which way it went.
            leaving = self.live.pop(0)
            self.ecs.deactivate(leaving).expect(200)
            self.dead.append(leaving)
        else:
            self.live.append(self.ecs.new_key().expect(200).field("secret_key"))
        self.acknowledged += 1

    def recover(self) -> None:
        """Checks every promise, then starts the next round from what is there."""
        there = self.ecs.secrets()
        assert set(self.live) <= set(there), "an acknowledged key is missing"
        assert not set(self.dead) & set(there), "a revoked key is back"
        for secret in self.live:
            assert self.person.signs(secret)
        for secret in self.dead[-3:]:
            assert not self.person.signs(secret)
        self.live = there


class ObjectWriter:
    """Writes, overwrites and deletes objects; knows what each name must hold."""

    def __init__(self, client, bucket: str, dice: random.Random):
        self.client, self.bucket, self.dice = client, bucket, dice
        self.holds: dict[str, set[str | None]] = {}
        self.acknowledged = 0

    def step(self) -> None:
        key = f"{self.dice.randrange(4)}/{self.dice.randrange(40)}"
        before = self.holds.get(key, {None})
        if self.dice.random() < 0.15:
            self.holds[key] = before | {None}
            self.client.delete_object(Bucket=self.bucket, Key=key)
            self.holds[key] = {None}
        else:
            body = os.urandom(self.dice.choice(SIZES))
            digest = hashlib.sha256(body).hexdigest()
            # Until the answer comes, the name may hold the old bytes or the new ones, and nothing in between.
            self.holds[key] = before | {digest}
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body)
            self.holds[key] = {digest}
        self.acknowledged += 1

    def recover(self) -> None:
        listed = {entry["Key"] for entry in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", [])}
        for key, allowed in self.holds.items():
            found = self._digest(key) if key in listed else None
            assert found in allowed, f"{key} holds {found}, not one of {allowed}"
            self.holds[key] = {found}
        assert listed <= set(self.holds)

    def _digest(self, key: str) -> str:
        return hashlib.sha256(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()).hexdigest()


@pytest.fixture
def writers(company) -> list:
    dice = random.Random(seed := random.randrange(1 << 30))
    print(f"seed {seed}")
    made: list = [KeyWriter(company.hire()) for _ in range(3)]
    for _ in range(3):
        client, bucket = company.hire().with_key(max_pool_connections=1), unique("durable-")
        client.create_bucket(Bucket=bucket)
        made.append(ObjectWriter(client, bucket, random.Random(dice.random())))
    return made


def write_until_death(writer, dying: threading.Event) -> None:
    try:
        while not dying.is_set():
            writer.step()
    except (RequestException, BotoCoreError) as broken:
        assert dying.wait(5), f"the server broke off before it was killed: {broken!r}"
    except ClientError as refused:
        raise AssertionError(f"a write was refused: {refused.response['Error']}") from refused


def wait_for_a_write(writers, before: int):
    """A slow machine may have acknowledged nothing yet, and a round without any write shows nothing."""
    end = time.monotonic() + 60
    while sum(writer.acknowledged for writer in writers) <= before and time.monotonic() < end:
        time.sleep(0.05)


@pytest.mark.timeout(600)
def test_every_acknowledged_key_and_object_survives_kill_9(keyward, writers):
    before = 0
    for round_number in range(ROUNDS):
        dying = threading.Event()
        with ThreadPoolExecutor(len(writers)) as pool:
            running = [pool.submit(write_until_death, writer, dying) for writer in writers]
            time.sleep(random.uniform(0.3, 2.0))
            wait_for_a_write(writers, before)
            keyward.process.kill()
            dying.set()
        keyward.kill9()
        for done in running:
            done.result()
        keyward.start()
        for writer in writers:
            writer.recover()
        after = sum(writer.acknowledged for writer in writers)
        print(f"round {round_number}: {after - before} acknowledged")
        assert after > before, "a round without any write shows nothing"
        before = after


def test_what_an_administrator_was_told_is_done_stays_done(company, keyward):
    person = company.hire()
    me, uid, name = person.login(), company.object_user(), company.found_namespace()
    made = company.root.post(f"/object/user-secret-keys/{uid}", "user_secret_key_create", {"namespace": "corp"}).expect(200)
    operator = company.management_user(isSystemMonitor=True)
    me.get("/logout").expect(200)
    keyward.kill9()
    keyward.start()
    assert company.root.get(f"/object/user-secret-keys/{uid}").expect(200).field("secret_key_1") == made.field("secret_key")
    company.root.get(f"/object/namespaces/namespace/{name}").expect(200)
    operator.get("/user/whoami").expect(200)
    me.get("/user/whoami").expect(401, 4000)


def test_an_upload_in_parts_goes_on_after_kill_9(company, keyward):
    client, bucket = company.hire().with_key(), unique("durable-")
    client.create_bucket(Bucket=bucket)
    named = {"Bucket": bucket, "Key": "parts", "UploadId": client.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]}
    parts = []
    for number, content in ((1, b"1" * (5 << 20)), (2, b"2")):
        made = client.upload_part(**named, PartNumber=number, Body=content)
        parts.append({"PartNumber": number, "ETag": made["ETag"]})
        keyward.kill9()
        keyward.start()
    client.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
    keyward.kill9()
    keyward.start()
    assert client.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"1" * (5 << 20) + b"2"
