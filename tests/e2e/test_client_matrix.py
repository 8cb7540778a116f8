"""Every client in every form it can sign, under the old secret, the new one and a wrong one; told in docs/clients.md.

The server's access log is the witness: a cell counts only when the server saw that form, under that very secret.
"""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from company import Person, unique
from s3_clients import FORMS, MATRIX, Case, Refused
from server import Keyward

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clients.md"
BEGIN, END = "<!-- matrix:begin -->", "<!-- matrix:end -->"
TEXT = "Grüße, written by a client\n"

# What the access log says of a request in each form: its signature, and what vouches for its body.
WITNESSES = {
    "V4 header": lambda line: line["signature"] == "SigV4",
    "chunked": lambda line: line["payload"] == "signed chunks",
    "trailer": lambda line: line["payload"] in ("trailer", "signed chunks, trailer"),
    "presigned": lambda line: line["signature"] == "SigV4 presigned",
    "POST": lambda line: line["signature"] == "SigV4 form",
    "V2": lambda line: line["signature"].startswith("SigV2"),
}

CELLS = [(client, form) for client, row in MATRIX.items() for form in FORMS if callable(row[form])]


@pytest.fixture(scope="module")
def keyward(new_keyward, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "s3.log"
    server = new_keyward(flags=["--s3-access-log", str(log)]).start()
    server.access_log = log
    return server


@pytest.fixture
def rust_client(request) -> Path:
    return request.config.getoption("--rust-client").resolve()


@dataclass
class Room:
    """Somebody in the middle of a rotation, with a bucket, and what the server saw of them."""

    keyward: Keyward
    person: Person
    case: Case
    forgotten: set[str] = field(default_factory=set)

    def lines(self) -> list[dict]:
        """Their requests so far, by the access log."""
        lines = [json.loads(line) for line in self.keyward.access_log.read_text().splitlines()]
        return [line for line in lines if line["access_key_id"] == self.person.uid]

    def seen(self, secret_id: str | None, is_meant) -> list[dict]:
        """Their requests under a secret; waits for the first, as a line comes a moment after its answer."""
        deadline = time.monotonic() + 10
        while True:
            lines = [line for line in self.lines() if line["secret_id"] == secret_id and is_meant(line)]
            lines = [line for line in lines if line["request_id"] not in self.forgotten]
            if lines or time.monotonic() > deadline:
                return lines
            time.sleep(0.05)

    def forget(self, lines: list[dict]) -> None:
        """Leaves these out from now on."""
        self.forgotten.update(line["request_id"] for line in lines)

    def lets_in(self, what, secret: str) -> bool:
        try:
            what(replace(self.case, secret=secret))
        except Refused:
            return False
        return True


@pytest.mark.parametrize(("client", "form"), CELLS, ids=[f"{client}, {form}" for client, form in CELLS])
def test_both_secrets_are_accepted_and_a_wrong_one_is_refused(client, form, keyward, person, tmp_path, rust_client):
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    new = me.new_key(60).expect(200).field("secret_key")
    ids = [key["id"] for key in me.get("/keyward/v1/secret-keys").expect(200).json["secret_keys"]]
    bucket = unique("matrix-")
    theirs = person.s3(old)
    theirs.create_bucket(Bucket=bucket)
    theirs.put_object(Bucket=bucket, Key="object", Body=TEXT.encode())
    urls = (keyward.s3_url, keyward.s3_tls_url)
    room = Room(keyward, person, Case(*urls, person.uid, "", bucket, "object", TEXT, tmp_path, rust_client))
    room.forget(room.seen(ids[0], lambda line: line["operation"] == "PutObject"))
    what = MATRIX[client][form]

    for secret, secret_id in [(old, ids[0]), (new, ids[1])]:
        assert room.lets_in(what, secret)
        requests = room.seen(secret_id, WITNESSES[form])
        assert {line["error"] for line in requests} == {None}, room.lines()
    assert not room.lets_in(what, "wrong" + new[5:])
    # Some ask by header first, are refused there, and make no link: the form is not looked at.
    requests = room.seen(None, lambda line: True)
    assert {line["error"] for line in requests} == {"SignatureDoesNotMatch"}, room.lines()


def table() -> str:
    """The matrix as the documentation shows it."""
    reasons: list[str] = []

    def cell(what) -> str:
        if callable(what):
            return "old ✓ new ✓ wrong ✗"
        if what not in reasons:
            reasons.append(what)
        return f"n/a [{reasons.index(what) + 1}]"

    rows = [f"| {client} | " + " | ".join(cell(row[form]) for form in FORMS) + " |" for client, row in MATRIX.items()]
    head = ["| client | " + " | ".join(FORMS) + " |", "| --- " * (len(FORMS) + 1) + "|"]
    notes = [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    return "\n".join([*head, *rows, "", *notes])


def test_the_table_in_the_documentation_is_what_these_tests_hold():
    assert {form for row in MATRIX.values() for form in row} == set(FORMS)
    assert PAGE.read_text().split(BEGIN)[1].split(END)[0].strip() == table(), f"{PAGE.name} should say:\n{table()}"


def test_every_client_has_a_row():
    wanted = ["aws-cli", "boto3", "s3cmd", "rclone", "minio-py", "aws-sdk-rust", "aws-sdk-js"]
    assert [client for client in MATRIX if client in wanted] == wanted
