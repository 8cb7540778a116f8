"""Requests signed by botocore's own signers, at a time and with headers of our choice, and sent exactly as they are."""

import calendar
import http.client
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sigv4 import Reply

REGION = "us-east-1"


@contextmanager
def at(offset: timedelta):
    """Within, botocore signs as if the clock were off by so much."""
    then = (datetime.now(UTC) + offset).replace(tzinfo=None)
    stamp = calendar.timegm(then.timetuple())
    with (
        patch.object(auth, "get_current_datetime", lambda *_: then),
        patch.object(auth, "formatdate", lambda **_: formatdate(stamp, usegmt=True)),
        patch.object(auth.time, "time", lambda: stamp),
    ):
        yield


@dataclass
class Signed:
    """A signed request that can be bent before it is sent."""

    host: str
    method: str
    target: str
    headers: dict
    body: bytes

    def send(self, *more: tuple[str, str], target: str | None = None, method: str | None = None, body: bytes | None = None) -> Reply:
        """Sends it, with further headers, or with another target, method or body than was signed."""
        body = self.body if body is None else body
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.putrequest(method or self.method, target or self.target, skip_host=True, skip_accept_encoding=True)
        for name, value in [*self.headers.items(), *more]:
            connection.putheader(name, value)
        if body or self.method in ("PUT", "POST"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        try:
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


SIGNERS = {
    "V4 header": auth.S3SigV4Auth,
    "V4 link": auth.S3SigV4QueryAuth,
    "V2 header": auth.HmacV1Auth,
    "V2 link": auth.HmacV1QueryAuth,
}


@dataclass
class Client:
    """Signs as the owner of an access key id."""

    url: str
    access_key_id: str
    secret_key: str
    token: str | None = None

    def sign(self, how: str, method: str, target: str, body: bytes = b"", headers=None, expires: int = 60) -> Signed:
        """`target` goes onto the wire as it is written."""
        parts = urlsplit(self.url + target)
        # A link says nothing about the body; botocore would take one for parameters.
        data = b"" if how.endswith("link") else body
        request = AWSRequest(method=method, url=self.url + target, headers=dict(headers or {}), data=data)
        credentials = Credentials(self.access_key_id, self.secret_key, self.token)
        kind = SIGNERS[how]
        if how.startswith("V4"):
            request.context["payload_signing_enabled"] = True
            signer = kind(credentials, "s3", REGION, expires) if how == "V4 link" else kind(credentials, "s3", REGION)
            request.headers["Host"] = parts.netloc
        else:
            signer = kind(credentials, expires) if how == "V2 link" else kind(credentials)
            request.context.setdefault("signing", {})
        signer.add_auth(request)
        signed = urlsplit(request.url)
        sent = {name: str(value) for name, value in request.headers.items()}
        sent["Host"] = parts.netloc
        if how == "V2 link":
            sent = {"Host": parts.netloc}
        return Signed(parts.netloc, method, signed.path + (f"?{signed.query}" if signed.query else ""), sent, body)




def code(reply: Reply) -> str:
    """The S3 error code of a refusal."""
    text = reply.body.decode()
    return text.partition("<Code>")[2].partition("</Code>")[0]


