"""Bad input: the ECS code, a sentence that names the remedy, and nothing changed."""

import json

import pytest

from company import NAMESPACE, unique
from ecs import JSON, XML

KEYS, USERS, ONE = "/object/secret-keys", "/object/users", "/object/namespaces/namespace"


@pytest.fixture
def unchanged(person, root):
    """Somebody with one key, who still has exactly that key when the test is over."""
    me = person.login()
    me.new_key().expect(200)
    before = me.keys().expect(200).body
    yield me
    assert me.keys().expect(200).body == before


MALFORMED = {
    "open json": (JSON, "{"),
    "json without a value": (JSON, '{"existing_key_expiry_time_mins": }'),
    "a json list": (JSON, "[]"),
    "a json number": (JSON, "7"),
    "more after the json": (JSON, '{"existing_key_expiry_time_mins": "1"} trailing'),
    "json that is not utf-8": (JSON, b'{"existing_key_expiry_time_mins": "\xff"}'),
    "json of great depth": (JSON, "[" * 100_000),
    "open xml": (XML, "<secret_key_create_param>"),
    "xml closed wrongly": (XML, "<secret_key_create_param></wrong>"),
    "no xml": (XML, "just text"),
    "xml of another kind": (XML, "<another_root/>"),
    "xml that is not utf-8": (XML, b"<secret_key_create_param>\xff</secret_key_create_param>"),
    "an undefined entity": (XML, "<secret_key_create_param>&undefined;</secret_key_create_param>"),
    "xml of great depth": (XML, "<secret_key_create_param>" + "<a>" * 50_000),
    "an external entity": (
        XML,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><secret_key_create_param>&b;</secret_key_create_param>',
    ),
}


@pytest.mark.parametrize(("content_type", "body"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_400_and_1013(unchanged, content_type, body):
    for path in (KEYS, f"{KEYS}/deactivate"):
        answer = unchanged.post(path, raw=body, content_type=content_type).expect(400, 1013)
        assert b"root:" not in answer.body


@pytest.mark.parametrize("value", [-1, "-1", "ten", "1.5", 1.5, "1e3", "0x10", True, [10], {"minutes": 10}, "９"])
def test_minutes_that_are_no_count_are_refused(unchanged, value):
    answer = unchanged.post(KEYS, raw=json.dumps({"existing_key_expiry_time_mins": value}))
    answer.expect(400, 1008, 1013, 1014)
    assert "existing_key_expiry_time_mins" in answer.field("details")


@pytest.mark.parametrize("value", ["9" * 12, "9" * 19, "9" * 40, str(2**63), str(2**64)])
def test_minutes_beyond_any_calendar_are_refused_and_never_overflow(unchanged, value):
    for raw in (json.dumps({"existing_key_expiry_time_mins": value}), f'{{"existing_key_expiry_time_mins": {value}}}'):
        unchanged.post(KEYS, raw=raw).expect(400, 1008, 1014)


def test_the_longest_expiry_seen_in_practice_is_accepted(person):
    me = person.login()
    me.new_key().expect(200)
    me.new_key(2_592_000).expect(200)
    assert me.keys().stamp("key_expiry_timestamp_1").year > 2029


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, '{"secretkey": "mine-not-yours", "colour": {"deep": [1]}}'),
        (XML, "<secret_key_create_param><colour><deep>1</deep></colour></secret_key_create_param>"),
    ],
    ids=["json", "xml"],
)
def test_unknown_fields_are_ignored(person, content_type, body):
    made = person.login().post(KEYS, raw=body, content_type=content_type).expect(200)
    assert len(made.field("secret_key")) == 40, "nobody chooses their own key in self-service"


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}/deactivate", USERS, ONE])
@pytest.mark.parametrize("content_type", [JSON, XML])
def test_a_body_beyond_a_mebibyte_is_refused(unchanged, root, path, content_type):
    # Whoever may not make the call at all is told so before the body is read.
    caller = unchanged if path.startswith(KEYS) else root
    answer = caller.post(path, raw=b" " * (2 << 20) + b"{}", content_type=content_type)
    assert answer.status in (400, 413), answer.body
    answer.expect(answer.status, 1013)


def test_an_unsupported_media_type_is_415(unchanged):
    unchanged.post(KEYS, raw="minutes: 1", content_type="text/yaml").expect(415, 1003)


def test_an_unknown_path_is_404_and_a_wrong_method_405(unchanged, form):
    unchanged.speaking(form).get("/object/no-such-thing").expect(404, 2000)
    unchanged.speaking(form).call("DELETE", KEYS).expect(405, 1007)


def test_a_third_key_is_refused_and_says_what_to_do(person, form):
    me = person.login(form)
    for _ in range(2):
        me.new_key().expect(200)
    before = me.keys().expect(200).body
    for minutes in (None, 10):
        refused = me.new_key(minutes).expect(400, 1031)
        assert person.uid in refused.field("details") and "2" in refused.field("details")
    assert me.keys().expect(200).body == before


def test_removing_an_unknown_or_an_empty_key_removes_nothing(unchanged, form):
    unchanged.speaking(form).deactivate("no-such-key").expect(400, 1004)
    unchanged.speaking(form).deactivate("").expect(400, 1005)
    unchanged.post(f"{KEYS}/deactivate", raw='{"secret_key": 7}').expect(400, 1004, 1008, 1013)
    unchanged.post(f"{KEYS}/deactivate", raw='{"secret_key": ["a"]}').expect(400, 1008, 1013)


@pytest.mark.parametrize("secretkey", ["two words", "tab\there", "x" * 257, "ключ"])
def test_a_chosen_key_that_cannot_be_one_is_refused(company, root, secretkey):
    path = f"/object/user-secret-keys/{company.object_user()}"
    refused = root.post(path, "user_secret_key_create", {"namespace": NAMESPACE, "secretkey": secretkey}).expect(400, 1008)
    assert secretkey not in refused.field("details")
    assert root.get(path).expect(200).field("secret_key_1") == ""


def test_a_chosen_key_that_the_user_has_already_is_refused(company, root):
    path, fields = f"/object/user-secret-keys/{company.object_user()}", {"namespace": NAMESPACE, "secretkey": "k" * 40}
    root.post(path, "user_secret_key_create", fields).expect(200)
    root.post(path, "user_secret_key_create", fields).expect(400, 1015)
    assert root.get(path).expect(200).field("secret_key_2") == ""


def test_an_unknown_namespace_or_user_is_refused(company, root):
    uid, nowhere = company.object_user(), {"namespace": "ns-nowhere"}
    root.post(USERS, "user_create_param", {"user": unique("app")} | nowhere).expect(400, 1004)
    root.post(f"/object/user-secret-keys/{uid}", "user_secret_key_create", nowhere).expect(400)
    root.get(f"/object/user-secret-keys/{uid}/ns-nowhere").expect(400)
    root.post("/object/user-secret-keys/nobody", "user_secret_key_create", {"namespace": NAMESPACE}).expect(404, 2000)
    assert root.get(f"/object/user-secret-keys/{uid}").expect(200).field("secret_key_1") == ""


def test_a_strangers_namespace_stays_closed_to_an_administrator_of_another(company, root):
    own, admin = company.namespace_admin()
    stranger = company.object_user(NAMESPACE)
    path = f"/object/user-secret-keys/{stranger}"
    secret = root.post(path, "user_secret_key_create", {"namespace": NAMESPACE}).expect(200).field("secret_key")
    before = root.get(path).expect(200).body
    # In the own namespace a user of another one is as unknown as one who is nowhere.
    for namespace, refusal in ((NAMESPACE, (403, 3000)), (own, (404, 2000))):
        admin.post(path, "user_secret_key_create", {"namespace": namespace}).expect(*refusal)
        admin.post(f"{path}/deactivate", "user_secret_key_delete", {"namespace": namespace}).expect(*refusal)
        admin.get(f"{path}/{namespace}").expect(*refusal)
    assert secret.encode() not in admin.get(path).expect(403, 3000).body
    admin.get(f"{USERS}/{NAMESPACE}").expect(403, 3000)
    admin.get(f"{USERS}/{stranger}/info?namespace={NAMESPACE}").expect(403, 3000)
    admin.post(USERS, "user_create_param", {"user": unique("app"), "namespace": NAMESPACE}).expect(403, 3000)
    admin.post(f"{USERS}/deactivate", "user_delete_param", {"user": stranger, "namespace": NAMESPACE}).expect(403, 3000)
    admin.put(f"{USERS}/lock", "user_lock_param", {"user": stranger, "namespace": NAMESPACE, "isLocked": True}).expect(403, 3000)
    assert root.get(path).expect(200).body == before


@pytest.mark.parametrize("user", ["", None, "two words", "x" * 256, "semi\u00a0space", "<b>"])
def test_an_object_user_that_cannot_be_named_so_is_refused(root, user):
    root.post(USERS, "user_create_param", {"user": user, "namespace": NAMESPACE}).expect(400, 1005, 1008)


def test_a_person_reaches_no_administrators_call(person, root):
    me = person.login()
    me.new_key().expect(200)
    path = f"/object/user-secret-keys/{person.uid}"
    for answer in (
        me.get(path),
        me.post(path, "user_secret_key_create", {"namespace": NAMESPACE}),
        me.post(f"{path}/deactivate", "user_secret_key_delete", {}),
        me.get(USERS),
        me.get("/vdc/users"),
        me.post(USERS, "user_create_param", {"user": unique("app"), "namespace": NAMESPACE}),
    ):
        answer.expect(403, 3000)
        assert answer.field("details") == f"Insufficient permissions for user {person.uid}."
    assert len(me.secrets()) == 1
