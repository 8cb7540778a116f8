"""Retentions in governance mode: who passes over them, through boto3."""

import json
from datetime import datetime, timedelta, timezone

import pytest

import s3
from company import unique


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def kept(client) -> dict:
    """A version that is kept for a day."""
    bucket = unique("governed-")
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    until = datetime.now(timezone.utc) + timedelta(days=1)
    put = client.put_object(
        Bucket=bucket, Key="k", Body=b"kept", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until
    )
    return {"Bucket": bucket, "Key": "k", "VersionId": put["VersionId"]}


def delete_many(client, kept: dict, bypass: bool) -> list[str]:
    """Deletes the version by DeleteObjects; tells the codes of what was refused."""
    objects = [{"Key": kept["Key"], "VersionId": kept["VersionId"]}]
    answer = client.delete_objects(
        Bucket=kept["Bucket"], Delete={"Objects": objects}, BypassGovernanceRetention=bypass
    )
    return [error["Code"] for error in answer.get("Errors", [])]


def test_who_says_false_passes_over_nothing(client, kept):
    with s3.refused("AccessDenied"):
        client.delete_object(**kept, BypassGovernanceRetention=False)
    assert delete_many(client, kept, bypass=False) == ["AccessDenied"]
    sooner = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(timezone.utc) + timedelta(hours=1)}
    with s3.refused("AccessDenied"):
        client.put_object_retention(**kept, Retention=sooner, BypassGovernanceRetention=False)
    assert client.get_object(**kept)["Body"].read() == b"kept"
    client.put_object_retention(**kept, Retention=sooner, BypassGovernanceRetention=True)
    assert delete_many(client, kept, bypass=True) == []
    with s3.refused("NoSuchVersion"):
        client.get_object(**kept)


def test_a_policy_that_denies_it_for_the_keys_holds_for_many_at_once(client, kept):
    bucket = kept["Bucket"]
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:BypassGovernanceRetention",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [denial]}
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    with s3.refused("AccessDenied"):
        client.delete_object(**kept, BypassGovernanceRetention=True)
    assert delete_many(client, kept, bypass=True) == ["AccessDenied"]
    assert client.get_object(**kept)["Body"].read() == b"kept"
    client.delete_bucket_policy(Bucket=bucket)
    assert delete_many(client, kept, bypass=True) == []


def test_a_version_that_the_policy_names_outlives_a_deletion_of_many(client):
    bucket = unique("versions-")
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old, new = (client.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"] for body in (b"1", b"2"))
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObjectVersion",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"s3:VersionId": old}},
    }
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
    objects = [{"Key": "k", "VersionId": version} for version in (old, new)]
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [one["VersionId"] for one in answer["Deleted"]] == [new]
    assert [(one["VersionId"], one["Code"]) for one in answer["Errors"]] == [(old, "AccessDenied")]
