"""Who may do what on S3: policies and access control lists between two users, two namespaces and nobody."""

import json

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config

import s3
from company import unique


@pytest.fixture(scope="module")
def keyward(new_keyward):
    return new_keyward().start()


class User:
    """An object user with a key, and a client of theirs."""

    def __init__(self, company, namespace):
        self.id, self.namespace = company.object_user(namespace), namespace
        key = company.root.post(f"/object/user-secret-keys/{self.id}", "user_secret_key_create", {"namespace": namespace})
        self.s3 = s3.client(company.keyward.s3_url, self.id, key.expect(200).field("secret_key"))
        self.s3.meta.events.register("before-sign.s3", self._name_namespace)
        self.speaks_to = None

    def _name_namespace(self, request, **_):
        if self.speaks_to:
            request.headers["x-emc-namespace"] = self.speaks_to


@pytest.fixture
def alice(company):
    return User(company, "corp")


@pytest.fixture
def bob(company):
    return User(company, "corp")


@pytest.fixture
def stranger(company):
    """A user of another namespace, who speaks to that of the others."""
    user = User(company, company.found_namespace())
    user.speaks_to = "corp"
    return user


@pytest.fixture
def bucket(alice):
    name = unique("shared")
    alice.s3.create_bucket(Bucket=name)
    alice.s3.put_object(Bucket=name, Key="open/a", Body=b"a")
    alice.s3.put_object(Bucket=name, Key="closed/b", Body=b"b")
    return name


def nobody(keyward, bucket, key=""):
    return requests.get(f"{keyward.s3_url}/{bucket}/{key}", headers={"x-emc-namespace": "corp"}, timeout=10)


def _to_corp(request, **_):
    request.headers["x-emc-namespace"] = "corp"


def put_policy(alice, bucket, *statements):
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    alice.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def allow(principal, action, resource, **more):
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource} | more


def test_a_bucket_is_its_owners_alone_until_it_is_shared(keyward, alice, bob, stranger, bucket):
    assert alice.s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"a"
    for other in (bob, stranger):
        with s3.refused("AccessDenied"):
            other.s3.get_object(Bucket=bucket, Key="open/a")
        with s3.refused("AccessDenied"):
            other.s3.list_objects_v2(Bucket=bucket)
    assert nobody(keyward, bucket, "open/a").status_code == 403


def test_a_policy_shares_what_it_says_with_whom_it_names(keyward, alice, bob, stranger, bucket):
    put_policy(
        alice,
        bucket,
        allow({"AWS": [bob.id]}, ["s3:GetObject"], f"arn:aws:s3:::{bucket}/open/*"),
        allow({"AWS": f"urn:ecs:iam::{stranger.namespace}:user/{stranger.id}"}, "s3:ListBucket", f"arn:aws:s3:::{bucket}"),
    )
    assert bob.s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"a"
    with s3.refused("AccessDenied"):
        bob.s3.get_object(Bucket=bucket, Key="closed/b")
    with s3.refused("AccessDenied"):
        bob.s3.put_object(Bucket=bucket, Key="open/c", Body=b"c")
    assert stranger.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 2
    with s3.refused("AccessDenied"):
        stranger.s3.get_object(Bucket=bucket, Key="open/a")
    assert nobody(keyward, bucket, "open/a").status_code == 403


def test_a_change_of_policy_holds_for_the_next_request(alice, bob, bucket):
    put_policy(alice, bucket, allow("*", "s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    bob.s3.get_object(Bucket=bucket, Key="open/a")
    alice.s3.delete_bucket_policy(Bucket=bucket)
    with s3.refused("AccessDenied"):
        bob.s3.get_object(Bucket=bucket, Key="open/a")
    with s3.refused("NoSuchBucketPolicy"):
        alice.s3.get_bucket_policy(Bucket=bucket)


def test_a_denial_holds_for_the_owner_who_can_still_take_it_back(alice, bucket):
    everything = {"Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    put_policy(alice, bucket, {"Effect": "Deny"} | everything)
    with s3.refused("AccessDenied"):
        alice.s3.get_object(Bucket=bucket, Key="open/a")
    alice.s3.delete_bucket_policy(Bucket=bucket)
    alice.s3.get_object(Bucket=bucket, Key="open/a")


def test_keys_of_one_deletion_are_decided_one_by_one(alice, bob, bucket):
    put_policy(alice, bucket, allow(bob.id, "s3:DeleteObject", f"{bucket}/open/*"))
    names = {"Objects": [{"Key": "open/a"}, {"Key": "closed/b"}]}
    answer = bob.s3.delete_objects(Bucket=bucket, Delete=names)
    assert [gone["Key"] for gone in answer["Deleted"]] == ["open/a"]
    assert [(kept["Key"], kept["Code"]) for kept in answer["Errors"]] == [("closed/b", "AccessDenied")]


def test_a_broken_policy_is_refused_by_name_and_leaves_the_old_one(alice, bucket):
    put_policy(alice, bucket, allow("*", "s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    with s3.refused("MalformedPolicy"):
        put_policy(alice, bucket, allow("*", "s3:GetObjekt", f"arn:aws:s3:::{bucket}/*"))
    assert "s3:GetObject\"" in alice.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert alice.s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True


def test_a_public_object_is_read_by_nobody_in_particular(keyward, alice, bucket):
    alice.s3.put_object(Bucket=bucket, Key="page", Body=b"hello", ACL="public-read")
    assert nobody(keyward, bucket, "page").content == b"hello"
    assert nobody(keyward, bucket).status_code == 403
    alice.s3.put_object_acl(Bucket=bucket, Key="page", ACL="private")
    assert nobody(keyward, bucket, "page").status_code == 403


def test_a_public_bucket_is_listed_and_written_by_anybody(keyward, alice, bucket):
    alice.s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    anyone = boto3.client("s3", endpoint_url=keyward.s3_url, region_name="us-east-1", config=Config(signature_version=UNSIGNED))
    anyone.meta.events.register("before-send.s3", _to_corp)
    assert anyone.list_objects_v2(Bucket=bucket)["KeyCount"] == 2
    anyone.put_object(Bucket=bucket, Key="given", Body=b"x")
    assert alice.s3.get_object(Bucket=bucket, Key="given")["Body"].read() == b"x"


def test_grants_to_a_user_are_kept_and_shown(alice, bob, bucket):
    alice.s3.put_bucket_acl(Bucket=bucket, GrantWrite=f"id={bob.id}", GrantFullControl=f"id={alice.id}")
    shown = alice.s3.get_bucket_acl(Bucket=bucket)
    assert shown["Owner"]["ID"] == alice.id
    assert {(grant["Grantee"]["ID"], grant["Permission"]) for grant in shown["Grants"]} == {
        (alice.id, "FULL_CONTROL"),
        (bob.id, "WRITE"),
    }
    bob.s3.put_object(Bucket=bucket, Key="bobs", Body=b"b")
    assert alice.s3.get_object_acl(Bucket=bucket, Key="bobs")["Owner"]["ID"] == bob.id
    bob.s3.get_object(Bucket=bucket, Key="bobs")
    with s3.refused("AccessDenied"):
        bob.s3.get_object(Bucket=bucket, Key="open/a")
    with s3.refused("InvalidArgument"):
        alice.s3.put_bucket_acl(Bucket=bucket, GrantRead="id=nobody-of-this-name")


def test_enforced_ownership_leaves_lists_without_effect(alice, bucket):
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    alice.s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    with s3.refused("AccessControlListNotSupported"):
        alice.s3.put_object(Bucket=bucket, Key="page", Body=b"x", ACL="public-read")
    alice.s3.put_object(Bucket=bucket, Key="page", Body=b"x", ACL="bucket-owner-full-control")


def test_under_enforced_ownership_what_another_writes_is_the_bucket_owners(alice, bob, bucket):
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    alice.s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    put_policy(alice, bucket, allow(bob.id, "s3:PutObject", f"arn:aws:s3:::{bucket}/*"))
    bob.s3.put_object(Bucket=bucket, Key="from-bob", Body=b"")
    listed = alice.s3.list_objects(Bucket=bucket)["Contents"]
    assert {one["Key"]: one["Owner"]["ID"] for one in listed}["from-bob"] == alice.id


def test_a_block_of_public_access_refuses_what_is_public(keyward, alice, bucket):
    alice.s3.put_object(Bucket=bucket, Key="page", Body=b"hello", ACL="public-read")
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    alice.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert alice.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    assert nobody(keyward, bucket, "page").status_code == 403
    with s3.refused("AccessDenied"):
        alice.s3.put_object(Bucket=bucket, Key="page2", Body=b"x", ACL="public-read")
    with s3.refused("AccessDenied"):
        put_policy(alice, bucket, allow("*", "s3:GetObject", f"arn:aws:s3:::{bucket}/*"))


def test_tags_and_cors_rules_of_a_bucket_are_kept(alice, bucket):
    with s3.refused("NoSuchTagSet"):
        alice.s3.get_bucket_tagging(Bucket=bucket)
    alice.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]})
    assert alice.s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "team", "Value": "blue"}]
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example"], "MaxAgeSeconds": 60}
    alice.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert alice.s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    alice.s3.delete_bucket_cors(Bucket=bucket)
    with s3.refused("NoSuchCORSConfiguration"):
        alice.s3.get_bucket_cors(Bucket=bucket)
