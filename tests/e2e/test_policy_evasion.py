"""Requests that try to go around a bucket's policy, or to lock its owner out: other spellings, values in bodies, headers
that are empty or mean nothing."""

import http.client
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import s3
import sigv4
from company import unique

FAR = datetime(2126, 1, 1, tzinfo=UTC)
RETENTION = "<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>"


class User:
    """An object user of the namespace corp with a key."""

    def __init__(self, company):
        self.url, self.id = company.keyward.s3_url, company.object_user("corp")
        made = company.root.post(f"/object/user-secret-keys/{self.id}", "user_secret_key_create", {"namespace": "corp"})
        self.secret = made.expect(200).field("secret_key")
        self.s3 = s3.client(self.url, self.id, self.secret)

    def ask(self, method: str, target: str, headers=None, body=b"", spelt: str | None = None) -> int:
        """Signs `target` and sends it, or the same written in another way; tells the status."""
        request = AWSRequest(method, self.url + target, headers=dict(headers or {}), data=body)
        S3SigV4Auth(Credentials(self.id, self.secret), "s3", s3.REGION).add_auth(request)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        sent = dict(request.headers.items()) | {"Content-Length": str(len(body))}
        connection.request(method, spelt or target, body=body, headers=sent)
        return connection.getresponse().status


@pytest.fixture(scope="module")
def alice(company):
    return User(company)


@pytest.fixture(scope="module")
def bob(company):
    return User(company)


def put_policy(alice, bucket, *statements):
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    alice.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def allow(who, bucket, *actions):
    return {"Effect": "Allow", "Principal": who, "Action": list(actions), "Resource": f"arn:aws:s3:::{bucket}/*"}


def deny(bucket, *actions, **condition):
    statement = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": f"arn:aws:s3:::{bucket}/*"}
    return statement | ({"Condition": condition} if condition else {})


def anonymous(alice, method, bucket, key, **headers):
    sent = {"x-emc-namespace": "corp"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, f"{alice.url}/{bucket}/{key}", data=b"EVIL", headers=sent, timeout=30).status_code


@pytest.fixture
def versioned(alice, bob):
    """A bucket with an old version that nobody may read or delete by its id."""
    bucket = unique("spelt")
    alice.s3.create_bucket(Bucket=bucket)
    alice.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = alice.s3.put_object(Bucket=bucket, Key="k", Body=b"old")["VersionId"]
    alice.s3.put_object(Bucket=bucket, Key="k", Body=b"new")
    rights = ("s3:GetObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectAcl")
    versions = ("s3:GetObjectVersion", "s3:DeleteObjectVersion", "s3:GetObjectVersionTagging", "s3:PutObjectVersionAcl")
    put_policy(alice, bucket, allow(bob.id, bucket, *rights), deny(bucket, *versions))
    return bucket, old


@pytest.mark.parametrize("name", ["versionId", "%76ersionId", "versio%6eId", "versionI%64"])
def test_a_version_is_one_in_every_spelling(alice, bob, versioned, name):
    bucket, old = versioned
    acl = {"x-amz-acl": "private"}
    for method, more, headers in [
        ("GET", "", {}),
        ("HEAD", "", {}),
        ("DELETE", "", {}),
        ("GET", "tagging&", {}),
        ("PUT", "acl&", acl),
    ]:
        plain, spelt = (f"/{bucket}/k?{more}{spelling}={old}" for spelling in ("versionId", name))
        assert bob.ask(method, plain, headers, spelt=spelt) == 403, (method, spelt)
    assert alice.ask("DELETE", f"/{bucket}/k?versionId={old}", spelt=f"/{bucket}/k?{name}={old}") == 403
    assert bob.ask("GET", f"/{bucket}/k") == 200


LOCKS = [
    {"x-emc-retention-period": "-1"},
    {"x-amz-object-lock-mode": "COMPLIANCE", "x-amz-object-lock-retain-until-date": "2126-01-01T00:00:00Z"},
    {"x-amz-object-lock-legal-hold": "ON"},
]


@pytest.mark.parametrize("lock", LOCKS, ids=["period", "retention", "hold"])
def test_a_stranger_who_may_write_cannot_lock_the_owner_out(alice, bob, lock):
    bucket = unique("pub")
    alice.s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, ACL="public-read-write")
    alice.s3.put_object(Bucket=bucket, Key="config.js", Body=b"good")
    sent = {name.replace("-", "_"): value for name, value in lock.items()}
    assert anonymous(alice, "PUT", bucket, "config.js", **sent) == 403
    assert bob.ask("PUT", f"/{bucket}/config.js", lock, b"EVIL") == 403
    assert bob.ask("POST", f"/{bucket}/config.js?uploads", lock) == 403
    source = {"x-amz-copy-source": f"{bucket}/config.js"}
    put_policy(alice, bucket, allow(bob.id, bucket, "s3:PutObject", "s3:GetObject"))
    assert bob.ask("PUT", f"/{bucket}/config.js", lock, b"EVIL") == 403
    assert bob.ask("PUT", f"/{bucket}/copy", lock | source) == 403
    assert alice.s3.get_object(Bucket=bucket, Key="config.js")["Body"].read() == b"good"
    # What the list and the policy do grant stays granted; and the owner may lock.
    assert anonymous(alice, "PUT", bucket, "config.js") == 200
    put_policy(alice, bucket, allow(bob.id, bucket, "s3:PutObjectRetention", "s3:PutObjectLegalHold"))
    short = {"x-emc-retention-period": "1"} if "x-emc-retention-period" in lock else lock
    assert bob.ask("PUT", f"/{bucket}/held", short, b"fine") == 200
    assert alice.ask("PUT", f"/{bucket}/own", short, b"fine") == 200


@pytest.fixture
def locking(alice, bob):
    bucket = unique("lock")
    alice.s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    for key in ("o", "p"):
        alice.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    alice.s3.put_object_legal_hold(Bucket=bucket, Key="o", LegalHold={"Status": "ON"})
    rights = allow(bob.id, bucket, "s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold")
    put_policy(
        alice,
        bucket,
        rights,
        deny(bucket, "s3:*", StringEquals={"s3:object-lock-mode": "COMPLIANCE"}),
        deny(bucket, "s3:*", NumericGreaterThan={"s3:object-lock-remaining-retention-days": "10"}),
        deny(bucket, "s3:*", StringEquals={"s3:object-lock-legal-hold": "OFF"}),
    )
    return bucket


def test_conditions_on_locks_hold_for_bodies_and_computed_days(alice, bob, locking):
    def retain(mode: str, days: int) -> int:
        until = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return bob.ask("PUT", f"/{locking}/p?retention", body=RETENTION.format(mode=mode, until=until).encode())

    assert retain("COMPLIANCE", 1) == 403
    assert retain("GOVERNANCE", 30) == 403
    off = b"<LegalHold><Status>OFF</Status></LegalHold>"
    assert bob.ask("PUT", f"/{locking}/o?legal-hold", body=off) == 403
    far = {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": "2126-01-01T00:00:00Z"}
    assert bob.ask("PUT", f"/{locking}/g", far) == 403
    assert bob.ask("PUT", f"/{locking}/g", far | {"x-amz-object-lock-remaining-retention-days": "1"}) == 403
    assert bob.ask("PUT", f"/{locking}/g", {"x-emc-retention-period": "-1"}) == 403
    assert retain("GOVERNANCE", 5) == 200
    assert alice.s3.get_object_legal_hold(Bucket=locking, Key="o")["LegalHold"] == {"Status": "ON"}


def test_a_condition_sees_that_the_body_is_not_signed(alice, bob):
    bucket = unique("signed")
    alice.s3.create_bucket(Bucket=bucket)
    unsigned = deny(bucket, "s3:PutObject", StringEquals={"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    put_policy(alice, bucket, allow(bob.id, bucket, "s3:PutObject"), unsigned)
    signer, path = sigv4.Signer(bob.id, bob.secret), f"/{bucket}/k"
    headers = {"Host": urlsplit(bob.url).netloc, "x-amz-date": signer.amz_date, "Content-Length": "1"}
    headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    headers["Authorization"] = signer.authorization("PUT", path, headers)
    assert sigv4.send(bob.url, "PUT", path, headers, b"x").status == 403
    presigning = s3.client(bob.url, bob.id, bob.secret, signature_version="s3v4")
    link = presigning.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert "X-Amz-Signature" in link
    assert requests.put(link, data=b"x", timeout=30).status_code == 403
    assert bob.ask("PUT", f"/{bucket}/k", body=b"x") == 200


def test_an_empty_header_does_not_satisfy_a_policy(alice, bob):
    bucket = unique("plain")
    alice.s3.create_bucket(Bucket=bucket)
    plain = deny(bucket, "s3:PutObject", Null={"s3:x-amz-server-side-encryption": "true"})
    put_policy(alice, bucket, allow(bob.id, bucket, "s3:PutObject"), plain)
    for headers in ({}, {"x-amz-server-side-encryption": ""}, {"x-amz-server-side-encryption": " "}):
        assert bob.ask("PUT", f"/{bucket}/k", headers, b"x") == 403, headers
    assert bob.ask("PUT", f"/{bucket}/k", {"x-amz-server-side-encryption": "AES256"}, b"x") == 200


def test_a_policy_that_could_never_hold_is_refused(alice):
    bucket = unique("never")
    alice.s3.create_bucket(Bucket=bucket)
    for key in ("s3:LocationConstraint", "s3:x-amz-date", "s3:x-amz-tagging", "aws:RequestedRegion"):
        with s3.refused("MalformedPolicy"):
            put_policy(alice, bucket, deny(bucket, "s3:*", StringEquals={key: "x"}))
    put_policy(alice, bucket, deny(bucket, "s3:PutObject", StringEquals={"s3:ResourceAccount": "corp"}))
    assert alice.ask("PUT", f"/{bucket}/k", body=b"x") == 403


def test_no_tags_change_in_a_locked_bucket_by_a_policy_on_tags(company, alice, bob):
    bucket = unique("stopped")
    alice.s3.create_bucket(Bucket=bucket)
    alice.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    tagging = allow(bob.id, bucket, "s3:PutObjectTagging")
    put_policy(alice, bucket, tagging | {"Condition": {"StringEquals": {"s3:RequestObjectTag/colour": "red"}}})
    tags = {"TagSet": [{"Key": "colour", "Value": "red"}]}
    bob.s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags)
    lock = f"/object/bucket/{bucket}/lock/true"
    company.root.put(lock, "set_bucket_lock", {"namespace": "corp"}).expect(200)
    with s3.refused("AccessDenied"):
        bob.s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags)
    with s3.refused("AccessDenied"):
        alice.s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags)
