"""S3 over HTTP/2: signatures hold where the host is a pseudo-header, whoever signs."""

import subprocess
from dataclasses import dataclass

import pytest

from company import unique
from signers import SIGNERS, Client


@dataclass
class Reply:
    version: str
    status: int
    body: bytes


@pytest.fixture
def curl(tmp_path):
    """The real curl over TLS, by HTTP/2 wherever the server offers it."""

    def run(*arguments: str) -> Reply:
        body = tmp_path / "body"
        body.unlink(missing_ok=True)
        fixed = ["curl", "-q", "-k", "-sS", "--http2", "--noproxy", "*", "--max-time", "60", "--path-as-is", "-o", body]
        done = subprocess.run(
            [*fixed, "-w", "%{http_version} %{http_code}", *arguments], capture_output=True, text=True, timeout=90
        )
        assert done.returncode == 0, done.stderr
        version, status = done.stdout.split()
        return Reply(version, int(status), body.read_bytes() if body.exists() else b"")

    return run


@pytest.fixture(scope="module")
def owner(company):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    bucket = unique("second-")
    person.s3(secret).create_bucket(Bucket=bucket)
    return person, secret, bucket


@pytest.mark.parametrize("how", SIGNERS)
def test_requests_that_botocore_signed_are_served(owner, keyward, curl, tmp_path, how):
    person, secret, bucket = owner
    client = Client(keyward.s3_tls_url, person.uid, secret)
    (tmp_path / "file").write_bytes(b"by HTTP/2")

    def send(method: str, target: str, *more: str, body: bytes = b"") -> Reply:
        signed = client.sign(how, method, target, body, {} if how == "V2 link" else {"x-amz-meta-note": "a  b"})
        headers = [f"-H{name}: {value}" for name, value in signed.headers.items()]
        return curl("-X", method, *headers, *more, keyward.s3_tls_url + signed.target)

    target = f"/{bucket}/a%20b%2B%C3%BC/{how[:2]}{how[3]}"
    upload = ("-HContent-Type:", "-HExpect:", "--data-binary", f"@{tmp_path / 'file'}")
    stored = send("PUT", target, *upload, body=b"by HTTP/2")
    assert (stored.version, stored.status) == ("2", 200), stored.body
    read = send("GET", target)
    assert (read.version, read.status, read.body) == ("2", 200, b"by HTTP/2")
    refused = send("GET", target, "-Hx-amz-meta-more: 1")
    assert (refused.version, refused.status) == ("2", 403), refused.body


def test_curl_signs_by_itself(owner, keyward, curl, tmp_path):
    person, secret, bucket = owner
    (tmp_path / "file").write_bytes(b"signed by curl")
    signed = ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", f"{person.uid}:{secret}"]
    unsigned_body = [*signed, "-Hx-amz-content-sha256: UNSIGNED-PAYLOAD"]
    url = f"{keyward.s3_tls_url}/{bucket}/by-curl"
    stored = curl(*unsigned_body, "-T", str(tmp_path / "file"), url)
    assert (stored.version, stored.status) == ("2", 200), stored.body
    assert curl(*unsigned_body, url) == Reply("2", 200, b"signed by curl")
    listed = curl(*unsigned_body, f"{keyward.s3_tls_url}/{bucket}?list-type=2&prefix=by-")
    assert listed.status == 200 and b"<Key>by-curl</Key>" in listed.body, listed.body
    wrong = [*signed[:3], f"{person.uid}:not-{secret}", *unsigned_body[4:]]
    refused = curl(*wrong, url)
    assert refused.status == 403 and b"SignatureDoesNotMatch" in refused.body, refused.body
