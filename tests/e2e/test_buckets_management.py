"""Buckets: what administrators do through the management API and what S3 users see are one registry."""

import json

import pytest

import s3
from company import NAMESPACE, unique

BUCKETS = "/object/bucket"


@pytest.fixture
def owner(company):
    """An object user of the company with a key."""
    person = company.hire()
    return person, person.with_key()


def make(root, name: str | None = None, **fields) -> str:
    name = name or unique("bucket")
    root.post(BUCKETS, "object_bucket_create", {"name": name, "namespace": NAMESPACE} | fields).expect(200)
    return name


def at(name: str, part: str) -> str:
    return f"{BUCKETS}/{name}/{part}?namespace={NAMESPACE}"


def names(client) -> list[str]:
    return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]


def test_a_bucket_made_by_an_administrator_is_its_owners_at_once(root, owner, form):
    person, client = owner
    name = make(root.speaking(form), owner=person.uid)
    assert name in names(client)
    client.put_object(Bucket=name, Key="a", Body=b"x")
    assert client.get_object(Bucket=name, Key="a")["Body"].read() == b"x"


def test_a_bucket_made_with_s3_is_seen_by_administrators(root, owner, form):
    person, client = owner
    name = unique("bucket")
    client.create_bucket(Bucket=name)
    shown = root.speaking(form).get(at(name, "info")).expect(200)
    assert (shown.field("owner"), shown.field("namespace"), shown.field("locked")) == (person.uid, NAMESPACE, "false")
    listed = root.get(f"{BUCKETS}?namespace={NAMESPACE}&name={name}*&limit=10").expect(200).json
    assert [bucket["name"] for bucket in listed["object_bucket"]] == [name]
    root.post(BUCKETS, "object_bucket_create", {"name": name, "namespace": NAMESPACE}).expect(400, 40008)


def test_a_new_owner_takes_over_with_the_next_request(root, company, owner):
    person, client = owner
    name, heir = make(root, owner=person.uid), company.hire()
    heirs_client = heir.with_key()
    client.put_object(Bucket=name, Key="a", Body=b"x")
    with s3.refused("AccessDenied"):
        heirs_client.get_object(Bucket=name, Key="a")
    fields = {"namespace": NAMESPACE, "new_owner": heir.uid}
    root.post(f"{BUCKETS}/{name}/owner", "object_bucket_update_owner", fields).expect(200)
    assert heirs_client.get_object(Bucket=name, Key="a")["Body"].read() == b"x"
    with s3.refused("AccessDenied"):
        client.get_object(Bucket=name, Key="a")
    assert name in names(heirs_client) and name not in names(client)


def test_a_locked_bucket_is_read_and_not_changed(root, owner):
    person, client = owner
    name = make(root, owner=person.uid)
    client.put_object(Bucket=name, Key="a", Body=b"x")
    upload = client.create_multipart_upload(Bucket=name, Key="b")["UploadId"]
    root.put(f"{BUCKETS}/{name}/lock/true", "set_bucket_lock", {"namespace": NAMESPACE}).expect(200)
    assert client.get_object(Bucket=name, Key="a")["Body"].read() == b"x"
    assert client.list_objects_v2(Bucket=name)["KeyCount"] == 1
    for change in (
        lambda: client.put_object(Bucket=name, Key="a", Body=b"y"),
        lambda: client.delete_object(Bucket=name, Key="a"),
        lambda: client.copy_object(Bucket=name, Key="c", CopySource=f"{name}/a"),
        lambda: client.upload_part(Bucket=name, Key="b", UploadId=upload, PartNumber=1, Body=b"z"),
        lambda: client.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "a"}]}),
        lambda: client.delete_bucket(Bucket=name),
    ):
        with s3.refused("AccessDenied"):
            change()
    assert root.get(at(name, "lock")).expect(200).json == {"bucket_name": name, "isLocked": True}
    root.put(f"{BUCKETS}/{name}/lock/false", "set_bucket_lock", {"namespace": NAMESPACE}).expect(200)
    client.put_object(Bucket=name, Key="a", Body=b"y")


def test_only_an_empty_bucket_is_deactivated_and_then_it_is_gone(root, owner):
    person, client = owner
    name = make(root, owner=person.uid)
    client.put_object(Bucket=name, Key="a", Body=b"x")
    refused = root.post(at(name, "deactivate")).expect(400, 1012)
    assert "not empty" in refused.field("details")
    root.post(at(name, "deactivate") + "&emptyBucket=true").expect(400, 1008)
    client.delete_object(Bucket=name, Key="a")
    assert root.post(at(name, "deactivate")).expect(200).body == b""
    with s3.refused("NoSuchBucket"):
        client.put_object(Bucket=name, Key="a", Body=b"x")
    root.get(at(name, "info")).expect(400, 1004)


def test_a_list_put_here_holds_on_s3_and_one_put_there_is_shown_here(root, company, owner):
    person, client = owner
    name, other = make(root, owner=person.uid), company.hire()
    others_client = other.with_key()
    with s3.refused("AccessDenied"):
        others_client.list_objects_v2(Bucket=name)

    def put(**lists):
        return root.put(f"{BUCKETS}/{name}/acl", "bucket_acl", {"bucket": name, "namespace": NAMESPACE, "acl": lists})

    own = {"user": person.uid, "permission": ["full_control"]}
    grant = {"user": other.uid, "permission": ["read", "execute"]}
    put(user_acl=[own, grant]).expect(200)
    assert root.get(at(name, "acl")).expect(200).json["acl"]["user_acl"] == [own, grant]
    others_client.list_objects_v2(Bucket=name)
    with s3.refused("AccessDenied"):
        others_client.put_object(Bucket=name, Key="a", Body=b"x")
    put(user_acl=[own], group_acl=[{"group": "everybody", "permission": ["read"]}]).expect(400, 1008)
    put(user_acl=[{"user": "nobody-at-all", "permission": ["read"]}]).expect(400, 1008)

    client.put_bucket_acl(Bucket=name, ACL="public-read")
    shown = root.get(at(name, "acl")).expect(200).json["acl"]
    assert (shown["user_acl"], shown["group_acl"]) == ([own], [{"group": "public", "permission": ["read"]}])
    client.put_bucket_acl(Bucket=name, ACL="private")
    with s3.refused("AccessDenied"):
        others_client.list_objects_v2(Bucket=name)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    put(user_acl=[own], group_acl=[{"group": "public", "permission": ["read"]}]).expect(400, 1008)


def test_a_policy_put_here_holds_on_s3_and_one_put_there_is_shown_here(root, company, owner):
    person, client = owner
    name, other = make(root, owner=person.uid), company.hire()
    others_client = other.with_key()

    def policy(effect, action):
        statement = {"Effect": effect, "Principal": {"AWS": [other.uid]}, "Action": action, "Resource": f"arn:aws:s3:::{name}/*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    client.put_object(Bucket=name, Key="a", Body=b"shared")
    with s3.refused("AccessDenied"):
        others_client.get_object(Bucket=name, Key="a")
    root.put(at(name, "policy"), raw=policy("Allow", "s3:GetObject")).expect(200)
    assert others_client.get_object(Bucket=name, Key="a")["Body"].read() == b"shared"
    assert json.loads(client.get_bucket_policy(Bucket=name)["Policy"]) == json.loads(policy("Allow", "s3:GetObject"))
    client.put_bucket_policy(Bucket=name, Policy=policy("Deny", "s3:PutObject"))
    assert json.loads(root.get(at(name, "policy")).expect(200).body) == json.loads(policy("Deny", "s3:PutObject"))
    with s3.refused("AccessDenied"):
        others_client.get_object(Bucket=name, Key="a")
    for wrong in ('{"Version":"2012-10-17","Statement":[]}', policy("Maybe", "s3:GetObject"), "<policy/>"):
        root.put(at(name, "policy"), raw=wrong).expect(400, 1008)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    public = json.loads(policy("Allow", "s3:GetObject"))
    public["Statement"][0]["Principal"] = "*"
    root.put(at(name, "policy"), raw=json.dumps(public)).expect(400, 1008)
    root.call("DELETE", at(name, "policy")).expect(200)
    with s3.refused("NoSuchBucketPolicy"):
        client.get_bucket_policy(Bucket=name)


def test_nothing_is_protected_that_would_only_look_so(root, owner):
    name = make(root, owner=owner[0].uid)
    root.put(at(name, "retention"), "default_bucket_retention_update", {"period": 60}).expect(400, 1008)


def test_what_clients_read_first_is_told_as_it_is(root, form):
    root = root.speaking(form)
    groups = root.get("/vdc/data-service/vpools").expect(200)
    group = groups.json["data_service_vpool"][0]["id"] if form == "json" else groups.xml.findtext("data_service_vpool/id")
    name = make(root, vpool=group)
    assert root.get(at(name, "info")).expect(200).field("vpool") == group
    capacity = root.get("/object/capacity").expect(200)
    assert 0 <= int(capacity.field("totalFree_gb")) <= int(capacity.field("totalProvisioned_gb"))
    assert root.get("/object/vdcs/vdc/local").expect(200).field("local") == "true"
    root.get("/vdc/nodes").expect(200)
