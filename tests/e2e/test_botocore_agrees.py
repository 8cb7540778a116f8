"""botocore's signers against the server on requests that nobody thought of: all that they sign is served as it was
meant, and nothing that was changed afterwards. The requests follow from a seed, so that every run makes the same."""

import random
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

import pytest

from signers import SIGNERS, Client, Signed, code

BUCKET, REQUESTS = "generated", 60
# Characters that one canonicaliser or another got wrong.
AWKWARD = "ab09-._~ +=&%/?#!$'()*,:;@[]\"\\^`{}|<>éü日\U0001f600"
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@dataclass
class Wanted:
    """What a request means, and one of the ways in which it can be written."""

    key: str
    parameters: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    path: str
    query: str

    @property
    def target(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")


def text(chance: random.Random, alphabet: str, most: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(chance.randint(1, most)))


def spell(chance: random.Random, kept: str) -> str:
    """Which characters a client leaves as they are, besides those that every client does."""
    return "".join(character for character in kept if chance.random() < 0.3)


def wanted(chance: random.Random, how: str) -> Wanted:
    key = f"{how[:2]}{how[3]}{chance.getrandbits(40):x}/{text(chance, AWKWARD, 12)}"
    path = f"/{BUCKET}/{quote(key, safe='/' + spell(chance, '!$*(),:@=;'))}"
    # They select nothing and are passed over, and still signed; Version 2 would not sign them, so that they are refused.
    most = 3 if how.startswith("V4") else 0
    parameters = [(f"q{text(chance, AWKWARD, 4)}", text(chance, AWKWARD, 8)) for _ in range(chance.randint(0, most))]
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters)
    headers = {"Content-Type": chance.choice(["text/plain", "application/x-a; charset=utf-8", "a/b+c"])}
    for number in range(chance.randint(0, 3)):
        headers[f"{chance.choice(['x-amz-meta-', 'X-Amz-Meta-'])}n{number}"] = text(chance, PRINTABLE, 20).strip() or "a"
    return Wanted(key, parameters, headers, chance.randbytes(chance.choice([0, 1, 100, 5000])), path, query)


def bent(chance: random.Random, how: str, signed: Signed, request: Wanted) -> tuple[str, Signed]:
    """The signed request with one thing changed that its signature covers, and what that is."""
    ways = {
        "method": lambda: replace(signed, method="GET"),
        "path": lambda: replace(signed, target=signed.target.replace(f"/{BUCKET}/", f"/{BUCKET}/x", 1)),
        "header": lambda: replace(signed, headers=signed.headers | {"x-amz-meta-more": "1"}),
    }
    if how.startswith("V4"):
        separator = "&" if "?" in signed.target else "?"
        ways["parameter"] = lambda: replace(signed, target=f"{signed.target}{separator}qmore=1")
        ways["host"] = lambda: replace(signed, headers=signed.headers | {"Host": f"x{signed.headers['Host']}"})
    if how.endswith("header"):
        ways["type"] = lambda: replace(signed, headers=signed.headers | {"Content-Type": "text/other"})
        date = "X-Amz-Date" if how.startswith("V4") else "Date"
        ways["date"] = lambda: replace(signed, headers=signed.headers | {date: flipped(chance, signed.headers[date])})
        name = "Authorization"
        ways["signature"] = lambda: replace(signed, headers=signed.headers | {name: other_end(signed.headers[name])})
    if how == "V4 header":
        ways["body"] = lambda: replace(signed, body=request.body + b"x")
        ways["scope"] = lambda: replace(signed, headers=in_another_region(signed.headers))
    what = chance.choice(list(ways))
    return what, ways[what]()


def flipped(chance: random.Random, stamp: str) -> str:
    """Another second of the same minute."""
    at = max(index for index, character in enumerate(stamp) if character.isdigit())
    return stamp[:at] + str((int(stamp[at]) + chance.randint(1, 9)) % 10) + stamp[at + 1 :]


def other_end(authorization: str) -> str:
    at = len(authorization) - 3
    return authorization[:at] + ("a" if authorization[at] != "a" else "b") + authorization[at + 1 :]


def in_another_region(headers: dict) -> dict:
    return headers | {"Authorization": headers["Authorization"].replace("us-east-1", "us-east-2")}


@pytest.fixture(scope="module")
def signer(company, keyward) -> Client:
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    person.s3(secret).create_bucket(Bucket=BUCKET)
    return Client(keyward.s3_url, person.uid, secret)


def put(signer: Client, how: str, request: Wanted) -> Signed:
    """A link of Version 2 signs no metadata that is not sent; headers of the others go along."""
    headers = {} if how == "V2 link" else request.headers
    return signer.sign(how, "PUT", request.target, request.body, headers)


@pytest.mark.parametrize("how", SIGNERS)
def test_what_botocore_signs_is_stored_and_read_as_it_was_meant(signer, how):
    chance = random.Random(f"served {how}")
    for number in range(REQUESTS):
        request = wanted(chance, how)
        signed = put(signer, how, request)
        reply = signed.send()
        assert reply.status == 200, (number, signed, reply.body)
        # By another spelling of the key, and with a parameter that has an effect.
        disposition = text(chance, PRINTABLE, 12).strip() or "a"
        path = f"/{BUCKET}/{quote(request.key, safe='/')}"
        parameter = f"response-content-disposition={quote(disposition, safe='')}"
        read = signer.sign(how, "GET", f"{path}?{parameter}").send()
        assert (read.status, read.body) == (200, request.body), (number, signed, read.status)
        assert read.headers["Content-Disposition"] == disposition
        if how != "V2 link":
            meta = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-amz-meta-")}
            told = {name.lower(): value for name, value in read.headers.items() if name.lower().startswith("x-amz-meta-")}
            assert told == meta, (number, signed)


@pytest.mark.parametrize("how", SIGNERS)
def test_a_listing_takes_its_parameters_as_they_were_signed(signer, how):
    chance = random.Random(f"listed {how}")
    for number in range(REQUESTS // 2):
        prefix = text(chance, AWKWARD, 10)
        spelt = chance.choice([quote, quote_plus])(prefix, safe=spell(chance, "!$*(),:@/"))
        reply = signer.sign(how, "GET", f"/{BUCKET}?list-type=2&prefix={spelt}&encoding-type=url&max-keys=1").send()
        assert reply.status == 200, (number, spelt, reply.body)
        told = reply.body.decode().partition("<Prefix>")[2].partition("</Prefix>")[0]
        assert told == quote(prefix, safe="/-_.~"), (number, spelt)


@pytest.mark.parametrize("how", SIGNERS)
def test_what_is_changed_after_botocore_signed_it_is_refused(signer, how):
    chance = random.Random(f"refused {how}")
    tried = set()
    for number in range(REQUESTS):
        request = wanted(chance, how)
        what, changed = bent(chance, how, put(signer, how, request), request)
        reply = changed.send()
        assert reply.status in (400, 403), (number, what, changed, reply.status, reply.body)
        assert code(reply) in ("SignatureDoesNotMatch", "AccessDenied", "XAmzContentSHA256Mismatch"), (what, reply.body)
        tried.add(what)
        gone = signer.sign(how, "GET", f"/{BUCKET}/{quote(request.key, safe='/')}").send()
        assert (gone.status, code(gone)) == (404, "NoSuchKey"), (number, what)
    assert len(tried) >= 3, tried
