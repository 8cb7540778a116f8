"""What other S3 servers let through, and this one does not: each test would fail on a server with that defect."""

import base64
import hashlib
import socket
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest

import s3
from company import Company
from signers import SIGNERS, Client, at, code

BUCKET, SECRET_FILE = "fort", "private.txt"
ALL = list(SIGNERS)
HEADERS = [how for how in ALL if how.endswith("header")]
LINKS = [how for how in ALL if how.endswith("link")]


@pytest.fixture(scope="module")
def owner(company):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    client = person.s3(secret)
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key=SECRET_FILE, Body=b"for the owner alone")
    return person, secret


@pytest.fixture(scope="module")
def signer(owner, keyward) -> Client:
    person, secret = owner
    return Client(keyward.s3_url, person.uid, secret)


@pytest.fixture
def stored(owner):
    person, secret = owner

    def look(key: str):
        found = person.s3(secret).list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
        return person.s3(secret).get_object(Bucket=BUCKET, Key=key)["Body"].read() if found else None

    return look


@pytest.mark.parametrize("how", ALL)
def test_a_request_that_is_sent_as_signed_is_served(signer, how):
    assert signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}").send().body == b"for the owner alone"


# --- headers and parameters that nobody signed


@pytest.mark.parametrize("how", ALL)
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-amz-copy-source", f"/{BUCKET}/{SECRET_FILE}"),
        ("x-amz-acl", "public-read"),
        ("x-amz-meta-a", "b"),
        ("x-amz-tagging", "a=b"),
        ("x-emc-namespace", "corp"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ],
)
def test_a_header_slipped_in_beside_the_signature_is_refused(signer, stored, how, header, value):
    key = f"slipped-{how.replace(' ', '-')}-{header}"
    request = signer.sign(how, "PUT", f"/{BUCKET}/{key}", b"own")
    reply = request.send((header, value))
    # Version 2 signs every x-amz- header that arrives, so that there the signature no longer fits.
    assert reply.status in (400, 403) and code(reply) in ("AccessDenied", "SignatureDoesNotMatch", "InvalidRequest"), reply.body
    assert stored(key) is None


@pytest.mark.parametrize("how", LINKS)
def test_a_presigned_put_does_not_become_a_copy(signer, stored, how):
    key = f"copy-{how.replace(' ', '-')}"
    request = signer.sign(how, "PUT", f"/{BUCKET}/{key}", b"own")
    as_header = request.send(("x-amz-copy-source", f"/{BUCKET}/{SECRET_FILE}"))
    as_parameter = request.send(target=f"{request.target}&x-amz-copy-source=%2F{BUCKET}%2F{SECRET_FILE}")
    for reply in (as_header, as_parameter):
        assert reply.status == 403, reply.body
    assert stored(key) is None


@pytest.mark.parametrize("how", [how for how in ALL if how != "V4 link"])
def test_a_copy_source_is_taken_from_a_parameter_in_no_signature_but_a_link_of_version_4(signer, stored, how):
    key = f"hoisted-{how.replace(' ', '-')}"
    reply = signer.sign(how, "PUT", f"/{BUCKET}/{key}?x-amz-copy-source=%2F{BUCKET}%2F{SECRET_FILE}", b"own").send()
    refusal = (403, "AccessDenied") if how.startswith("V2") else (400, "InvalidArgument")
    assert (reply.status, code(reply)) == refusal, reply.body
    assert stored(key) is None


@pytest.mark.parametrize("how", ALL)
@pytest.mark.parametrize("parameter", ["acl", "uploads", "tagging", "versionId=null", "delete", "policy", "retention"])
def test_a_parameter_that_selects_something_else_has_to_be_signed(signer, how, parameter):
    request = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}")
    joint = "&" if "?" in request.target else "?"
    reply = request.send(target=f"{request.target}{joint}{parameter}")
    assert reply.status in (400, 403, 405), (reply.status, reply.body)
    assert b"for the owner alone" not in reply.body


@pytest.mark.parametrize("how", ALL)
def test_another_method_or_key_than_the_signed_one_is_refused(signer, stored, how):
    request = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}")
    assert code(request.send(method="DELETE")) == "SignatureDoesNotMatch"
    assert code(request.send(target=request.target.replace(SECRET_FILE, "private.tx"))) == "SignatureDoesNotMatch"
    assert stored(SECRET_FILE) == b"for the owner alone"


@pytest.mark.parametrize("how", ["V4 header"])
def test_a_signed_header_that_is_missing_is_refused(signer, how):
    request = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}", headers={"Range": "bytes=0-2"})
    assert request.send().body == b"for"
    del request.headers["Range"]
    reply = request.send()
    assert reply.status == 403 and b"range" in reply.body, reply.body


@pytest.mark.parametrize("how", ALL)
def test_two_hosts_are_refused(signer, how):
    reply = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}").send(("Host", "elsewhere.test"))
    assert reply.status == 400, reply.body


@pytest.mark.parametrize("how", HEADERS)
def test_two_ways_of_signing_are_refused(signer, how):
    link = signer.sign("V4 link", "GET", f"/{BUCKET}/{SECRET_FILE}").target
    reply = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}").send(target=link)
    assert (reply.status, code(reply)) == (400, "InvalidArgument"), reply.body


# --- time


@pytest.mark.parametrize("how", HEADERS)
@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_captured_request_is_worth_nothing_after_a_quarter_of_an_hour(signer, how, minutes):
    with at(timedelta(minutes=minutes)):
        reply = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}").send()
    assert (reply.status, code(reply)) == (403, "RequestTimeTooSkewed"), reply.body


@pytest.mark.parametrize("how", HEADERS)
@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_off_by_less_is_fine(signer, how, minutes):
    with at(timedelta(minutes=minutes)):
        assert signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}").send().status == 200


@pytest.mark.parametrize("how", LINKS)
def test_a_link_ends_when_it_says(signer, how):
    with at(timedelta(minutes=-10)):
        old = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}", expires=590)
        young = signer.sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}", expires=900)
    reply = old.send()
    assert (reply.status, code(reply)) == (403, "AccessDenied") and b"expired" in reply.body, reply.body
    assert young.send().status == 200


def test_a_version_4_link_lives_a_week_at_most(signer):
    week = 7 * 24 * 3600
    assert signer.sign("V4 link", "GET", f"/{BUCKET}/{SECRET_FILE}", expires=week).send().status == 200
    reply = signer.sign("V4 link", "GET", f"/{BUCKET}/{SECRET_FILE}", expires=week + 1).send()
    assert (reply.status, code(reply)) == (400, "AuthorizationQueryParametersError"), reply.body


def test_a_version_2_link_may_live_for_ever(signer):
    assert signer.sign("V2 link", "GET", f"/{BUCKET}/{SECRET_FILE}", expires=3_000_000_000).send().status == 200


# --- bodies


def test_a_streaming_body_cannot_ride_on_a_link(signer, stored):
    request = signer.sign("V4 link", "PUT", f"/{BUCKET}/streamed", b"0\r\n\r\n")
    reply = request.send(
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "0")
    )
    assert reply.status in (400, 403), reply.body
    assert stored("streamed") is None


def test_another_body_than_the_signed_one_is_refused(signer, stored):
    reply = signer.sign("V4 header", "PUT", f"/{BUCKET}/body", b"the signed body").send(body=b"another  body!!")
    assert (reply.status, code(reply)) == (400, "XAmzContentSHA256Mismatch"), reply.body
    assert stored("body") is None


@pytest.mark.parametrize("how", ["V4 header", "V2 header"])
def test_digests_are_held_against_the_body(signer, stored, how):
    def put(headers):
        reply = signer.sign(how, "PUT", f"/{BUCKET}/digest", b"body", headers=headers).send()
        assert stored("digest") is None
        return reply.status, code(reply)

    wrong = base64.b64encode(zlib.crc32(b"ydob").to_bytes(4, "big")).decode()
    assert put({"Content-MD5": base64.b64encode(b"0" * 16).decode()}) == (400, "BadDigest")
    assert put({"Content-MD5": "short"}) == (400, "InvalidDigest")
    assert put({"x-amz-checksum-crc32": wrong}) == (400, "BadDigest")
    assert put({"x-amz-checksum-crc32": "short"}) == (400, "InvalidRequest")
    assert put({"x-amz-checksum-crc32": wrong, "x-amz-checksum-sha1": "x"}) == (400, "InvalidRequest")
    assert put({"x-amz-checksum-crc31": wrong}) == (400, "InvalidRequest")


CHECK = b"123456789"
SUMS = {
    "CRC32": zlib.crc32(CHECK).to_bytes(4, "big"),
    "CRC32C": 0xE3069283.to_bytes(4, "big"),
    "CRC64NVME": 0xAE8B14860A799888.to_bytes(8, "big"),
    "SHA1": hashlib.sha1(CHECK).digest(),
    "SHA256": hashlib.sha256(CHECK).digest(),
}


@pytest.mark.parametrize("algorithm", SUMS)
def test_every_checksum_is_verified_and_kept(signer, owner, stored, algorithm):
    name, key = f"x-amz-checksum-{algorithm.lower()}", f"sum-of-{algorithm}."
    right, other = (base64.b64encode(value).decode() for value in (SUMS[algorithm], bytes(len(SUMS[algorithm]))))
    reply = signer.sign("V4 header", "PUT", f"/{BUCKET}/{key}", CHECK, headers={name: other}).send()
    assert (reply.status, code(reply), stored(key)) == (400, "BadDigest", None), reply.body
    assert signer.sign("V4 header", "PUT", f"/{BUCKET}/{key}", CHECK, headers={name: right}).send().status == 200
    person, secret = owner
    head = person.s3(secret).head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == right


# --- who it is


@pytest.mark.parametrize("how", ALL)
def test_a_session_token_is_refused_by_name(owner, keyward, how):
    person, secret = owner
    reply = Client(keyward.s3_url, person.uid, secret, token="a-token").sign(how, "GET", f"/{BUCKET}/{SECRET_FILE}").send()
    assert (reply.status, code(reply)) == (400, "InvalidToken"), reply.body


@pytest.mark.parametrize("how", ALL)
def test_an_unknown_access_key_id_is_told_from_a_wrong_secret(owner, keyward, how):
    person, secret = owner
    get = ("GET", f"/{BUCKET}/{SECRET_FILE}")
    reply = Client(keyward.s3_url, "nobody@example.test", secret).sign(how, *get).send()
    assert (reply.status, code(reply)) == (403, "InvalidAccessKeyId"), reply.body
    wrong = Client(keyward.s3_url, person.uid, "not-" + secret).sign(how, *get)
    reply = wrong.send()
    assert (reply.status, code(reply)) == (403, "SignatureDoesNotMatch"), reply.body
    for told in (secret, "StringToSign", "CanonicalRequest", "SignatureProvided"):
        assert told.encode() not in reply.body
    right = Client(keyward.s3_url, person.uid, secret).sign(how, *get)
    given = right.headers.get("Authorization", right.target).rpartition("ignature=")[2].rpartition(":")[2].partition("&")[0]
    assert given and given.encode() not in reply.body


@pytest.mark.parametrize("authorization", ["", "Basic YTpi", "Bearer x", "AWS4-HMAC-SHA256", "AWS", "AWS x", "nonsense"])
def test_what_speaks_of_a_signature_and_makes_none_is_not_anonymous(signer, authorization):
    request = signer.sign("V4 header", "GET", f"/{BUCKET}/{SECRET_FILE}")
    request.headers["Authorization"] = authorization
    reply = request.send()
    assert reply.status == 400, (reply.status, reply.body)


def test_nobody_is_refused_and_learns_nothing(signer):
    request = signer.sign("V4 header", "GET", f"/{BUCKET}/{SECRET_FILE}")
    request.headers = {"Host": request.headers["Host"]}
    here, nowhere = request.send(), request.send(target="/no-such-bucket/key")
    assert (here.status, code(here)) == (nowhere.status, code(nowhere)) == (403, "AccessDenied")


# Every punctuation that the name of an object user can have.
AWKWARD_IDS = ["a+b", "a/b@corp.example", "o=acme,ou=it", "a:b:", "a&b=c", "a;b", "!#$&'()*+,-./:;=?@_~"]


@pytest.mark.parametrize("how", ALL)
@pytest.mark.parametrize("name", AWKWARD_IDS)
def test_an_access_key_id_may_hold_awkward_characters(company, how, name):
    secret = new_secret(company, name)
    reply = Client(company.keyward.s3_url, name, secret).sign(how, "GET", "/").send()
    assert reply.status == 200, reply.body


def new_secret(company, name: str) -> str:
    """A key of an object user of this name, who is made if need be."""
    path, fields = f"/object/user-secret-keys/{quote(name, safe='')}", {"namespace": "corp"}
    company.root.post("/object/users", "user_create_param", {"user": name, "namespace": "corp"})
    company.root.post(f"{path}/deactivate", "user_secret_key_delete", fields)
    return company.root.post(path, "user_secret_key_create", fields).expect(200).field("secret_key")


# --- links that carry headers


def test_headers_in_a_link_hold_as_if_they_had_been_sent(signer, owner):
    key = "in-the-link"
    query = "x-amz-meta-note=a%20b%2Bc&x-amz-acl=private&x-amz-sdk-checksum-algorithm=SHA256&x-id=PutObject"
    reply = signer.sign("V4 link", "PUT", f"/{BUCKET}/{key}?{query}&x-amz-checksum-crc32=AAAAAA%3D%3D", b"body").send()
    assert reply.status == 200, reply.body
    person, secret = owner
    head = person.s3(secret).head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert (head["Metadata"], "ChecksumSHA256" in head) == ({"note": "a b+c"}, True)


def test_a_checksum_in_a_link_holds_for_the_body(signer, stored):
    of_body = quote(base64.b64encode(zlib.crc32(b"body").to_bytes(4, "big")), safe="")
    request = signer.sign("V4 link", "PUT", f"/{BUCKET}/sum-in-link?x-amz-checksum-crc32={of_body}", b"body")
    reply = request.send(body=b"ydob")
    assert (reply.status, code(reply), stored("sum-in-link")) == (400, "BadDigest", None), reply.body
    assert request.send().status == 200


def test_headers_in_a_link_cannot_be_contradicted_or_repeated(signer, stored):
    target = f"/{BUCKET}/contradicted?x-amz-meta-a=1"
    request = signer.sign("V4 link", "PUT", target, b"body")
    assert request.send(("x-amz-meta-a", "2")).status == 403
    reply = signer.sign("V4 link", "PUT", target + "&X-Amz-Meta-A=2", b"body").send()
    assert (reply.status, code(reply)) == (400, "AuthorizationQueryParametersError"), reply.body
    assert stored("contradicted") is None


COPY = f"x-amz-copy-source=%2F{BUCKET}%2F{SECRET_FILE}"


def test_a_copy_whose_source_was_signed_into_a_link_is_made(signer, stored):
    """The AWS SDK for JavaScript moves the source there when it presigns a copy."""
    link = signer.sign("V4 link", "PUT", f"/{BUCKET}/copied?{COPY}&x-amz-metadata-directive=COPY&x-id=CopyObject")
    reply = link.send()
    assert reply.status == 200 and b"<CopyObjectResult" in reply.body, reply.body
    assert stored("copied") == b"for the owner alone"


def test_the_source_in_a_link_cannot_be_changed_repeated_or_contradicted(signer, stored):
    link = signer.sign("V4 link", "PUT", f"/{BUCKET}/copy-bent?{COPY}")
    other = f"/{BUCKET}/other.txt"
    assert link.send(target=link.target.replace(SECRET_FILE, "other.txt")).status == 403
    assert link.send(target=f"{link.target}&{COPY}").status == 403
    assert link.send(("x-amz-copy-source", other)).status == 403
    plain = {"Host": link.headers["Host"]}
    link.target, link.headers = f"/{BUCKET}/copy-bent?{COPY}", plain
    assert link.send().status in (400, 403), "and nobody's is no copy"
    assert stored("copy-bent") is None


def test_a_source_that_the_signer_may_not_read_is_not_copied_by_a_link(signer, stored, company):
    stranger = company.hire()
    client = stranger.with_key()
    client.create_bucket(Bucket="strangers-fort")
    client.put_object(Bucket="strangers-fort", Key="theirs", Body=b"theirs")
    link = signer.sign("V4 link", "PUT", f"/{BUCKET}/stolen?x-amz-copy-source=strangers-fort%2Ftheirs")
    reply = link.send()
    assert (reply.status, code(reply), stored("stolen")) == (403, "AccessDenied", None), reply.body


def test_a_part_is_copied_from_the_source_and_range_in_a_link(signer, owner):
    person, secret = owner
    client = person.s3(secret)
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    query = f"partNumber=1&uploadId={quote(upload, safe='')}&{COPY}&x-amz-copy-source-range=bytes%3D4-12"
    reply = signer.sign("V4 link", "PUT", f"/{BUCKET}/parts?{query}").send()
    assert reply.status == 200 and b"<CopyPartResult" in reply.body, reply.body
    part = {"PartNumber": 1, "ETag": client.list_parts(Bucket=BUCKET, Key="parts", UploadId=upload)["Parts"][0]["ETag"]}
    client.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=upload, MultipartUpload={"Parts": [part]})
    assert client.get_object(Bucket=BUCKET, Key="parts")["Body"].read() == b"the owner"


def test_an_owner_named_in_a_link_is_held_against_the_bucket(signer):
    target = f"/{BUCKET}/{SECRET_FILE}?x-amz-expected-bucket-owner=somebody-else"
    assert signer.sign("V4 link", "GET", target).send().status == 403


# --- the head as such


def raw(keyward, request: bytes) -> bytes:
    host, _, port = keyward.s3_plain.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def test_s3_clients_get_an_s3_error_for_a_head_that_is_too_large_or_none(keyward):
    # It never ends, so that the answer cannot depend on how much of it was read at once.
    large = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"x-amz-meta-a: " + b"a" * 450_000
    answer = raw(keyward, large)
    assert b"RequestHeaderSectionTooLarge" in answer and b"<RequestId>" in answer, answer[:400]
    answer = raw(keyward, b"GET /%zz\x01 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400") and b"<Code>" in answer, answer[:400]


# --- the switch of version 2


@pytest.fixture
def version_2(company):
    """Sets what the namespace says of Signature Version 2; afterwards it says nothing."""
    path = "/keyward/v1/namespaces/corp/sigv2"
    yield lambda **choice: company.root.put(path, "sigv2", choice).expect(200)
    company.root.put(path, "sigv2", {"enabled": None, "max_life_seconds": None}).expect(200)


def test_a_namespace_switches_version_2_off_and_on_at_once(signer, version_2):
    ways = ["V2 header", "V2 link"]
    get = ("GET", f"/{BUCKET}/{SECRET_FILE}")
    version_2(enabled=False)
    for how in ways:
        reply = signer.sign(how, *get).send()
        assert (reply.status, code(reply)) == (400, "InvalidRequest") and b"Signature Version 4" in reply.body, reply.body
    assert signer.sign("V4 header", *get).send().status == 200
    version_2(enabled=True)
    for how in ways:
        assert signer.sign(how, *get).send().status == 200


def test_a_namespace_bounds_the_life_of_version_2_links(signer, version_2):
    version_2(max_life_seconds=3600)
    get = ("GET", f"/{BUCKET}/{SECRET_FILE}")
    assert signer.sign("V2 link", *get, expires=3500).send().status == 200
    reply = signer.sign("V2 link", *get, expires=3700).send()
    assert (reply.status, code(reply)) == (403, "AccessDenied"), reply.body


def test_the_server_switches_version_2_off_and_a_namespace_on_again(new_keyward, directory):
    keyward = new_keyward(flags=["--sigv2-enabled", "false"]).start()
    company = Company.settle(keyward, directory)
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    with s3.refused("InvalidRequest"):
        person.s3(secret, signature_version="s3").list_buckets()
    company.root.put("/keyward/v1/namespaces/corp/sigv2", "sigv2", {"enabled": True}).expect(200)
    person.s3(secret, signature_version="s3").list_buckets()
    keyward.restart()
    person.s3(secret, signature_version="s3").list_buckets()
