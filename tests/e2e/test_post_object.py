"""Browser uploads: boto3 makes the form, `requests` posts it, and nothing is stored that its policy does not permit."""

import base64
import hashlib
import hmac
import json
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import requests

import s3

BUCKET = "photos"


@pytest.fixture(scope="module")
def owner(company):
    person = company.hire()
    secret = person.login().new_key().expect(200).field("secret_key")
    person.s3(secret).create_bucket(Bucket=BUCKET)
    return person, secret


@pytest.fixture(params=["s3v4", "s3"], ids=["version 4", "version 2"])
def form(owner, request):
    """Makes a form under a key of the test's own name, posts it, and tells what is stored afterwards."""
    person, secret = owner
    return Form(person, secret, request.param, request.node.name.translate(str.maketrans("[]", "/.")))


class Form:
    def __init__(self, person, secret, version, prefix):
        self.person, self.prefix = person, prefix
        self.client = person.s3(secret, signature_version=version)
        self.url, self.fields = "", {}

    def sign(self, key=None, fields=None, conditions=(), **options):
        made = self.client.generate_presigned_post(
            BUCKET, key or f"{self.prefix}/cat.txt", Fields=fields, Conditions=list(conditions), **options
        )
        self.url, self.fields = made["url"], made["fields"]
        return self

    def post(self, content=b"meow", filename="cat.txt", **changes) -> requests.Response:
        fields = {name: value for name, value in (self.fields | changes).items() if value is not None}
        return requests.post(self.url, data=fields, files={"file": (filename, content)}, allow_redirects=False)

    def stored(self):
        listed = self.client.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix).get("Contents", [])
        return [entry["Key"] for entry in listed]

    def refused(self, status: int, code: str, content=b"meow", **changes) -> str:
        answer = self.post(content, **changes)
        error = ElementTree.fromstring(answer.content)
        assert (answer.status_code, error.findtext("Code")) == (status, code), answer.text
        assert self.stored() == []
        return error.findtext("Message")


def test_a_file_is_stored_as_the_form_says(form):
    fields = {"Content-Type": "text/plain", "x-amz-meta-note": "a b+c", "Cache-Control": "no-store"}
    answer = form.sign(fields=fields, conditions=[{name: value} for name, value in fields.items()]).post()
    assert answer.status_code == 204, answer.text
    got = form.client.get_object(Bucket=BUCKET, Key=f"{form.prefix}/cat.txt")
    assert got["Body"].read() == b"meow"
    assert (got["ContentType"], got["CacheControl"], got["Metadata"]) == ("text/plain", "no-store", {"note": "a b+c"})
    assert answer.headers["etag"] == got["ETag"]


def test_a_large_file_streams_in_and_comes_back_the_same(form):
    content = b"0123456789abcdef\r\n--" * 500_000
    assert form.sign().post(content).status_code == 204
    got = form.client.get_object(Bucket=BUCKET, Key=f"{form.prefix}/cat.txt")
    assert hashlib.sha256(got["Body"].read()).digest() == hashlib.sha256(content).digest()


def test_the_name_of_the_file_is_put_into_the_key(form):
    form.sign(key=f"{form.prefix}/${{filename}}")
    assert form.post(filename="dir/käse & co.txt").status_code == 204
    assert form.stored() == [f"{form.prefix}/käse & co.txt"]


@pytest.mark.parametrize(("status", "expected"), [("200", 200), ("201", 201), ("204", 204), ("404", 204)])
def test_the_form_chooses_the_status_of_success(form, status, expected):
    answer = form.sign(fields={"success_action_status": status}, conditions=[{"success_action_status": status}]).post()
    assert answer.status_code == expected
    if expected == 201:
        document = ElementTree.fromstring(answer.content)
        assert (document.findtext("Bucket"), document.findtext("Key")) == (BUCKET, f"{form.prefix}/cat.txt")
        assert document.findtext("ETag") == answer.headers["etag"]
        assert document.findtext("Location").endswith(f"{BUCKET}/{form.prefix}/cat.txt".replace(" ", "%20"))
    else:
        assert answer.content == b""


def test_the_browser_is_sent_where_the_form_says(form):
    target = "https://portal.example.test/done?from=upload"
    answer = form.sign(
        fields={"success_action_redirect": target}, conditions=[["starts-with", "$success_action_redirect", "https://"]]
    ).post()
    assert answer.status_code == 303
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told == {
        "from": ["upload"], "bucket": [BUCKET], "key": [f"{form.prefix}/cat.txt"], "etag": [answer.headers["etag"]],
    }


def test_conditions_are_enforced(form):
    form.sign(
        fields={"acl": "private", "Content-Type": "image/png"},
        conditions=[{"acl": "private"}, ["starts-with", "$Content-Type", "image/"], ["content-length-range", 3, 9]],
    )
    assert "acl" in form.refused(403, "AccessDenied", acl="public-read")
    assert "content-type" in form.refused(403, "AccessDenied", **{"Content-Type": "text/html"})
    assert "key" in form.refused(403, "AccessDenied", key="another")
    assert "not covered" in form.refused(403, "AccessDenied", **{"x-amz-meta-more": "1"})
    assert "acl" in form.refused(403, "AccessDenied", acl=None)
    form.refused(400, "EntityTooLarge", content=b"0123456789")
    form.refused(400, "EntityTooSmall", content=b"01")
    assert form.post(b"012345678").status_code == 204


def test_a_form_for_one_bucket_is_refused_by_another(form):
    form.client.create_bucket(Bucket="other-photos")
    form.sign()
    form.url = form.url.replace(BUCKET, "other-photos")
    form.refused(403, "AccessDenied")
    assert "Contents" not in form.client.list_objects_v2(Bucket="other-photos")


def test_an_expired_form_is_refused(form):
    assert "expired" in form.sign(ExpiresIn=-1).refused(403, "AccessDenied")


def test_a_changed_policy_or_signature_is_refused(form):
    form.sign()
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    policy["conditions"].append(["starts-with", "$x-amz-meta-more", ""])
    changed = base64.b64encode(json.dumps(policy).encode()).decode()
    form.refused(403, "SignatureDoesNotMatch", policy=changed)
    name = "x-amz-signature" if "x-amz-signature" in form.fields else "signature"
    spoilt = ("1" if form.fields[name][0] == "0" else "0") + form.fields[name][1:]
    message = form.refused(403, "SignatureDoesNotMatch", **{name: spoilt})
    assert form.fields[name] not in message


def test_a_checksum_among_the_fields_holds_for_the_file(form):
    right = base64.b64encode(zlib.crc32(b"meow").to_bytes(4, "big")).decode()
    fields = {"x-amz-checksum-crc32": right}
    form.sign(fields=fields, conditions=[fields])
    form.refused(400, "BadDigest", content=b"woof")
    assert form.post().status_code == 204
    head = form.client.head_object(Bucket=BUCKET, Key=f"{form.prefix}/cat.txt", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32"] == right


def test_tags_come_from_their_field(form):
    document = "<Tagging><TagSet><Tag><Key>team</Key><Value>blue &amp; green</Value></Tag></TagSet></Tagging>"
    fields = {"tagging": document}
    assert form.sign(fields=fields, conditions=[fields]).post().status_code == 204
    told = form.client.get_object_tagging(Bucket=BUCKET, Key=f"{form.prefix}/cat.txt")["TagSet"]
    assert told == [{"Key": "team", "Value": "blue & green"}]


def test_tags_that_cannot_be_read_or_were_not_signed_are_refused(form):
    fields = {"tagging": "team=blue"}
    form.sign(fields=fields, conditions=[fields])
    form.refused(400, "MalformedXML")
    form.sign()
    assert "tagging" in form.refused(403, "AccessDenied", tagging="<Tagging><TagSet/></Tagging>")


def test_a_field_that_selects_something_else_is_refused(form):
    for name in ("x-amz-copy-source", "x-emc-namespace"):
        fields = {name: "x"}
        form.sign(fields=fields, conditions=[fields])
        form.refused(400, "InvalidArgument")


def test_a_header_beside_the_form_is_refused(form):
    form.sign()
    answer = requests.post(
        form.url, data=form.fields, files={"file": ("a", b"meow")}, headers={"x-amz-copy-source": "/b/k"}
    )
    assert (answer.status_code, form.stored()) == (403, []), answer.text


def test_a_form_without_a_file_or_out_of_form_is_refused(form):
    form.sign()
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}
    part = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n'
    whole = part + b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'
    for body, code in [
        (part + b"--x--\r\n", "IncorrectNumberOfFilesInPostRequest"),
        (b"nothing of the kind", "IncompleteBody"),
        (part + part + b"--x--\r\n", "InvalidArgument"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"a" * 70_000, "MaxPostPreDataLengthExceededError"),
    ]:
        answer = requests.post(form.url, data=body, headers=boundary)
        assert answer.status_code == 400 and f"<Code>{code}</Code>" in answer.text, answer.text
    answer = requests.post(form.url, data=whole, headers=boundary)
    assert answer.status_code == 403, answer.text
    assert form.stored() == []


def test_a_form_that_breaks_off_within_its_file_stores_nothing(form):
    form.sign()
    request = requests.Request("POST", form.url, data=form.fields, files={"file": ("a", b"meow" * 1000)}).prepare()
    for cut in (10, 3000):
        body = request.body[:-cut]
        answer = requests.post(form.url, data=body, headers={"Content-Type": request.headers["Content-Type"]})
        assert answer.status_code == 400 and "IncompleteBody" in answer.text, answer.text
        assert form.stored() == []


def test_nobodys_form_is_refused(form):
    form.sign()
    answer = requests.post(form.url, data={"key": f"{form.prefix}/a"}, files={"file": ("a", b"meow")})
    assert answer.status_code == 403 and "AccessDenied" in answer.text, answer.text
    assert form.stored() == []


def test_an_old_secret_signs_forms_until_its_grace_ends(person, company):
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    new = me.new_key(10).expect(200).field("secret_key")
    bucket = f"grace-{person.name}"
    person.s3(new).create_bucket(Bucket=bucket)
    for secret in (old, new):
        made = person.s3(secret).generate_presigned_post(bucket, "a")
        assert requests.post(made["url"], data=made["fields"], files={"file": b"a"}).status_code == 204
    made = person.s3("not-" + new).generate_presigned_post(bucket, "a")
    answer = requests.post(made["url"], data=made["fields"], files={"file": b"a"})
    assert answer.status_code == 403 and "SignatureDoesNotMatch" in answer.text


def test_an_unknown_access_key_id_is_refused(owner, keyward):
    made = s3.client(keyward.s3_url, "nobody@example.test", "x" * 40).generate_presigned_post(BUCKET, "a")
    answer = requests.post(made["url"], data=made["fields"], files={"file": b"a"})
    assert answer.status_code == 403 and "InvalidAccessKeyId" in answer.text


def test_somebody_elses_form_stores_nothing_in_my_bucket(owner, person):
    made = person.with_key().generate_presigned_post(BUCKET, "stolen")
    answer = requests.post(made["url"], data=made["fields"], files={"file": b"a"})
    assert answer.status_code == 403 and "AccessDenied" in answer.text


def test_a_form_may_be_signed_by_hand(owner, keyward):
    """As portals without an SDK do it, with the policy broken into lines and fields in another order."""
    person, secret = owner
    until = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    policy = {"expiration": until, "conditions": [{"bucket": BUCKET}, ["starts-with", "$key", "by hand/"]]}
    text = base64.encodebytes(json.dumps(policy).encode()).decode()
    signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    fields = {"Policy": text, "Signature": signature, "AWSAccessKeyId": person.uid, "Key": "by hand/a"}
    answer = requests.post(f"{keyward.s3_url}/{BUCKET}/", data=fields, files={"file": b"a"})
    assert answer.status_code == 204, answer.text
