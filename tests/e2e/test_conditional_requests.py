"""Conditions of requests: reads that spare the body, writes and deletions that spare what somebody else wrote."""

from datetime import datetime, timedelta, timezone

import pytest

import s3
from company import unique

BEFORE = datetime(2001, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("conditions-")
    client.create_bucket(Bucket=name)
    return name


def after() -> datetime:
    return datetime.now(timezone.utc) + timedelta(days=1)


def outcome(call, **arguments) -> str:
    """`ok`, or the code of the refusal."""
    try:
        call(**arguments)
        return "ok"
    except s3.ClientError as refusal:
        return refusal.response["Error"]["Code"]


READS = [
    # If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since: what a GET comes to.
    ({"IfMatch": "own"}, "ok"),
    ({"IfMatch": "*"}, "ok"),
    ({"IfMatch": "other"}, "PreconditionFailed"),
    ({"IfNoneMatch": "other"}, "ok"),
    ({"IfNoneMatch": "own"}, "304"),
    ({"IfNoneMatch": "*"}, "304"),
    ({"IfModifiedSince": "before"}, "ok"),
    ({"IfModifiedSince": "now"}, "304"),
    ({"IfUnmodifiedSince": "now"}, "ok"),
    ({"IfUnmodifiedSince": "before"}, "PreconditionFailed"),
    # A tag outweighs a time.
    ({"IfMatch": "own", "IfUnmodifiedSince": "before"}, "ok"),
    ({"IfNoneMatch": "other", "IfModifiedSince": "now"}, "ok"),
    ({"IfNoneMatch": "own", "IfModifiedSince": "before"}, "304"),
    ({"IfMatch": "other", "IfNoneMatch": "own"}, "PreconditionFailed"),
]


@pytest.mark.parametrize(("conditions", "expected"), READS, ids=[str(conditions) for conditions, _ in READS])
def test_a_read_goes_on_under_its_conditions(client, bucket, conditions, expected):
    tag = client.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    written = client.head_object(Bucket=bucket, Key="k")["LastModified"]
    words = {"own": tag, "other": '"0123456789abcdef0123456789abcdef"', "*": "*", "before": BEFORE, "now": written}
    asked = {name: words[word] for name, word in conditions.items()}
    assert outcome(client.get_object, Bucket=bucket, Key="k", **asked) == expected
    head = {"PreconditionFailed": "412"}.get(expected, expected)
    assert outcome(client.head_object, Bucket=bucket, Key="k", **asked) == head


WRITES = [
    # The condition, whether there is an object, what a write comes to.
    ({"IfNoneMatch": "*"}, False, "ok"),
    ({"IfNoneMatch": "*"}, True, "PreconditionFailed"),
    ({"IfMatch": "own"}, True, "ok"),
    ({"IfMatch": "other"}, True, "PreconditionFailed"),
    ({"IfMatch": "other"}, False, "NoSuchKey"),
    ({"IfMatch": "*"}, True, "ok"),
    ({"IfMatch": "*"}, False, "NoSuchKey"),
]


@pytest.mark.parametrize("way", ["put", "copy", "complete"])
@pytest.mark.parametrize(("conditions", "exists", "expected"), WRITES)
def test_a_write_spares_what_its_condition_does_not_mean(client, bucket, way, conditions, exists, expected):
    tag = client.put_object(Bucket=bucket, Key="k", Body=b"old")["ETag"] if exists else None
    words = {"own": tag, "other": '"0123456789abcdef0123456789abcdef"', "*": "*"}
    asked = {name: words[word] for name, word in conditions.items()}
    place = {"Bucket": bucket, "Key": "k"}
    if way == "put":
        assert outcome(client.put_object, **place, Body=b"new", **asked) == expected
    elif way == "copy":
        client.put_object(Bucket=bucket, Key="source", Body=b"new")
        assert outcome(client.copy_object, **place, CopySource=f"{bucket}/source", **asked) == expected
    else:
        upload = client.create_multipart_upload(**place)["UploadId"]
        part = client.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"new")["ETag"]
        parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
        complete = client.complete_multipart_upload
        assert outcome(complete, **place, UploadId=upload, MultipartUpload=parts, **asked) == expected
    if expected == "ok":
        assert client.get_object(**place)["Body"].read() == b"new"
    elif exists:
        assert client.get_object(**place)["Body"].read() == b"old"


@pytest.mark.parametrize("condition", ["IfMatch", "IfMatchSize", "IfMatchLastModifiedTime"])
def test_a_deletion_spares_another_object_and_may_be_sent_again(client, bucket, condition):
    right = {"IfMatch": client.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]}
    right["IfMatchSize"] = 1
    right["IfMatchLastModifiedTime"] = client.head_object(Bucket=bucket, Key="k")["LastModified"]
    wrong = {"IfMatch": '"other"', "IfMatchSize": 2, "IfMatchLastModifiedTime": BEFORE}
    with s3.refused("PreconditionFailed"):
        client.delete_object(Bucket=bucket, Key="k", **{condition: wrong[condition]})
    client.delete_object(Bucket=bucket, Key="k", **{condition: right[condition]})
    client.delete_object(Bucket=bucket, Key="k", **{condition: right[condition]})
    with s3.refused("404"):
        client.head_object(Bucket=bucket, Key="k")


def test_among_versions_a_conditional_deletion_means_the_object_and_no_marker(client, bucket):
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client.delete_object(Bucket=bucket, Key="never", IfMatch="*")
    assert "DeleteMarkers" not in client.list_object_versions(Bucket=bucket)
    put = client.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert client.delete_object(Bucket=bucket, Key="k", IfMatch=put["ETag"])["DeleteMarker"]
    with s3.refused("PreconditionFailed"):
        client.delete_object(Bucket=bucket, Key="k", IfMatch=put["ETag"])
    client.delete_object(Bucket=bucket, Key="k", IfMatch="*")
    with s3.refused("PreconditionFailed"):
        client.delete_object(Bucket=bucket, Key="k", VersionId=put["VersionId"], IfMatchSize=9)
    client.delete_object(Bucket=bucket, Key="k", VersionId=put["VersionId"], IfMatchSize=1)
    client.delete_object(Bucket=bucket, Key="k", VersionId=put["VersionId"], IfMatchSize=9)


def test_each_of_many_deletions_has_its_own_condition(client, bucket):
    tags = {key: client.put_object(Bucket=bucket, Key=key, Body=b"x")["ETag"] for key in ("a", "b")}
    objects = [
        {"Key": "a", "ETag": tags["a"]},
        {"Key": "b", "ETag": '"other"'},
        {"Key": "c", "ETag": '"other"'},
    ]
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [deleted["Key"] for deleted in answer["Deleted"]] == ["a", "c"]
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [("b", "PreconditionFailed")]
