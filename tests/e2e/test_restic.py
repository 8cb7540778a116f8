"""restic keeps its backups in a bucket: two snapshots, a full check, a restore, and old ones forgotten."""

import json
import random

import pytest

import s3
from company import unique
from tools import Keys, Restic
from trees import contents, grow, write


@pytest.fixture(scope="module")
def keys(company) -> Keys:
    return Keys.of(company.hire())


@pytest.fixture
def restic(keys, workspace) -> Restic:
    return Restic(keys, workspace / "restic", unique("backup-"))


def back_up(restic: Restic, tree) -> dict:
    """A snapshot; what restic tells of it."""
    lines = restic("backup", "--json", tree).splitlines()
    [summary] = [line for line in map(json.loads, lines) if line["message_type"] == "summary"]
    return summary


def restored(restic: Restic, snapshot: str, tree, target) -> dict[str, str]:
    restic("restore", snapshot, "--target", target)
    return dict(contents(target / tree.relative_to("/")))


def test_backups_are_made_checked_restored_and_forgotten(restic, workspace):
    tree = grow(workspace / "tree", 1000)
    write(tree, "large", random.Random(1).randbytes(12 << 20))
    before = dict(contents(tree))
    restic("init")
    first = back_up(restic, tree)
    assert first["files_new"] == len(before)

    write(tree, "large", random.Random(2).randbytes(12 << 20))
    (tree / "plain.txt").unlink()
    write(tree, "added later", b"new")
    after = dict(contents(tree))
    second = back_up(restic, tree)
    assert (second["files_new"], second["files_changed"]) == (1, 1)

    restic("check", "--read-data")
    assert restored(restic, first["snapshot_id"], tree, workspace / "first") == before
    assert restored(restic, second["snapshot_id"], tree, workspace / "second") == after

    restic("forget", first["snapshot_id"], "--prune")
    restic("check", "--read-data")
    assert [snapshot["short_id"] for snapshot in json.loads(restic("snapshots", "--json"))] == [second["snapshot_id"][:8]]
    assert restored(restic, "latest", tree, workspace / "third") == after


def test_a_backup_that_was_tampered_with_is_noticed(restic, keys, workspace):
    tree = grow(workspace / "tree", 300)
    restic("init")
    back_up(restic, tree)
    client = s3.client(keys.url, keys.access_key_id, keys.secret)
    pack = client.list_objects_v2(Bucket=restic.bucket, Prefix="backups/data/")["Contents"][0]["Key"]
    body = client.get_object(Bucket=restic.bucket, Key=pack)["Body"].read()
    client.put_object(Bucket=restic.bucket, Key=pack, Body=bytes([body[0] ^ 1]) + body[1:])
    assert restic.run("check", "--read-data").returncode != 0


def test_a_rotation_between_two_snapshots_only_takes_the_new_secret(company, workspace):
    person = company.hire()
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    bucket, tree = unique("backup-"), grow(workspace / "tree", 300)
    former = Restic(Keys.of(person, old), workspace / "old", bucket)
    former("init")
    back_up(former, tree)
    new = me.new_key(60).expect(200).field("secret_key")
    back_up(former, tree)
    me.deactivate(old).expect(200)
    refused = former.run("snapshots", "--json")
    assert refused.returncode != 0 and "Access Denied" in refused.stderr
    latter = Restic(Keys.of(person, new), workspace / "new", bucket)
    back_up(latter, tree)
    assert len(json.loads(latter("snapshots", "--json"))) == 3
