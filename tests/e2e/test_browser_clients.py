"""Pages of other origins, really opened in a browser: what they may do by configuration, and what they may not."""

import base64
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from browser import PATIENCE, Portal, chromium
from company import Company
from curl import curl
from other_site import OtherSite


@pytest.fixture(scope="module")
def sites(authority):
    certificate = authority.server("other-site")
    allowed, stranger = OtherSite(certificate), OtherSite(certificate)
    yield allowed, stranger
    allowed.close()
    stranger.close()


@pytest.fixture(scope="module")
def keyward(new_keyward, sites):
    return new_keyward(flags=["--management-cors-origins", sites[0].origin]).start()


@pytest.fixture(scope="module")
def company(keyward, directory):
    return Company.settle(keyward, directory)


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    driver = chromium(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


@pytest.fixture
def victim(driver, keyward, person):
    """Somebody whose browser is logged in to the page and, with a cookie, to the API."""
    Portal(driver, keyward.url).log_in(person.uid, person.password)
    driver.get(f"https://{quote(person.uid)}:{quote(person.password)}@{keyward.management}/login?using-cookies=true")
    assert {"X-SDS-AUTH-TOKEN", "__Host-Keyward-Session"} <= {cookie["name"] for cookie in driver.get_cookies()}
    yield person
    driver.get(f"{keyward.url}/portal")
    driver.delete_all_cookies()


def submit_form(driver, action: str, fields: dict, enctype: str) -> str:
    """Has the page that is open send a form elsewhere, and reads what the browser shows then."""
    submit = """
        const [action, fields, enctype] = arguments, form = document.createElement('form');
        Object.assign(form, {method: 'post', action, enctype});
        for (const [name, value] of Object.entries(fields)) {
          const input = document.createElement('input');
          Object.assign(input, {type: 'hidden', name, value});
          form.append(input);
        }
        document.body.append(form);
        form.submit();"""
    here = driver.current_url
    driver.execute_script(submit, action, fields, enctype)
    WebDriverWait(driver, PATIENCE).until(lambda _: driver.current_url != here)
    return driver.find_element(By.TAG_NAME, "html").text


FETCH = """
    const [url, options, done] = arguments;
    fetch(url, options).then(
      async answer => done({status: answer.status, type: answer.type, body: await answer.text(),
                            token: answer.headers.get('X-SDS-AUTH-TOKEN')}),
      error => done({failed: String(error)}));"""


def fetched(driver, url: str, **options) -> dict:
    return driver.execute_async_script(FETCH, url, options)


def test_another_sites_form_makes_no_key_though_the_browser_sends_the_cookie(driver, keyward, sites, victim):
    for site in sites:
        driver.get(site.origin)
        shown = submit_form(driver, f"{keyward.url}/portal/keys", {"seen": "", "label": "x"}, "application/x-www-form-urlencoded")
        assert "another website sent this" in shown
        driver.get(site.origin)
        shown = submit_form(driver, f"{keyward.url}/object/secret-keys", {'{"a": "': '"}'}, "text/plain")
        # 3000 and not 4000: the cookie did arrive, and did not count.
        assert "3000" in shown and "A cookie does not count" in shown
    assert victim.login().secrets() == []


def test_another_sites_script_makes_no_key_with_the_victims_cookie(driver, keyward, sites, victim):
    for site in sites:
        driver.get(site.origin)
        for path in ("/object/secret-keys", "/keyward/v1/secret-keys", "/portal/keys"):
            fetched(driver, keyward.url + path, method="POST", credentials="include", mode="no-cors", body="seen=")
            answer = fetched(driver, keyward.url + path, method="POST", credentials="include", body="{}")
            assert "failed" in answer, "an answer to a request with cookies is never readable"
        assert "failed" in fetched(driver, f"{keyward.url}/object/secret-keys", credentials="include")
        fetched(driver, f"{keyward.url}/logout?force=true", credentials="include", mode="no-cors")
    assert victim.login().secrets() == []
    driver.get(f"{keyward.url}/user/whoami")
    assert victim.uid in driver.find_element(By.TAG_NAME, "html").text, "nobody logged the victim out"


def test_another_site_cannot_frame_the_page(driver, keyward, sites, victim):
    driver.get(sites[0].origin)
    frame = """
        const [url, done] = arguments, frame = document.createElement('iframe');
        frame.onload = () => done(true); frame.src = url; document.body.append(frame);"""
    driver.execute_async_script(frame, f"{keyward.url}/portal")
    driver.switch_to.frame(driver.find_element(By.TAG_NAME, "iframe"))
    assert "Your keys" not in driver.page_source
    driver.switch_to.default_content()


def test_a_page_of_an_allowed_origin_logs_in_and_makes_a_key(driver, keyward, sites, person):
    allowed, stranger = sites
    basic = "Basic " + base64.b64encode(f"{person.uid}:{person.password}".encode()).decode()
    driver.get(allowed.origin)
    login = fetched(driver, f"{keyward.url}/login", headers={"Authorization": basic, "Accept": "application/json"})
    assert login["status"] == 200 and login["type"] == "cors" and login["token"]
    headers = {"X-SDS-AUTH-TOKEN": login["token"], "Content-Type": "application/json", "Accept": "application/json"}
    made = fetched(driver, f"{keyward.url}/object/secret-keys", method="POST", headers=headers, body="{}")
    assert made["status"] == 200
    [secret] = person.login().secrets()
    assert secret in made["body"] and person.signs(secret)
    refused = fetched(driver, f"{keyward.url}/user/whoami", headers={"X-SDS-AUTH-TOKEN": "A" * 44})
    assert refused["status"] == 401, "errors are readable as well"

    driver.get(stranger.origin)
    assert "failed" in fetched(driver, f"{keyward.url}/object/secret-keys", method="POST", headers=headers, body="{}")
    assert "failed" in fetched(driver, f"{keyward.url}/login", headers={"Authorization": basic})
    assert person.login().secrets() == [secret]


def test_a_page_of_this_server_may_use_the_cookie(driver, keyward, victim):
    # Pages of this origin run no scripts that fetch: the browser is told to leave that policy aside.
    driver.get(f"{keyward.url}/user/whoami")
    driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    driver.refresh()
    made = fetched(driver, "/object/secret-keys", method="POST", body="{}", headers={"Content-Type": "application/json"})
    driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    assert made["status"] == 200
    assert len(victim.login().secrets()) == 1


def test_a_form_that_does_not_say_where_it_comes_from_is_refused(keyward, person):
    fields = ["--data-urlencode", f"name={person.uid}", "--data-urlencode", f"password={person.password}"]
    for said in ([], ["-H", "Origin: null"], ["-H", "Origin: https://elsewhere.test"], ["-H", "Sec-Fetch-Site: same-site"]):
        assert curl(*fields, *said, f"{keyward.url}/portal/login").status == 403
    mine = curl(*fields, "-H", f"Origin: {keyward.url}", f"{keyward.url}/portal/login")
    assert mine.status == 303
    cookie = mine.headers["Set-Cookie"]
    assert cookie.startswith("__Host-") and all(part in cookie for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;"))
    # A session of the page is none of the API.
    curl("-H", f"Cookie: {cookie.partition(';')[0]}", f"{keyward.url}/user/whoami").expect(401, 4000)


def test_a_script_that_keeps_its_cookie_in_a_jar_works_as_ever(keyward, person, tmp_path):
    jar = str(tmp_path / "jar")
    curl("-c", jar, "-u", f"{person.uid}:{person.password}", f"{keyward.url}/login?using-cookies=true").expect(200)
    made = curl("-b", jar, "-X", "POST", "-H", "Content-Type: application/json", "-d", "{}", f"{keyward.url}/object/secret-keys")
    assert person.signs(made.expect(200).field("secret_key"))
    curl("-b", jar, "-c", jar, f"{keyward.url}/logout").expect(200)
    curl("-b", jar, f"{keyward.url}/user/whoami").expect(401, 4000)
