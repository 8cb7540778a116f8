"""S3 clients that are pointed at the management port, and clients that ask it for nothing in particular."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import s3
from curl import curl


@pytest.fixture
def lost(keyward):
    """An S3 client at the management port."""
    return s3.client(keyward.url, "alice@example.test", "x" * 40)


def test_an_s3_client_is_told_the_port_of_s3(keyward, lost):
    ports = [address.rpartition(":")[2] for address in (keyward.s3_plain, keyward.s3_tls)]
    calls = [
        lost.list_buckets,
        lambda: lost.get_object(Bucket="b", Key="k"),
        lambda: lost.put_object(Bucket="b", Key="k", Body=b"x" * 1_000_000),
        lambda: lost.delete_objects(Bucket="b", Delete={"Objects": [{"Key": "k"}]}),
    ]
    for call in calls:
        with pytest.raises(ClientError) as caught:
            call()
        error = caught.value.response["Error"]
        assert error["Code"] == "InvalidRequest" and all(port in error["Message"] for port in ports), error
        assert caught.value.response["ResponseMetadata"]["RequestId"]
    with s3.refused("400"):
        lost.head_bucket(Bucket="b")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_links_are_recognised_too(keyward, version):
    client = s3.client(keyward.url, "alice@example.test", "x" * 40, signature_version=version)
    link = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    assert b"<Code>InvalidRequest</Code>" in curl(link).expect(400).body


def test_sts_gets_an_error_too(keyward):
    config = Config(retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    sts = boto3.session.Session().client("sts", endpoint_url=keyward.url, verify=False, config=config, **keys)
    with pytest.raises(ClientError) as caught:
        sts.get_caller_identity()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_the_public_url_is_named_where_there_is_one(new_keyward):
    server = new_keyward(flags=["--s3-public-url", "https://s3.example.test"]).start()
    with pytest.raises(ClientError, match="https://s3.example.test"):
        s3.client(server.url, "a", "b").list_buckets()


def test_the_root_path_names_the_paths_to_begin_with(keyward):
    for accept in ("*/*", "application/json", "application/xml"):
        answer = curl("-H", f"Accept: {accept}", f"{keyward.url}/").expect(200)
        for path in (b"/portal", b"/login", b"/docs", b"/health/ready"):
            assert path in answer.body
    assert curl("-I", f"{keyward.url}/").expect(200).body.startswith(b"HTTP/")
    assert curl("-H", "Accept: text/html", f"{keyward.url}/").expect(303).headers["Location"] == "/portal"
