"""The aws command line as people use it: make, copy, sync, list, remove, share."""

import os

import pytest
import requests

import s3
from company import unique
from trees import AWKWARD, COMPOSED, DECOMPOSED, contents, write


@pytest.fixture(scope="module", params=["http", "https"])
def keys(company, request):
    person = company.hire()
    keyward = company.keyward
    url = keyward.s3_tls_url if request.param == "https" else keyward.s3_url
    return url, person.uid, person.login().new_key().expect(200).field("secret_key")


@pytest.fixture
def aws(keys, tmp_path):
    return s3.AwsCli(*keys, tmp_path)


@pytest.fixture
def bucket(aws) -> str:
    name = unique("cli-")
    assert name in aws("s3", "mb", f"s3://{name}")
    return name


def test_a_folder_is_synchronised_both_ways(aws, bucket, tmp_path):
    up, down = tmp_path / "up", tmp_path / "down"
    content = {"a.txt": b"a", "deep/er/b c.txt": b"b", "deep/ü.bin": os.urandom(9 << 20), "empty": b""}
    for name, data in content.items():
        (up / name).parent.mkdir(parents=True, exist_ok=True)
        (up / name).write_bytes(data)
    aws("s3", "sync", up, f"s3://{bucket}/home")
    assert "upload" not in aws("s3", "sync", up, f"s3://{bucket}/home"), "nothing is left to do"
    aws("s3", "sync", f"s3://{bucket}/home", down)
    assert {str(file.relative_to(down)): file.read_bytes() for file in down.rglob("*") if file.is_file()} == content

    (up / "a.txt").unlink()
    assert "delete: s3://" in aws("s3", "sync", up, f"s3://{bucket}/home", "--delete")
    listed = aws("s3", "ls", f"s3://{bucket}/home/", "--recursive")
    assert "a.txt" not in listed and "deep/er/b c.txt" in listed
    assert "PRE deep/" in aws("s3", "ls", f"s3://{bucket}/home/")
    assert "delete: down/a.txt" in aws("s3", "sync", f"s3://{bucket}/home", down, "--delete")
    assert not (down / "a.txt").exists() and (down / "deep/ü.bin").read_bytes() == content["deep/ü.bin"]


def test_pipes_are_stored_and_read(aws, bucket):
    short, long = "a few words\n", "as long as a part and more\n" * 500_000
    for text in (short, long):
        aws("s3", "cp", "-", f"s3://{bucket}/from a pipe", given=text)
        assert aws("s3", "cp", f"s3://{bucket}/from a pipe", "-") == text


def test_objects_are_copied_moved_and_removed(aws, bucket, tmp_path):
    (tmp_path / "file").write_text("content")
    aws("s3", "cp", "file", f"s3://{bucket}/one")
    aws("s3", "cp", f"s3://{bucket}/one", f"s3://{bucket}/two")
    aws("s3", "mv", f"s3://{bucket}/one", f"s3://{bucket}/three")
    assert aws("s3", "cp", f"s3://{bucket}/three", "-") == "content"
    aws("s3", "rm", f"s3://{bucket}", "--recursive")
    assert aws("s3", "ls", f"s3://{bucket}") == ""
    aws("s3", "rb", f"s3://{bucket}")
    assert bucket not in aws("s3", "ls")


def test_keys_with_control_characters_are_listed_and_removed(aws, keys, bucket):
    """No XML document can name them: a listing encodes them, and to delete them each takes a request of its own."""
    url, uid, secret = keys
    client = s3.client(url, uid, secret)
    odd = ["a\x01b", "bell\x07/x", "\x1f", "line\nbreak\r"]
    for key in odd:
        client.put_object(Bucket=bucket, Key=key, Body=b"")
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket)["Contents"]] == sorted(odd)
    with s3.refused("MalformedXML"):
        client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in odd]})
    client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": odd[-1]}]})
    aws("s3", "rm", f"s3://{bucket}", "--recursive")
    assert "Contents" not in client.list_objects_v2(Bucket=bucket)
    aws("s3", "rb", f"s3://{bucket}")


def test_a_link_made_by_presign_works_without_credentials(aws, bucket, tmp_path):
    (tmp_path / "file").write_text("shared")
    aws("s3", "cp", "file", f"s3://{bucket}/shared")
    link = aws("s3", "presign", f"s3://{bucket}/shared").strip()
    assert requests.get(link, verify=False).text == "shared"


def test_names_that_people_give_files_survive_both_ways(aws, bucket, workspace):
    up, down = workspace / "up", workspace / "down"
    for name in [*AWKWARD, COMPOSED, DECOMPOSED]:
        write(up / "with space + more", name, name.encode())
    aws("s3", "sync", up, f"s3://{bucket}")
    assert aws("s3", "sync", up, f"s3://{bucket}") == "", "nothing is left to do"
    aws("s3", "sync", f"s3://{bucket}", down)
    assert dict(contents(down)) == dict(contents(up))


def test_a_sync_goes_on_through_a_rotation_and_ends_with_the_revocation(company, tmp_path):
    person = company.hire()
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    aws, bucket = s3.AwsCli(company.keyward.s3_url, person.uid, old, tmp_path), unique("cli-")
    aws("s3", "mb", f"s3://{bucket}")
    write(tmp_path / "up", "first", b"1")
    aws("s3", "sync", "up", f"s3://{bucket}")
    new = me.new_key(60).expect(200).field("secret_key")
    write(tmp_path / "up", "second", b"2")
    assert "upload" in aws("s3", "sync", "up", f"s3://{bucket}")
    me.deactivate(old).expect(200)
    refused = aws.run("s3", "sync", "up", f"s3://{bucket}")
    assert refused.returncode != 0 and "SignatureDoesNotMatch" in refused.stderr
    assert s3.AwsCli(company.keyward.s3_url, person.uid, new, tmp_path)("s3", "sync", "up", f"s3://{bucket}") == ""


def test_input_of_unknown_length_is_stored_and_checked(aws, bucket, tmp_path):
    (tmp_path / "file").write_text("with a checksum")
    made = aws("s3api", "put-object", "--bucket", bucket, "--key", "k", "--body", "file", "--checksum-algorithm", "SHA256")
    assert "ChecksumSHA256" in made


def test_a_wrong_secret_is_named_as_such(keys, tmp_path):
    url, uid, _ = keys
    done = s3.AwsCli(url, uid, "wrong" * 8, tmp_path).run("s3", "ls")
    assert done.returncode != 0 and "SignatureDoesNotMatch" in done.stderr
    done = s3.AwsCli(url, "nobody", "wrong" * 8, tmp_path).run("s3", "ls")
    assert done.returncode != 0 and "InvalidAccessKeyId" in done.stderr


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("sts", "get-caller-identity"), "There is no STS at this port"),
        (("iam", "list-users"), "There is no IAM at this port"),
        (("sts", "assume-role-with-web-identity", "--role-arn", "arn:aws:iam::123456789012:role/r", "--role-session-name", "me",
          "--web-identity-token", "token"), "There are no STS, IAM and other services of AWS at this port"),
    ],
    ids=["sts", "iam", "unsigned"],
)
def test_other_services_are_refused_in_words_that_the_client_shows(aws, command, advice):
    answer = aws.run(*command)
    assert answer.returncode != 0
    assert "(InvalidAction)" in answer.stderr and advice in answer.stderr, answer.stderr
    assert "AWS_ENDPOINT_URL_S3" in answer.stderr
