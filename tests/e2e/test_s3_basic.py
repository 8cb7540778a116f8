"""S3 through boto3 with its own defaults: buckets, objects, conditions, listings, and who may not."""

import io

import pytest
import requests

import s3
from company import unique


@pytest.fixture(scope="module", params=["http", "https"])
def client(company, request):
    """One person's client: over TLS boto3 sends checksums as trailers, in clear it sends them as headers."""
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    keyward = company.keyward
    return s3.client(keyward.s3_tls_url if request.param == "https" else keyward.s3_url, person.uid, secret)


@pytest.fixture
def bucket(client) -> str:
    name = unique("bucket-")
    client.create_bucket(Bucket=name)
    return name


def body(client, bucket: str, key: str, **options) -> bytes:
    return client.get_object(Bucket=bucket, Key=key, **options)["Body"].read()


def test_a_bucket_is_made_found_and_deleted(client):
    name = unique("bucket-")
    client.create_bucket(Bucket=name)
    client.create_bucket(Bucket=name)
    client.head_bucket(Bucket=name)
    assert "LocationConstraint" in client.get_bucket_location(Bucket=name)
    listed = client.list_buckets()
    assert name in [entry["Name"] for entry in listed["Buckets"]]
    assert listed["Owner"]["ID"] == listed["Owner"]["DisplayName"] == client._request_signer._credentials.access_key
    client.delete_bucket(Bucket=name)
    with s3.refused("404"):
        client.head_bucket(Bucket=name)
    with s3.refused("NoSuchBucket"):
        client.list_objects_v2(Bucket=name)


def test_a_bucket_with_objects_is_not_deleted(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"v")
    with s3.refused("BucketNotEmpty"):
        client.delete_bucket(Bucket=bucket)
    assert body(client, bucket, "k") == b"v"
    client.delete_object(Bucket=bucket, Key="k")
    client.delete_bucket(Bucket=bucket)


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, 1_000_003])
def test_an_object_comes_back_as_it_was_stored(client, bucket, size):
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    stored = client.put_object(Bucket=bucket, Key="k", Body=content, ContentType="text/x-own", Metadata={"colour": "blue"})
    found = client.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert found["Body"].read() == content
    assert (found["ContentLength"], found["ContentType"], found["Metadata"]) == (size, "text/x-own", {"colour": "blue"})
    assert found["ETag"] == stored["ETag"] and found["ChecksumCRC32"] == stored["ChecksumCRC32"]
    head = client.head_object(Bucket=bucket, Key="k")
    assert (head["ContentLength"], head["ETag"], head["LastModified"]) == (size, found["ETag"], found["LastModified"])


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_every_checksum_is_verified_and_kept(client, bucket, algorithm):
    made = client.put_object(Bucket=bucket, Key="k", Body=b"checked", ChecksumAlgorithm=algorithm)
    head = client.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == made[f"Checksum{algorithm}"]


def test_a_wrong_digest_stores_nothing(client, bucket):
    with s3.refused("BadDigest", "InvalidDigest"):
        client.put_object(Bucket=bucket, Key="k", Body=b"body", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    with s3.refused("BadDigest", "InvalidRequest", "XAmzContentChecksumMismatch"):
        client.put_object(Bucket=bucket, Key="k", Body=b"body", ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    with s3.refused("NoSuchKey"):
        client.get_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [("bytes=0-3", 206, b"0123"), ("bytes=5-", 206, b"56789"), ("bytes=-2", 206, b"89"), ("bytes=8-99", 206, b"89")],
)
def test_a_range_is_that_range(client, bucket, asked, status, expected):
    client.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    found = client.get_object(Bucket=bucket, Key="k", Range=asked)
    assert found["Body"].read() == expected
    assert found["ResponseMetadata"]["HTTPStatusCode"] == status
    assert found["ContentRange"].endswith("/10")
    with s3.refused("InvalidRange"):
        client.get_object(Bucket=bucket, Key="k", Range="bytes=10-")


def test_conditions_on_reading_hold(client, bucket):
    made = client.put_object(Bucket=bucket, Key="k", Body=b"v")
    changed = client.head_object(Bucket=bucket, Key="k")["LastModified"]
    assert body(client, bucket, "k", IfMatch=made["ETag"]) == b"v"
    with s3.refused("PreconditionFailed"):
        client.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    with s3.refused("304"):
        client.get_object(Bucket=bucket, Key="k", IfNoneMatch=made["ETag"])
    with s3.refused("304"):
        client.get_object(Bucket=bucket, Key="k", IfModifiedSince=changed)
    assert body(client, bucket, "k", IfUnmodifiedSince=changed) == b"v"


def test_conditions_on_writing_hold(client, bucket):
    made = client.put_object(Bucket=bucket, Key="k", Body=b"first", IfNoneMatch="*")
    with s3.refused("PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="k", Body=b"second", IfNoneMatch="*")
    with s3.refused("PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="k", Body=b"second", IfMatch='"other"')
    assert body(client, bucket, "k") == b"first"
    client.put_object(Bucket=bucket, Key="k", Body=b"second", IfMatch=made["ETag"])
    assert body(client, bucket, "k") == b"second"


@pytest.mark.parametrize("key", ["a b+c", "ünï/cødé/☃", "//double//", "tr%61ap", "a?b&c=d#e", "'\"<>&\\", "..", "🔑", "x" * 1024])
def test_a_key_of_any_letters_is_kept_byte_for_byte(client, bucket, key):
    client.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert body(client, bucket, key) == key.encode()
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    client.delete_object(Bucket=bucket, Key=key)
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_deleting_what_is_not_there_succeeds_and_reading_it_does_not(client, bucket):
    client.delete_object(Bucket=bucket, Key="never")
    with s3.refused("NoSuchKey"):
        client.get_object(Bucket=bucket, Key="never")
    with s3.refused("404"):
        client.head_object(Bucket=bucket, Key="never")


def test_a_presigned_link_reads_and_writes_and_only_that(client, bucket):
    put = client.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a b/☃"}, ExpiresIn=60)
    get = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b/☃"}, ExpiresIn=60)
    assert requests.put(put, data=b"by link", verify=False).status_code == 200
    assert requests.get(get, verify=False).content == b"by link"
    for spoiled in (get.replace("a%20b", "a%20c"), get[:-1] + ("0" if get[-1] != "0" else "1")):
        refused = requests.get(spoiled, verify=False)
        assert refused.status_code == 403 and b"SignatureDoesNotMatch" in refused.content
    assert requests.delete(get, verify=False).status_code == 403


def test_an_upload_of_unknown_length_is_read_to_its_end(client, bucket):
    client.upload_fileobj(io.BytesIO(b"streamed"), bucket, "k")
    assert body(client, bucket, "k") == b"streamed"


def test_errors_carry_request_ids(client, bucket):
    with pytest.raises(client.exceptions.NoSuchKey) as caught:
        client.get_object(Bucket=bucket, Key="never")
    answer = caught.value.response
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["Error"]["Key"] == "never"


def test_a_request_without_a_signature_is_denied(company, bucket):
    for url in (f"{company.keyward.s3_url}/{bucket}/k", f"{company.keyward.s3_url}/"):
        refused = requests.get(url)
        assert refused.status_code == 403 and b"<Code>AccessDenied</Code>" in refused.content
