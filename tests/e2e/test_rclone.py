"""rclone keeps a large tree of awkward names in step with a bucket, and does not notice a rotation."""

import json
import subprocess
import time

import pytest

import s3
from company import unique
from tools import Keys, Rclone
from trees import AWKWARD, contents, grow, write

FILES = 10_000
# Both spellings of a letter lie beside each other in the tree; rclone would take them for one.
SYNC = ["sync", "--checksum", "--no-unicode-normalization", "--transfers", "16", "--checkers", "16", "--fast-list"]
CHECK = ["check", "--no-unicode-normalization", "--checkers", "16", "--fast-list"]


@pytest.fixture(scope="module")
def keys(company) -> Keys:
    return Keys.of(company.hire())


@pytest.fixture
def rclone(keys, workspace) -> Rclone:
    return Rclone(keys, workspace / "rclone")


@pytest.fixture
def bucket(keys) -> str:
    name = unique("mirror-")
    s3.client(keys.url, keys.access_key_id, keys.secret).create_bucket(Bucket=name)
    return name


def transfers(done: subprocess.CompletedProcess) -> dict:
    """What rclone says it has done, by its own counts."""
    assert done.returncode == 0, done.stderr[-4000:]
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return [line["stats"] for line in lines if "stats" in line][-1]


def synchronise(rclone: Rclone, source, target) -> dict:
    return transfers(rclone.run(*SYNC, "--use-json-log", "--stats", "1h", "--stats-log-level", "NOTICE", source, target))


def test_a_tree_of_ten_thousand_awkward_names_is_mirrored(rclone, bucket, workspace):
    tree = grow(workspace / "tree", FILES)
    remote = f"keyward:{bucket}/a mirror"
    assert synchronise(rclone, tree, remote)["transfers"] == FILES
    # By MD5 on both sides; what differs, or is on one side only, fails it.
    rclone(*CHECK, tree, remote)
    assert synchronise(rclone, tree, remote)["transfers"] == 0, "nothing was left to do"

    write(tree, "with space /wow!", b"changed")
    with pytest.raises(AssertionError, match="1 differences found"):
        rclone(*CHECK, tree, remote)
    for name in AWKWARD:
        (tree / "50% #1" / name).unlink()
    did = synchronise(rclone, tree, remote)
    assert (did["transfers"], did["deletes"]) == (1, len(AWKWARD))
    rclone(*CHECK, tree, remote)
    listed = rclone("lsf", "--recursive", "--files-only", "--fast-list", "--separator", "\t", remote).splitlines()
    assert sorted(listed) == sorted(name for name, _ in contents(tree))


def test_a_mirror_comes_back_byte_for_byte(rclone, bucket, workspace):
    tree, back = grow(workspace / "tree", 400, seed=2), workspace / "back"
    write(tree, "large/in parts", bytes(range(256)) * 50_000)
    parts = ["--s3-upload-cutoff", "5Mi", "--s3-chunk-size", "5Mi"]
    rclone(*SYNC, *parts, tree, f"keyward:{bucket}")
    rclone(*SYNC, f"keyward:{bucket}", back)
    assert dict(contents(back)) == dict(contents(tree))
    rclone(*CHECK, tree, f"keyward:{bucket}")
    rclone("purge", f"keyward:{bucket}")
    assert bucket not in rclone("lsd", "keyward:")


def test_pipes_times_and_places_of_single_files_are_kept_and_changed(rclone, bucket):
    place = f"keyward:{bucket}/notes/a + b.txt"
    text = "of unknown length\n" * 400_000
    rclone("rcat", "--s3-chunk-size", "5Mi", "--streaming-upload-cutoff", "1Mi", place, given=text)
    assert rclone("cat", "--offset", "18", "--count", "18", place) == "of unknown length\n"
    rclone("touch", "--timestamp", "2001-02-03T04:05:06", place)
    [entry] = json.loads(rclone("lsjson", f"keyward:{bucket}/notes"))
    assert (entry["Name"], entry["Size"], entry["ModTime"][:19]) == ("a + b.txt", len(text), "2001-02-03T04:05:06")
    rclone("moveto", place, f"keyward:{bucket}/elsewhere/?")
    assert rclone("lsf", "--recursive", "--files-only", f"keyward:{bucket}") == "elsewhere/?\n"
    assert rclone("cat", f"keyward:{bucket}/elsewhere/?") == text


def test_unfinished_uploads_are_cleaned_up(rclone, keys, bucket):
    client = s3.client(keys.url, keys.access_key_id, keys.secret)
    client.create_multipart_upload(Bucket=bucket, Key="given up + forgotten")
    assert "given up + forgotten" in rclone("backend", "list-multipart-uploads", f"keyward:{bucket}")
    rclone("backend", "cleanup", f"keyward:{bucket}", "-o", "max-age=1us")
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)


def test_earlier_versions_are_listed_and_read(rclone, keys, bucket):
    client = s3.client(keys.url, keys.access_key_id, keys.secret)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for text in ("first", "second"):
        rclone("rcat", f"keyward:{bucket}/note.txt", given=text)
    rclone("deletefile", f"keyward:{bucket}/note.txt")
    assert rclone("lsf", f"keyward:{bucket}") == ""
    names = rclone("lsf", "--s3-versions", f"keyward:{bucket}").split()
    assert sorted(rclone("cat", "--s3-versions", f"keyward:{bucket}/{name}") for name in names) == ["first", "second"]


def stored(client, bucket: str) -> int:
    return client.list_objects_v2(Bucket=bucket)["KeyCount"]


def test_a_sync_under_way_does_not_notice_a_rotation_and_ends_with_the_revocation(company, workspace):
    person = company.hire()
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    bucket, client = unique("mirror-"), person.s3(old)
    client.create_bucket(Bucket=bucket)
    tree = workspace / "tree"
    for number in range(300):
        write(tree, f"file {number}", str(number).encode())

    rclone = Rclone(Keys.of(person, old), workspace / "old")
    # Slowed down, so that most of the work lies behind the rotation.
    sync = rclone.launch(*SYNC, "--tpslimit", "100", tree, f"keyward:{bucket}")
    while (before := stored(client, bucket)) == 0:
        assert sync.poll() is None, sync.stderr.read()
        time.sleep(0.02)
    new = me.new_key(60).expect(200).field("secret_key")
    assert sync.poll() is None and before < 300, "the rotation came in the middle"
    _, said = sync.communicate(timeout=120)
    assert (sync.returncode, said) == (0, "")
    assert stored(client, bucket) == 300

    me.deactivate(old).expect(200)
    refused = rclone.run(*CHECK, tree, f"keyward:{bucket}")
    assert refused.returncode != 0
    assert "status code: 403" in refused.stderr and "SignatureDoesNotMatch" in refused.stderr
    Rclone(Keys.of(person, new), workspace / "new")(*CHECK, tree, f"keyward:{bucket}")
