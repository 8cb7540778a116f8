"""A user, or namespace, that gets the name of one that was deleted inherits nothing."""

import json

import pytest

import s3
from company import NAMESPACE, unique

BUCKETS = "/object/bucket"


class User:
    """An object user with a key, who may be deleted and created again."""

    def __init__(self, company, namespace=NAMESPACE, uid=None):
        self.company, self.namespace, self.speaks_to = company, namespace, None
        self.id = company.object_user(namespace, uid)
        key = company.root.post(
            f"/object/user-secret-keys/{self.id}", "user_secret_key_create", {"namespace": namespace}
        )
        self.s3 = s3.client(company.keyward.s3_url, self.id, key.expect(200).field("secret_key"))
        self.s3.meta.events.register("before-sign.s3", self._name_namespace)

    def _name_namespace(self, request, **_):
        if self.speaks_to:
            request.headers["x-emc-namespace"] = self.speaks_to

    def delete(self):
        fields = {"user": self.id, "namespace": self.namespace}
        self.company.root.post("/object/users/deactivate", "user_delete_param", fields).expect(200)

    def given_again(self) -> "User":
        """Deletes this user; the next one of the name."""
        self.delete()
        return User(self.company, self.namespace, self.id)


@pytest.fixture
def alice(company):
    return User(company)


@pytest.fixture
def bob(company):
    return User(company)


@pytest.fixture
def bucket(alice):
    name = unique("names")
    alice.s3.create_bucket(Bucket=name)
    alice.s3.put_object(Bucket=name, Key="a", Body=b"a")
    return name


def put_policy(alice, bucket, principal, effect="Allow", element="Principal"):
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": effect, element: principal, "Action": "s3:*", "Resource": resources}
    alice.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def policy_of(alice, bucket):
    return json.loads(alice.s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]


def grantees(acl):
    return {grant["Grantee"].get("ID") for grant in acl["Grants"]}


def is_dead(shown, name):
    return shown.startswith(f"{name}[deleted:") and shown.endswith("]")


def test_an_object_stays_the_deleted_users(alice, bob, bucket):
    alice.s3.put_bucket_acl(Bucket=bucket, GrantWrite=f"id={bob.id}", GrantFullControl=f"id={alice.id}")
    bob.s3.put_object(Bucket=bucket, Key="bobs", Body=b"secret")
    assert bob.s3.get_object(Bucket=bucket, Key="bobs")["Body"].read() == b"secret"
    assert alice.s3.get_object_acl(Bucket=bucket, Key="bobs")["Owner"]["ID"] == bob.id

    heir = bob.given_again()
    for call in (heir.s3.get_object, heir.s3.get_object_acl, heir.s3.delete_object):
        with s3.refused("AccessDenied"):
            call(Bucket=bucket, Key="bobs")
    with s3.refused("AccessDenied"):
        heir.s3.put_object_acl(Bucket=bucket, Key="bobs", ACL="private")
    shown = alice.s3.get_object_acl(Bucket=bucket, Key="bobs")
    assert is_dead(shown["Owner"]["ID"], bob.id) and grantees(shown) == {shown["Owner"]["ID"]}
    assert alice.s3.get_object(Bucket=bucket, Key="bobs")["Body"].read() == b"secret"


def test_a_grant_of_an_object_stays_the_deleted_users(alice, bob, bucket):
    alice.s3.put_object(Bucket=bucket, Key="shared", Body=b"x", GrantRead=f"id={bob.id}")
    assert bob.s3.get_object(Bucket=bucket, Key="shared")["Body"].read() == b"x"
    heir = bob.given_again()
    with s3.refused("AccessDenied"):
        heir.s3.get_object(Bucket=bucket, Key="shared")
    shown = alice.s3.get_object_acl(Bucket=bucket, Key="shared")
    (dead,) = grantees(shown) - {alice.id}
    assert is_dead(dead, bob.id)
    with s3.refused("InvalidArgument"):
        list_again = {"Owner": shown["Owner"], "Grants": shown["Grants"]}
        alice.s3.put_object_acl(Bucket=bucket, Key="shared", AccessControlPolicy=list_again)

    alice.s3.put_object_acl(Bucket=bucket, Key="shared", GrantRead=f"id={heir.id}")
    assert heir.s3.get_object(Bucket=bucket, Key="shared")["Body"].read() == b"x"
    assert grantees(alice.s3.get_object_acl(Bucket=bucket, Key="shared")) == {heir.id}


def test_a_grant_of_a_bucket_stays_the_deleted_users(alice, bob, bucket):
    grants = {"GrantRead": f"id={bob.id}", "GrantWrite": f"id={bob.id}", "GrantFullControl": f"id={alice.id}"}
    alice.s3.put_bucket_acl(Bucket=bucket, **grants)
    bob.s3.list_objects_v2(Bucket=bucket)
    heir = bob.given_again()
    with s3.refused("AccessDenied"):
        heir.s3.list_objects_v2(Bucket=bucket)
    with s3.refused("AccessDenied"):
        heir.s3.put_object(Bucket=bucket, Key="b", Body=b"b")
    (dead,) = grantees(alice.s3.get_bucket_acl(Bucket=bucket)) - {alice.id}
    assert is_dead(dead, bob.id)
    for value in (f"id={dead}", "id=nobody-of-this-name"):
        with pytest.raises(alice.s3.exceptions.ClientError) as refused:
            alice.s3.put_bucket_acl(Bucket=bucket, GrantRead=value)
        error = refused.value.response["Error"]
        assert (error["Code"], "Invalid id" in error["Message"]) == ("InvalidArgument", True), error


@pytest.mark.parametrize("spelling", ["{0}", "urn:ecs:iam::corp:user/{0}", "arn:aws:iam:::user/{0}"])
def test_a_policy_stays_the_deleted_users(alice, bob, bucket, spelling):
    put_policy(alice, bucket, {"AWS": [spelling.format(bob.id)]})
    assert bob.s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"
    assert policy_of(alice, bucket)["Principal"] == {"AWS": [spelling.format(bob.id)]}
    heir = bob.given_again()
    with s3.refused("AccessDenied"):
        heir.s3.get_object(Bucket=bucket, Key="a")
    read_back = policy_of(alice, bucket)
    (dead,) = read_back["Principal"]["AWS"]
    assert is_dead(dead, bob.id)
    with pytest.raises(alice.s3.exceptions.ClientError) as refused:
        put_policy(alice, bucket, read_back["Principal"])
    error = refused.value.response["Error"]
    assert error["Code"] == "MalformedPolicy" and error["Message"].startswith("Invalid principal in policy"), error

    put_policy(alice, bucket, {"AWS": [spelling.format(bob.id)]})
    assert heir.s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"


def test_an_exception_from_a_denial_stays_the_deleted_users(alice, bob, bucket):
    alice.s3.put_bucket_acl(Bucket=bucket, GrantRead=f"id={bob.id}", GrantFullControl=f"id={alice.id}")
    put_policy(alice, bucket, {"AWS": [alice.id, bob.id]}, effect="Deny", element="NotPrincipal")
    bob.s3.list_objects_v2(Bucket=bucket)
    heir = bob.given_again()
    alice.s3.put_bucket_acl(Bucket=bucket, GrantRead=f"id={heir.id}", GrantFullControl=f"id={alice.id}")
    with s3.refused("AccessDenied"):
        heir.s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("principal", ["nobody-of-this-name", "urn:ecs:iam::corp:user/nobody", "urn:ecs:iam::no-such-ns:root"])
def test_a_policy_for_somebody_who_is_not_there_is_refused(company, alice, bucket, principal):
    with pytest.raises(alice.s3.exceptions.ClientError) as refused:
        put_policy(alice, bucket, {"AWS": principal})
    error = refused.value.response["Error"]
    assert error["Code"] == "MalformedPolicy" and error["Message"].startswith("Invalid principal in policy"), error
    resource = f"arn:aws:s3:::{bucket}/*"
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    company.root.put(f"{BUCKETS}/{bucket}/policy?namespace={NAMESPACE}", raw=policy).expect(400, 1008)


def test_a_person_of_the_directory_is_named_once_there_is_an_object_user(company, alice, bucket):
    person = company.hire()
    with pytest.raises(alice.s3.exceptions.ClientError) as refused:
        put_policy(alice, bucket, {"AWS": person.uid})
    assert "POST /object/users" in refused.value.response["Error"]["Message"]
    company.object_user(uid=person.uid)
    put_policy(alice, bucket, {"AWS": person.uid})
    assert person.with_key().get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"


def test_a_namespace_given_again_is_not_the_one_that_a_policy_names(company, alice, bucket):
    namespace = company.found_namespace()
    stranger = User(company, namespace)
    stranger.speaks_to = NAMESPACE
    put_policy(alice, bucket, {"AWS": f"urn:ecs:iam::{namespace}:root"})
    stranger.s3.get_object(Bucket=bucket, Key="a")
    stranger.delete()
    company.root.post(f"/object/namespaces/namespace/{namespace}/deactivate").expect(200)
    company.found_namespace(namespace)
    newcomer = User(company, namespace)
    newcomer.speaks_to = NAMESPACE
    with s3.refused("AccessDenied"):
        newcomer.s3.get_object(Bucket=bucket, Key="a")
    assert is_dead(policy_of(alice, bucket)["Principal"]["AWS"], namespace)


def test_a_list_put_by_an_administrator_stays_the_deleted_users(company, alice, bob, bucket):
    root, path = company.root, f"{BUCKETS}/{bucket}/acl"
    grant = {"user": bob.id, "permission": ["read", "write"]}
    own = {"user": alice.id, "permission": ["full_control"]}

    def put(*user_acl):
        order = {"bucket": bucket, "namespace": NAMESPACE, "acl": {"user_acl": list(user_acl)}}
        return root.put(path, "bucket_acl", order)

    put(own, grant).expect(200)
    bob.s3.list_objects_v2(Bucket=bucket)
    heir = bob.given_again()
    with s3.refused("AccessDenied"):
        heir.s3.list_objects_v2(Bucket=bucket)
    shown = root.get(f"{path}?namespace={NAMESPACE}").expect(200).json["acl"]["user_acl"]
    assert shown[0] == own and is_dead(shown[1]["user"], bob.id)
    put(*shown).expect(400, 1008)
    put(own, grant).expect(200)
    heir.s3.list_objects_v2(Bucket=bucket)
    assert root.get(f"{path}?namespace={NAMESPACE}").expect(200).json["acl"]["user_acl"] == [own, grant]


def test_listings_name_the_deleted_user_by_the_dead_id(alice, bob, bucket):
    alice.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    alice.s3.put_bucket_acl(Bucket=bucket, GrantWrite=f"id={bob.id}", GrantFullControl=f"id={alice.id}")
    bob.s3.put_object(Bucket=bucket, Key="bobs", Body=b"")
    bob.s3.create_multipart_upload(Bucket=bucket, Key="parts")

    def owners():
        contents = alice.s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
        yield from (one["Owner"]["ID"] for one in contents if one["Key"] == "bobs")
        yield from (one["Owner"]["ID"] for one in alice.s3.list_objects(Bucket=bucket)["Contents"] if one["Key"] == "bobs")
        versions = alice.s3.list_object_versions(Bucket=bucket)["Versions"]
        yield from (one["Owner"]["ID"] for one in versions if one["Key"] == "bobs")
        (upload,) = alice.s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
        yield upload["Owner"]["ID"]
        yield alice.s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload["UploadId"])["Initiator"]["ID"]

    assert set(owners()) == {bob.id}
    heir = bob.given_again()
    assert all(is_dead(owner, bob.id) for owner in owners()), list(owners())
    alice.s3.put_bucket_acl(Bucket=bucket, GrantWrite=f"id={heir.id}", GrantFullControl=f"id={alice.id}")
    heir.s3.put_object(Bucket=bucket, Key="bobs", Body=b"")
    assert {one["Owner"]["ID"] for one in alice.s3.list_objects(Bucket=bucket)["Contents"]} == {alice.id, heir.id}


def test_all_of_it_holds_after_a_restart(keyward, alice, bob, bucket):
    alice.s3.put_object(Bucket=bucket, Key="shared", Body=b"x", GrantRead=f"id={bob.id}")
    put_policy(alice, bucket, {"AWS": bob.id})
    heir = bob.given_again()
    keyward.restart()
    for key in ("a", "shared"):
        with s3.refused("AccessDenied"):
            heir.s3.get_object(Bucket=bucket, Key=key)
    put_policy(alice, bucket, {"AWS": bob.id})
    keyward.restart()
    assert heir.s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"


def test_a_bucket_that_an_administrator_created_waits_for_the_administrators_first_object_user(company):
    namespace, admin = company.namespace_admin()
    name = unique("waiting")
    admin.post(BUCKETS, "object_bucket_create", {"name": name, "namespace": namespace}).expect(200)
    owner = admin.get(f"{BUCKETS}/{name}/info?namespace={namespace}").expect(200).field("owner")
    first = User(company, namespace, owner)
    first.s3.put_object(Bucket=name, Key="a", Body=b"a")
    assert first.s3.get_bucket_acl(Bucket=name)["Owner"]["ID"] == owner
    assert [one["Name"] for one in first.s3.list_buckets()["Buckets"]] == [name]
