"""What a request says of its body holds for every operation, also for those that read none."""

import json

import pytest

import s3
from company import Company, unique
from signers import Client, Signed, code

BUCKET = "declared"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "s3.log"


@pytest.fixture(scope="module")
def keyward(new_keyward, log):
    flags = ["--s3-access-log", str(log), "--s3-anonymous-namespace", "corp"]
    return new_keyward(flags=flags).start()


@pytest.fixture(scope="module")
def keys(company: Company):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    person.s3(secret).create_bucket(Bucket=BUCKET)
    return person, secret


@pytest.fixture(scope="module")
def client(keys):
    person, secret = keys
    return person.s3(secret)


@pytest.fixture
def key(client) -> str:
    name = unique("k-")
    client.put_object(Bucket=BUCKET, Key=name, Body=b"kept")
    return name


@pytest.fixture(scope="module")
def signer(keyward, keys) -> Client:
    person, secret = keys
    return Client(keyward.s3_url, person.uid, secret)


OPERATIONS = [
    ("DELETE", "", {}),
    ("GET", "", {}),
    ("HEAD", "", {}),
    ("PUT", "", {"x-amz-copy-source": f"/{BUCKET}/source"}),
    ("POST", "?uploads", {}),
]


@pytest.mark.parametrize(("method", "query", "headers"), OPERATIONS)
@pytest.mark.parametrize(("signed", "sent"), [(b"other", b"hello"), (b"other", b""), (b"", b"hello")])
def test_a_body_that_was_not_signed_is_refused_where_none_is_read(client, signer, key, method, query, headers, signed, sent):
    client.put_object(Bucket=BUCKET, Key="source", Body=b"source")
    request = signer.sign("V4 header", method, f"/{BUCKET}/{key}{query}", signed, headers=headers)
    reply = request.send(body=sent)
    assert reply.status == 400 and code(reply) == ("" if method == "HEAD" else "XAmzContentSHA256Mismatch")
    assert client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"kept"
    assert "Uploads" not in client.list_multipart_uploads(Bucket=BUCKET)


@pytest.mark.parametrize("body", [b"", b"hello"])
def test_a_body_that_was_signed_does_no_harm_where_none_is_read(signer, key, body):
    assert signer.sign("V4 header", "GET", f"/{BUCKET}/{key}", body).send().body == b"kept"
    assert signer.sign("V4 header", "DELETE", f"/{BUCKET}/{key}", body).send().status == 204


def test_a_long_body_is_refused_where_none_is_read(client, signer, key):
    reply = signer.sign("V4 header", "DELETE", f"/{BUCKET}/{key}", b"a" * 100_000).send()
    assert (reply.status, code(reply)) == (400, "UnexpectedContent")
    assert client.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"kept"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-sdk-checksum-algorithm": "SHA256"},
        {"x-amz-sdk-checksum-algorithm": "SHA256", "x-amz-checksum-crc32": "DUoRhQ=="},
        {"x-amz-trailer": "x-amz-checksum-sha1", "x-amz-checksum-crc32": "DUoRhQ=="},
        {"Content-Encoding": "aws-chunked", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"},
    ],
)
def test_declarations_that_contradict_each_other_are_refused(client, signer, headers):
    name = unique("k-")
    request = sign_put(signer, f"/{BUCKET}/{name}", b"hello world", headers)
    reply = request.send()
    assert reply.status == 400 and code(reply) in ("InvalidRequest", "MalformedTrailerError", "InvalidArgument"), reply.body
    with s3.refused("NoSuchKey"):
        client.get_object(Bucket=BUCKET, Key=name)


def sign_put(signer: Client, path: str, body: bytes, headers: dict) -> Signed:
    """With UNSIGNED-PAYLOAD where the headers say so: that is signed as a link signs it."""
    if "X-Amz-Content-SHA256" not in headers:
        return signer.sign("V4 header", "PUT", path, body, headers=headers)
    signed = signer.sign("V4 link", "PUT", path, body)
    return Signed(signed.host, "PUT", signed.target, signed.headers | {"Content-Encoding": "aws-chunked"}, body)


def test_the_algorithm_that_is_named_and_sent_is_taken(signer):
    headers = {"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": "DUoRhQ=="}
    assert signer.sign("V4 header", "PUT", f"/{BUCKET}/named", b"hello world", headers=headers).send().status == 200


def test_aws_chunked_on_a_body_that_is_not_framed_stays_with_it(client, signer):
    headers = {"Content-Encoding": "aws-chunked"}
    assert signer.sign("V4 header", "PUT", f"/{BUCKET}/as-sent", b"5\r\nhello\r\n", headers=headers).send().status == 200
    stored = client.get_object(Bucket=BUCKET, Key="as-sent")
    assert (stored["ContentEncoding"], stored["Body"].read()) == ("aws-chunked", b"5\r\nhello\r\n")


def test_an_unknown_expectation_is_refused_and_the_next_request_served(signer, key):
    request = signer.sign("V4 header", "PUT", f"/{BUCKET}/{key}", b"new")
    reply = request.send(("Expect", "junk"))
    assert (reply.status, code(reply)) == (417, "ExpectationFailed")
    assert reply.headers["Connection"] != "close"


def test_a_session_token_that_nobody_signed_is_refused(signer, key):
    request = signer.sign("V4 header", "GET", f"/{BUCKET}/{key}")
    request.headers = {"Host": request.headers["Host"], "x-amz-security-token": "token"}
    assert code(request.send()) == "InvalidToken"


def test_an_error_that_shows_what_was_sent_stays_readable(signer):
    reply = signer.sign("V4 header", "GET", f"/{BUCKET}/a%01b").send()
    assert code(reply) == "NoSuchKey" and b"&#x1;" not in reply.body
    assert "<Key>a\N{REPLACEMENT CHARACTER}b</Key>" in reply.body.decode()


def test_a_secret_in_the_place_of_the_id_is_not_logged(keyward, keys, log):
    person, secret = keys
    assert code(Client(keyward.s3_url, secret, person.uid).sign("V4 header", "GET", "/").send()) == "InvalidAccessKeyId"
    assert code(Client(keyward.s3_url, secret, person.uid).sign("V2 header", "GET", "/").send()) == "InvalidAccessKeyId"
    keyward.stop()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["access_key_id"] for line in lines if line["error"] == "InvalidAccessKeyId"] == [secret[:4] + "…"] * 2
    assert secret not in log.read_text()
