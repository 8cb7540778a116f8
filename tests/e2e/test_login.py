"""Logging in, staying in, and getting out: people of the directory, people of the built-in domain, operators."""

import base64

import pytest

from company import Company, mapping, unique
from curl import curl
from ecs import Ecs

TOKEN = "X-SDS-AUTH-TOKEN"


def test_a_login_answers_with_all_three_headers(keyward, person, form):
    answer = Ecs(keyward.url, form=form).try_login(person.uid, person.password).expect(200)
    assert len(answer.headers[TOKEN]) >= 40
    assert int(answer.headers["X-SDS-AUTH-MAX-AGE"]) == 28800
    assert answer.headers["X-SDS-AUTH-USERNAME"] == person.uid
    assert answer.field("user") == person.uid


def test_the_name_is_the_directorys_own_in_lower_case_whatever_was_typed(keyward, person):
    answer = Ecs(keyward.url).try_login(person.uid.upper(), person.password).expect(200)
    assert answer.field("user") == person.uid


@pytest.mark.parametrize("password", ["wrong", "", "*"], ids=["wrong", "empty", "a star"])
def test_a_bad_password_is_401_with_an_error_document_and_no_token(keyward, person, form, password):
    answer = Ecs(keyward.url, form=form).try_login(person.uid, password).expect(401, 4000)
    assert TOKEN not in answer.headers
    assert "basic" in answer.headers["WWW-Authenticate"].lower()


@pytest.mark.parametrize("name", ["nobody@example.test", "*@example.test", "a*@example.test", "someone@elsewhere.test", "nobody"])
def test_an_unknown_or_crafted_name_is_refused_like_a_bad_password(keyward, company, name):
    Ecs(keyward.url).try_login(name, "Pass-of-alice-77").expect(401, 4000)


def test_a_call_without_a_token_is_401_with_an_error_document(keyward, form):
    nobody = Ecs(keyward.url, form=form)
    nobody.get("/object/secret-keys").expect(401, 4000)
    nobody.new_key().expect(401, 4000)
    Ecs(keyward.url, form=form, token="made-up").get("/user/whoami").expect(401, 10001)
    Ecs(keyward.url, form=form, token="A" * 44).get("/user/whoami").expect(401, 4000)


def test_whoami_shows_a_person_without_roles_and_root_with_its_own(company, root, person, form):
    me = person.login(form).get("/user/whoami").expect(200)
    assert (me.field("common_name"), me.field("namespace")) == (person.uid, "corp")
    top = root.speaking(form).get("/user/whoami").expect(200)
    if form == "json":
        assert me.json["roles"] == [] and top.json["roles"] == ["SYSTEM_ADMIN"]
    else:
        assert me.xml.tag == "user"
        assert [role.text for role in me.xml.iterfind("roles/role")] == []
        assert b"<role>SYSTEM_ADMIN</role>" in top.body


def test_a_cookie_is_set_on_request_and_serves_as_the_token(keyward, person):
    login = curl("-u", f"{person.uid}:{person.password}", f"{keyward.url}/login?using-cookies=true").expect(200)
    cookie = login.headers["Set-Cookie"]
    assert "httponly" in cookie.lower() and "secure" in cookie.lower()
    who = curl("-H", f"Cookie: {cookie.partition(';')[0]}", f"{keyward.url}/user/whoami").expect(200)
    assert who.field("common_name") == person.uid
    assert "Set-Cookie" not in curl("-u", f"{person.uid}:{person.password}", f"{keyward.url}/login").headers


def test_a_redirect_after_login_stays_on_this_server(keyward, person):
    inside = Ecs(keyward.url).try_login(person.uid, person.password, "?service=/user/whoami").expect(302)
    assert inside.headers["Location"].startswith("/user/whoami")
    for elsewhere in ("https://elsewhere.test/", "//elsewhere.test/", "/\\elsewhere.test/"):
        outside = Ecs(keyward.url).try_login(person.uid, person.password, f"?service={elsewhere}")
        assert "elsewhere.test" not in outside.headers.get("Location", "")


def test_a_live_token_is_given_back_by_another_login_without_a_password(person):
    me = person.login()
    assert me.get("/login").expect(200).headers[TOKEN] == me.token


def test_logout_ends_the_token_at_once(person, form):
    me, elsewhere = person.login(form), person.login()
    gone = me.get("/logout").expect(200)
    assert gone.field("user") == person.uid
    assert form == "json" or gone.xml.tag == "LoggedOut"
    me.get("/user/whoami").expect(401, 4000)
    elsewhere.get("/user/whoami").expect(200)
    elsewhere.get("/logout?force=true").expect(200)


def test_a_forced_logout_ends_all_of_ones_tokens(person):
    first, second = person.login(), person.login()
    first.get("/logout?force=true").expect(200)
    first.get("/user/whoami").expect(401, 4000)
    second.get("/user/whoami").expect(401, 4000)


def test_the_101st_token_of_a_person_is_refused_until_one_is_given_back(keyward, person):
    sessions = [person.login() for _ in range(100)]
    refused = Ecs(keyward.url).try_login(person.uid, person.password).expect(401, 4000)
    assert TOKEN not in refused.headers
    sessions[0].get("/logout").expect(200)
    person.login()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_password_beyond_ascii_is_understood_in_utf_8_and_in_latin_1(company, keyward, encoding):
    person = company.hire(password="Übergröße-77")
    Ecs(keyward.url).try_login(person.uid, person.password.encode(encoding)).expect(200)


def test_a_password_may_hold_colons(company):
    company.hire(password="a:b::c-Pass77").login()


def test_basic_credentials_beside_a_token_do_not_disturb_it(person):
    me = person.login()
    wrong = base64.b64encode(b"somebody:else").decode()
    answer = me.get("/user/whoami", headers={"Authorization": f"Basic {wrong}"}).expect(200)
    assert answer.field("common_name") == person.uid


def test_a_directory_that_is_down_is_503_with_retry_after_and_never_401(new_keyward, new_directory):
    directory = new_directory().start()
    company = Company.settle(new_keyward().start(), directory)
    person = company.hire()
    me = person.login()
    directory.stop()
    for password in (person.password, "wrong"):
        answer = Ecs(company.keyward.url).try_login(person.uid, password).expect(503, 6000, 6001)
        assert int(answer.headers["Retry-After"]) > 0
    me.get("/object/secret-keys").expect(200)
    directory.start()
    person.login()


def test_a_person_of_the_built_in_domain_needs_no_directory(company, keyward):
    name = f"{unique('alice')}@local.test"
    command = ("person", "{}", name, "--server", keyward.url, "--data-dir", str(keyward.data))

    def run(action: str, *more: str, given: str = ""):
        arguments = [part.format(action) for part in command]
        done = keyward.command(*arguments, *more, given=given, KEYWARD_PASSWORD=keyward.root_password)
        assert done.returncode == 0, done.stderr
        return done

    assert name in run("add", "--password-file", "-", given="Local-Pass-77\n").stdout
    me = Ecs(keyward.url).login(name, "Local-Pass-77")
    me.new_key().expect(200)
    assert me.get("/user/whoami").expect(200).field("namespace") == "local"

    run("password", "--password-file", "-", given="Another-Pass-77\n")
    me.get("/user/whoami").expect(401, 4000)
    Ecs(keyward.url).try_login(name, "Local-Pass-77").expect(401, 4000)
    me = Ecs(keyward.url).login(name, "Another-Pass-77")

    run("remove")
    me.get("/user/whoami").expect(401, 4000)
    Ecs(keyward.url).try_login(name, "Another-Pass-77").expect(401, 4000)


def test_a_password_that_the_server_makes_is_shown_once_and_works(company, keyward):
    name = f"{unique('dana')}@local.test"
    added = keyward.command("person", "add", name, "--server", keyward.url, "--insecure", KEYWARD_PASSWORD=keyward.root_password)
    assert added.returncode == 0, added.stderr
    made = next(line.partition(": ")[2] for line in added.stdout.splitlines() if line.startswith("password: "))
    Ecs(keyward.url).login(name, made)


def test_a_leavers_name_given_to_somebody_else_does_not_open_the_leavers_keys(company, directory, keyward):
    leaver = company.hire()
    secret = leaver.login().new_key().expect(200).field("secret_key")
    directory.remove(leaver.name)
    directory.add(leaver.name, "Newcomers-Pass-77")
    login = Ecs(keyward.url).try_login(leaver.uid, "Newcomers-Pass-77")
    if login.status == 200:
        newcomer = Ecs(keyward.url, token=login.headers[TOKEN])
        refused = newcomer.keys().expect(403, 3000)
        newcomer.new_key().expect(403, 3000)
        newcomer.deactivate().expect(403, 3000)
    else:
        refused = login.expect(403, 3000)
    assert secret.encode() not in refused.body
