"""What ECS adds to S3's objects: bytes replaced or appended by range, and retention by header."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

import s3
from company import unique


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("extended-")
    client.create_bucket(Bucket=name)
    return name


@contextmanager
def with_header(client, operation: str, name: str, value: str):
    """The client's requests of this operation carry a header that boto3 has no argument for."""

    def add(request, **_):
        request.headers[name] = value

    event = f"before-sign.s3.{operation}"
    client.meta.events.register_first(event, add)
    try:
        yield
    finally:
        client.meta.events.unregister(event, add)


def write(client, bucket: str, span: str, body: bytes, **more) -> dict:
    with with_header(client, "PutObject", "Range", f"bytes={span}"):
        answer = client.put_object(Bucket=bucket, Key="k", Body=body, **more)
    return answer | {"headers": answer["ResponseMetadata"]["HTTPHeaders"]}


def read(client, bucket: str, **more) -> bytes:
    return client.get_object(Bucket=bucket, Key="k", **more)["Body"].read()


def test_bytes_are_replaced_overwritten_and_appended(client, bucket):
    whole = client.put_object(
        Bucket=bucket, Key="k", Body=b"The quick brown fox", Metadata={"a": "b"}, ContentType="text/plain"
    )
    updated = write(client, bucket, "4-8", b"QUICK")
    assert updated["headers"]["x-emc-previous-object-size"] == "19"
    assert read(client, bucket) == b"The QUICK brown fox"
    write(client, bucket, "10-", b"green")
    assert read(client, bucket) == b"The QUICK green fox"
    appended = write(client, bucket, "-1-", b" jumps")
    assert appended["headers"]["x-emc-append-offset"] == "19"
    write(client, bucket, "25-", b" over")
    write(client, bucket, "20-", b"ran over the dog")
    assert read(client, bucket) == b"The QUICK green fox ran over the dog"
    head = client.head_object(Bucket=bucket, Key="k")
    assert (head["Metadata"], head["ContentType"]) == ({"a": "b"}, "text/plain")
    copied = client.put_object(Bucket=bucket, Key="same", Body=read(client, bucket))
    assert head["ETag"] == copied["ETag"] != whole["ETag"], "the tag is that of all bytes"


def test_large_objects_are_written_into_as_well(client, bucket):
    body = bytearray(b"x" * 300_000)
    client.put_object(Bucket=bucket, Key="k", Body=bytes(body))
    body[100_000:220_000] = b"y" * 120_000
    write(client, bucket, "100000-219999", b"y" * 120_000)
    body += b"z" * 90_000
    write(client, bucket, "-1-", b"z" * 90_000)
    assert read(client, bucket, ChecksumMode="ENABLED") == bytes(body)


def test_what_does_not_fit_is_refused_and_changes_nothing(client, bucket):
    with s3.refused("NoSuchKey"):
        write(client, bucket, "-1-", b"x")
    client.put_object(Bucket=bucket, Key="k", Body=b"abc")
    with s3.refused("InvalidRange"):
        write(client, bucket, "4-", b"x")
    for span in ("0-1", "-5", "0-1,2-2", "2-1"):
        with s3.refused("InvalidArgument"):
            write(client, bucket, span, b"x")
    with s3.refused("InvalidRequest"):
        write(client, bucket, "0-0", b"x", Metadata={"a": "b"})
    with s3.refused("PreconditionFailed"):
        write(client, bucket, "0-0", b"x", IfMatch='"other"')
    assert read(client, bucket) == b"abc"


def test_appends_at_the_same_time_are_all_there(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"")
    with with_header(client, "PutObject", "Range", "bytes=-1-"), ThreadPoolExecutor(6) as pool:
        lines = [f"line {number:03}\n".encode() for number in range(40)]
        answers = pool.map(lambda line: client.put_object(Bucket=bucket, Key="k", Body=line), lines)
        offsets = [int(answer["ResponseMetadata"]["HTTPHeaders"]["x-emc-append-offset"]) for answer in answers]
    content = read(client, bucket)
    assert sorted(content.splitlines(keepends=True)) == lines
    assert [content[offset : offset + 9] for offset in offsets] == lines


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_an_upload_link_cannot_be_turned_into_a_write_into_the_object(version, company):
    """Its holder may replace the object, which is what the signer meant, and not change bytes of it."""
    signs, place = company.hire().with_key(signature_version=version), {"Bucket": unique("linked-"), "Key": "k"}
    signs.create_bucket(Bucket=place["Bucket"])
    signs.put_object(**place, Body=b"abc")
    link = signs.generate_presigned_url("put_object", place, ExpiresIn=60)
    for span in ("-1-", "0-0", "1-"):
        answer = requests.put(link, data=b"x", headers={"Range": f"bytes={span}"}, verify=False)
        assert answer.status_code == 403 and "<Code>AccessDenied</Code>" in answer.text, answer.text
    assert signs.get_object(**place)["Body"].read() == b"abc"
    assert requests.put(link, data=b"whole", verify=False).status_code == 200
    assert signs.get_object(**place)["Body"].read() == b"whole"


def test_clients_of_version_2_write_into_objects_by_a_range_that_they_cannot_sign(company):
    client, bucket = company.hire().with_key(signature_version="s3"), unique("second-")
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="k", Body=b"abc")
    write(client, bucket, "-1-", b"d")
    assert read(client, bucket) == b"abcd"


def test_versions_and_encryption_stay_what_they_are(client, bucket):
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket=bucket, Key="k", Body=b"one", ServerSideEncryption="AES256")["VersionId"]
    second = write(client, bucket, "-1-", b" two")
    assert (read(client, bucket), read(client, bucket, VersionId=first)) == (b"one two", b"one")
    assert second["ServerSideEncryption"] == "AES256" and second["VersionId"] != first
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    client.put_object(Bucket=bucket, Key="k", Body=b"three", **key)
    with s3.refused("InvalidRequest"):
        write(client, bucket, "-1-", b" four")
    write(client, bucket, "-1-", b" four", **key)
    assert read(client, bucket, **key) == b"three four"


def test_an_object_under_retention_is_neither_deleted_nor_replaced(client, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    with with_header(client, "PutObject", "x-emc-retention-period", "3600"):
        client.put_object(**place, Body=b"kept")
    head = client.head_object(**place)
    assert head["ResponseMetadata"]["HTTPHeaders"]["x-emc-retention-period"] == "3600"
    attempts = [
        lambda: client.delete_object(**place),
        lambda: client.put_object(**place, Body=b"other"),
        lambda: client.copy_object(**place, CopySource=f"{bucket}/k", MetadataDirective="REPLACE"),
        lambda: write(client, bucket, "-1-", b"more"),
    ]
    for attempt in attempts:
        with s3.refused("ObjectUnderRetention"):
            attempt()
    errors = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})["Errors"]
    assert [error["Code"] for error in errors] == ["ObjectUnderRetention"]
    assert read(client, bucket) == b"kept"
    with with_header(client, "PutObject", "x-emc-retention-period", "soon"), s3.refused("InvalidArgument"):
        client.put_object(Bucket=bucket, Key="new", Body=b"x")
    with with_header(client, "PutObject", "x-emc-retention-policy", "year"), s3.refused("NotImplemented"):
        client.put_object(Bucket=bucket, Key="new", Body=b"x")
