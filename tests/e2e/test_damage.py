"""Damage of stored bytes is never handed out as good, never washed clean by a rewrite, and named by the check."""

import os

import pytest
import requests
from botocore.exceptions import ClientError

from company import Company, unique
from s3 import refused

SIZE = 3_000_000


@pytest.fixture
def damaged(new_keyward, directory):
    """A server with an object of which one stored byte was changed while it ran."""
    company = Company.settle(new_keyward().start(), directory)
    client, bucket = company.hire().with_key(), unique("rotten-")
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="a/large", Body=os.urandom(SIZE))
    spoil(company.keyward, SIZE, 1_234_567)
    return company.keyward, client, bucket


def spoil(server, size: int, place: int) -> None:
    found = [path for path in (server.data / "objects/bodies").rglob("*") if path.is_file() and path.stat().st_size == size]
    [body] = found
    with body.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


def is_named(server, place: str) -> bool:
    done = server.command("check", "--data-dir", str(server.data))
    assert done.returncode == 1, done.stdout
    return any(place in line and "its content is not what was written" in line for line in done.stdout.splitlines())


def test_a_read_of_damaged_bytes_breaks_off_and_the_log_names_the_object(damaged):
    server, client, bucket = damaged
    link = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a/large"})
    for _ in range(2):
        with pytest.raises(requests.exceptions.RequestException):
            answer = requests.get(link, timeout=60)
            assert answer.status_code != 200, "it was handed out as good"
    assert f"{bucket}/a/large" in server.stderr() and "ERROR" in server.stderr()
    part = client.get_object(Bucket=bucket, Key="a/large", Range="bytes=0-999")
    assert len(part["Body"].read()) == 1000, "what is read in part is not compared"


def test_no_write_gives_damage_new_sums(damaged):
    server, client, bucket = damaged
    place, source = {"Bucket": bucket, "Key": "a/large"}, {"Bucket": bucket, "Key": "a/large"}
    before = client.head_object(**place)["ETag"]

    def ranged(value):
        def add(request, **_):
            request.headers["Range"] = value

        client.meta.events.register("before-sign.s3.PutObject", add)
        try:
            client.put_object(**place, Body=b"x")
        finally:
            client.meta.events.unregister("before-sign.s3.PutObject", add)

    for value in ("bytes=-1-", "bytes=5-5"):
        with refused("InternalError"):
            ranged(value)
    with refused("InternalError"):
        client.copy_object(Bucket=bucket, Key="copy", CopySource=source, ChecksumAlgorithm="SHA256")
    with refused("InternalError"):
        client.copy_object(Bucket=bucket, Key="copy", CopySource=source, ServerSideEncryption="AES256")
    upload = client.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    for span in ({}, {"CopySourceRange": "bytes=0-99"}):
        with pytest.raises(ClientError) as caught:
            client.upload_part_copy(Bucket=bucket, Key="copy", UploadId=upload, PartNumber=1, CopySource=source, **span)
        assert caught.value.response["Error"]["Code"] == "InternalError"
        assert "damaged" in caught.value.response["Error"]["Message"]
    assert client.head_object(**place)["ETag"] == before
    assert is_named(server, f"{bucket}/a/large")
    client.delete_object(**place)
    client.abort_multipart_upload(Bucket=bucket, Key="copy", UploadId=upload)
    done = server.command("check", "--data-dir", str(server.data))
    assert done.returncode == 0, done.stdout


def test_a_key_is_named_as_it_is(damaged):
    server, client, bucket = damaged
    key = "it's \"grün\" & 日本/e\u0301"
    client.put_object(Bucket=bucket, Key=key, Body=os.urandom(40_000))
    spoil(server, 40_000, 7)
    assert is_named(server, f"{bucket}/{key}")
