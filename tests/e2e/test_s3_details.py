"""What careful clients look at: version ids, checksums of parts, retentions, tags under a policy, bodies of any length."""

import json
from datetime import datetime, timedelta, timezone

import pytest
import requests

import s3
from company import unique

PART = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def alice(company):
    return company.hire()


@pytest.fixture(scope="module")
def client(alice):
    return alice.with_key()


@pytest.fixture
def bucket(client) -> str:
    name = unique("details-")
    client.create_bucket(Bucket=name)
    return name


def test_a_write_names_its_version_only_where_versions_are_kept(client, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    assert "VersionId" not in client.put_object(**place, Body=b"0")
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert client.put_object(**place, Body=b"1")["VersionId"] != "null"
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in client.put_object(**place, Body=b"2")
    assert client.head_object(**place)["VersionId"] == "null"


@pytest.mark.parametrize(("algorithm", "kind"), [("SHA256", "COMPOSITE"), ("CRC64NVME", "FULL_OBJECT")])
def test_a_part_that_is_read_alone_shows_its_own_checksum(client, bucket, algorithm, kind):
    place = {"Bucket": bucket, "Key": "big"}
    upload = client.create_multipart_upload(**place, ChecksumAlgorithm=algorithm)["UploadId"]
    name, sums, parts = f"Checksum{algorithm}", [], []
    for number, body in [(1, b"a" * PART), (2, b"b" * 10)]:
        put = client.upload_part(
            **place, UploadId=upload, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm
        )
        sums.append(put[name])
        parts.append({"PartNumber": number, "ETag": put["ETag"], name: put[name]})
    client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
    whole = client.head_object(**place, ChecksumMode="ENABLED")
    for number in (1, 2):
        # The client checks the bytes against it, too.
        got = client.get_object(**place, PartNumber=number, ChecksumMode="ENABLED")
        assert (got[name], got["ChecksumType"], got["PartsCount"]) == (sums[number - 1], kind, 2)
        assert got["Body"].read()[:1] == b"_ab"[number : number + 1]
        head = client.head_object(**place, PartNumber=number, ChecksumMode="ENABLED")
        assert (head[name], head["ChecksumType"]) == (sums[number - 1], kind)
    assert whole[name] not in sums


def test_a_retention_only_gets_longer_for_whom_it_binds(client):
    bucket = unique("locked-")
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    place = {"Bucket": bucket, "Key": "k"}
    soon = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1)
    version = client.put_object(
        **place, Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=soon
    )["VersionId"]
    with s3.refused("AccessDenied"):
        client.put_object_retention(**place, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": soon})
    longer = soon + timedelta(hours=1)
    client.put_object_retention(**place, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": longer})
    with s3.refused("AccessDenied"):
        client.delete_object(**place, VersionId=version)
    client.delete_object(**place, VersionId=version, BypassGovernanceRetention=True)


def test_what_a_bucket_retains_by_default_counts_from_the_completion_of_an_upload(client):
    bucket = unique("locked-")
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    place = {"Bucket": bucket, "Key": "k"}
    upload = client.create_multipart_upload(**place)["UploadId"]
    # A default that came after the upload had begun holds for its object all the same.
    default = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    client.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": default}
    )
    part = client.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    client.complete_multipart_upload(
        **place, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]}
    )
    head = client.head_object(**place)
    assert head["ObjectLockMode"] == "GOVERNANCE"
    kept = head["ObjectLockRetainUntilDate"] - head["LastModified"]
    assert timedelta(days=1) <= kept < timedelta(days=1, seconds=2)
    client.delete_object(**place, VersionId=head["VersionId"], BypassGovernanceRetention=True)


def test_a_policy_sees_the_tags_that_a_request_gives(company, alice, client, bucket):
    bob = company.hire()
    other = bob.with_key()
    client.put_object(Bucket=bucket, Key="k", Body=b"x")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": bob.uid},
        "Action": ["s3:PutObject", "s3:PutObjectTagging"],
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"s3:RequestObjectTag/colour": "red"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.put_bucket_policy(Bucket=bucket, Policy=policy)
    red, blue = ({"TagSet": [{"Key": "colour", "Value": value}]} for value in ("red", "blue"))
    other.put_object_tagging(Bucket=bucket, Key="k", Tagging=red)
    with s3.refused("AccessDenied"):
        other.put_object_tagging(Bucket=bucket, Key="k", Tagging=blue)
    other.put_object(Bucket=bucket, Key="new", Body=b"x", Tagging="colour=red")
    with s3.refused("AccessDenied"):
        other.put_object(Bucket=bucket, Key="new", Body=b"x", Tagging="colour=blue")
    assert client.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == red["TagSet"]


def test_a_policy_that_allows_all_but_some_is_refused(client, bucket):
    statement = {"Effect": "Allow", "NotPrincipal": "bob", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"}
    with s3.refused("MalformedPolicy"):
        client.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )


def test_lists_and_an_enforced_owner_exclude_each_other(client, bucket):
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    client.put_bucket_acl(Bucket=bucket, ACL="public-read")
    with s3.refused("InvalidBucketAclWithObjectOwnership"):
        client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    client.put_bucket_acl(Bucket=bucket, ACL="private")
    client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    client.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="bucket-owner-full-control")
    for acl in ("public-read", "private"):
        with s3.refused("AccessControlListNotSupported"):
            client.put_bucket_acl(Bucket=bucket, ACL=acl)
        with s3.refused("AccessControlListNotSupported"):
            client.put_object_acl(Bucket=bucket, Key="k", ACL=acl)
        with s3.refused("AccessControlListNotSupported"):
            client.put_object(Bucket=bucket, Key="k", Body=b"x", ACL=acl)
    with s3.refused("InvalidBucketAclWithObjectOwnership"):
        client.create_bucket(Bucket=unique("b-"), ObjectOwnership="BucketOwnerEnforced", ACL="public-read")


def test_encodings_of_the_object_come_back_as_they_were_sent(client, bucket):
    for sent in ["gzip", "deflate, gzip", "aws-chunked, gzip"]:
        client.put_object(Bucket=bucket, Key="k", Body=b"x", ContentEncoding=sent)
        assert client.head_object(Bucket=bucket, Key="k")["ContentEncoding"] == sent


def test_a_body_whose_length_nobody_knows_is_stored_as_it_comes(client, bucket):
    link = client.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "stream"})
    pieces = [b"a" * 100_000, b"b", b"c" * 50_000]
    assert requests.put(link, data=iter(pieces), timeout=60, verify=False).status_code == 200
    assert client.get_object(Bucket=bucket, Key="stream")["Body"].read() == b"".join(pieces)


KMS = ["x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-context"]


@pytest.mark.parametrize("name", KMS)
@pytest.mark.parametrize("beside", [{}, {"ServerSideEncryption": "AES256"}], ids=["alone", "AES256"])
def test_a_key_of_a_key_management_service_is_not_forgotten_beside_another_encryption(client, bucket, name, beside):
    """Whoever names a key would be told that all is well, and the object would be encrypted under another one."""
    place = {"Bucket": bucket, "Key": "k"}
    client.put_object(Bucket=bucket, Key="source", Body=b"x")
    client.meta.events.register("before-sign.s3", lambda request, **_: request.headers.__setitem__(name, "k1"), "kms")
    try:
        with s3.refused("InvalidArgument"):
            client.put_object(**place, Body=b"x", **beside)
        with s3.refused("InvalidArgument"):
            client.create_multipart_upload(**place, **beside)
        with s3.refused("InvalidArgument"):
            client.copy_object(**place, CopySource=f"{bucket}/source", **beside)
    finally:
        client.meta.events.unregister("before-sign.s3", unique_id="kms")
    fields = {name: "k1"} | {"x-amz-server-side-encryption": algorithm for algorithm in beside.values()}
    conditions = [{field: value} for field, value in fields.items()]
    form = client.generate_presigned_post(bucket, "k", Fields=fields, Conditions=conditions, ExpiresIn=60)
    posted = requests.post(form["url"], data=form["fields"], files={"file": b"x"}, timeout=30)
    assert posted.status_code == 400 and "<Code>InvalidArgument</Code>" in posted.text, posted.text
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k1"}}
    with s3.refused("InvalidArgument"):
        client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket)["Contents"]] == ["source"]


@pytest.mark.parametrize("name", ["x-amz-server-side-encryption", *KMS])
def test_a_read_that_names_an_encryption_is_refused(client, bucket, name):
    client.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="AES256")
    client.meta.events.register("before-sign.s3", lambda request, **_: request.headers.__setitem__(name, "AES256"), "sse")
    try:
        with s3.refused("InvalidArgument"):
            client.get_object(Bucket=bucket, Key="k")
        with s3.refused("400"):
            client.head_object(Bucket=bucket, Key="k")
    finally:
        client.meta.events.unregister("before-sign.s3", unique_id="sse")
    assert client.get_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"


def test_messages_begin_with_the_sentence_that_clients_look_for(client, bucket):
    """s3fs takes a 412 for a file that changed by the word pre-conditions alone."""
    tag = client.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    client.put_object(Bucket=bucket, Key="k", Body=b"2")
    with pytest.raises(client.exceptions.ClientError) as changed:
        client.get_object(Bucket=bucket, Key="k", IfMatch=tag)
    assert changed.value.response["Error"]["Message"].startswith("At least one of the pre-conditions you specified did not hold")
    with pytest.raises(client.exceptions.NoSuchKey) as missing:
        client.get_object(Bucket=bucket, Key="missing")
    assert missing.value.response["Error"]["Message"].startswith("The specified key does not exist.")
