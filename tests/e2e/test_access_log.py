"""What the server tells about S3 requests: its access log, its counters, and which secret is in use."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
import requests

import s3
from company import unique


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("log") / "s3.log"


@pytest.fixture(scope="module")
def keyward(new_keyward, log):
    return new_keyward(flags=["--s3-access-log", str(log)]).start()


def lines(log: Path, count: int, **fields) -> list[dict]:
    """The lines with these fields, once there are so many: a line comes a moment after its answer."""
    deadline = time.monotonic() + 10
    while True:
        found = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        found = [line for line in found if fields.items() <= line.items()]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, found
            return found
        time.sleep(0.02)


@pytest.fixture
def keys(person) -> dict[str, str]:
    """Two secrets by their ids, the older one first."""
    me = person.login()
    values = [me.new_key().expect(200).field("secret_key"), me.new_key(60).expect(200).field("secret_key")]
    ids = [key["id"] for key in me.get("/keyward/v1/secret-keys").expect(200).json["secret_keys"]]
    return dict(zip(ids, values, strict=True))


def test_a_request_is_one_line_that_names_its_secret_and_holds_none(person, keys, log):
    (old_id, old), (new_id, new) = keys.items()
    bucket = unique("logged-")
    person.s3(old).create_bucket(Bucket=bucket)
    person.s3(new).put_object(Bucket=bucket, Key="ä/b", Body=b"x" * 5000)
    [put] = lines(log, 1, operation="PutObject", bucket=bucket)
    expected = {"access_key_id": person.uid, "secret_id": new_id, "user": person.uid, "namespace": "corp"}
    expected |= {"signature": "SigV4", "method": "PUT", "key": "ä/b", "status": 200, "error": None}
    expected |= {"address": "127.0.0.1", "bytes_out": 0, "complete": True}
    assert expected.items() <= put.items(), put
    assert put["bytes_in"] >= 5000 and "Boto3" in put["user_agent"] and len(put["request_id"]) == 16

    link = person.s3(old).generate_presigned_url("get_object", {"Bucket": bucket, "Key": "ä/b"}, ExpiresIn=60)
    answer = requests.get(link)
    [get] = lines(log, 1, operation="GetObject", bucket=bucket)
    assert (get["secret_id"], get["bytes_out"], get["signature"]) == (old_id, 5000, "SigV4 presigned" if "X-Amz" in link else "SigV2 presigned")
    assert get["request_id"] == answer.headers["x-amz-request-id"]
    with s3.refused("SignatureDoesNotMatch"):
        person.s3("wrong" + old).list_objects_v2(Bucket=bucket)
    [refused] = lines(log, 1, error="SignatureDoesNotMatch", bucket=bucket)
    assert (refused["secret_id"], refused["user"], refused["access_key_id"]) == (None, None, person.uid)
    text = log.read_text()
    assert not any(hidden in text for hidden in [old, new, "Signature=", link.split("ignature=")[1][:20]])


def test_the_log_is_opened_anew_on_a_hang_up(person, keys, keyward, log):
    client = person.s3(next(iter(keys.values())))
    client.list_buckets()
    lines(log, 1, operation="ListBuckets", user=person.uid)
    log.rename(log.with_suffix(".moved"))
    os.kill(keyward.pid, signal.SIGHUP)
    deadline = time.monotonic() + 10
    while not log.exists():
        assert time.monotonic() < deadline, "the log is not opened anew"
        client.list_buckets()
    assert lines(log, len(log.read_text().splitlines()), user=person.uid)


def test_the_owner_sees_which_secret_is_in_use_also_after_a_restart(person, keys, keyward, company):
    (old_id, old), (new_id, _) = keys.items()

    def used(session, path: str = "/keyward/v1/secret-keys") -> dict[str, dict]:
        return {key["id"]: key for key in session.get(path).expect(200).json["secret_keys"]}

    for _ in range(3):
        person.s3(old).list_buckets()
    with s3.refused("SignatureDoesNotMatch"):
        person.s3("wrong" + old).list_buckets()
    shown = used(person.login())
    assert [shown[key]["uses"] for key in (old_id, new_id)] == [3, 0]
    assert shown[old_id]["last_address"] == "127.0.0.1" and "Boto3" in shown[old_id]["last_agent"]
    assert shown[old_id]["last_used"] and shown[new_id]["last_used"] is None
    person.s3(old).list_buckets()
    keyward.restart()
    assert used(person.login())[old_id]["uses"] == 4
    path = f"/keyward/v1/object-users/{person.uid.replace('@', '%40')}/secret-keys"
    assert used(company.root, path)[old_id]["uses"] == 4


def test_requests_are_counted_by_operation_and_status_and_refusals_by_code(person, keys, keyward):
    client = person.s3(next(iter(keys.values())))
    client.list_buckets()
    with s3.refused("NoSuchBucket"):
        client.list_objects_v2(Bucket=unique("missing-"))
    with s3.refused("InvalidAccessKeyId"):
        s3.client(keyward.s3_url, unique("nobody"), "x" * 40).list_buckets()
    text = requests.get(f"{keyward.url}/metrics", verify=False).text
    for counted in [
        'keyward_s3_requests_total{operation="ListBuckets",status="200"}',
        'keyward_s3_requests_total{operation="ListObjectsV2",status="404"}',
        'keyward_s3_unverified_total{code="InvalidAccessKeyId"}',
    ]:
        assert counted in text, text


def test_a_form_is_logged_counted_and_held_back_like_any_request(person, keys, keyward, log):
    (old_id, old), (new_id, _) = keys.items()
    bucket = unique("forms-")
    person.s3(old).create_bucket(Bucket=bucket)

    def post(secret: str) -> int:
        client = person.s3(secret, signature_version="s3v4")
        form = client.generate_presigned_post(bucket, "object", ExpiresIn=60)
        return requests.post(form["url"], data=form["fields"], files={"file": ("a.txt", "a text")}).status_code

    def slowed() -> float:
        text = requests.get(f"{keyward.url}/metrics", verify=False).text
        counts = [line.split()[1] for line in text.splitlines() if line.startswith("keyward_s3_slowed_total{")]
        return sum(map(float, counts))

    before = slowed()
    assert post(old) == 204
    [line] = lines(log, 1, operation="PostObject", bucket=bucket)
    assert (line["secret_id"], line["signature"], line["key"], line["user"]) == (old_id, "SigV4 form", "object", person.uid)
    assert {post("wrong" + old) for _ in range(10)} == {403} and slowed() == before
    # One is forgiven each second, and a busy machine takes its time for some.
    assert any(post("wrong" + old) == 403 and slowed() > before for _ in range(50))
    assert post(old) == 204, "whoever signs right is not held back"
    uses = {key["id"]: key["uses"] for key in person.login().get("/keyward/v1/secret-keys").expect(200).json["secret_keys"]}
    assert uses == {old_id: 3, new_id: 0}
