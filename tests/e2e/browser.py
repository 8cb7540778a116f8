"""A real Chromium without a window, and the portal as somebody sees it there."""

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 20


def programs() -> tuple[str, str]:
    """The browser and its driver, as Debian and others call them."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    assert browser and driver, "chromium or chromedriver is missing: apt-get install chromium chromium-driver"
    return browser, driver


def chromium(room: Path) -> webdriver.Chrome:
    """A browser with a profile of its own that accepts self-signed certificates and goes nowhere but here."""
    browser, driver = programs()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.accept_insecure_certs = True
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--no-proxy-server",
        "--lang=en-GB",
        "--window-size=1100,900",
        f"--user-data-dir={room / 'profile'}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(driver, env={"HOME": str(room), "PATH": "/usr/bin:/bin", "TZ": "UTC"})
    return webdriver.Chrome(options=options, service=service)


class Portal:
    """The pages, by what a person reads on them."""

    def __init__(self, driver: webdriver.Chrome, url: str):
        self.driver, self.url = driver, url

    def open(self, path: str = "/") -> "Portal":
        self.driver.get(self.url + path)
        return self

    def log_in(self, name: str, password: str) -> "Portal":
        self.open()
        self.field("User name").send_keys(name)
        self.field("Password").send_keys(password)
        return self.press("Log in")

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def heading(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    def field(self, label: str) -> WebElement:
        """The field that this label belongs to."""
        return self.labelled(label, self.driver)

    @staticmethod
    def labelled(label: str, within) -> WebElement:
        found = within.find_element(By.XPATH, f".//label[starts-with(normalize-space(.), '{label}')]")
        return within.find_element(By.ID, found.get_attribute("for"))

    def press(self, button: str, within: WebElement | None = None) -> "Portal":
        """Presses a button and waits until its answer has come."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        inside = within or self.driver
        inside.find_element(By.XPATH, f".//button[normalize-space(.)='{button}']").click()
        patience = WebDriverWait(self.driver, PATIENCE)
        patience.until(lambda _: self._is_gone(before))
        patience.until(lambda driver: driver.execute_script("return document.readyState") == "complete")
        return self

    @staticmethod
    def _is_gone(element: WebElement) -> bool:
        try:
            element.is_enabled()
            return False
        except Exception:  # the driver names several reasons for which an element of an earlier page is no more
            return True

    def unfold(self, summary: str, within: WebElement | None = None) -> WebElement:
        """Opens what stands behind a summary, and gives it back."""
        inside = within or self.driver
        element = inside.find_element(By.XPATH, f".//summary[starts-with(normalize-space(.), '{summary}')]")
        element.click()
        return element.find_element(By.XPATH, "..")

    def cards(self) -> list[WebElement]:
        """The keys, the older one first."""
        return self.driver.find_elements(By.CSS_SELECTOR, "li.key")

    def secret(self) -> str:
        """The secret key that the page shows, which is there once."""
        return self.driver.find_element(By.ID, "made-secret").text

    def lines(self, program: str) -> str:
        """The lines to copy for a program."""
        return self.driver.find_element(By.ID, f"lines-{program}").get_attribute("textContent")

    def complaints(self) -> list[str]:
        """What the browser itself complains about: blocked scripts and styles, files that are missing."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
