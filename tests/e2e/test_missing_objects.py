"""A server does not start on part of its data: a disk that is not mounted must not look like an empty store."""

import shutil
import sqlite3

import pytest

from company import Company, unique


@pytest.fixture
def stored(new_keyward, directory):
    """A stopped server with a bucket and a large object; the client goes on after a start."""
    company = Company.settle(new_keyward().start(), directory)
    client, bucket = company.hire().with_key(), unique("kept-")
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="large", Body=bytes(100_000))
    company.keyward.stop()
    return company.keyward, client, bucket


def refused(server) -> str:
    """Starts it, which fails with exit code 1; what it said."""
    before = len(server.stderr())
    assert server.launch().wait(30) == 1, server.output()
    server.process = None
    return server.stderr()[before:]


def is_whole(server, client, bucket: str) -> bool:
    server.start()
    return client.get_object(Bucket=bucket, Key="large")["Body"].read() == bytes(100_000)


@pytest.mark.parametrize("left", ["nothing", "an empty folder", "a folder without a store"])
def test_without_its_objects_it_does_not_start_and_makes_none(stored, tmp_path, left):
    server, client, bucket = stored
    objects = server.data / "objects"
    shutil.move(objects, tmp_path / "unmounted")
    if left != "nothing":
        objects.mkdir(mode=0o700)
    if left == "a folder without a store":
        (objects / "lost+found").mkdir()
    said = refused(server)
    assert str(objects) in said and "the objects are missing" in said and "mount" in said, said
    checked = server.command("check", "--data-dir", str(server.data))
    assert checked.returncode == 1, checked.stdout
    assert not (objects / "meta-00.db").exists(), "nothing is made where a disk is to be mounted"
    shutil.rmtree(objects, ignore_errors=True)
    shutil.move(tmp_path / "unmounted", objects)
    assert is_whole(server, client, bucket)


def test_without_its_bodies_or_a_metadata_file_it_does_not_start(stored, tmp_path):
    server, client, bucket = stored
    for part in ("bodies", "meta-02.db", "meta-00.db"):
        shutil.move(server.data / "objects" / part, tmp_path / part)
        said = refused(server)
        assert part in said, said
        shutil.move(tmp_path / part, server.data / "objects" / part)
    shutil.move(server.data / "objects/bodies", tmp_path / "bodies")
    (server.data / "objects/bodies").mkdir()
    assert "is empty" in refused(server)
    (server.data / "objects/bodies").rmdir()
    shutil.move(tmp_path / "bodies", server.data / "objects/bodies")
    assert is_whole(server, client, bucket)


def test_without_its_identity_store_it_does_not_start_and_makes_none(stored, tmp_path):
    server, client, bucket = stored
    shutil.move(server.data / "identity.db", tmp_path / "identity.db")
    said = refused(server)
    assert "identity.db" in said and "objects" in said and not (server.data / "identity.db").exists(), said
    shutil.move(tmp_path / "identity.db", server.data / "identity.db")
    assert is_whole(server, client, bucket)


def test_the_objects_of_another_server_are_refused(stored, new_keyward, tmp_path):
    server, client, bucket = stored
    other = new_keyward().start()
    other.stop()
    shutil.move(server.data / "objects", tmp_path / "own")
    shutil.copytree(other.data / "objects", server.data / "objects")
    assert "is not the object store" in refused(server)
    shutil.rmtree(server.data / "objects")
    shutil.move(tmp_path / "own", server.data / "objects")
    assert is_whole(server, client, bucket)


def forget_contents(server, bucket_id: int) -> None:
    for shard in (server.data / "objects").glob("meta-*.db"):
        with sqlite3.connect(shard) as database:
            database.execute("DELETE FROM buckets WHERE id = ?", [bucket_id])
        database.close()


def id_of(server, bucket: str) -> int:
    with sqlite3.connect(server.data / "identity.db") as database:
        [(found,)] = database.execute("SELECT id FROM buckets WHERE name = ?", [bucket])
    database.close()
    return found


def test_a_bucket_whose_creation_was_cut_short_is_repaired_and_one_that_was_there_is_not(stored):
    server, client, _ = stored
    server.start()
    client.create_bucket(Bucket=(cut := unique("cut-")))
    server.kill9()
    # As a kill between the two halves of a creation leaves it.
    forget_contents(server, id_of(server, cut))
    server.start()
    client.put_object(Bucket=cut, Key="a", Body=b"taken")
    client.delete_object(Bucket=cut, Key="a")
    server.stop()
    forget_contents(server, id_of(server, cut))
    said = refused(server)
    assert cut in said and "the object store does not have bucket" in said, said


def test_a_directory_of_an_earlier_release_is_taken_up_if_all_is_there(stored, tmp_path):
    server, client, bucket = stored
    with sqlite3.connect(server.data / "identity.db") as database:
        assert database.execute("DELETE FROM settings WHERE key = 'objects.store'").rowcount == 1
    database.close()
    shutil.move(server.data / "objects", tmp_path / "own")
    assert "the objects are missing" in refused(server)
    shutil.move(tmp_path / "own", server.data / "objects")
    assert is_whole(server, client, bucket)
    server.stop()
    with sqlite3.connect(server.data / "identity.db") as database:
        assert database.execute("SELECT count(*) FROM settings WHERE key = 'objects.store'").fetchone() == (1,)
    database.close()
