"""Namespaces: made by system administrators, found by mapping, and closed to everybody else."""

import pytest

from company import mapping, provider_fields, unique
from directory import PASSWORDS
from ecs import Ecs

NAMESPACES = "/object/namespaces"
ONE = f"{NAMESPACES}/namespace"


@pytest.fixture
def team(company, directory):
    """A domain of the test's own, whose people are the directory's."""
    domain = f"{unique('team')}.test"
    provider = provider_fields(directory, domains=[domain])
    company.root.post("/vdc/admin/authnproviders", "authnprovider_create", provider).expect(200)

    class Team:
        def maps(self, **rule) -> str:
            return company.found_namespace(user_mapping=[mapping(domain, **rule)])

        def login(self, name: str, password: str | None = None) -> Ecs:
            return Ecs(company.keyward.url).login(f"{name}@{domain}", password or PASSWORDS[name])

    return Team()


def test_a_namespace_is_made_listed_shown_and_deleted(root, form):
    root, name = root.speaking(form), unique("ns")
    made = root.post(ONE, "namespace_create", {"namespace": name}).expect(200)
    assert (made.field("id"), made.field("name"), made.field("inactive")) == (name, name, "false")
    assert made.href == f"{ONE}/{name}"
    listed = root.get(NAMESPACES).expect(200)
    names = (
        [entry["name"] for entry in listed.json["namespace"]]
        if form == "json"
        else [entry.findtext("name") for entry in listed.xml.iterfind("namespace")]
    )
    assert name in names
    shown = root.get(f"{ONE}/{name}").expect(200)
    assert shown.field("is_encryption_enabled") == "false" and shown.field("is_compliance_enabled") == "false"
    assert root.post(f"{ONE}/{name}/deactivate").expect(200).body == b""
    root.get(f"{ONE}/{name}").expect(400, 1004)


def test_replication_groups_and_other_vendor_fields_are_optional_and_kept(root):
    name, group = unique("ns"), "urn:storageos:ReplicationGroupInfo:0b1c:global"
    fields = {"namespace": name, "default_data_services_vpool": group, "allowed_vpools_list": [group], "colour": "blue"}
    root.post(ONE, "namespace_create", fields).expect(200)
    shown = root.get(f"{ONE}/{name}").expect(200).json
    assert (shown["default_data_services_vpool"], shown["allowed_vpools_list"]) == (group, [group])
    assert shown["is_encryption_enabled"] == "false", "a string, as clients expect"


def test_a_mapping_is_shown_as_it_was_given(root):
    name = unique("ns")
    rule = mapping("shown.test", ["builders"], [{"key": "department", "value": ["engineering", "research"]}])
    root.post(ONE, "namespace_create", {"namespace": name, "user_mapping": [rule]}).expect(200)
    assert root.get(f"{ONE}/{name}").expect(200).json["user_mapping"] == [rule]
    xml = root.speaking("xml").get(f"{ONE}/{name}").expect(200).xml
    assert xml.findtext("user_mapping/domain") == "shown.test"
    assert [part.text for part in xml.iterfind("user_mapping/attributes/attribute/value")] == ["engineering", "research"]


def test_a_mapping_in_xml_maps_people(company, root, directory):
    domain, name = f"{unique('domain')}.test", unique("ns")
    provider = provider_fields(directory, domains=[domain])
    root.post("/vdc/admin/authnproviders", "authnprovider_create", provider).expect(200)
    body = (
        f"<namespace_create><namespace>{name}</namespace><user_mapping><domain>{domain.upper()}</domain>"
        "<groups><group>readers</group></groups></user_mapping></namespace_create>"
    )
    root.speaking("xml").post(ONE, raw=body).expect(200)
    bob = Ecs(company.keyward.url).login(f"bob@{domain}", PASSWORDS["bob"])
    assert bob.get("/user/whoami").expect(200).field("namespace") == name


def test_a_name_that_is_taken_or_malformed_is_refused(root):
    name = unique("ns")
    root.post(ONE, "namespace_create", {"namespace": name}).expect(200)
    root.post(ONE, "namespace_create", {"namespace": name}).expect(400, 1015)
    for bad in ("with.dot", "with blank", "x" * 256, "sla/sh"):
        root.post(ONE, "namespace_create", {"namespace": bad}).expect(400, 1008)
    for empty in ({}, {"namespace": ""}, {"namespace": None}):
        root.post(ONE, "namespace_create", empty).expect(400, 1005)


def test_an_unknown_namespace_is_400_and_1004(root, form):
    root = root.speaking(form)
    answer = root.get(f"{ONE}/ns-nowhere").expect(400, 1004)
    assert answer.field("details") == "Unable to find entity with the given id ns-nowhere"
    root.post(f"{ONE}/ns-nowhere/deactivate").expect(400, 1004)


def test_a_namespace_with_users_or_buckets_cannot_be_deleted(company, root):
    name = company.found_namespace()
    uid = company.object_user(name)
    refused = root.post(f"{ONE}/{name}/deactivate").expect(400)
    assert "not empty" in refused.field("details")
    root.post("/object/users/deactivate", "user_delete_param", {"user": uid, "namespace": name}).expect(200)
    root.post(f"{ONE}/{name}/deactivate").expect(200)


def test_listing_is_paged_and_narrowed_by_prefix(company, root):
    stem = unique("paged")
    names = sorted(company.found_namespace(f"{stem}-{letter}") for letter in "abc")
    seen, marker = [], ""
    while True:
        page = root.get(f"{NAMESPACES}?name={stem}*&limit=2{marker}").expect(200).json
        seen += [entry["name"] for entry in page["namespace"]]
        if not page.get("NextMarker"):
            break
        marker = f"&marker={page['NextMarker']}"
    assert seen == names


def test_group_members_are_mapped_and_others_have_no_namespace(team):
    namespace = team.maps(groups=["storage-admins"])
    assert team.login("alice").get("/user/whoami").expect(200).field("namespace") == namespace
    bob = team.login("bob")
    assert bob.get("/user/whoami").expect(200).field("namespace") == ""
    refused = bob.new_key().expect(403, 3000)
    assert "does not map" in refused.field("details")


def test_all_groups_of_a_mapping_must_hold(team):
    namespace = team.maps(groups=["storage-admins", "READERS"])
    team.login("alice").new_key().expect(200)
    team.login("bob").new_key().expect(403, 3000)
    assert team.login("alice").get("/user/whoami").field("namespace") == namespace


def test_an_attribute_decides_the_namespace(team, directory):
    engineering = team.maps(attributes=[{"key": "departmentNumber", "value": ["engineering"]}])
    research = team.maps(attributes=[{"key": "departmentNumber", "value": ["research"]}])
    for department, namespace in (("engineering", engineering), ("research", research)):
        name = unique("person")
        directory.add(name, "Pass-77-and-more", department)
        me = team.login(name, "Pass-77-and-more")
        assert me.get("/user/whoami").expect(200).field("namespace") == namespace


def test_somebody_whom_two_namespaces_claim_gets_no_key(team):
    team.maps(groups=["storage-admins"])
    team.maps(groups=["readers"])
    refused = team.login("alice").new_key().expect(403, 3000)
    assert "belongs to multiple tenants" in refused.field("details")
    team.login("bob").new_key().expect(200)


def test_a_mapping_that_means_another_namespaces_people_is_refused_and_names_it(root, form):
    root, domain, mine, other = root.speaking(form), f"{unique('domain')}.test", unique("ns"), unique("ns")

    def rule(*groups: str) -> dict:
        empty = {"domain": domain}
        return empty if not groups else empty | {"groups": {"group": list(groups)}}

    fields = {"namespace": mine, "user_mapping": [rule("builders")]}
    root.post(ONE, "namespace_create", fields).expect(200)
    for clash in (rule(), rule("Builders"), rule("builders", "night")):
        refused = root.post(ONE, "namespace_create", {"namespace": other, "user_mapping": [clash]}).expect(400, 1008)
        assert mine in refused.field("details")
    fields = {"namespace": other, "user_mapping": [rule("night")]}
    root.post(ONE, "namespace_create", fields).expect(200)
    root.put(f"{ONE}/{other}", "namespace_update", {"user_mapping": [rule()]}).expect(400, 1008)


def test_only_system_administrators_make_delete_and_list_namespaces(company, person):
    own, admin = company.namespace_admin()
    other = company.found_namespace()
    for caller in (admin, person.login()):
        caller.post(ONE, "namespace_create", {"namespace": unique("ns")}).expect(403, 3000)
        caller.post(f"{ONE}/{other}/deactivate").expect(403, 3000)
        caller.get(NAMESPACES).expect(403, 3000)
        caller.get(f"{ONE}/{other}").expect(403, 3000)
    admin.get(f"{ONE}/{own}").expect(200)
    monitor = company.management_user(isSystemMonitor=True)
    monitor.get(NAMESPACES).expect(200)
    monitor.post(ONE, "namespace_create", {"namespace": unique("ns")}).expect(403, 3000)
