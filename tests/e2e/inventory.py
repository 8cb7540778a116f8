"""All that a server tells of what it holds, as plain data: two inventories of the same data are equal.

What the management API answers, and what each bucket, version and upload looks like to its owner. A refusal is part of
an inventory too, by its code.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import date

from botocore.exceptions import ClientError

from ecs import Ecs, user_path

# What depends on the machine or the moment, not on the data.
PASSING = {"Date", "RequestId", "HostId", "ResponseMetadata", "Body", "AcceptRanges"}
BUCKET_CALLS = (
    "get_bucket_acl",
    "get_bucket_cors",
    "get_bucket_encryption",
    "get_bucket_lifecycle_configuration",
    "get_bucket_location",
    "get_bucket_ownership_controls",
    "get_bucket_policy",
    "get_bucket_policy_status",
    "get_bucket_tagging",
    "get_bucket_versioning",
    "get_object_lock_configuration",
    "get_public_access_block",
    "head_bucket",
)
VERSION_CALLS = ("get_object_acl", "get_object_legal_hold", "get_object_retention", "get_object_tagging")


def plain(value):
    """The same without what passes, and with times as text."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items() if name not in PASSING}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def ask(client, call: str, **arguments):
    """The answer as plain data, or the code of the refusal."""
    try:
        return plain(getattr(client, call)(**arguments))
    except ClientError as refusal:
        return {"refused": refusal.response["Error"]["Code"]}


def answer(root: Ecs, path: str):
    reply = root.get(path)
    return reply.json if reply.status == 200 and reply.body else {"status": reply.status}


def namespaces(root: Ecs) -> list[str]:
    return [one["name"] for one in root.get("/object/namespaces").expect(200).json["namespace"]]


def users(root: Ecs, namespace: str) -> list[str]:
    return [one["userid"] for one in root.get(f"/object/users/{namespace}").expect(200).json["blobuser"]]


def buckets(root: Ecs, namespace: str) -> list[dict]:
    return root.get(f"/object/bucket?namespace={namespace}").expect(200).json["object_bucket"]


def management(root: Ecs) -> dict:
    """What an administrator is told, by the path that tells it."""
    paths = ["/object/namespaces", "/vdc/users", "/vdc/admin/authnproviders", "/object/baseurl", "/config-admin/security"]
    paths += ["/config/object/properties", "/config/secretkey/hidesecretkey", "/keyward/v1/people"]
    for namespace in namespaces(root):
        home = f"/object/namespaces/namespace/{namespace}"
        paths += [home, f"{home}/quota", f"{home}/retention", f"/keyward/v1/namespaces/{namespace}/sigv2"]
        paths += [f"/object/users/{namespace}", f"/object/bucket?namespace={namespace}"]
        for user in map(user_path, users(root, namespace)):
            paths += [f"/object/users/{user}/info?namespace={namespace}", f"/object/users/lock/{user}/{namespace}"]
        for bucket in buckets(root, namespace):
            calls = ("acl", "info", "lock", "metadata", "policy", "quota", "retention")
            paths += [f"/object/bucket/{bucket['name']}/{call}?namespace={namespace}" for call in calls]
    return {path: answer(root, path) for path in paths}


def bucket(client, name: str, customer_key: dict) -> dict:
    """One bucket as its owner sees it. `customer_key` opens what is encrypted under a client's own key."""
    listed = client.list_object_versions(Bucket=name)
    assert not listed["IsTruncated"]
    uploads = client.list_multipart_uploads(Bucket=name).get("Uploads", [])
    return {
        "configuration": {call: ask(client, call, Bucket=name) for call in BUCKET_CALLS},
        "listing": ask(client, "list_objects_v2", Bucket=name, FetchOwner=True),
        "versions": [version(client, name, one, customer_key) for one in listed.get("Versions", [])],
        "markers": plain(listed.get("DeleteMarkers", [])),
        "uploads": [upload(client, name, one) for one in uploads],
    }


def version(client, bucket: str, listed: dict, customer_key: dict) -> dict:
    place = {"Bucket": bucket, "Key": listed["Key"], "VersionId": listed["VersionId"]}
    try:
        got, key = client.get_object(**place, ChecksumMode="ENABLED"), {}
    except ClientError as refusal:
        assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 400, refusal.response
        got, key = client.get_object(**place, ChecksumMode="ENABLED", **customer_key), customer_key
    body = got["Body"].read()
    return {
        "listed": plain(listed),
        "sha256": hashlib.sha256(body).hexdigest(),
        "under_customer_key": bool(key),
        "got": plain(got),
        "head": ask(client, "head_object", **place, ChecksumMode="ENABLED", **key),
        "headers": kept_headers(got),
    } | {call: ask(client, call, **place) for call in VERSION_CALLS}


def kept_headers(got: dict) -> dict:
    """The headers of ECS, which boto3 does not know."""
    headers = got["ResponseMetadata"]["HTTPHeaders"]
    return {name: value for name, value in headers.items() if name.startswith("x-emc-") and "retention" in name}


def upload(client, bucket: str, listed: dict) -> dict:
    place = {"Bucket": bucket, "Key": listed["Key"], "UploadId": listed["UploadId"]}
    return {"listed": plain(listed), "parts": ask(client, "list_parts", **place)}


def differences(before, after, path: str = "", gone: Collection[str] = ()) -> list[str]:
    """Where `after` does not say what `before` said. It may say more: a later release has more fields, and shows that the
    user behind a grant is one of the `gone`."""
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(f"{path}/{name}", value, after.get(name, "(absent)")) for name, value in before.items()]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(f"{path}[{place}]", *both) for place, both in enumerate(zip(before, after, strict=True))]
    elif before == after or (before in gone and after == f"{before}[deleted]"):
        return []
    elif path.endswith("/Policy") and isinstance(after, str):
        return differences(json.loads(before), json.loads(after), path, gone)
    else:
        return [f"{path}: was {before!r}, is {after!r}"]
    return [found for where, one, other in pairs for found in differences(one, other, where, gone)]
