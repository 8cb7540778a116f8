"""Authentication providers: configured over the API, live at once, with more than one server behind them."""

import pytest

from company import Company, mapping, provider_fields, unique
from directory import MANAGER_PASSWORD, PASSWORDS, PEOPLE
from ecs import Ecs
from ports import free_port

PROVIDERS = "/vdc/admin/authnproviders"


@pytest.fixture
def add(root, directory):
    """Registers a provider for a domain of the test's own; gives its path and the domain."""

    def register(**changes):
        domain = f"{unique('domain')}.test"
        fields = provider_fields(directory, domains=[domain]) | changes
        made = root.post(PROVIDERS, "authnprovider_create", fields).expect(200)
        return f"{PROVIDERS}/{made.field('id')}", fields["domains"][0]

    return register


def log_in(keyward, domain: str, name: str = "alice"):
    return Ecs(keyward.url).try_login(f"{name}@{domain}", PASSWORDS[name])


def test_a_new_provider_is_live_at_once_and_hides_its_password(root, add, keyward):
    path, domain = add(description="head office", tags=["blue"])
    log_in(keyward, domain).expect(200)
    shown = root.get(path).expect(200)
    assert shown.json["domains"] == [domain]
    assert (shown.field("mode"), shown.field("description"), shown.field("search_filter")) == ("ldap", "head office", "uid=%U")
    assert MANAGER_PASSWORD.encode() not in shown.body
    listed = root.get(PROVIDERS).expect(200).json["authnprovider"]
    assert shown.field("id") in [entry["id"] for entry in listed]


def test_a_provider_is_made_and_shown_in_xml_too(root, directory, keyward):
    domain, name = f"{unique('domain')}.test", unique("provider")
    fields = provider_fields(directory) | {
        "name": name,
        "server_urls": {"server_url": [directory.url]},
        "domains": {"domain": [domain]},
    }
    xml = root.speaking("xml")
    made = xml.post(PROVIDERS, "authnprovider_create", fields).expect(200)
    assert made.xml.tag == "authnprovider"
    assert made.xml.findtext("domains/domain") == domain
    log_in(keyward, domain).expect(200)
    shown = xml.get(f"{PROVIDERS}/{made.field('id')}").expect(200)
    assert (shown.field("name"), shown.xml.findtext("server_urls/server_url")) == (name, directory.url)
    assert name in [entry.findtext("name") for entry in xml.get(PROVIDERS).expect(200).xml]


@pytest.mark.parametrize("search_filter", ["uid=%U", "(uid=%U)", "(&(objectClass=inetOrgPerson)(uid=%U))"])
def test_a_search_filter_may_stand_with_and_without_brackets(add, keyward, search_filter):
    _, domain = add(search_filter=search_filter)
    log_in(keyward, domain).expect(200)


def test_the_whole_login_name_can_be_searched_for(add, keyward):
    _, domain = add(search_filter="mail=%u", domains=["example.test"])
    log_in(keyward, domain).expect(200)


def test_a_filter_that_finds_several_people_lets_none_of_them_in(add, keyward):
    _, domain = add(search_filter="(|(uid=%U)(objectClass=inetOrgPerson))")
    answer = log_in(keyward, domain)
    assert answer.status in (401, 403, 503) and "X-SDS-AUTH-TOKEN" not in answer.headers


def test_a_disabled_provider_lets_nobody_in_and_an_enabled_one_does_again(root, add, keyward):
    path, domain = add()
    root.put(path, "authnprovider_update", {"disable": True}).expect(200)
    log_in(keyward, domain).expect(401, 4000)
    root.put(path, "authnprovider_update", {"disable": False}).expect(200)
    log_in(keyward, domain).expect(200)


def test_an_update_adds_and_removes_entries_of_lists(root, add, keyward):
    path, domain = add()
    other = f"{unique('domain')}.test"
    root.put(path, "authnprovider_update", {"domain_changes": {"add": [other], "remove": [domain]}}).expect(200)
    assert root.get(path).expect(200).json["domains"] == [other]
    log_in(keyward, other).expect(200)
    log_in(keyward, domain).expect(401, 4000)


def test_a_changed_manager_password_is_used_from_then_on(root, add, keyward):
    path, domain = add()
    root.put(path, "authnprovider_update", {"manager_password": "wrong", "disable": True}).expect(200)
    refused = root.put(path, "authnprovider_update", {"disable": False}).expect(400)
    assert b"wrong" not in refused.body
    root.put(path, "authnprovider_update", {"manager_password": MANAGER_PASSWORD, "disable": False}).expect(200)
    log_in(keyward, domain).expect(200)


def test_a_deleted_provider_lets_nobody_in(root, add, keyward):
    path, domain = add()
    assert root.call("DELETE", path).expect(200).body in (b"", b"null")
    log_in(keyward, domain).expect(401, 4000)
    root.get(path).expect(404, 2000)


def test_a_provider_that_cannot_be_reached_is_refused_unless_it_is_disabled(root, directory):
    nowhere = provider_fields(directory, domains=[f"{unique('domain')}.test"], server_urls=[f"ldap://127.0.0.1:{free_port()}"])
    root.post(PROVIDERS, "authnprovider_create", nowhere).expect(400)
    names = [entry["name"] for entry in root.get(PROVIDERS).expect(200).json["authnprovider"]]
    assert nowhere["name"] not in names
    root.post(PROVIDERS, "authnprovider_create", nowhere | {"disable": True}).expect(200)


@pytest.mark.parametrize("missing", ["mode", "server_urls", "domains", "manager_dn", "search_base", "search_filter"])
def test_a_provider_without_a_needed_field_is_refused_by_its_name(root, directory, missing):
    fields = provider_fields(directory, domains=[f"{unique('domain')}.test"])
    del fields[missing]
    answer = root.post(PROVIDERS, "authnprovider_create", fields).expect(400, 1005, 1008)
    assert missing in answer.field("details")


def test_people_may_not_touch_providers(add, keyward, directory):
    _, domain = add()
    alice = Ecs(keyward.url).login(f"alice@{domain}", PASSWORDS["alice"])
    alice.get(PROVIDERS).expect(403, 3000)
    alice.post(PROVIDERS, "authnprovider_create", provider_fields(directory)).expect(403, 3000)


def test_directories_over_tls_and_start_tls_are_reached(add, keyward, directory):
    for changes in (
        {"server_urls": [directory.tls_url], "validate_certificates": False},
        {"start_tls": "required", "validate_certificates": False},
        {"start_tls": "off"},
    ):
        _, domain = add(**changes)
        log_in(keyward, domain).expect(200)


def test_a_directory_whose_certificate_is_not_trusted_is_refused_when_asked_to_validate(root, directory):
    fields = provider_fields(directory, domains=[f"{unique('domain')}.test"])
    strict = fields | {"server_urls": [directory.tls_url], "validate_certificates": True}
    root.post(PROVIDERS, "authnprovider_create", strict).expect(400)


def test_the_second_server_takes_over_when_the_first_is_down(new_keyward, new_directory):
    first, second = new_directory().start(), new_directory().start()
    company = Company.settle(new_keyward().start(), first)
    provider = provider_fields(first, domains=["replica.test"], server_urls=[first.url, second.url])
    company.root.post(PROVIDERS, "authnprovider_create", provider).expect(200)
    company.found_namespace(user_mapping=[mapping("replica.test")])
    before = log_in(company.keyward, "replica.test").expect(200)
    alice = Ecs(company.keyward.url, token=before.headers["X-SDS-AUTH-TOKEN"])
    alice.new_key().expect(200)

    first.stop()
    log_in(company.keyward, "replica.test").expect(200)
    Ecs(company.keyward.url).try_login("alice@replica.test", "wrong").expect(401, 4000)
    second.stop()
    log_in(company.keyward, "replica.test").expect(503, 6000, 6001)
    first.start()
    log_in(company.keyward, "replica.test").expect(200)


def test_a_search_below_one_level_finds_nobody_when_the_scope_is_one_level(add, keyward):
    _, near = add(search_base=PEOPLE, search_scope="ONELEVEL")
    log_in(keyward, near).expect(200)
    _, far = add(search_base=PEOPLE.partition(",")[2], search_scope="ONELEVEL")
    log_in(keyward, far).expect(401, 4000)
