"""The audit trail: who did what, from where, to whom and how it ended; never a secret; and every edit is found out."""

import json
import sqlite3

import pytest

from company import DOMAIN, NAMESPACE, Company, unique
from ecs import Ecs
from test_secrets_in_logs import found_in

EVENTS, LINES, VERIFY = "/vdc/events", "/keyward/v1/audit", "/keyward/v1/audit/verify"


def events(caller: Ecs, query: str = "", limit: int = 100) -> list[dict]:
    """All events, page by page."""
    found, marker = [], ""
    while True:
        page = caller.get(f"{EVENTS}?limit={limit}&marker={marker}&{query}").expect(200).json
        found += page["auditevent"]
        if not page["NextMarker"]:
            return found
        marker = page["NextMarker"]


def lines(caller: Ecs, query: str = "", limit: int = 1000) -> list[dict]:
    """All records of the export, page by page."""
    found, marker = [], ""
    while True:
        page = caller.get(f"{LINES}?limit={limit}&marker={marker}&{query}").expect(200)
        assert page.content_type == "application/x-ndjson"
        found += [json.loads(line) for line in page.body.decode().splitlines()]
        if "X-Keyward-Next-Marker" not in page.headers:
            return found
        marker = page.headers["X-Keyward-Next-Marker"]


def verify(server, **environment):
    return server.command("audit", "verify", "--data-dir", str(server.data), **environment)


class Walk:
    """A day on which everything is done once, and the secrets that came by."""

    def __init__(self, company: Company):
        self.company, self.secrets = company, {}
        person = self.person = company.hire()
        Ecs(company.keyward.url).try_login(person.uid, "Mistyped-Pass-77").expect(401)
        me = person.login()
        keys = [me.new_key().expect(200).field("secret_key"), me.new_key(10).expect(200).field("secret_key")]
        me.deactivate(keys[1]).expect(200)
        client = person.s3(keys[0])
        self.bucket = unique("audited-")
        client.create_bucket(Bucket=self.bucket)
        client.delete_bucket(Bucket=self.bucket)
        self.app = company.object_user()
        made = company.root.post(f"/object/user-secret-keys/{self.app}", "user_secret_key_create", {"namespace": NAMESPACE})
        me.get("/logout").expect(200)
        self.secrets = {"a password": person.password, "a mistyped password": "Mistyped-Pass-77", "a token": me.token}
        self.secrets |= {"a key": keys[0], "another key": keys[1], "an app's key": made.expect(200).field("secret_key")}
        self.secrets |= {"root's password": company.keyward.root_password, "root's token": company.root.token}


@pytest.fixture(scope="module")
def walk(company) -> Walk:
    return Walk(company)


def test_every_step_is_an_event_that_tells_who_did_what_to_whom(walk):
    uid, root = walk.person.uid, walk.company.root
    seen = [(e["userId"], e["serviceType"], e["eventType"], e["resourceId"]) for e in events(root)]
    expected = [
        ("root", "Namespace", "Created", NAMESPACE),
        (uid, "Login", "Failed", uid),
        (uid, "Login", "Succeeded", uid),
        (uid, "SecretKey", "Created", uid),
        (uid, "SecretKey", "Created", uid),
        (uid, "SecretKey", "Deactivated", uid),
        (uid, "Bucket", "Created", f"{NAMESPACE}.{walk.bucket}"),
        (uid, "Bucket", "Deleted", f"{NAMESPACE}.{walk.bucket}"),
        ("root", "ObjectUser", "Created", walk.app),
        ("root", "SecretKey", "Created", walk.app),
        (uid, "Login", "Ended", uid),
    ]
    rest = iter(seen)
    assert all(step in rest for step in expected), seen
    assert any(step[1:3] == ("AuthenticationProvider", "Created") for step in seen)


def test_a_description_tells_from_where_and_how_it_ended(walk):
    of_person = [e for e in events(walk.company.root) if e["userId"] == walk.person.uid]
    descriptions = [e["description"] for e in of_person]
    assert descriptions[0] == "Login Failed from 127.0.0.1; refused; reason wrong_password"
    assert all(" from 127.0.0.1; " in description for description in descriptions)
    assert {e["namespace"] for e in of_person[1:]} == {NAMESPACE}


def test_events_are_the_same_in_xml(walk):
    page = walk.company.root.speaking("xml").get(f"{EVENTS}?limit=3").expect(200).xml
    as_json = walk.company.root.get(f"{EVENTS}?limit=3").expect(200).json
    assert page.tag == "auditevents"
    assert [{field.tag: field.text or "" for field in event} for event in page.findall("auditevent")] == as_json["auditevent"]
    assert page.findtext("NextMarker") == as_json["NextMarker"]


def test_the_export_has_a_line_for_each_event_and_all_of_its_record(walk):
    root = walk.company.root
    exported, listed = lines(root), events(root)
    assert len(exported) == len(listed)
    assert lines(root, limit=7) == exported
    failed = next(line for line in exported if line["outcome"] == "refused" and line["actor"] == walk.person.uid)
    told = {"from": "127.0.0.1", "action": "login", "target": walk.person.uid, "details": {"reason": "wrong_password"}}
    assert told.items() <= failed.items()
    assert [line["revision"] for line in exported] == sorted(line["revision"] for line in exported)


def test_no_secret_is_in_any_event_or_line(walk):
    root = walk.company.root
    told = json.dumps([events(root), lines(root)]).encode()
    assert found_in(told, walk.secrets) == []


def test_a_time_that_is_none_is_refused(walk):
    walk.company.root.get(f"{EVENTS}?start_time=yesterday").expect(400, 1029)
    walk.company.root.get(f"{LINES}?until=2026-02-30T00:00:00Z").expect(400, 1029)
    assert events(walk.company.root, "start_time=2999-01-01T00:00") == []


def test_a_namespace_administrator_reads_that_namespace_and_others_nothing(walk):
    namespace, admin = walk.company.namespace_admin()
    app = walk.company.object_user(namespace)
    assert (app, namespace) in {(e["resourceId"], e["namespace"]) for e in events(admin)}
    assert {line["namespace"] for line in lines(admin)} == {namespace}
    admin.get(f"{EVENTS}?namespace={NAMESPACE}").expect(403, 3000)
    admin.get(VERIFY).expect(403, 3000)
    for path in (EVENTS, LINES, VERIFY):
        walk.person.login().get(path).expect(403, 3000)


def test_five_hundred_failed_logins_are_few_records_and_all_are_counted(new_keyward):
    server = new_keyward().start()
    guesser, name = Ecs(server.url), f"guessed@{DOMAIN}"
    for _ in range(500):
        guesser.try_login(name, "Guessed-Pass-77").expect(401, 4000)
    server.restart()
    trail = lines(Ecs(server.url).login("root", server.root_password))
    of_name = [line for line in trail if line["actor"] == name]
    # Two for each minute that the attempts took.
    assert len(of_name) <= 6
    assert sum(int(line["details"].get("count", 1)) for line in of_name) == 500


def test_the_head_of_the_chain_is_in_the_log_at_start_and_stop_and_the_check_agrees(new_keyward):
    server = new_keyward().start()
    server.stop()
    heads = [line for line in server.stderr().splitlines() if "head of the audit chain" in line]
    done = verify(server)
    assert done.returncode == 0, done.stderr
    assert len(heads) == 2
    head = done.stdout.split("head ")[1].strip()
    assert len(head) == 64 and head in heads[-1]


def test_an_altered_record_is_named_by_the_running_server_and_by_the_command(new_keyward):
    server = new_keyward().start()
    root = Ecs(server.url).login("root", server.root_password)
    Ecs(server.url).try_login("root", "Mistyped-Pass-77").expect(401)
    refused = next(line["revision"] for line in lines(root) if line["outcome"] == "refused")
    assert root.get(VERIFY).expect(200).json["intact"] is True
    server.stop()
    with sqlite3.connect(server.data / "identity.db") as database:
        sql = "UPDATE audit SET record = replace(record, 'refused', 'done') WHERE revision = ?"
        assert database.execute(sql, [refused]).rowcount == 1
    database.close()
    done = verify(server)
    assert done.returncode == 1 and f"record {refused} was altered" in done.stderr, done.stderr
    server.start()
    running = verify(server)
    assert running.returncode == 1 and VERIFY in running.stderr, running.stderr
    found = Ecs(server.url).login("root", server.root_password).get(VERIFY).expect(200).json
    assert (found["intact"], found["first_doubtful"]) == (False, refused)


def test_the_command_says_where_no_trail_is_and_makes_nothing(keyward, tmp_path):
    done = keyward.command("audit", "verify", "--data-dir", str(tmp_path / "nothing"))
    assert done.returncode == 1 and "--data-dir" in done.stderr
    assert not (tmp_path / "nothing").exists()
    assert keyward.command("audit").returncode == 2
