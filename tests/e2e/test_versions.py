"""Versions, tags, locks and encryption through boto3, as backup tools and people use them."""

import base64
import hashlib
import os
from datetime import datetime, timedelta, timezone

import pytest

import s3
from company import unique


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("versions-")
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def versioned(client, bucket) -> str:
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


def body(client, bucket: str, **options) -> bytes:
    return client.get_object(Bucket=bucket, Key="k", **options)["Body"].read()


def test_an_object_that_was_overwritten_and_deleted_comes_back(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"before versions")
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    second = client.put_object(Bucket=bucket, Key="k", Body=b"two")["VersionId"]
    marker = client.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"]
    with s3.refused("NoSuchKey"):
        body(client, bucket)
    assert "Contents" not in client.list_objects_v2(Bucket=bucket)
    assert [body(client, bucket, VersionId=version) for version in (first, second, "null")] == [
        b"one",
        b"two",
        b"before versions",
    ]
    listed = client.list_object_versions(Bucket=bucket)
    assert [(version["VersionId"], version["IsLatest"]) for version in listed["Versions"]] == [
        (second, False),
        (first, False),
        ("null", False),
    ]
    assert [(one["VersionId"], one["IsLatest"]) for one in listed["DeleteMarkers"]] == [(marker["VersionId"], True)]
    client.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert body(client, bucket) == b"two"
    with s3.refused("BucketNotEmpty"):
        client.delete_bucket(Bucket=bucket)


def test_tags_belong_to_a_version(client, versioned):
    old = client.put_object(Bucket=versioned, Key="k", Body=b"1", Tagging="team=blue")["VersionId"]
    client.put_object(Bucket=versioned, Key="k", Body=b"2")
    tags = client.get_object_tagging(Bucket=versioned, Key="k", VersionId=old)["TagSet"]
    assert tags == [{"Key": "team", "Value": "blue"}]
    assert client.get_object(Bucket=versioned, Key="k", VersionId=old)["TagCount"] == 1
    client.put_object_tagging(Bucket=versioned, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b c"}]})
    assert client.get_object_tagging(Bucket=versioned, Key="k")["TagSet"] == [{"Key": "a", "Value": "b c"}]
    client.delete_object_tagging(Bucket=versioned, Key="k")
    assert client.get_object_tagging(Bucket=versioned, Key="k")["TagSet"] == []


def test_a_locked_version_outlives_its_deletion(client, versioned):
    bucket = versioned
    client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    until = datetime.now(timezone.utc) + timedelta(days=1)
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    version = client.put_object(Bucket=bucket, Key="k", Body=b"kept", **lock)["VersionId"]
    client.delete_object(Bucket=bucket, Key="k")
    with s3.refused("AccessDenied"):
        client.delete_object(Bucket=bucket, Key="k", VersionId=version)
    assert body(client, bucket, VersionId=version) == b"kept"
    client.put_object_legal_hold(Bucket=bucket, Key="k", VersionId=version, LegalHold={"Status": "ON"})
    with s3.refused("AccessDenied"):
        client.delete_object(Bucket=bucket, Key="k", VersionId=version, BypassGovernanceRetention=True)
    client.put_object_legal_hold(Bucket=bucket, Key="k", VersionId=version, LegalHold={"Status": "OFF"})
    client.delete_object(Bucket=bucket, Key="k", VersionId=version, BypassGovernanceRetention=True)
    with s3.refused("NoSuchVersion"):
        body(client, bucket, VersionId=version)


def test_what_is_encrypted_is_nowhere_on_the_disk(company, client, bucket):
    secret = os.urandom(32)
    content = os.urandom(64) * 2000
    key = {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": base64.b64encode(secret).decode(),
        "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(secret).digest()).decode(),
    }
    client.put_object(Bucket=bucket, Key="k", Body=content, ServerSideEncryption="AES256")
    assert client.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"
    assert body(client, bucket) == content
    client.put_object(Bucket=bucket, Key="k2", Body=content, **key)
    assert client.get_object(Bucket=bucket, Key="k2", **key)["Body"].read() == content
    with s3.refused("InvalidRequest"):
        client.get_object(Bucket=bucket, Key="k2")
    stored = (path for path in company.keyward.data.rglob("*") if path.is_file())
    assert not any(content[:64] in path.read_bytes() for path in stored)
