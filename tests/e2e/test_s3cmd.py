"""s3cmd at its everyday work, under both versions of the signature."""

import hashlib
import json

import pytest
import requests

import s3
from company import unique
from tools import Keys, S3cmd
from trees import AWKWARD, COMPOSED, DECOMPOSED, contents, write


@pytest.fixture(scope="module")
def keys(company) -> Keys:
    return Keys.of(company.hire())


@pytest.fixture(params=["V4", "V2"])
def s3cmd(keys, workspace, request) -> S3cmd:
    return S3cmd(keys, workspace / "s3cmd", version_2=request.param == "V2")


@pytest.fixture
def bucket(s3cmd) -> str:
    name = unique("s3cmd-")
    assert "created" in s3cmd("mb", f"s3://{name}")
    return name


def test_a_folder_of_awkward_names_is_synchronised_both_ways(s3cmd, bucket, workspace):
    up, down = workspace / "up", workspace / "down"
    for name in [*AWKWARD, COMPOSED, DECOMPOSED]:
        write(up / "with space + more", name, name.encode())
    write(up, "in parts", bytes(range(256)) * 50_000)
    small_parts = ["--multipart-chunk-size-mb=5"]
    s3cmd("sync", *small_parts, f"{up}/", f"s3://{bucket}/home/")
    assert "upload" not in s3cmd("sync", *small_parts, f"{up}/", f"s3://{bucket}/home/"), "nothing is left to do"
    s3cmd("sync", f"s3://{bucket}/home/", f"{down}/")
    assert dict(contents(down)) == dict(contents(up))

    (up / "with space + more" / "what?").unlink()
    assert "delete: " in s3cmd("sync", *small_parts, "--delete-removed", f"{up}/", f"s3://{bucket}/home/")
    listed = s3cmd("ls", "--recursive", f"s3://{bucket}/home/")
    names = [line.split("  ", 3)[-1].split(f"s3://{bucket}/home/", 1)[1] for line in listed.splitlines()]
    assert sorted(names) == sorted(name for name, _ in contents(up))


def test_objects_are_put_read_copied_moved_and_removed(s3cmd, bucket, workspace):
    write(workspace, "file", b"content")
    place, other = f"s3://{bucket}/a + b & c%20d?.txt", f"s3://{bucket}/Ü/=;:@!'()*"
    s3cmd("put", workspace / "file", place)
    s3cmd("cp", place, other)
    s3cmd("mv", other, f"s3://{bucket}/moved")
    assert s3cmd("get", f"s3://{bucket}/moved", "-") == "content"
    told = s3cmd("info", place)
    assert f"MD5 sum:   {hashlib.md5(b'content').hexdigest()}" in told and "File size: 7" in told
    s3cmd("put", "-", place, given="from a pipe")
    s3cmd("get", "--force", place, workspace / "read")
    assert (workspace / "read").read_bytes() == b"from a pipe"
    with pytest.raises(AssertionError, match="BucketNotEmpty"):
        s3cmd("rb", f"s3://{bucket}")
    s3cmd("del", "--recursive", "--force", f"s3://{bucket}")
    assert s3cmd("ls", f"s3://{bucket}") == ""
    s3cmd("rb", f"s3://{bucket}")
    assert bucket not in s3cmd("ls")


def test_an_access_control_list_opens_an_object_and_closes_it_again(s3cmd, bucket, workspace):
    write(workspace, "file", b"shown")
    place = f"s3://{bucket}/shown to all"
    s3cmd("put", workspace / "file", place)
    for flag, shown in [("--acl-public", True), ("--acl-private", False)]:
        s3cmd("setacl", flag, place)
        assert ("*anon*: READ" in s3cmd("info", place)) == shown


def test_a_link_made_by_signurl_works_without_credentials(s3cmd, bucket, workspace):
    write(workspace, "file", b"shared")
    s3cmd("put", workspace / "file", f"s3://{bucket}/a shared+file")
    link = s3cmd("signurl", f"s3://{bucket}/a shared+file", "+60").strip()
    assert requests.get(link, timeout=30).text == "shared"


def test_policies_and_rules_of_a_bucket_are_set_and_shown(s3cmd, bucket, workspace):
    rule = b"<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
    write(workspace, "rules.xml", b"<CORSConfiguration>" + rule + b"</CORSConfiguration>")
    s3cmd("setcors", workspace / "rules.xml", f"s3://{bucket}")
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    write(workspace, "policy.json", json.dumps({"Version": "2012-10-17", "Statement": [allow]}).encode())
    s3cmd("setpolicy", workspace / "policy.json", f"s3://{bucket}")
    s3cmd("expire", "--expiry-days=3", f"s3://{bucket}")
    told = s3cmd("info", f"s3://{bucket}")
    assert "<AllowedMethod>GET</AllowedMethod>" in told and "s3:GetObject" in told and "will expire in '3' day(s)" in told


def test_an_upload_in_parts_is_listed_and_given_up(s3cmd, bucket, keys):
    client = s3.client(keys.url, keys.access_key_id, keys.secret)
    upload = client.create_multipart_upload(Bucket=bucket, Key="half done")["UploadId"]
    client.upload_part(Bucket=bucket, Key="half done", UploadId=upload, PartNumber=1, Body=b"part")
    assert upload in s3cmd("multipart", f"s3://{bucket}")
    assert hashlib.md5(b"part").hexdigest() in s3cmd("listmp", f"s3://{bucket}/half done", upload)
    s3cmd("abortmp", f"s3://{bucket}/half done", upload)
    assert upload not in s3cmd("multipart", f"s3://{bucket}")


def test_a_rotation_is_not_noticed_and_a_revocation_is(company, workspace):
    person = company.hire()
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    for version_2 in (False, True):
        S3cmd(Keys.of(person, old), workspace / f"{version_2}", version_2=version_2)("ls")
    new = me.new_key(60).expect(200).field("secret_key")
    for version_2 in (False, True):
        for secret in (old, new):
            S3cmd(Keys.of(person, secret), workspace / f"{version_2}", version_2=version_2)("ls")
    me.deactivate(old).expect(200)
    for version_2 in (False, True):
        refused = S3cmd(Keys.of(person, old), workspace / f"{version_2}", version_2=version_2).run("ls")
        assert refused.returncode != 0 and "403 (SignatureDoesNotMatch)" in refused.stderr
        S3cmd(Keys.of(person, new), workspace / f"{version_2}", version_2=version_2)("ls")
