"""Both versions of S3 signatures, in headers and in links, under the old secret and the new one."""

import pytest
import requests

import s3
from company import unique


@pytest.fixture(params=["s3", "s3v4"], ids=["version 2", "version 4"])
def version(request) -> str:
    return request.param


@pytest.fixture
def secrets(person) -> tuple[str, str]:
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    return old, me.new_key(10).expect(200).field("secret_key")


def test_headers_and_links_are_accepted_under_either_secret(person, secrets, version):
    bucket = unique("versions-")
    for number, secret in enumerate(secrets):
        client = person.s3(secret, signature_version=version)
        if number == 0:
            client.create_bucket(Bucket=bucket)
        key = f"a b/+ü={number}"
        client.put_object(Bucket=bucket, Key=key, Body=b"by header", ContentType="text/plain")
        assert key in [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket, Prefix="a b/")["Contents"]]
        link = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key}, ExpiresIn=60)
        assert ("X-Amz-Signature" in link) == (version == "s3v4")
        assert requests.get(link).content == b"by header"
        assert requests.put(link, data=b"not for writing").status_code == 403
        assert requests.get(link.replace("a%20b", "a%20c")).status_code == 403


def test_a_wrong_secret_is_refused(person, secrets, version):
    with s3.refused("SignatureDoesNotMatch"):
        person.s3("not-" + secrets[0], signature_version=version).list_buckets()
