"""Base URLs: what decides whether a host name carries a bucket, and the S3 addressing that follows."""

import socket

import pytest

import s3
from company import unique

URLS = "/object/baseurl"


@pytest.fixture
def every_name_is_here(monkeypatch):
    """Host names below .s3.test lead to the loopback address, as a wildcard DNS entry would."""
    ask = socket.getaddrinfo

    def answer(host, *arguments, **options):
        name = host.decode() if isinstance(host, bytes) else host
        return ask("127.0.0.1" if name and name.endswith(".s3.test") else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def add(root, namespace_in_host: bool = False) -> tuple[str, str]:
    host = f"{unique('base')}.s3.test"
    fields = {"name": unique("name"), "base_url": host, "is_namespace_in_host": namespace_in_host}
    made = root.post(URLS, "object_base_url_create", fields).expect(200)
    return made.field("id"), host


def test_a_base_url_is_made_shown_listed_changed_and_deleted(root, form):
    root, name = root.speaking(form), unique("name")
    fields = {"name": name, "base_url": "first.s3.test", "is_namespace_in_host": False}
    made = root.post(URLS, "object_base_url_create", fields).expect(200)
    assert (made.field("name"), made.field("baseurl"), made.field("namespace_in_host")) == (name, "first.s3.test", "false")
    path = f"{URLS}/{made.field('id')}"
    listed = root.get(URLS).expect(200)
    ids = (
        [entry["id"] for entry in listed.json["base_url"]]
        if form == "json"
        else [entry.findtext("id") for entry in listed.xml.iterfind("base_url")]
    )
    assert made.field("id") in ids
    root.put(path, "object_base_url_update", {"base_url": "second.s3.test", "is_namespace_in_host": "true"}).expect(200)
    shown = root.get(path).expect(200)
    assert (shown.field("name"), shown.field("baseurl"), shown.field("namespace_in_host")) == (name, "second.s3.test", "true")
    root.post(f"{path}/deactivate").expect(200)
    root.get(path).expect(404, 2000)


def test_only_administrators_change_base_urls_and_monitors_read_them(company, person):
    fields = {"name": unique("name"), "base_url": "x.s3.test", "is_namespace_in_host": False}
    monitor = company.management_user(isSystemMonitor=True)
    monitor.get(URLS).expect(200)
    for caller in (monitor, person.login()):
        caller.post(URLS, "object_base_url_create", fields).expect(403, 3000)


def test_a_base_url_without_a_needed_field_is_refused(root):
    for fields in ({"name": unique("name")}, {"base_url": "y.s3.test"}, {}):
        root.post(URLS, "object_base_url_create", fields | {"is_namespace_in_host": False}).expect(400, 1005)


def in_the_host(company, person, host: str):
    """A boto3 client that puts the bucket into the host name, and one that puts it into the path."""
    secret = person.login().new_key().expect(200).field("secret_key")
    port = company.keyward.s3_plain.rpartition(":")[2]
    return s3.client(f"http://{host}:{port}", person.uid, secret, addressing="virtual"), person.s3(secret)


def test_a_bucket_in_the_host_name_is_the_bucket_in_the_path(company, root, person, every_name_is_here):
    _, host = add(root)
    hosted, by_path = in_the_host(company, person, host)
    bucket = unique("hosted-")
    hosted.create_bucket(Bucket=bucket)
    hosted.put_object(Bucket=bucket, Key="a/b c", Body=b"by host")
    assert [entry["Key"] for entry in hosted.list_objects_v2(Bucket=bucket)["Contents"]] == ["a/b c"]
    for client in (hosted, by_path):
        assert client.get_object(Bucket=bucket, Key="a/b c")["Body"].read() == b"by host"


def test_a_namespace_in_the_host_name_leads_to_its_buckets(company, root, person, every_name_is_here):
    _, host = add(root, namespace_in_host=True)
    hosted, by_path = in_the_host(company, person, f"corp.{host}")
    bucket = unique("hosted-")
    hosted.create_bucket(Bucket=bucket)
    hosted.put_object(Bucket=bucket, Key="key", Body=b"by namespace")
    assert by_path.get_object(Bucket=bucket, Key="key")["Body"].read() == b"by namespace"


def test_a_deleted_base_url_no_longer_names_buckets(company, root, person, every_name_is_here):
    identifier, host = add(root)
    hosted, _ = in_the_host(company, person, host)
    bucket = unique("hosted-")
    hosted.create_bucket(Bucket=bucket)
    hosted.head_bucket(Bucket=bucket)
    root.post(f"{URLS}/{identifier}/deactivate").expect(200)
    with s3.refused("NoSuchBucket", "NoSuchKey", "AccessDenied", "InvalidRequest"):
        hosted.get_object(Bucket=bucket, Key="key")
