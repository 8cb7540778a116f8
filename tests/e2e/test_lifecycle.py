"""Lifecycle rules are carried out, and uploads that nobody goes on with are given up. A day lasts a second here."""

import time

import pytest

from company import unique

PATIENCE = 60


@pytest.fixture(scope="module")
def keyward(new_keyward):
    day = {"KEYWARD_LIFECYCLE_DAY_SECONDS": "1"}
    return new_keyward(flags=["--s3-abandoned-uploads-days", "3"], environment=day).start()


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("lifecycle-")
    client.create_bucket(Bucket=name)
    return name


def comes_to(expected, look) -> None:
    """What is looked at becomes this, if it is not yet."""
    deadline = time.monotonic() + PATIENCE
    while (found := look()) != expected:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def rules(client, bucket: str, *given: dict) -> None:
    numbered = [{"ID": f"r{number}", "Status": "Enabled", **rule} for number, rule in enumerate(given)]
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": numbered})


def keys(client, bucket: str) -> list[str]:
    return [one["Key"] for one in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_objects_end_by_prefix_and_by_tag(client, bucket):
    for key in ("tmp/a", "tmp/b", "keep", "tagged"):
        client.put_object(Bucket=bucket, Key=key, Body=b"x", Tagging="gone=soon" if key == "tagged" else "")
    rules(
        client,
        bucket,
        {"Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}},
        {"Filter": {"Tag": {"Key": "gone", "Value": "soon"}}, "Expiration": {"Days": 1}},
    )
    comes_to(["keep"], lambda: keys(client, bucket))


def test_versions_end_one_after_the_other_and_their_marker_last(client, bucket):
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2", b"3"):
        client.put_object(Bucket=bucket, Key="k", Body=body)
    rules(
        client,
        bucket,
        {
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": 1},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        },
        {"Filter": {"Prefix": ""}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
    )

    def left() -> int:
        listed = client.list_object_versions(Bucket=bucket)
        return len(listed.get("Versions", [])) + len(listed.get("DeleteMarkers", []))

    comes_to(0, left)
    client.delete_bucket(Bucket=bucket)


def test_uploads_are_given_up_by_a_rule_or_when_nobody_goes_on_with_them(client, bucket):
    def uploads() -> list[str]:
        return [one["Key"] for one in client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])]

    rules(
        client,
        bucket,
        {"Filter": {"Prefix": "soon/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {"Filter": {"Prefix": "late/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 36500}},
    )
    for key in ("idle", "late/a", "soon/a"):
        upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")
    comes_to(["late/a"], uploads)
