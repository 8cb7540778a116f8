"""Storage classes: a label that is kept and shown wherever S3 shows it, for classes whose objects are readable at once."""

import pytest
import requests

import s3
from company import unique

AT_ONCE = ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY", "EXPRESS_ONEZONE"]
ARCHIVES = ["GLACIER", "DEEP_ARCHIVE", "SNOW", "OUTPOSTS"]


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("classes-")
    client.create_bucket(Bucket=name)
    return name


def header(client, bucket: str, key: str) -> str | None:
    head = client.head_object(Bucket=bucket, Key=key)["ResponseMetadata"]["HTTPHeaders"]
    got = client.get_object(Bucket=bucket, Key=key)["ResponseMetadata"]["HTTPHeaders"]
    assert head.get("x-amz-storage-class") == got.get("x-amz-storage-class")
    return head.get("x-amz-storage-class")


def listed(client, bucket: str) -> list[dict[str, str]]:
    """The classes by key in each kind of listing."""
    of = lambda entries: {entry["Key"]: entry["StorageClass"] for entry in entries}  # noqa: E731
    return [
        of(client.list_objects(Bucket=bucket)["Contents"]),
        of(client.list_objects_v2(Bucket=bucket)["Contents"]),
        of(client.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]),
        of(client.list_object_versions(Bucket=bucket)["Versions"]),
    ]


def test_a_class_is_shown_wherever_there_is_one(client, bucket):
    client.put_object(Bucket=bucket, Key="none", Body=b"x", Metadata={"storage_class": '"storage_class":"GLACIER_IR"'})
    client.put_object(Bucket=bucket, Key="standard", Body=b"x", StorageClass="STANDARD")
    for name in AT_ONCE:
        client.put_object(Bucket=bucket, Key=name, Body=b"x", StorageClass=name)
    expected = {"none": "STANDARD", "standard": "STANDARD"} | {name: name for name in AT_ONCE}
    assert listed(client, bucket) == [expected] * 4
    assert [header(client, bucket, key) for key in ("none", "standard", *AT_ONCE)] == [None, None, *AT_ONCE]
    for key, name in expected.items():
        attributes = client.get_object_attributes(Bucket=bucket, Key=key, ObjectAttributes=["StorageClass"])
        assert attributes["StorageClass"] == name


def test_archives_and_unknown_classes_are_refused(client, bucket):
    for name in (*ARCHIVES, "standard_ia"):
        with s3.refused("InvalidStorageClass"):
            client.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=name)
        with s3.refused("InvalidStorageClass"):
            client.create_multipart_upload(Bucket=bucket, Key="k", StorageClass=name)
        with s3.refused("InvalidStorageClass"):
            client.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k", StorageClass=name)
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_copy_has_the_class_that_it_is_given_and_never_its_source_s(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="STANDARD_IA")
    client.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    client.copy_object(Bucket=bucket, Key="labelled", CopySource=f"{bucket}/k", StorageClass="ONEZONE_IA")
    assert [header(client, bucket, key) for key in ("k", "copy", "labelled")] == ["STANDARD_IA", None, "ONEZONE_IA"]
    client.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k", StorageClass="STANDARD")
    assert header(client, bucket, "k") is None, "a new class is a change"


def test_an_upload_in_parts_has_the_class_that_it_was_begun_with(client, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    upload = client.create_multipart_upload(**place, StorageClass="GLACIER_IR")["UploadId"]
    part = client.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    assert [entry["StorageClass"] for entry in client.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["GLACIER_IR"]
    assert client.list_parts(**place, UploadId=upload)["StorageClass"] == "GLACIER_IR"
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=parts)
    assert header(client, bucket, "k") == "GLACIER_IR"


def test_forms_and_links_name_a_class_as_well(client, bucket):
    fields = {"x-amz-storage-class": "STANDARD_IA"}
    form = client.generate_presigned_post(bucket, "posted", Fields=fields, Conditions=[fields], ExpiresIn=60)
    posted = requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=30)
    assert posted.status_code == 204, posted.text
    archive = {"x-amz-storage-class": "GLACIER"}
    form = client.generate_presigned_post(bucket, "archived", Fields=archive, Conditions=[archive], ExpiresIn=60)
    refused = requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=30)
    assert refused.status_code == 400 and "<Code>InvalidStorageClass</Code>" in refused.text
    place = {"Bucket": bucket, "Key": "linked", "StorageClass": "REDUCED_REDUNDANCY"}
    link = client.generate_presigned_url("put_object", place, ExpiresIn=60)
    assert requests.put(link, data=b"x", headers={"x-amz-storage-class": "REDUCED_REDUNDANCY"}, timeout=30).status_code == 200
    assert [header(client, bucket, key) for key in ("posted", "linked")] == ["STANDARD_IA", "REDUCED_REDUNDANCY"]
