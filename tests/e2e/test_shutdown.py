"""SIGTERM: what has begun is finished and answered, nothing new begins, and the process ends with 0."""

import http.client
import signal
import time

import pytest

from company import unique
from sigv4 import Signer

BODY = b"half and half" * 1000


def test_a_running_upload_is_finished_and_kept(company, keyward):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    bucket = unique("drain-")
    person.s3(secret).create_bucket(Bucket=bucket)

    path, signer = f"/{bucket}/k", Signer(person.uid, secret)
    headers = {"Host": keyward.s3_plain, "x-amz-date": signer.amz_date, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    headers["Authorization"] = signer.authorization("PUT", path, headers)
    upload = http.client.HTTPConnection(keyward.s3_plain, timeout=30)
    upload.putrequest("PUT", path, skip_host=True)
    for name, value in (headers | {"Content-Length": str(len(BODY)), "Expect": "100-continue"}).items():
        upload.putheader(name, value)
    upload.endheaders()
    assert upload.sock.recv(1000).startswith(b"HTTP/1.1 100 "), "the server has begun and asks for the body"
    upload.send(BODY[:100])

    keyward.process.send_signal(signal.SIGTERM)
    until_nobody_is_let_in(keyward.s3_plain)
    assert keyward.process.poll() is None
    upload.send(BODY[100:])
    answer = upload.getresponse()
    assert answer.status == 200, answer.read()
    upload.close()
    keyward.stop()
    keyward.start()
    assert person.s3(secret).get_object(Bucket=bucket, Key="k")["Body"].read() == BODY


def until_nobody_is_let_in(address: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            probe = http.client.HTTPConnection(address, timeout=5)
            probe.request("GET", "/")
            probe.getresponse().read()
            time.sleep(0.02)
        except (OSError, http.client.HTTPException):
            return
        finally:
            probe.close()
    pytest.fail("new connections are still served 10 s after SIGTERM")


def test_an_idle_connection_does_not_hold_the_end_up(keyward):
    idle = http.client.HTTPConnection(keyward.s3_plain, timeout=30)
    idle.request("GET", "/")
    idle.getresponse().read()
    begun = time.monotonic()
    keyward.stop()
    assert time.monotonic() - begun < 10
    idle.close()
    keyward.start()
