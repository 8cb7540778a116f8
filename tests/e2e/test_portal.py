"""The pages on 4443 in a real browser: what a person does there, with real clients for what they copy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

import s3
from browser import Portal, chromium
from company import Person, unique
from ecs import Ecs

PASSWORD = "Local-Pass-77"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = chromium(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


@pytest.fixture
def portal(browser, keyward):
    browser.delete_all_cookies()
    browser.get_log("browser")
    yield Portal(browser, keyward.url)
    browser.get(f"{keyward.url}/portal")
    browser.delete_all_cookies()


@pytest.fixture(params=["of the directory", "of the built-in domain"])
def somebody(request, company) -> Person:
    if request.param == "of the directory":
        return company.hire()
    return local_person(company)


class LocalPerson(Person):
    @property
    def uid(self) -> str:
        return f"{self.name}@local.test"


def local_person(company) -> Person:
    person = LocalPerson(company.keyward, unique("alice"), PASSWORD)
    fields = {"name": person.uid, "password": PASSWORD}
    company.root.post("/keyward/v1/people", "person", fields).expect(200)
    return person


def test_a_person_makes_a_key_rotates_it_with_grace_ends_the_old_one_and_leaves(portal, somebody):
    portal.log_in(somebody.uid, somebody.password)
    assert "You have no key yet" in portal.text
    portal.field("What is it for?").send_keys("My <laptop>")
    portal.press("Make my first key")
    first = portal.secret()
    assert somebody.signs(first)
    portal.open("/portal")
    [card] = portal.cards()
    assert "Your key: My <laptop>" in card.text and "you" in card.text and "127.0.0.1" in card.text
    assert first not in portal.driver.page_source, "a secret is shown once"
    amount = portal.driver.find_element(By.CSS_SELECTOR, "input[name=amount][data-chooses]")
    amount.clear()
    amount.send_keys("30")
    portal.press("Make the new key")
    second = portal.secret()
    portal.open()
    older, newer = portal.cards()
    assert "Works for 30 days more" in older.text
    assert "from 127.0.0.1 by Boto3" in older.text
    assert "when you end it" in newer.text and "not used yet" in newer.text
    assert somebody.signs(first) and somebody.signs(second)
    assert "You have two keys" in portal.text

    ending = portal.unfold("End it now", portal.cards()[0])
    portal.press("End this key now", ending)
    assert not somebody.signs(first)
    assert somebody.signs(second)
    assert "The key has ended" in portal.text and len(portal.cards()) == 1

    portal.press("Log out")
    assert "You are logged out" in portal.text
    assert portal.open("/portal").heading == "Log in"
    assert portal.complaints() == []


def test_the_end_of_a_key_is_moved_and_taken_away(portal, person):
    portal.log_in(person.uid, person.password).press("Make my first key")
    change = portal.unfold("Change when it ends", portal.open("/portal").cards()[0])
    portal.press("Set this end", change)
    assert "Works for 7 days more" in portal.cards()[0].text
    assert person.login().keys().expect(200).field("key_expiry_timestamp_1") != ""
    change = portal.unfold("Change when it ends", portal.cards()[0])
    portal.press("Or let it work until I end it", change)
    assert "when you end it" in portal.cards()[0].text
    assert person.login().keys().expect(200).field("key_expiry_timestamp_1") == ""


def run_copied(command: list, given: str, home: Path) -> str:
    tools = Path(sys.executable).parent
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {"LANG": "C.UTF-8", "AWS_MAX_ATTEMPTS": "1"}
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, env=environment, cwd=home)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def test_the_lines_to_copy_work_as_they_stand(portal, company, tmp_path):
    person = local_person(company)
    portal.log_in(person.uid, person.password).press("Make my first key")
    bucket = unique("copied-")
    person.s3(portal.secret()).create_bucket(Bucket=bucket)

    assert bucket in run_copied(["sh"], portal.lines("aws"), tmp_path)
    assert bucket in run_copied([sys.executable, "-"], portal.lines("boto3"), tmp_path)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(portal.lines("profile"))
    assert bucket in run_copied(["aws", "--profile", "keyward", "s3", "ls"], "", tmp_path)
    (tmp_path / "rclone.conf").write_text(portal.lines("rclone"))
    command = ["rclone", "--config", str(tmp_path / "rclone.conf"), "--retries", "1", "lsd", "keyward:"]
    assert bucket in run_copied(command, "", tmp_path)


def test_a_copy_button_puts_the_secret_on_the_clipboard(portal, person):
    portal.log_in(person.uid, person.password).press("Make my first key")
    driver = portal.driver
    driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    driver.find_element(By.CSS_SELECTOR, "button[data-copy=made-secret]").click()
    read = "const done = arguments[0]; navigator.clipboard.readText().then(done, error => done(String(error)))"
    assert driver.execute_async_script(read) == portal.secret()
    assert driver.find_element(By.ID, "announcer").get_attribute("textContent") == "Copied the secret key."


def test_a_wrong_password_is_told_in_plain_words_and_the_name_stays(portal, person):
    portal.log_in(person.uid, "wrong")
    assert "The user name or the password is wrong" in portal.text
    assert portal.field("User name").get_attribute("value") == person.uid
    portal.field("Password").send_keys(person.password)
    assert portal.press("Log in").heading == "Your keys"


def test_an_administrator_is_told_what_the_account_is_for(portal, keyward):
    portal.log_in("root", keyward.root_password)
    assert portal.heading == "You are logged in as root"
    assert "It has no keys of its own" in portal.text and "namespaces, directories" in portal.text


def test_a_person_without_a_namespace_is_told_whom_to_ask(portal, company, new_keyward):
    stranger = new_keyward().start()
    root = Ecs(stranger.url).login("root", stranger.root_password)
    person = local_person(type(company)(stranger, company.directory, root))
    root.put("/object/namespaces/namespace/local", "namespace_update", {"user_mapping": []}).expect(200)
    portal = Portal(portal.driver, stranger.url).log_in(person.uid, PASSWORD)
    assert "it belongs to no namespace" in portal.text and "Log out" in portal.text


def test_a_form_that_is_sent_again_makes_no_second_key(portal, person):
    portal.log_in(person.uid, person.password).press("Make my first key")
    [secret] = person.login().secrets()
    portal.driver.refresh()
    assert "Your keys have changed since this form was shown" in portal.text
    assert secret not in portal.driver.page_source
    assert person.login().secrets() == [secret]


def test_a_session_that_ended_leads_to_the_login_and_changes_nothing(portal, person):
    portal.log_in(person.uid, person.password)
    person.login().get("/logout?force=true").expect(200)
    portal.press("Make my first key")
    assert portal.heading == "Log in" and "Your session has ended" in portal.text
    assert person.login().secrets() == []


def test_the_page_works_without_javascript(portal, person):
    driver = portal.driver
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        portal.log_in(person.uid, person.password).press("Make my first key")
        assert person.signs(portal.secret())
        assert not driver.find_element(By.CSS_SELECTOR, "button[data-copy=made-secret]").is_displayed()
        ending = portal.unfold("End it now", portal.open("/portal").cards()[0])
        portal.press("End this key now", ending)
        assert "You have no key yet" in portal.text
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_page_stays_off_other_peoples_paths(keyward, person):
    nobody = Ecs(keyward.url)
    for accept in ("*/*", "application/json"):
        assert nobody.get("/", accept=accept).expect(200).headers["Content-Type"].startswith("text/plain")
    assert nobody.get("/", accept="text/html").expect(303).headers["Location"] == "/portal"
    page = nobody.get("/portal", accept="*/*").expect(200)
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["X-Frame-Options"] == "DENY"
