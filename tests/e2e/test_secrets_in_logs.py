"""No secret in clear anywhere it does not belong: not in what is printed, not in process arguments, not on disk."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

import s3
from company import NAMESPACE, Company, unique
from directory import MANAGER_PASSWORD
from ecs import JSON, XML, Ecs

OWN_KEY = "chosen/key+of+the+administrator/0123456789"


class Walk:
    """Does everything that handles a secret, right and wrong, and remembers each secret by what it is."""

    def __init__(self, company: Company):
        self.company, self.keyward = company, company.keyward
        self.secrets: dict[str, str] = {
            "root's password": company.keyward.root_password,
            "the directory manager's password": MANAGER_PASSWORD,
            "root's token": company.root.token,
            "a key of the administrator's choice": OWN_KEY,
        }

    def person(self) -> None:
        person = self.company.hire(password="Persons-Own-Pass-77")
        me = person.login()
        keys = [me.new_key().expect(200).field("secret_key"), me.new_key(10).expect(200).field("secret_key")]
        self.secrets |= {"a person's password": person.password, "a person's token": me.token}
        self.secrets |= {"a first key": keys[0], "a second key": keys[1]}
        me.keys().expect(200)
        me.new_key().expect(400, 1031)
        self.objects(person, keys)
        me.deactivate("wrong-" + keys[1]).expect(400, 1004)
        me.post("/object/secret-keys/deactivate", raw=f'{{"secret_key": "{keys[0]}"', content_type=JSON).expect(400)
        me.post("/object/secret-keys/deactivate", raw=f"<secret_key_delete_param>{keys[0]}<", content_type=XML).expect(400)
        me.deactivate(keys[0]).expect(200)

    def objects(self, person, keys: list[str]) -> None:
        client, bucket = person.s3(keys[0]), unique("quiet-")
        client.create_bucket(Bucket=bucket)
        person.s3(keys[1]).put_object(Bucket=bucket, Key="k", Body=b"v")
        link = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
        assert requests.get(link).status_code == 200
        signed = parse_qs(urlsplit(link).query)
        # boto3 signs links with Version 2 unless told otherwise.
        self.secrets["a presigned link's signature"] = (signed.get("Signature") or signed["X-Amz-Signature"])[0]
        with s3.refused("SignatureDoesNotMatch"):
            person.s3("not-" + keys[0]).list_buckets()

    def failed_logins(self) -> None:
        for user in ("root", "alice@example.test", "nobody@example.test", "nobody"):
            Ecs(self.keyward.url).try_login(user, "Mistyped-Pass-77").expect(401)
        self.secrets["a mistyped password"] = "Mistyped-Pass-77"

    def administrator(self) -> None:
        root, uid = self.company.root, self.company.object_user()
        path, fields = f"/object/user-secret-keys/{uid}", {"namespace": NAMESPACE, "secretkey": OWN_KEY}
        root.post(path, "user_secret_key_create", fields).expect(200)
        root.post(path, "user_secret_key_create", fields).expect(400)
        root.speaking("xml").get(path).expect(200)
        operator = self.company.management_user(isSystemMonitor=True)
        operator.post(path, "user_secret_key_create", fields | {"secretkey": "Refused-Own-Key-77"}).expect(403)
        self.secrets |= {"a refused key": "Refused-Own-Key-77", "an operator's password": "Operators-Pass-77"}
        self.secrets["an operator's token"] = operator.token

    def local_person(self) -> None:
        name = "dana@local.test"
        flags = ("--server", self.keyward.url, "--data-dir", str(self.keyward.data))
        done = self.keyward.command("person", "add", name, *flags, KEYWARD_PASSWORD=self.keyward.root_password)
        assert done.returncode == 0, done.stderr
        made = next(line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("password: "))
        me = Ecs(self.keyward.url).login(name, made)
        self.secrets |= {"a made password": made, "a local person's token": me.token}
        self.secrets["a local person's key"] = me.new_key().expect(200).field("secret_key")


@pytest.fixture(scope="module")
def walked(new_keyward, directory) -> Walk:
    keyward = new_keyward(flags=["--log-format", "json", "--log-level", "trace"]).start()
    walk = Walk(Company.settle(keyward, directory))
    for part in (walk.person, walk.failed_logins, walk.administrator, walk.local_person):
        part()
    return walk


def spellings(secret: str) -> set[bytes]:
    """The secret as it may stand in a line: plain, in JSON, in a URL, in hexadecimal and in base64 at any offset."""
    raw = secret.encode()
    made = {secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/"), quote(secret, safe=""), raw.hex()}
    in_base64 = {base64.b64encode(b"\0" * shift + raw)[shift and 4 : -4] for shift in range(3)}
    return {text.encode() for text in made} | {part for part in in_base64 if len(part) >= 12}


def found_in(content: bytes, secrets: dict[str, str]) -> list[str]:
    return [what for what, secret in secrets.items() if any(spelling in content for spelling in spellings(secret))]


def test_the_search_itself_finds_each_spelling():
    for spelled in ("chosen/key", "chosen%2Fkey", "chosen\\/key", base64.b64encode(b"u:Basic-Pass-77").decode()):
        assert found_in(f"a line with {spelled} in it".encode(), {"x": "chosen/key", "y": "Basic-Pass-77"})
    assert not found_in(b"a line without", {"x": "chosen/key"})


def test_no_secret_is_printed_even_at_the_finest_level(walked):
    printed = walked.keyward.output().encode()
    assert len(walked.keyward.stderr().splitlines()) > 20, "at this level there is something to search"
    assert found_in(printed, walked.secrets) == []


def test_machine_logs_are_one_json_object_a_line(walked):
    for line in walked.keyward.stderr().splitlines():
        assert {"timestamp", "level"} <= set(json.loads(line)), line


def test_no_secret_is_a_process_argument(walked):
    assert found_in(Path(f"/proc/{walked.keyward.pid}/cmdline").read_bytes(), walked.secrets) == []


@pytest.mark.parametrize("moment", ["running", "stopped"])
def test_no_secret_is_in_clear_on_disk(walked, moment):
    if moment == "stopped":
        walked.keyward.stop()
    assert walked.keyward.data.stat().st_mode & 0o777 == 0o700
    files = [path for path in walked.keyward.data.rglob("*") if path.is_file()]
    assert any(path.name.startswith("identity.db") for path in files)
    for path in files:
        assert found_in(path.read_bytes(), walked.secrets) == [], path
