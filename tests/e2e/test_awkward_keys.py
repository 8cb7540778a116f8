"""Keys of any letters, under ids of any letters, by every client: put, read, copied, listed and deleted."""

import http.client
import io
import os
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

import minio
import pytest
from minio.commonconfig import CopySource
from minio.deleteobjects import DeleteObject

import s3
from company import unique
from s3_clients import CLIENTS, MATRIX
from tools import Keys, Rclone, S3cmd
from trees import COMPOSED, DECOMPOSED

TEXT = "Grüße\n"
KEYS = [
    "two  spaces",
    " leading space",
    "trailing space ",
    "a+b",
    "100%",
    "%41",
    "%2F%2f",
    "%zz",
    "you&me=us",
    "what?",
    "what?versionId=x&acl",
    "frag#ment",
    "semi;colon",
    "co:lon",
    "me@example.test",
    "wow!",
    "it's",
    "f(x)*",
    "[a-z]{1,2}",
    "~tilde~",
    '"quoted"',
    "<tag>&amp;]]>",
    "pipe|caret^tick`",
    "back\\slash",
    "$HOME, etc.",
    "-rf",
    ".hidden",
    "a tab\there",
    "☃/漢字/🔑",
    "\u00a0no-break\u200d",
    COMPOSED,
    DECOMPOSED,
    "ÿ" * 512,
    "deep/" * 204 + "end.",
]
SLASHES = ["a//b", "/leading", "trailing/", "//"]
DOTS = [".", "..", "./a", "../a", "a/./b", "a/../../b"]
ODD = KEYS + SLASHES + DOTS


@pytest.fixture(scope="module", params=["a person's", "an application's"])
def keys(company, request) -> Keys:
    """Somebody whose id holds an at sign, and an application whose id holds every punctuation that one can."""
    if request.param == "a person's":
        return Keys.of(company.hire())
    uid = company.object_user(uid=unique("o=acme,ou=a/b+c:d;e&f~g!h$i(j)*'k.l_"))
    fields = {"namespace": "corp"}
    made = company.root.post(f"/object/user-secret-keys/{quote(uid, safe='')}", "user_secret_key_create", fields)
    return Keys(company.keyward.s3_url, uid, made.expect(200).field("secret_key"))


@pytest.fixture
def boto(keys):
    return s3.client(keys.url, keys.access_key_id, keys.secret)


@pytest.fixture
def buckets(boto) -> tuple[str, str]:
    names = unique("odd-"), unique("copies-")
    for name in names:
        boto.create_bucket(Bucket=name)
    return names


def listed(boto, bucket: str) -> list[str]:
    pages = boto.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 10})
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def in_order(keys: list[str]) -> list[str]:
    """As a bucket lists them: by their bytes."""
    return sorted(keys, key=str.encode)


def by_boto3(keys: Keys, one: str, other: str, wanted: list[str], **settings) -> list[str]:
    client = s3.client(keys.url, keys.access_key_id, keys.secret, **settings)
    for key in wanted:
        client.put_object(Bucket=one, Key=key, Body=TEXT.encode())
        assert client.get_object(Bucket=one, Key=key)["Body"].read().decode() == TEXT
        client.copy_object(Bucket=other, Key=key, CopySource={"Bucket": one, "Key": key})
        client.delete_object(Bucket=one, Key=key)
    copies = listed(client, other)
    client.delete_objects(Bucket=other, Delete={"Objects": [{"Key": key} for key in copies]})
    return copies


def by_minio_py(keys: Keys, one: str, other: str, wanted: list[str]) -> list[str]:
    client = minio.Minio(keys.host, keys.access_key_id, keys.secret, secure=False, region="us-east-1")
    for key in wanted:
        client.put_object(one, key, io.BytesIO(TEXT.encode()), len(TEXT.encode()))
        assert client.get_object(one, key).read().decode() == TEXT
        client.copy_object(other, key, CopySource(one, key))
        client.remove_object(one, key)
    copies = [entry.object_name for entry in client.list_objects(other, recursive=True)]
    assert list(client.remove_objects(other, [DeleteObject(key) for key in copies])) == []
    return copies


def by_program(command: list, keys: Keys, one: str, other: str, wanted: list[str]) -> list[str]:
    """One of ours around an SDK in another language."""
    given = {"S3_URL": keys.url, "ACCESS_KEY_ID": keys.access_key_id, "SECRET_KEY": keys.secret, "TEXT": TEXT}
    environment = {"PATH": os.environ["PATH"], "BUCKET": one, "OTHER_BUCKET": other} | given
    told = "".join(f"{key}\0" for key in wanted).encode()
    done = subprocess.run([*command, "keys"], env=environment, input=told, capture_output=True, timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode().split("\0")[:-1]


@pytest.fixture
def rust_client(request) -> Path:
    return request.config.getoption("--rust-client").resolve()


SDKS = ["boto3", "boto3, Version 2", "minio-py", "aws-sdk-rust", "aws-sdk-js"]


@pytest.mark.parametrize("sdk", SDKS)
def test_an_sdk_works_with_every_key(sdk, keys, boto, buckets, rust_client):
    # minio-py itself refuses names with such segments, before it asks.
    wanted = KEYS + SLASHES if sdk == "minio-py" else ODD
    work = {
        "boto3": by_boto3,
        "boto3, Version 2": lambda *given: by_boto3(*given, signature_version="s3"),
        "minio-py": by_minio_py,
        "aws-sdk-rust": lambda *given: by_program([rust_client], *given),
        "aws-sdk-js": lambda *given: by_program(["node", CLIENTS / "aws-sdk-js" / "client.mjs"], *given),
    }[sdk]
    assert work(keys, *buckets, wanted) == in_order(wanted)
    assert [listed(boto, bucket) for bucket in buckets] == [[], []]


def sent(method: str, link: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Follows a link exactly as it is written: browsers and most libraries would resolve its dots."""
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request(method, link.removeprefix(f"{parts.scheme}://{parts.netloc}"), body=body)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_links_work_with_every_key(version, keys, boto, buckets):
    client, [bucket, _] = s3.client(keys.url, keys.access_key_id, keys.secret, signature_version=version), buckets
    name = "attachment; filename*=UTF-8''a%20b+c"
    for key in ODD:
        place = {"Bucket": bucket, "Key": key}
        assert sent("PUT", client.generate_presigned_url("put_object", place), key.encode())[0] == 200, key
        get = client.generate_presigned_url("get_object", place | {"ResponseContentDisposition": name})
        assert sent("GET", get) == (200, key.encode())
        assert sent("DELETE", client.generate_presigned_url("delete_object", place))[0] == 204, key
    assert listed(boto, bucket) == []


@pytest.fixture(scope="module")
def filled(company):
    """A client, and a bucket with an object under each key."""
    client, bucket = company.hire().with_key(), unique("odd-")
    client.create_bucket(Bucket=bucket)
    for key in ODD:
        client.put_object(Bucket=bucket, Key=key, Body=b"")
    return client, bucket


def test_a_listing_begins_and_goes_on_at_every_key(filled):
    client, bucket = filled
    for key in ODD:
        begun = [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket, Prefix=key[:2])["Contents"]]
        assert begun == in_order([other for other in ODD if other.startswith(key[:2])])
        later = [other for other in in_order(ODD) if other.encode() > key.encode()]
        for answer in (client.list_objects_v2(Bucket=bucket, StartAfter=key), client.list_objects(Bucket=bucket, Marker=key)):
            assert [entry["Key"] for entry in answer.get("Contents", [])] == later


@pytest.mark.parametrize("delimiter", ["/", "%", "+", " ", "&", "?", "ÿÿ"])
def test_a_listing_is_grouped_by_any_delimiter(delimiter, filled):
    client, bucket = filled
    groups, by_three = [], {"PageSize": 3}
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Delimiter=delimiter, PaginationConfig=by_three)
    for page in pages:
        groups += [entry["Key"] for entry in page.get("Contents", [])]
        groups += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
    parted = [key.partition(delimiter) for key in ODD]
    assert sorted(groups) == sorted({before + found for before, found, _ in parted})


def aws_cli(keys: Keys, home: Path, one: str, other: str) -> None:
    home.mkdir()
    aws = s3.AwsCli(keys.url, keys.access_key_id, keys.secret, home)
    aws("s3", "cp", "--recursive", f"s3://{one}", f"s3://{other}")
    aws("s3", "rm", "--recursive", f"s3://{one}")


def rclone(keys: Keys, home: Path, one: str, other: str) -> None:
    run = Rclone(keys, home)
    run("sync", "--no-unicode-normalization", f"keyward:{one}", f"keyward:{other}")
    run("check", "--no-unicode-normalization", f"keyward:{one}", f"keyward:{other}")
    run("delete", f"keyward:{one}")


def s3cmd(keys: Keys, home: Path, one: str, other: str) -> None:
    run = S3cmd(keys, home)
    run("cp", "--recursive", f"s3://{one}/", f"s3://{other}/")
    run("del", "--recursive", "--force", f"s3://{one}")


# rclone takes keys for paths of files, so that some of them are none to it.
COMMANDS = {"aws-cli": (aws_cli, ODD), "rclone": (rclone, KEYS), "s3cmd": (s3cmd, ODD)}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_lists_copies_and_deletes_every_key(command, keys, boto, buckets, workspace):
    work, wanted = COMMANDS[command]
    one, other = buckets
    for key in wanted:
        boto.put_object(Bucket=one, Key=key, Body=key.encode())
    work(keys, workspace / "home", one, other)
    assert (listed(boto, one), listed(boto, other)) == ([], in_order(wanted))
    assert {boto.get_object(Bucket=other, Key=key)["Body"].read() for key in wanted} == {key.encode() for key in wanted}


def test_every_client_of_the_matrix_is_here():
    assert {name.partition(",")[0] for name in [*SDKS, *COMMANDS]} == set(MATRIX) - {"signed by hand"}
