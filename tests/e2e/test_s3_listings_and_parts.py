"""Listings page by page, copies, many deletions at once, uploads in parts, and buckets of other people."""

import os

import pytest
from boto3.s3.transfer import TransferConfig

import s3
from company import unique

MIB = 1 << 20
KEYS = [f"photos/{year}/{n:02}" for year in (2024, 2025) for n in range(5)] + ["readme", "photos", "z/last"]


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("bucket-")
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def filled(client, bucket) -> str:
    for key in KEYS:
        client.put_object(Bucket=bucket, Key=key, Body=b"x")
    return bucket


@pytest.mark.parametrize("version", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("page", [1, 3, 1000])
@pytest.mark.parametrize(
    ("prefix", "delimiter", "keys", "prefixes"),
    [
        ("", "", sorted(KEYS), []),
        ("", "/", ["photos", "readme"], ["photos/", "z/"]),
        ("photos/", "/", [], ["photos/2024/", "photos/2025/"]),
        ("photos/2024/", "/", [f"photos/2024/{n:02}" for n in range(5)], []),
        ("photos", "", sorted(key for key in KEYS if key.startswith("photos")), []),
        ("nothing", "/", [], []),
    ],
)
def test_pages_of_any_size_show_each_key_and_prefix_once_in_order(client, listed, version, page, prefix, delimiter, keys, prefixes):
    pages = client.get_paginator(version).paginate(
        Bucket=listed, Prefix=prefix, Delimiter=delimiter, PaginationConfig={"PageSize": page}
    )
    seen_keys, seen_prefixes = [], []
    for part in pages:
        found = part.get("Contents", []), part.get("CommonPrefixes", [])
        assert len(found[0]) + len(found[1]) <= page
        seen_keys += [entry["Key"] for entry in found[0]]
        seen_prefixes += [entry["Prefix"] for entry in found[1]]
    assert (seen_keys, seen_prefixes) == (keys, prefixes)


@pytest.fixture(scope="module")
def listed(client) -> str:
    name = unique("bucket-")
    client.create_bucket(Bucket=name)
    for key in KEYS:
        client.put_object(Bucket=name, Key=key, Body=b"x")
    return name


def test_a_listing_may_start_after_a_key_and_tells_sizes_and_owner(client, listed):
    after = client.list_objects_v2(Bucket=listed, StartAfter="photos/2025/03", FetchOwner=True)
    assert [entry["Key"] for entry in after["Contents"]] == ["photos/2025/04", "readme", "z/last"]
    assert {entry["Size"] for entry in after["Contents"]} == {1}
    assert after["Contents"][0]["Owner"]["ID"] == client.list_buckets()["Owner"]["ID"]
    marked = client.list_objects(Bucket=listed, Marker="readme")
    assert [entry["Key"] for entry in marked["Contents"]] == ["z/last"]


def test_a_copy_keeps_or_replaces_metadata(client, bucket):
    client.put_object(Bucket=bucket, Key="a b/ü", Body=b"copied", Metadata={"colour": "blue"}, ContentType="text/x-own")
    source = {"Bucket": bucket, "Key": "a b/ü"}
    client.copy_object(Bucket=bucket, Key="kept", CopySource=source)
    client.copy_object(Bucket=bucket, Key="new", CopySource=source, MetadataDirective="REPLACE", Metadata={"colour": "red"})
    kept, new = (client.get_object(Bucket=bucket, Key=key) for key in ("kept", "new"))
    assert kept["Body"].read() == new["Body"].read() == b"copied"
    assert (kept["Metadata"], kept["ContentType"], new["Metadata"]) == ({"colour": "blue"}, "text/x-own", {"colour": "red"})
    with s3.refused("NoSuchKey"):
        client.copy_object(Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "never"})
    with s3.refused("InvalidRequest"):
        client.copy_object(Bucket=bucket, Key="kept", CopySource={"Bucket": bucket, "Key": "kept"})


def test_many_objects_are_deleted_in_one_request(client, filled):
    gone = client.delete_objects(Bucket=filled, Delete={"Objects": [{"Key": key} for key in [*KEYS[:-1], "never"]]})
    assert sorted(entry["Key"] for entry in gone["Deleted"]) == sorted([*KEYS[:-1], "never"])
    assert "Errors" not in gone
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket=filled)["Contents"]] == [KEYS[-1]]
    quiet = client.delete_objects(Bucket=filled, Delete={"Objects": [{"Key": KEYS[-1]}], "Quiet": True})
    assert "Deleted" not in quiet
    client.delete_bucket(Bucket=filled)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_large_file_goes_up_in_parts_and_comes_down_whole(company, tls, tmp_path):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    client = s3.client(company.keyward.s3_tls_url if tls else company.keyward.s3_url, person.uid, secret)
    bucket, content = unique("bucket-"), os.urandom(12 * MIB + 17)
    (tmp_path / "up").write_bytes(content)
    client.create_bucket(Bucket=bucket)
    client.upload_file(str(tmp_path / "up"), bucket, "large", Config=TransferConfig(multipart_chunksize=5 * MIB))
    assert client.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"')
    client.download_file(bucket, "large", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == content
    across = client.get_object(Bucket=bucket, Key="large", Range=f"bytes={5 * MIB - 3}-{5 * MIB + 3}")
    assert across["Body"].read() == content[5 * MIB - 3 : 5 * MIB + 4]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_finished_upload_names_its_object_by_a_url(company, tls):
    """Applications keep it, and take it for one."""
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    url, place = company.keyward.s3_tls_url if tls else company.keyward.s3_url, {"Bucket": unique("bucket-"), "Key": "a + b"}
    client = s3.client(url, person.uid, secret)
    client.create_bucket(Bucket=place["Bucket"])
    upload = client.create_multipart_upload(**place)["UploadId"]
    part = client.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"all of it")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=parts)
    assert done["Location"] == f"{url}/{place['Bucket']}/a%20%2B%20b"


def test_parts_are_listed_and_gone_after_an_abort(client, bucket):
    upload = client.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    client.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=2, Body=b"two")
    client.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"one")
    parts = client.list_parts(Bucket=bucket, Key="k", UploadId=upload)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in parts] == [(1, 3), (2, 3)]
    assert [entry["UploadId"] for entry in client.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0, "unfinished is unseen"
    client.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)
    with s3.refused("NoSuchUpload"):
        client.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"late")


def test_only_whole_and_known_parts_complete_an_upload(client, bucket):
    upload = client.create_multipart_upload(Bucket=bucket, Key="k", Metadata={"colour": "blue"})["UploadId"]

    def part(number: int, content: bytes) -> dict:
        made = client.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=content)
        return {"PartNumber": number, "ETag": made["ETag"]}

    def complete(*parts: dict) -> dict:
        named = {"Bucket": bucket, "Key": "k", "UploadId": upload}
        return client.complete_multipart_upload(**named, MultipartUpload={"Parts": list(parts)})

    small, last = part(1, b"small"), part(2, b"last")
    with s3.refused("EntityTooSmall"):
        complete(small, last)
    with s3.refused("InvalidPart"):
        complete(small | {"ETag": '"00000000000000000000000000000000"'})
    with s3.refused("InvalidPartOrder"):
        complete(last, small)
    whole = part(1, b"w" * (5 * MIB))
    complete(whole, last)
    found = client.get_object(Bucket=bucket, Key="k")
    assert found["Body"].read() == b"w" * (5 * MIB) + b"last"
    assert found["Metadata"] == {"colour": "blue"}


def test_a_bucket_is_closed_to_everybody_but_its_owner(company, client, filled):
    other = company.hire().with_key()
    assert filled not in [entry["Name"] for entry in other.list_buckets()["Buckets"]]
    attempts = [
        lambda: other.list_objects_v2(Bucket=filled),
        lambda: other.get_object(Bucket=filled, Key="readme"),
        lambda: other.put_object(Bucket=filled, Key="readme", Body=b"stolen"),
        lambda: other.delete_object(Bucket=filled, Key="readme"),
        lambda: other.delete_bucket(Bucket=filled),
        lambda: other.create_multipart_upload(Bucket=filled, Key="k"),
    ]
    for attempt in attempts:
        with s3.refused("AccessDenied"):
            attempt()
    own = unique("bucket-")
    other.create_bucket(Bucket=own)
    with s3.refused("AccessDenied"):
        other.copy_object(Bucket=own, Key="k", CopySource={"Bucket": filled, "Key": "readme"})
    with s3.refused("BucketAlreadyExists"):
        other.create_bucket(Bucket=filled)
    assert client.get_object(Bucket=filled, Key="readme")["Body"].read() == b"x"


def test_a_bucket_name_is_free_again_in_another_namespace(company, client, bucket):
    namespace = company.found_namespace()
    uid = company.object_user(namespace)
    fields = {"namespace": namespace}
    made = company.root.post(f"/object/user-secret-keys/{uid}", "user_secret_key_create", fields).expect(200)
    theirs = s3.client(company.keyward.s3_url, uid, made.field("secret_key"))
    theirs.create_bucket(Bucket=bucket)
    theirs.put_object(Bucket=bucket, Key="k", Body=b"theirs")
    with s3.refused("NoSuchKey"):
        client.get_object(Bucket=bucket, Key="k")
