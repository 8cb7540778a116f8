"""duplicity keeps a full backup and an increment in a bucket, verifies and restores both, and removes old ones."""

import random
import time

import pytest

import s3
from company import unique
from tools import Duplicity, Keys
from trees import contents, grow, write


@pytest.fixture
def duplicity(person, workspace) -> Duplicity:
    keys, bucket = Keys.of(person), unique("increments-")
    s3.client(keys.url, keys.access_key_id, keys.secret).create_bucket(Bucket=bucket)
    return Duplicity(keys, workspace / "duplicity", bucket)


def restored(duplicity: Duplicity, target, *options) -> dict[str, str]:
    duplicity("restore", *options, duplicity.place, target)
    return dict(contents(target))


def test_increments_are_made_verified_and_restored(duplicity, workspace):
    tree = grow(workspace / "tree", 300)
    write(tree, "large", random.Random(1).randbytes(8 << 20))
    before = dict(contents(tree))
    duplicity("full", tree, duplicity.place)
    moment = int(time.time())
    time.sleep(1.1)  # duplicity tells its backups apart by the second

    write(tree, "large", random.Random(2).randbytes(8 << 20))
    (tree / "plain.txt").unlink()
    after = dict(contents(tree))
    told = duplicity("incremental", tree, duplicity.place)
    assert "DeletedFiles 1\n" in told and "ChangedFiles 1\n" in told
    assert "Difference found" not in duplicity("verify", "--compare-data", duplicity.place, tree)
    assert restored(duplicity, workspace / "first", "--time", moment) == before
    assert restored(duplicity, workspace / "second") == after

    duplicity("full", tree, duplicity.place)
    duplicity("remove-all-but-n-full", 1, "--force", duplicity.place)
    assert duplicity("collection-status", duplicity.place).count("Full ") == 1
    assert restored(duplicity, workspace / "third") == after
