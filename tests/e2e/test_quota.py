"""Quotas of buckets and namespaces: what would go beyond is refused before it is sent, the rest goes on."""

import http.client

import pytest

from company import NAMESPACE, unique

GB = 1024**3


@pytest.fixture(scope="module")
def owner(company):
    return company.hire()


@pytest.fixture(scope="module")
def client(owner):
    return owner.with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("measured-")
    client.create_bucket(Bucket=name)
    return name


def announced(keyward, client, bucket: str, size: int) -> tuple[int, str]:
    """The answer to a body of this size that is announced and, while the server has not agreed, not sent."""
    url = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "large"})
    connection = http.client.HTTPConnection(keyward.s3_plain, timeout=60)
    connection.putrequest("PUT", url.split(keyward.s3_plain, 1)[1], skip_accept_encoding=True)
    connection.putheader("Content-Length", str(size))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    answer = connection.getresponse()
    status, body = answer.status, answer.read().decode()
    connection.close()
    return status, body.split("<Code>")[1].split("</Code>")[0]


def test_a_bucket_takes_what_its_quota_leaves(keyward, company, client, bucket):
    fields = {"blockSize": 1, "notificationSize": -1, "namespace": NAMESPACE}
    company.root.put(f"/object/bucket/{bucket}/quota", "bucket_quota_param", fields).expect(200)
    client.put_object(Bucket=bucket, Key="small", Body=b"fits")
    assert announced(keyward, client, bucket, GB - 3) == (403, "QuotaExceeded")
    assert client.get_object(Bucket=bucket, Key="small")["Body"].read() == b"fits"
    client.delete_object(Bucket=bucket, Key="small")
    client.delete_bucket(Bucket=bucket)


def test_a_namespace_takes_what_its_quota_leaves_from_the_next_request_on(keyward, company, client, bucket):
    path = f"/object/namespaces/namespace/{NAMESPACE}/quota"
    company.root.put(path, "namespace_quota_details", {"blockSize": 1, "notificationSize": -1}).expect(200)
    try:
        client.put_object(Bucket=bucket, Key="small", Body=b"fits")
        assert announced(keyward, client, bucket, GB + 1) == (403, "QuotaExceeded")
    finally:
        company.root.call("DELETE", path).expect(200)
    client.put_object(Bucket=bucket, Key="small", Body=b"fits again")
