"""Keys that end while a client is still uploading or downloading with them."""

import json
import socket
from urllib.parse import urlsplit

import pytest

import s3
from company import NAMESPACE, unique
from sigv4 import Signer

SIZE = 600_000
USERS = "/object/users"


class SlowUpload:
    """A PUT over a raw socket whose body is sent in two halves: the first once the server asks for it."""

    def __init__(self, keyward, uid: str, secret: str, path: str):
        signer = Signer(uid, secret)
        where = urlsplit(keyward.s3_url).netloc
        headers = {"Host": where, "x-amz-date": signer.amz_date, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
        headers["Authorization"] = signer.authorization("PUT", path, headers)
        headers |= {"Content-Length": str(SIZE), "Expect": "100-continue", "Connection": "close"}
        head = [f"PUT {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        host, port = where.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.socket.sendall("\r\n".join([*head, "", ""]).encode())
        # The server asks for the body once the request has verified and may store something.
        first = self.socket.recv(4096)
        assert first.startswith(b"HTTP/1.1 100"), first
        self.socket.sendall(b"x" * (SIZE // 2))

    def finish(self) -> tuple[int, str]:
        """Sends the other half; the status and body of the answer."""
        try:
            self.socket.sendall(b"x" * (SIZE // 2))
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        while piece := self.socket.recv(65536):
            answer += piece
        self.socket.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), body.decode()


@pytest.fixture(scope="module")
def shelf(company):
    """A bucket that everybody who signs may write to, and its owner's client."""
    owner = company.hire().with_key()
    bucket = unique("shelf")
    owner.create_bucket(Bucket=bucket)
    everything = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = {"Version": "2012-10-17", "Statement": [everything]}
    owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return owner, bucket


def deactivated(root, person, me, secret):
    me.deactivate(secret).expect(200)


def deactivated_by_an_administrator(root, person, me, secret):
    gone = {"secret_key": secret, "namespace": NAMESPACE}
    root.post(f"/object/user-secret-keys/{person.uid}/deactivate", "user_secret_key_delete", gone).expect(200)


def ended_by_a_rotation(root, person, me, secret):
    me.new_key(0).expect(200)


def locked(root, person, me, secret):
    lock = {"user": person.uid, "namespace": NAMESPACE, "isLocked": True}
    root.put(f"{USERS}/lock", "user_lock_param", lock).expect(200)


def locked_and_unlocked(root, person, me, secret):
    locked(root, person, me, secret)
    lock = {"user": person.uid, "namespace": NAMESPACE, "isLocked": False}
    root.put(f"{USERS}/lock", "user_lock_param", lock).expect(200)


def deleted(root, person, me, secret):
    gone = {"user": person.uid, "namespace": NAMESPACE}
    root.post(f"{USERS}/deactivate", "user_delete_param", gone).expect(200)


def deleted_and_made_again(root, person, me, secret):
    deleted(root, person, me, secret)
    person.login().new_key().expect(200)


ENDS = [
    deactivated,
    deactivated_by_an_administrator,
    ended_by_a_rotation,
    locked,
    locked_and_unlocked,
    deleted,
    deleted_and_made_again,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_an_upload_whose_key_ends_stores_nothing(keyward, root, person, shelf, end):
    owner, bucket = shelf
    me = person.login()
    secret = me.new_key().expect(200).field("secret_key")
    upload = SlowUpload(keyward, person.uid, secret, f"/{bucket}/{end.__name__}")
    end(root, person, me, secret)
    status, answer = upload.finish()
    assert status == 403, answer
    assert "before the request was complete" in answer
    assert "Contents" not in owner.list_objects_v2(Bucket=bucket, Prefix=end.__name__)


def test_an_upload_goes_on_under_a_key_in_its_grace(keyward, person, shelf):
    owner, bucket = shelf
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    upload = SlowUpload(keyward, person.uid, old, f"/{bucket}/grace")
    new = me.new_key(1).expect(200).field("secret_key")
    me.deactivate(new).expect(200)
    assert upload.finish()[0] == 200
    assert owner.head_object(Bucket=bucket, Key="grace")["ContentLength"] == SIZE


def test_a_download_goes_on_when_its_key_ends(person, shelf):
    owner, bucket = shelf
    body = b"d" * 30_000_000
    owner.put_object(Bucket=bucket, Key="large", Body=body)
    me = person.login()
    secret = me.new_key().expect(200).field("secret_key")
    client = person.s3(secret)
    download = client.get_object(Bucket=bucket, Key="large")["Body"]
    first = download.read(1000)
    me.deactivate(secret).expect(200)
    assert first + download.read() == body
    with s3.refused("SignatureDoesNotMatch"):
        client.get_object(Bucket=bucket, Key="large")
