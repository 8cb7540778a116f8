"""A thin client of the management API: it encodes, sends and shows what came back, and decides nothing."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

JSON, XML = "application/json", "application/xml"
STAMP = "%Y-%m-%d %H:%M:%S.%f"


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes = field(repr=False)
    request: str = ""

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)

    def field(self, name: str) -> str | None:
        """One scalar of the answer, as text, whichever the format; None when it is absent."""
        if self.content_type == JSON:
            value = self.json.get(name)
            return value if value is None or isinstance(value, str) else json.dumps(value)
        found = self.xml.find(name)
        return None if found is None else (found.text or "")

    def stamp(self, name: str) -> datetime:
        """A key timestamp, which has three digits of milliseconds and no zone."""
        text = self.field(name) or ""
        assert len(text) == len("2026-03-05 17:39:13.813"), f"{name} is {text!r}"
        return datetime.strptime(text, STAMP)

    @property
    def href(self) -> str:
        """The address in the answer's own link."""
        return self.json["link"]["href"] if self.content_type == JSON else self.xml.find("link").get("href")

    @property
    def code(self) -> int | None:
        """The ECS code of an error document; None when the body is none."""
        return int(self.field("code")) if self.body and self.field("code") else None

    def expect(self, status: int, *codes: int) -> "Answer":
        """Holds the answer to a status and, for errors, to a whole ECS error document with one of `codes`."""
        assert self.status == status, f"{self.request}: {self.status} {self.body[:600]!r}, expected {status}"
        if codes:
            assert self.code in codes, f"{self.request}: code {self.code}, expected one of {codes}: {self.body[:600]!r}"
            assert self.field("retryable") in ("true", "false")
            assert self.field("description"), "an error says what went wrong"
            assert len(self.field("details") or "") > 10, f"an error names its remedy: {self.body!r}"
        return self


def xml_body(root: str, fields: dict | None) -> str:
    """An ECS request document; None becomes an empty element marked null, a list repeats its element."""

    def element(name: str, value: Any) -> str:
        if isinstance(value, list):
            return "".join(element(name, item) for item in value)
        if value is None:
            return f'<{name} null="true"/>'
        if isinstance(value, dict):
            return f"<{name}>{''.join(element(*item) for item in value.items())}</{name}>"
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return f"<{name}>{escape(text)}</{name}>"

    return element(root, fields) if fields else f"<{root}/>"


class Ecs:
    """One caller of the API, speaking XML or JSON throughout."""

    def __init__(self, url: str, *, token: str | None = None, form: str = "json"):
        self.url, self.token, self.form = url, token, form
        self.session = requests.Session()
        self.session.trust_env, self.session.verify = False, False

    def speaking(self, form: str) -> "Ecs":
        return Ecs(self.url, token=self.token, form=form)

    def call(self, method: str, path: str, root: str | None = None, fields: dict | None = None, **options) -> Answer:
        """`root` names the XML document; without it no body goes out. `raw` and `content_type` send any bytes."""
        headers = {"Accept": options.pop("accept", JSON if self.form == "json" else XML)} | options.pop("headers", {})
        if self.token:
            headers.setdefault("X-SDS-AUTH-TOKEN", self.token)
        body = options.pop("raw", None)
        if body is None and root is not None:
            body = json.dumps(fields or {}) if self.form == "json" else xml_body(root, fields)
        if body is not None:
            headers["Content-Type"] = options.pop("content_type", JSON if self.form == "json" else XML)
            body = body.encode() if isinstance(body, str) else body
        reply = self.session.request(
            method, self.url + path, data=body, headers=headers, timeout=60, allow_redirects=False, **options
        )
        return Answer(reply.status_code, reply.headers, reply.content, f"{method} {path}")

    def get(self, path: str, **options) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, root: str | None = None, fields: dict | None = None, **options) -> Answer:
        return self.call("POST", path, root, fields, **options)

    def put(self, path: str, root: str | None = None, fields: dict | None = None, **options) -> Answer:
        return self.call("PUT", path, root, fields, **options)

    def try_login(self, user: str | bytes, password: str | bytes, query: str = "") -> Answer:
        as_bytes = [part.encode() if isinstance(part, str) else part for part in (user, password)]
        return self.get("/login" + query, auth=tuple(as_bytes))

    def login(self, user: str, password: str) -> "Ecs":
        """The same API as seen by somebody who has logged in."""
        answer = self.try_login(user, password).expect(200)
        return Ecs(self.url, token=answer.headers["X-SDS-AUTH-TOKEN"], form=self.form)

    def new_key(self, minutes: int | str | None = None) -> Answer:
        """Self-service: one more key for the caller, and optionally an end for the one before."""
        fields = {} if minutes is None else {"existing_key_expiry_time_mins": minutes}
        return self.post("/object/secret-keys", "secret_key_create_param", fields)

    def keys(self) -> Answer:
        return self.get("/object/secret-keys")

    def secrets(self) -> list[str]:
        """The caller's secrets that are in use, slot 1 first."""
        answer = self.keys().expect(200)
        return [secret for slot in (1, 2) if (secret := answer.field(f"secret_key_{slot}"))]

    def deactivate(self, secret: str | None = None) -> Answer:
        fields = {} if secret is None else {"secret_key": secret}
        return self.post("/object/secret-keys/deactivate", "secret_key_delete_param", fields)


def user_path(uid: str) -> str:
    """A user id as one segment of a path."""
    return quote(uid, safe="@")


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
