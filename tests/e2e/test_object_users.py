"""Object users: made, listed, shown, locked and deleted by administrators, or made by a person's first key."""

import re

import pytest

import s3
from company import NAMESPACE, unique
from ecs import user_path

USERS = "/object/users"


def names(answer) -> list[tuple[str, str]]:
    if answer.content_type == "application/json":
        return [(entry["namespace"], entry["userid"]) for entry in answer.json["blobuser"]]
    return [(entry.findtext("namespace"), entry.findtext("userid")) for entry in answer.xml.iterfind("blobuser")]


def test_a_user_is_made_with_a_link_and_no_key(company, root, form):
    uid = unique("app")
    made = root.speaking(form).post(USERS, "user_create_param", {"user": uid, "namespace": NAMESPACE}).expect(200)
    assert made.href == f"/object/user-secret-keys/{uid}"
    assert not (made.field("secret_key") or "").strip()
    root.get(f"/object/user-secret-keys/{uid}").expect(200)


def test_a_users_information_is_shown(company, root, form):
    uid = unique("app")
    tags = [{"name": "team", "value": "blue"}]
    root.post(USERS, "user_create_param", {"user": uid, "namespace": NAMESPACE, "tags": tags}).expect(200)
    shown = root.speaking(form).get(f"{USERS}/{uid}/info?namespace={NAMESPACE}").expect(200)
    assert (shown.field("name"), shown.field("namespace"), shown.field("locked")) == (uid, NAMESPACE, "false")
    assert re.fullmatch(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d (GMT|UTC) \d{4}", shown.field("created"))
    if form == "json":
        assert shown.json["tag"] == tags


def test_an_unknown_user_is_404_and_2000(company, root, form):
    root = root.speaking(form)
    answer = root.get(f"{USERS}/nobody-here/info?namespace={NAMESPACE}").expect(404, 2000)
    assert answer.field("details") == "Unable to find entity specified in URL with the given id nobody-here"
    root.get("/object/user-secret-keys/nobody-here").expect(404, 2000)
    root.post("/object/user-secret-keys/nobody-here", "user_secret_key_create", {"namespace": NAMESPACE}).expect(404, 2000)


def test_a_persons_first_key_makes_their_object_user_in_the_mapped_namespace(company, root, person):
    me = person.login()
    assert me.secrets() == [], "reading makes nobody"
    assert (NAMESPACE, person.uid) not in names(root.get(f"{USERS}/{NAMESPACE}").expect(200))
    me.new_key().expect(200)
    assert (NAMESPACE, person.uid) in names(root.get(f"{USERS}/{NAMESPACE}").expect(200))


def test_users_are_listed_in_all_and_by_namespace(company, root, form):
    root, namespace = root.speaking(form), company.found_namespace()
    mine = sorted((namespace, company.object_user(namespace)) for _ in range(3))
    assert sorted(names(root.get(f"{USERS}/{namespace}").expect(200))) == mine
    everybody = root.get(USERS).expect(200)
    assert set(mine) <= set(names(everybody))
    assert form == "xml" or isinstance(everybody.json["Filter"], str)


def test_a_namespace_without_users_lists_none(company, root):
    assert root.get(f"{USERS}/{company.found_namespace()}").expect(200).json["blobuser"] == []


def test_listing_is_paged(company, root):
    namespace = company.found_namespace()
    mine = sorted(company.object_user(namespace) for _ in range(5))
    seen, marker = [], ""
    for _ in range(5):
        page = root.get(f"{USERS}/{namespace}?limit=2{marker}").expect(200)
        assert len(names(page)) <= 2
        seen += [uid for _, uid in names(page)]
        if not page.json.get("NextMarker"):
            break
        marker = f"&marker={page.json['NextMarker']}"
    assert sorted(seen) == mine


def test_a_name_that_is_taken_is_refused_in_every_namespace(company, root):
    uid = company.object_user()
    for namespace in (NAMESPACE, company.found_namespace()):
        refused = root.post(USERS, "user_create_param", {"user": uid, "namespace": namespace}).expect(400, 1015)
        assert uid in refused.field("details")


def test_a_domain_style_name_is_kept_in_lower_case(company, root):
    uid = f"{unique('Dana')}@Corp.Example"
    made = root.post(USERS, "user_create_param", {"user": uid, "namespace": NAMESPACE}).expect(200)
    assert made.href == f"/object/user-secret-keys/{uid.lower()}"
    root.get(f"/object/user-secret-keys/{uid}").expect(200)


@pytest.mark.parametrize("stem", ["a=b@x.test", "sla/sh", "hash#mark", "ques?tion", "plus+", "dotted.json", "til~de:;,!$&'()*"])
def test_a_name_of_any_allowed_letters_works_in_paths_and_signs_requests(company, keyward, root, stem):
    uid = company.object_user(uid=unique(stem.partition("@")[0]) + stem[len(stem.partition("@")[0]) :])
    path = f"/object/user-secret-keys/{user_path(uid)}"
    if "." in stem and "@" not in stem:
        path += ".json"
    secret = root.post(path, "user_secret_key_create", {"namespace": NAMESPACE}).expect(200).field("secret_key")
    s3.client(keyward.s3_url, uid, secret).create_bucket(Bucket=unique("letters-"))
    root.get(f"{USERS}/{user_path(uid)}/info?namespace={NAMESPACE}").expect(200)


def test_a_locked_user_cannot_use_or_make_keys_until_unlocked(company, keyward, root, person, form):
    me = person.login()
    secret = me.new_key().expect(200).field("secret_key")
    root = root.speaking(form)
    lock = {"user": person.uid, "namespace": NAMESPACE, "isLocked": True}
    assert root.put(f"{USERS}/lock", "user_lock_param", lock).expect(200).body == b""
    with s3.refused("AccessDenied"):
        person.s3(secret).list_buckets()
    me.new_key().expect(403, 3000)
    shown = root.get(f"{USERS}/lock/{person.uid}/{NAMESPACE}").expect(200)
    assert (shown.field("user_name"), shown.field("isLocked")) == (person.uid, "true")
    root.put(f"{USERS}/lock", "user_lock_param", lock | {"isLocked": "false"}).expect(200)
    assert root.get(f"{USERS}/lock/{person.uid}").expect(200).field("isLocked") == "false"
    assert person.signs(secret)


def test_deleting_a_user_ends_their_keys_at_once(company, keyward, root, form):
    uid = company.object_user()
    path = f"/object/user-secret-keys/{uid}"
    secret = root.post(path, "user_secret_key_create", {"namespace": NAMESPACE}).expect(200).field("secret_key")
    assert s3.signs(keyward.s3_url, uid, secret)
    gone = {"user": uid, "namespace": NAMESPACE}
    assert root.speaking(form).post(f"{USERS}/deactivate", "user_delete_param", gone).expect(200).body == b""
    with s3.refused("InvalidAccessKeyId"):
        s3.client(keyward.s3_url, uid, secret).list_buckets()
    root.get(path).expect(404, 2000)
    company.object_user(uid=uid)
    assert root.get(path).expect(200).field("secret_key_1") == "", "a new user of that name starts without keys"


def test_monitors_may_look_but_see_no_keys_and_change_nothing(company):
    monitor, uid = company.management_user(isSystemMonitor=True), company.object_user()
    monitor.get(USERS).expect(200)
    monitor.get(f"{USERS}/{uid}/info?namespace={NAMESPACE}").expect(200)
    monitor.get(f"/object/user-secret-keys/{uid}").expect(403, 3000)
    monitor.post(USERS, "user_create_param", {"user": unique("app"), "namespace": NAMESPACE}).expect(403, 3000)
    monitor.post(f"{USERS}/deactivate", "user_delete_param", {"user": uid}).expect(403, 3000)
    monitor.put(f"{USERS}/lock", "user_lock_param", {"user": uid, "isLocked": True}).expect(403, 3000)
