"""Management users: local operators, their roles and passwords, and what ends with them."""

import pytest

from company import unique
from ecs import Ecs

USERS = "/vdc/users"
FIRST, SECOND = "Operators-Pass-77", "Another-Pass-77"
FLAGS = ("isSystemAdmin", "isSystemMonitor", "isSecurityAdmin")


@pytest.fixture
def operator(root) -> str:
    name = unique("operator")
    root.post(USERS, "mgmt_user_info_create", {"userId": name, "password": FIRST, "isSystemMonitor": True}).expect(200)
    return name


def test_a_management_user_is_made_shown_and_listed(root, form):
    root, name = root.speaking(form), unique("operator")
    fields = {"userId": name, "password": FIRST, "isSystemAdmin": "true", "isSystemMonitor": False}
    made = root.post(USERS, "mgmt_user_info_create", fields).expect(200)
    shown = root.get(f"{USERS}/{name}").expect(200)
    for answer in (made, shown):
        assert answer.field("userId") == name
        assert [answer.field(flag) for flag in FLAGS] == ["true", "false", "false"]
        assert FIRST.encode() not in answer.body
    listed = root.get(f"{USERS}/").expect(200)
    if form == "json":
        ids = [entry["userId"] for entry in listed.json["mgmt_user_info"]]
    else:
        assert listed.xml.tag == "mgmt_user_infos"
        ids = [entry.findtext("userId") for entry in listed.xml.iterfind("mgmt_user_info")]
    assert name in ids and "root" in ids


def test_roles_are_what_whoami_says(root, keyward, operator):
    me = Ecs(keyward.url).login(operator, FIRST)
    assert me.get("/user/whoami").expect(200).json["roles"] == ["SYSTEM_MONITOR"]
    root.put(f"{USERS}/{operator}", "mgmt_user_info_update", {"isSystemAdmin": True, "isSystemMonitor": False}).expect(200)
    again = Ecs(keyward.url).login(operator, FIRST)
    assert again.get("/user/whoami").expect(200).json["roles"] == ["SYSTEM_ADMIN"]


def test_a_change_of_a_user_ends_its_tokens(root, keyward, operator):
    me = Ecs(keyward.url).login(operator, FIRST)
    root.put(f"{USERS}/{operator}", "mgmt_user_info_update", {"password": SECOND}).expect(200)
    me.get("/user/whoami").expect(401, 4000)
    Ecs(keyward.url).try_login(operator, FIRST).expect(401, 4000)
    Ecs(keyward.url).login(operator, SECOND)


def test_deleting_a_user_ends_its_tokens_and_its_login(root, keyward, operator, form):
    me = Ecs(keyward.url).login(operator, FIRST)
    assert root.speaking(form).post(f"{USERS}/{operator}/deactivate").expect(200).body == b""
    me.get("/user/whoami").expect(401, 4000)
    Ecs(keyward.url).try_login(operator, FIRST).expect(401, 4000)
    root.get(f"{USERS}/{operator}").expect(404, 2000)


def test_only_administrators_touch_management_users(keyward, operator):
    monitor = Ecs(keyward.url).login(operator, FIRST)
    monitor.get(USERS).expect(200)
    monitor.post(USERS, "mgmt_user_info_create", {"userId": unique("operator"), "password": FIRST}).expect(403, 3000)
    monitor.put(f"{USERS}/{operator}", "mgmt_user_info_update", {"isSystemAdmin": True}).expect(403, 3000)
    monitor.post(f"{USERS}/root/deactivate").expect(403, 3000)


@pytest.mark.parametrize("flag", ["isSystemAdmin", "isSecurityAdmin"])
def test_system_and_security_administrators_may_make_management_users(root, keyward, flag):
    name = unique("operator")
    root.post(USERS, "mgmt_user_info_create", {"userId": name, "password": FIRST, flag: True}).expect(200)
    me = Ecs(keyward.url).login(name, FIRST)
    me.post(USERS, "mgmt_user_info_create", {"userId": unique("operator"), "password": FIRST}).expect(200)


def test_nobody_deletes_root_or_themselves(root, keyward, operator):
    root.put(f"{USERS}/{operator}", "mgmt_user_info_update", {"isSystemAdmin": True}).expect(200)
    me = Ecs(keyward.url).login(operator, FIRST)
    for name in ("root", operator):
        refused = me.post(f"{USERS}/{name}/deactivate")
        assert refused.status in (400, 403) and refused.code, refused.body
    me.get("/user/whoami").expect(200)
    Ecs(keyward.url).login("root", keyward.root_password)


def test_names_that_are_taken_or_malformed_are_refused(root, operator):
    def create(**fields):
        return root.post(USERS, "mgmt_user_info_create", {"password": FIRST} | fields)

    create(userId=operator).expect(400, 1015)
    create().expect(400, 1005)
    create(userId="").expect(400, 1005)
    create(userId="two words").expect(400, 1008)
    root.post(USERS, "mgmt_user_info_create", {"userId": unique("operator")}).expect(400, 1005)
    create(userId=unique("operator"), password="").expect(400, 1005, 1008)


def test_an_operators_self_service_without_a_namespace_is_refused_with_a_reason(keyward, operator):
    refused = Ecs(keyward.url).login(operator, FIRST).new_key().expect(400, 1004)
    assert operator in refused.field("details")


def test_a_namespace_administrators_own_key_is_in_their_namespace(company, keyward):
    namespace, admin = company.namespace_admin()
    me = admin.get("/user/whoami").expect(200)
    assert (me.json["namespace"], me.json["roles"]) == (namespace, ["NAMESPACE_ADMIN"])
    admin.new_key().expect(200)
    info = company.root.get(f"/object/users/{me.json['common_name']}/info?namespace={namespace}").expect(200)
    assert info.field("namespace") == namespace
