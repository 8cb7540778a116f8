"""A data directory that an earlier release wrote is served whole: keys, people, access, every byte, audit and backup.

The fixtures are made by `tests/fixtures/make.py`. A test that fails here means that data which exists in the field is
lost, unreadable, or open to others: mend the code, never the fixture.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

import inventory
import s3
from data_of_release import RELEASES, Release, Served
from ecs import Ecs
from signers import Client, code

PART = 5 << 20


@pytest.fixture(scope="module", params=RELEASES)
def release(request, tmp_path_factory) -> Release:
    return Release.unpack(request.param, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def on_data(release, new_keyward):
    """Makes servers on a copy of the fixture, not started."""

    def make(part: str = "data", **settings) -> Served:
        server = new_keyward(root_password=release.manifest["root_password"], **settings)
        release.copy(part, server.data)
        return Served(server, release.manifest["now"])

    return make


@pytest.fixture(scope="module")
def upgraded(on_data) -> Served:
    """One that is only looked at."""
    served = on_data()
    served.server.start()
    return served


@pytest.fixture(scope="module")
def found(release, upgraded) -> "Found":
    return Found.of(release, upgraded)


@pytest.fixture
def changed(on_data) -> Served:
    """One of a test's own."""
    served = on_data()
    served.server.start()
    yield served
    served.server.stop()


def fits(release: Release, served: Served):
    """Both secrets of everybody, every byte, version and setting."""
    keys_are_honoured(served)
    found = Found.of(release, served)
    found.holds_everything_that_was_written()
    found.tells_nothing_differently()


def keys_are_honoured(served: Served):
    for user in served.state["users"]:
        for secret in user["secrets"]:
            client = Client(served.server.s3_url, user["uid"], secret["secret"])
            versions = ["V4 header", "V4 link"] + ["V2 header"] * (user["namespace"] != "labs")
            answers = {how: client.sign(how, "GET", "/").send() for how in versions}
            found = {how: (reply.status, code(reply)) for how, reply in answers.items()}
            expected = (200, "")
            if secret["ends"] == "past":
                expected = (403, "SignatureDoesNotMatch")
            elif user.get("locked"):
                expected = (403, "AccessDenied")
            assert set(found.values()) == {expected}, (user["uid"], secret["ends"], found)


@dataclass
class Found:
    """What a server tells now, beside what was written and told before."""

    state: dict
    gone: set[str]
    management: dict
    buckets: dict

    @classmethod
    def of(cls, release: Release, served: Served) -> "Found":
        names = [one["name"] for one in served.state["owners"]]
        key, gone = release.manifest["customer_key"], {user["uid"] for user in release.manifest["gone"]}
        buckets = {name: inventory.bucket(served.owner_of(name), name, key) for name in names}
        return cls(served.state, gone, inventory.management(served.root()), buckets)

    def holds_everything_that_was_written(self):
        """Against what was sent, which the maker wrote down before it was stored."""
        versions = {}
        for name, bucket in self.buckets.items():
            for one in bucket["versions"]:
                versions[name, one["listed"]["Key"], one["listed"]["VersionId"]] = one
        written = {(one["bucket"], one["key"], one["version"]): one for one in self.state["written"]}
        assert len(written) > 60 and versions.keys() == written.keys()
        for place, one in written.items():
            got = versions[place]["got"]
            assert (versions[place]["sha256"], got["ContentLength"], got["ETag"]) == (one["sha256"], one["size"], one["etag"]), place

    def tells_nothing_differently(self):
        before, now = ({"management": one["management"], "buckets": one["buckets"]} for one in (self.state, vars(self)))
        assert inventory.differences(before, now, gone=self.gone) == []


def test_both_secrets_of_each_user_sign_unless_their_end_has_come(upgraded):
    users = {user["uid"]: user for user in upgraded.state["users"]}
    ends = {uid: [secret["ends"] for secret in user["secrets"]] for uid, user in users.items()}
    assert ends["alice"] == [None, None] and ends["bob"] == ["decades", None] and ends["carol"] == ["past", None]
    keys_are_honoured(upgraded)


def test_secrets_that_were_ended_or_whose_user_was_deleted_stay_dead(release, upgraded):
    for user in release.manifest["gone"]:
        for secret in user["secrets"]:
            reply = Client(upgraded.server.s3_url, user["uid"], secret["secret"]).sign("V4 header", "GET", "/").send()
            assert code(reply) in ("InvalidAccessKeyId", "SignatureDoesNotMatch"), (user["uid"], reply.body)
    frank = upgraded.user("frank")
    reply = Client(upgraded.server.s3_url, "frank", frank["ended"][0]).sign("V4 header", "GET", "/").send()
    assert code(reply) == "SignatureDoesNotMatch"


def test_every_version_has_the_bytes_that_were_sent(found):
    found.holds_everything_that_was_written()


def test_what_owners_and_administrators_are_told_is_what_they_were_told(found):
    found.tells_nothing_differently()


def test_who_may_do_what_is_as_it_was(release, upgraded):
    wrong = []
    for one in release.manifest["decisions"]:
        client = upgraded.client(one["who"], one["namespace"])
        found = inventory.ask(client, one["call"], **one["arguments"])
        if found.get("refused", "ok") != one["expected"]:
            wrong.append((one, found.get("refused", "ok")))
    assert len(release.manifest["decisions"]) > 50 and wrong == []


def test_the_next_user_of_a_deleted_users_name_inherits_nothing(changed):
    alice, root = changed.client("alice"), changed.root()
    root.post("/object/users", "user_create_param", {"user": "ghost", "namespace": "corp"}).expect(200)
    key = root.post("/object/user-secret-keys/ghost", "user_secret_key_create", {"namespace": "corp"})
    ghost = s3.client(changed.server.s3_url, "ghost", key.expect(200).field("secret_key"))
    for bucket in ("to-the-gone", "policy-to-the-gone"):
        for call, place in ((ghost.list_objects_v2, {}), (ghost.get_object, {"Key": "k"}), (ghost.delete_object, {"Key": "k"})):
            with s3.refused("AccessDenied"):
                call(Bucket=bucket, **place)
    with s3.refused("AccessDenied"):
        ghost.get_object(Bucket="to-the-gone", Key="from-ghost")
    shown = alice.get_bucket_acl(Bucket="to-the-gone")["Grants"]
    assert {grant["Grantee"]["ID"] for grant in shown} == {"alice", "ghost[deleted]", "revenant"}
    assert alice.get_object_acl(Bucket="to-the-gone", Key="from-ghost")["Owner"]["ID"] == "ghost[deleted]"
    policy = json.loads(alice.get_bucket_policy(Bucket="policy-to-the-gone")["Policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": ["ghost[deleted]", "revenant"]}


def test_people_and_operators_log_in_with_their_roles_and_locks_hold(release, upgraded):
    for login in release.manifest["logins"]:
        answer = Ecs(upgraded.server.url).try_login(login["name"], login["password"])
        if login.get("locked"):
            answer.expect(401)
        elif login.get("unreachable"):
            assert answer.status == 503, (login["name"], answer.body)
        else:
            token = answer.expect(200).headers["X-SDS-AUTH-TOKEN"]
            me = Ecs(upgraded.server.url, token=token).get("/user/whoami").expect(200).json
            assert set(login["roles"]) <= set(me["roles"]), (login, me)


def test_sessions_end_by_their_own_life_and_not_by_the_upgrade(release, on_data):
    served = on_data()
    with sqlite3.connect(served.server.data / "identity.db") as database:
        # As if everybody had logged in a moment ago.
        now = int(datetime.now(UTC).timestamp() * 1000) - 1000
        database.execute("UPDATE tokens SET created_at = ?, last_used_at = ?", [now, now])
    database.close()
    served.server.start()
    for token in release.manifest["tokens"]:
        answer = Ecs(served.server.url, token=token["token"]).get("/user/whoami")
        if token.get("ended"):
            answer.expect(401)
        elif token.get("unreachable"):
            assert answer.status in (200, 503), (token["of"], answer.body)
        else:
            answer.expect(200)
    served.server.stop()
    with sqlite3.connect(served.server.data / "identity.db") as database:
        database.execute("UPDATE tokens SET created_at = created_at - 400000000")
    database.close()
    served.server.start()
    for token in release.manifest["tokens"]:
        Ecs(served.server.url, token=token["token"]).get("/user/whoami").expect(401)


def test_an_upload_that_was_begun_before_is_finished_after(release, changed):
    piece = b"a part of the later release " * (PART // 28 + 1)
    for begun in release.manifest["uploads"]:
        client = changed.owner_of(begun["bucket"])
        place = {"Bucket": begun["bucket"], "Key": begun["key"], "UploadId": begun["upload"]}
        bodies = {part["number"]: part["sha256"] for part in begun["parts"]}
        if len(bodies) > 1:
            client.upload_part(**place, PartNumber=2, Body=piece)
        listed = client.list_parts(**place)["Parts"]
        parts = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in listed]
        client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
        content = client.get_object(Bucket=begun["bucket"], Key=begun["key"])["Body"].read()
        start = 0
        for part in listed:
            own = content[start : start + part["Size"]]
            expected = bodies.get(part["PartNumber"])
            assert hashlib.sha256(own).hexdigest() == expected if expected else own == piece
            start += part["Size"]
        assert start == len(content)
    assert client.list_multipart_uploads(Bucket="parts").get("Uploads", []) == []


def test_objects_of_before_are_changed_copied_and_deleted_after(release, changed):
    client = changed.client("alice")
    everything = [one for one in changed.state["written"] if one["bucket"] in ("copies", "versions", "plain")]
    for one in everything[::3]:
        client.copy_object(Bucket="again", Key=one["key"], CopySource={"Bucket": one["bucket"], "Key": one["key"], "VersionId": one["version"]})
        copied = client.get_object(Bucket="again", Key=one["key"])["Body"].read()
        assert hashlib.sha256(copied).hexdigest() == one["sha256"], one
    over = next(one for one in changed.state["written"] if one["key"] == "over")
    client.delete_object(Bucket="locked", Key="over", VersionId=over["version"])
    for bucket in ("copies", "versions"):
        listed = client.list_object_versions(Bucket=bucket)
        for one in listed.get("Versions", []) + listed.get("DeleteMarkers", []):
            client.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
        client.delete_bucket(Bucket=bucket)
    checked = changed.server.command("check", "--data-dir", str(changed.server.data))
    assert checked.returncode == 0, checked.stdout


def test_keys_of_before_rotate_after(changed):
    alice = changed.user("alice")
    path = "/object/user-secret-keys/alice"
    older = {"namespace": "corp", "secret_key": alice["secrets"][0]["secret"]}
    changed.root().post(f"{path}/deactivate", "user_secret_key_delete", older).expect(200)
    made = changed.root().post(path, "user_secret_key_create", {"namespace": "corp"}).expect(200).field("secret_key")
    secrets = [secret["secret"] for secret in alice["secrets"]] + [made]
    assert [s3.signs(changed.server.s3_url, "alice", secret) for secret in secrets] == [False, True, True]


def test_the_audit_trail_goes_on_from_where_it_was(release, upgraded):
    records = upgraded.root().get("/keyward/v1/audit?limit=1000").expect(200)
    told = [json.loads(line) for line in records.body.decode().splitlines()]
    before = release.manifest["audit"]
    assert len(before) > 100 and inventory.differences(before, told[: len(before)]) == []
    assert upgraded.root().get("/keyward/v1/audit/verify").expect(200).json["intact"] is True
    upgraded.server.stop()
    for command in ("audit verify", "check"):
        done = upgraded.server.command(*command.split(), "--data-dir", str(upgraded.server.data))
        assert done.returncode == 0, done.stdout + done.stderr
    upgraded.server.start()


def test_a_new_start_and_a_kill_change_nothing(release, on_data):
    served = on_data()
    served.server.start()
    served.server.restart()
    fits(release, served)
    served.server.kill9()
    served.server.start()
    fits(release, served)
    served.server.stop()
    status = served.server.command("master-key", "status", "--data-dir", str(served.server.data))
    assert status.returncode == 0 and "(in use)" in status.stdout, status.stderr
    checked = served.server.command("check", "--data-dir", str(served.server.data))
    assert checked.returncode == 0, checked.stdout


def test_a_kill_while_the_data_is_brought_up_to_date_loses_nothing(release, on_data):
    served = on_data()
    for _ in range(4):
        served.server.launch()
        served.server.kill9()
    served.server.start()
    fits(release, served)


def test_a_backup_of_the_release_is_restored_and_served(release, new_keyward):
    key = ["--master-key-file", str(release.backup_key)]
    server = new_keyward(root_password=release.manifest["root_password"], flags=key)
    server.home.mkdir(parents=True, exist_ok=True)
    done = server.command("restore", str(release.folder / "backup"), "--data-dir", str(server.data), *key)
    assert done.returncode == 0, done.stderr
    served = Served(server.start(), release.manifest["backup"])
    fits(release, served)
    server.stop()
    for command in ("audit verify", "check"):
        done = server.command(*command.split(), "--data-dir", str(server.data), *key)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_upgraded_data_is_backed_up_and_restored(release, upgraded, new_keyward, tmp_path):
    made = upgraded.server.command("backup", str(tmp_path / "backup"), "--data-dir", str(upgraded.server.data))
    assert made.returncode == 0, made.stderr
    key = ["--master-key-file", str(upgraded.server.data / "master.key")]
    server = new_keyward(root_password=release.manifest["root_password"], flags=key)
    server.home.mkdir(parents=True, exist_ok=True)
    done = server.command("restore", str(tmp_path / "backup"), "--data-dir", str(server.data), *key)
    assert done.returncode == 0, done.stderr
    served = Served(server.start(), upgraded.state)
    fits(release, served)


def test_ids_that_are_unique_only_in_their_namespace_stay_apart(release, on_data):
    served, told = on_data("namespace-scope").server, release.manifest["namespace_scope"]
    served.start()

    def get(uid: str, secret: str, namespace: str, target: str):
        client = Client(served.s3_url, uid, secret)
        return client.sign("V4 header", "GET", target, headers={"x-emc-namespace": namespace}).send()

    for user in told["users"]:
        for secret in user["secrets"]:
            for namespace in ("ns1", "ns2"):
                reply = get(user["uid"], secret, namespace, "/")
                expected = (200, "") if namespace == user["namespace"] else (403, "SignatureDoesNotMatch")
                assert (reply.status, code(reply)) == expected, (user, namespace, reply.body)
        reply = get(user["uid"], user["secrets"][0], user["namespace"], "/shared/k")
        if user["uid"] == "app":
            assert reply.body == f"of {user['namespace']}".encode()
        else:
            assert code(reply) == "AccessDenied"
        listed = get(user["uid"], user["secrets"][1], user["namespace"], "/shared")
        allowed = user["uid"] == "app" or user["namespace"] == "ns1"
        assert listed.status == (200 if allowed else 403), (user, listed.body)
    root = Ecs(served.url).login("root", told["root_password"])
    assert root.get("/config/object/properties").expect(200).json["properties"]["user_scope"] == "NAMESPACE"


def fingerprints(data) -> dict[str, str]:
    """What lies in each file. The lock and SQLite's shared memory hold nothing."""
    files = (path for path in data.rglob("*") if path.is_file() and path.name != "lock" and not path.name.endswith("-shm"))
    digests = {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    nothing = hashlib.sha256(b"").hexdigest()
    return {name: digest for name, digest in digests.items() if not (name.endswith("-wal") and digest == nothing)}


@pytest.mark.parametrize("file", ["identity.db", "objects/meta-01.db"])
def test_data_of_a_later_release_is_refused_in_words_and_left_alone(release, on_data, tmp_path, file):
    server = on_data().server
    server.start()
    server.stop()
    with sqlite3.connect(server.data / file) as database:
        known = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute(f"PRAGMA user_version = {known + 1}")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    before, place = fingerprints(server.data), ["--data-dir", str(server.data)]
    started = server.launch()
    assert started.wait(30) == 1
    server.process = None
    checked = server.command("check", *place)
    backup = tmp_path / "backup"
    backed_up = server.command("backup", str(backup), *place)
    for words in (server.stderr(), checked.stdout + checked.stderr, backed_up.stderr):
        assert f"has schema {known + 1}" in words and "newer release" in words, words
    assert (checked.returncode, backed_up.returncode) == (1, 1)
    assert not backup.exists() or not (backup / "backup.json").exists()
    assert fingerprints(server.data) == before


def test_the_release_itself_would_refuse_what_was_upgraded(release, on_data):
    """It would drop fields that it does not know, and with them whom a grant is for: it goes by these versions."""
    server, files = on_data().server, ("identity.db", "objects/meta-00.db")
    before = [schema_of(server.data / file) for file in files]
    server.start()
    server.stop()
    after = [schema_of(server.data / file) for file in files]
    assert all(now > then for now, then in zip(after, before, strict=True)), (before, after)


def schema_of(path) -> int:
    with sqlite3.connect(path) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
    database.close()
    return version
