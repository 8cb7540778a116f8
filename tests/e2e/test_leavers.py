"""People who leave: their open sessions make no more keys, and removing a person ends what they have."""

import pytest
import requests

import s3
from company import provider_fields, unique
from ecs import Ecs

PASSWORD = "Local-Pass-77"
KEYS = "/keyward/v1/secret-keys"


def pages(keyward, person) -> requests.Session:
    """A browser's session of the person, without the browser."""
    session = requests.Session()
    session.trust_env, session.verify = False, False
    session.headers["Origin"] = keyward.url
    form = {"name": person.uid, "password": person.password}
    assert session.post(f"{keyward.url}/portal/login", data=form, allow_redirects=False).status_code == 303
    return session


def prepared(keyward, person, way: str):
    """An open session with a key that ends in an hour; what comes back is the attempt to have one that lasts longer."""
    ecs = person.login("xml" if way == "xml" else "json")
    ecs.new_key().expect(200)
    json = ecs.speaking("json")
    key = json.get(KEYS).expect(200).json["secret_keys"][0]["id"]
    json.put(f"{KEYS}/{key}", "", {"expires_in_minutes": 60}).expect(200)
    if way == "portal":
        session = pages(keyward, person)
        form = {"label": "laptop", "old": "stays", "seen": key}
        post = lambda: session.post(f"{keyward.url}/portal/keys", data=form, allow_redirects=False)
        return lambda: post().status_code
    if way == "portal, no end":
        session = pages(keyward, person)
        path = f"{keyward.url}/portal/keys/{key}/grace"
        return lambda: session.post(path, data={"unit": "forever"}, allow_redirects=False).status_code
    attempts = {
        "json": lambda: ecs.new_key(),
        "xml": lambda: ecs.new_key(minutes=60),
        "label": lambda: json.post(KEYS, "", {"label": "laptop"}),
        "no end": lambda: json.put(f"{KEYS}/{key}", "", {"expires_in_minutes": None}),
        "later end": lambda: json.put(f"{KEYS}/{key}", "", {"expires_in_minutes": 600}),
    }
    return lambda: attempts[way]().status


WAYS = ["json", "xml", "label", "no end", "later end", "portal", "portal, no end"]


@pytest.mark.parametrize("way", WAYS)
def test_who_is_deleted_from_the_directory_has_no_key_made_or_prolonged(keyward, company, person, way):
    attempt, other = prepared(keyward, person, way), person.login()
    keys = company.root.get(f"/keyward/v1/object-users/{person.uid}/secret-keys").expect(200).json
    company.directory.remove(person.name)
    assert attempt() == 403
    other.get("/user/whoami").expect(401, 4000)
    assert company.root.get(f"/keyward/v1/object-users/{person.uid}/secret-keys").expect(200).json == keys


@pytest.mark.parametrize("way", ["json", "xml", "label", "no end", "portal"])
def test_a_directory_that_is_down_is_503_and_the_session_goes_on(new_keyward, new_directory, way):
    from company import Company

    directory = new_directory().start()
    company = Company.settle(new_keyward().start(), directory)
    person = company.hire()
    attempt = prepared(company.keyward, person, way)
    directory.stop()
    assert attempt() == 503
    directory.start()
    assert attempt() in (200, 303)


def test_a_refusal_says_what_to_do(person, company):
    session = person.login()
    company.directory.remove(person.name)
    details = session.new_key().expect(403, 3000).field("details")
    assert person.uid in details and "administrator of the directory" in details


def test_removing_a_person_ends_keys_and_sessions_at_once_and_says_so(keyward, root):
    name = f"{unique('carol')}@local.test"
    root.post("/keyward/v1/people", "", {"name": name, "password": PASSWORD}).expect(200)
    carol = Ecs(keyward.url).login(name, PASSWORD)
    secrets = [carol.new_key().expect(200).field("secret_key") for _ in range(2)]
    client = s3.client(keyward.s3_url, name, secrets[0])
    client.create_bucket(Bucket="carols")
    done = keyward.command(
        "person", "remove", name, "--server", keyward.url, "--data-dir", str(keyward.data), KEYWARD_PASSWORD=keyward.root_password
    )
    assert done.returncode == 0, done.stderr
    expected = f"removed {name}\nended 2 secret keys and 1 session\nthe object user {name} and its buckets stay\n"
    assert done.stdout == expected
    assert not any(s3.signs(keyward.s3_url, name, secret) for secret in secrets)
    carol.get("/user/whoami").expect(401, 4000)
    assert root.get("/object/bucket/carols/info?namespace=local").expect(200).field("owner") == name


def test_a_management_user_of_a_users_name_gets_its_keys_when_it_is_bound(keyward, company, root):
    uid = company.object_user()
    security = company.management_user(isSecurityAdmin=True)
    fields = {"userId": uid, "password": PASSWORD, "isSystemMonitor": True}
    security.post("/vdc/users", "mgmt_user_info_create", fields).expect(200)
    squatter = Ecs(keyward.url).login(uid, PASSWORD)
    details = squatter.keys().expect(400, 1004).field("details")
    path = f"/keyward/v1/object-users/{uid}/management-user"
    assert path in details
    squatter.new_key().expect(400, 1004)
    security.put(path).expect(403, 3000)
    root.put(path).expect(200)
    secret = squatter.new_key().expect(200).field("secret_key")
    assert s3.signs(keyward.s3_url, uid, secret)
    root.call("DELETE", path).expect(200)
    squatter.keys().expect(400, 1004)


def test_a_security_administrator_becomes_no_system_administrator(company, root, form):
    security = company.management_user(isSecurityAdmin=True).speaking(form)
    me = security.get("/user/whoami").expect(200).field("common_name")
    attempts = [
        ("PUT", f"/vdc/users/{me}", "mgmt_user_info_update", {"isSystemAdmin": True, "isSecurityAdmin": True}),
        ("PUT", "/vdc/users/root", "mgmt_user_info_update", {"password": PASSWORD, "isSystemAdmin": True}),
        ("PUT", "/vdc/users/root/unlock", "mgmt_user_info_unlock", {"password": PASSWORD}),
        ("POST", "/vdc/users/root/unlock", "mgmt_user_info_unlock", {"password": PASSWORD}),
        ("POST", "/vdc/users", "mgmt_user_info_create", {"userId": unique("x"), "password": PASSWORD, "isSystemAdmin": True}),
    ]
    for method, path, document, fields in attempts:
        security.call(method, path, document, fields).expect(403, 3000)


def test_a_provider_of_an_administrators_domain_is_configured_by_system_administrators(company, root):
    security = company.management_user(isSecurityAdmin=True)
    group = {"userId": "storage-admins@admins.test", "is_external_group": True, "isSystemAdmin": True}
    root.post("/vdc/users", "mgmt_user_info_create", group).expect(200)
    provider = provider_fields(company.directory, domains=["admins.test"])
    security.post("/vdc/admin/authnproviders", "authnprovider_create", provider).expect(403, 3000)
