"""The S3 clients of the matrix: how each makes a request in each form, or why it cannot.

A form is a function of a `Case` that does its work with that client alone, or raises `Refused`. What cannot be signed is
the reason, in words for the documentation.
"""

import base64
import io
import json
import os
import subprocess
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import minio
import requests
import urllib3
from botocore.exceptions import ClientError
from minio.datatypes import PostPolicy

import s3
import sigv4

CLIENTS = Path(__file__).resolve().parents[1] / "clients"
FORMS = ["V4 header", "chunked", "trailer", "presigned", "POST", "V2"]
NO_CHUNKS = "hashes the whole body or leaves it unsigned; it never signs chunks"
NO_V2 = "signs with Version 4 only"


class Refused(Exception):
    """The client did not get its way."""


@dataclass
class Case:
    """Somebody's secret, and an object that the client is to write and read."""

    url: str
    tls_url: str
    access_key_id: str
    secret: str
    bucket: str
    key: str
    text: str
    home: Path
    rust_client: Path

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def file(self) -> Path:
        path = self.home / "object.txt"
        path.write_text(self.text)
        return path

    def holds(self, read: str | bytes) -> None:
        read = read.decode() if isinstance(read, bytes) else read
        assert read == self.text, f"read {read!r}"

    def run(self, *command, **environment) -> str:
        """Runs a command with nothing of our own environment; a failure is a refusal."""
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(command, env=plain | environment, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Refused(done.stdout + done.stderr)
        return done.stdout

    def get(self, link: str) -> None:
        """Follows a presigned link, as a browser would."""
        answer = requests.get(link, timeout=60)
        if answer.status_code != 200:
            raise Refused(answer.text)
        self.holds(answer.content)

    def post(self, url: str, fields: dict) -> None:
        """Posts a form with the file in it, as a browser would."""
        answer = requests.post(url, data=fields, files={"file": ("object.txt", self.text)}, timeout=60)
        if answer.status_code not in (200, 201, 204):
            raise Refused(answer.text)


class AwsCli:
    def command(self, case: Case, *arguments, url: str = "") -> str:
        settings = case.home / "aws.config"
        settings.write_text("[default]\ns3 =\n    signature_version = s3v4\n    addressing_style = path\n")
        cli = s3.AwsCli(url or case.url, case.access_key_id, case.secret, case.home)
        cli.environment["AWS_CONFIG_FILE"] = str(settings)
        done = cli.run(*arguments)
        if done.returncode != 0:
            raise Refused(done.stdout + done.stderr)
        return done.stdout

    def write_and_read(self, case: Case, *more, url: str = "") -> None:
        place = ("--bucket", case.bucket, "--key", case.key)
        self.command(case, "s3api", "put-object", *place, "--body", case.file, *more, url=url)
        read = case.home / "read.txt"
        self.command(case, "s3api", "get-object", *place, read, url=url)
        case.holds(read.read_bytes())

    def header(self, case: Case) -> None:
        self.write_and_read(case)

    def trailer(self, case: Case) -> None:
        self.write_and_read(case, "--checksum-algorithm", "CRC32", url=case.tls_url)

    def presigned(self, case: Case) -> None:
        case.get(self.command(case, "s3", "presign", f"s3://{case.bucket}/{case.key}", "--expires-in", "60").strip())


class Boto3:
    def client(self, case: Case, url: str = "", **settings):
        return s3.client(url or case.url, case.access_key_id, case.secret, **settings)

    def write_and_read(self, case: Case, client, **more) -> None:
        place = {"Bucket": case.bucket, "Key": case.key}
        try:
            client.put_object(**place, Body=case.text.encode(), **more)
            case.holds(client.get_object(**place)["Body"].read())
        except ClientError as refusal:
            raise Refused(str(refusal)) from refusal

    def header(self, case: Case) -> None:
        self.write_and_read(case, self.client(case))

    def trailer(self, case: Case) -> None:
        self.write_and_read(case, self.client(case, case.tls_url), ChecksumAlgorithm="CRC32")

    def presigned(self, case: Case) -> None:
        place = {"Bucket": case.bucket, "Key": case.key}
        client = self.client(case, signature_version="s3v4")
        case.get(client.generate_presigned_url("get_object", place, ExpiresIn=60))

    def post(self, case: Case) -> None:
        form = self.client(case, signature_version="s3v4").generate_presigned_post(case.bucket, case.key, ExpiresIn=60)
        case.post(form["url"], form["fields"])

    def v2(self, case: Case) -> None:
        client = self.client(case, signature_version="s3")
        self.write_and_read(case, client)
        case.get(client.generate_presigned_url("get_object", {"Bucket": case.bucket, "Key": case.key}, ExpiresIn=60))
        form = client.generate_presigned_post(case.bucket, case.key, ExpiresIn=60)
        case.post(form["url"], form["fields"])


class S3cmd:
    def command(self, case: Case, *arguments) -> str:
        settings = case.home / "s3cfg"
        lines = [
            "[default]",
            f"access_key = {case.access_key_id}",
            f"secret_key = {case.secret}",
            f"host_base = {case.host}",
            f"host_bucket = {case.host}",
            "bucket_location = us-east-1",
            "use_https = False",
            "max_retries = 1",
        ]
        settings.write_text("\n".join(lines) + "\n")
        return case.run("s3cmd", "-c", settings, *arguments)

    def write_and_read(self, case: Case, *more) -> None:
        place, read = f"s3://{case.bucket}/{case.key}", case.home / "read.txt"
        self.command(case, *more, "put", case.file, place)
        self.command(case, *more, "--force", "get", place, read)
        case.holds(read.read_bytes())

    def header(self, case: Case) -> None:
        self.write_and_read(case)

    def v2(self, case: Case) -> None:
        self.write_and_read(case, "--signature-v2")


class Rclone:
    def command(self, case: Case, *arguments, **settings: str) -> str:
        remote = {
            "type": "s3",
            "provider": "Other",
            "endpoint": case.url,
            "access_key_id": case.access_key_id,
            "secret_access_key": case.secret,
            "region": "us-east-1",
            "no_check_bucket": "true",
        }
        environment = {f"RCLONE_CONFIG_KEYWARD_{name.upper()}": value for name, value in (remote | settings).items()}
        return case.run("rclone", "--retries", "1", "--low-level-retries", "1", *arguments, **environment)

    def write_and_read(self, case: Case, **settings: str) -> None:
        place = f"keyward:{case.bucket}/{case.key}"
        self.command(case, "copyto", case.file, place, **settings)
        case.holds(self.command(case, "cat", place, **settings))

    def header(self, case: Case) -> None:
        self.write_and_read(case)

    def presigned(self, case: Case) -> None:
        case.get(self.command(case, "link", f"keyward:{case.bucket}/{case.key}", "--expire", "1m").strip())

    def v2(self, case: Case) -> None:
        self.write_and_read(case, v2_auth="true")


class MinioPy:
    def client(self, case: Case) -> minio.Minio:
        once = urllib3.PoolManager(retries=False, timeout=60)
        return minio.Minio(
            case.host, case.access_key_id, case.secret, secure=False, region="us-east-1", http_client=once
        )

    def header(self, case: Case) -> None:
        client, body = self.client(case), case.text.encode()
        try:
            client.put_object(case.bucket, case.key, io.BytesIO(body), len(body))
            case.holds(client.get_object(case.bucket, case.key).read())
        except minio.error.S3Error as refusal:
            raise Refused(str(refusal)) from refusal

    def presigned(self, case: Case) -> None:
        case.get(self.client(case).presigned_get_object(case.bucket, case.key))

    def post(self, case: Case) -> None:
        policy = PostPolicy(case.bucket, datetime.now(UTC) + timedelta(minutes=1))
        policy.add_equals_condition("key", case.key)
        fields = self.client(case).presigned_post_policy(policy)
        case.post(f"{case.url}/{case.bucket}", fields | {"key": case.key})


class OfAnSdk:
    """A program of ours around an SDK in another language; `tests/clients` has them."""

    def command(self, case: Case) -> list:
        raise NotImplementedError

    def run(self, case: Case, form: str) -> str:
        given = {
            "S3_URL": case.url,
            "ACCESS_KEY_ID": case.access_key_id,
            "SECRET_KEY": case.secret,
            "BUCKET": case.bucket,
            "KEY": case.key,
            "TEXT": case.text,
            "FILE": str(case.file),
        }
        return case.run(*self.command(case), form, **given)

    def header(self, case: Case) -> None:
        self.run(case, "header")

    def trailer(self, case: Case) -> None:
        self.run(case, "trailer")

    def presigned(self, case: Case) -> None:
        case.get(self.run(case, "presigned").strip())


class AwsSdkRust(OfAnSdk):
    def command(self, case: Case) -> list:
        return [case.rust_client]


class AwsSdkJs(OfAnSdk):
    def command(self, case: Case) -> list:
        return ["node", CLIENTS / "aws-sdk-js" / "client.mjs"]

    def post(self, case: Case) -> None:
        form = json.loads(self.run(case, "post"))
        case.post(form["url"], form["fields"])


class ByHand:
    """The signer of this suite: what the Java and Go SDKs send and no client above does."""

    def put(self, case: Case, kind: str, frames, **options) -> None:
        signer, path = sigv4.Signer(case.access_key_id, case.secret), f"/{case.bucket}/{case.key}"
        reply = sigv4.put_stream(case.url, signer, path, kind, len(case.text.encode()), frames, **options)
        if reply.status != 200:
            raise Refused(reply.body.decode())

    def chunked(self, case: Case) -> None:
        body = case.text.encode()
        self.put(case, sigv4.SIGNED, lambda signer: signer.chunk(body) + signer.chunk(b"") + b"\r\n")

    def trailer(self, case: Case) -> None:
        body = case.text.encode()
        name, value = "x-amz-checksum-crc32", base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        frames = lambda signer: signer.chunk(body) + signer.chunk(b"") + signer.trailer(name, value)  # noqa: E731
        self.put(case, sigv4.SIGNED_TRAILER, frames, trailer=name)


_aws_cli, _boto3, _s3cmd, _rclone, _minio = AwsCli(), Boto3(), S3cmd(), Rclone(), MinioPy()
_rust, _js, _by_hand = AwsSdkRust(), AwsSdkJs(), ByHand()

# Client → form → what does it, or why there is nothing that could.
MATRIX: dict[str, dict] = {
    "aws-cli": {
        "V4 header": _aws_cli.header,
        "chunked": NO_CHUNKS,
        "trailer": _aws_cli.trailer,
        "presigned": _aws_cli.presigned,
        "POST": "has no command that signs a form",
        "V2": "signs with Version 4 whatever `s3.signature_version` says",
    },
    "boto3": {
        "V4 header": _boto3.header,
        "chunked": NO_CHUNKS,
        "trailer": _boto3.trailer,
        "presigned": _boto3.presigned,
        "POST": _boto3.post,
        "V2": _boto3.v2,
    },
    "s3cmd": {
        "V4 header": _s3cmd.header,
        "chunked": NO_CHUNKS,
        "trailer": "sends no trailing checksum",
        "presigned": "`signurl` makes links of Version 2 only",
        "POST": "has no command that signs a form",
        "V2": _s3cmd.v2,
    },
    "rclone": {
        "V4 header": _rclone.header,
        "chunked": NO_CHUNKS,
        "trailer": "sends no trailing checksum",
        "presigned": _rclone.presigned,
        "POST": "has no command that signs a form",
        "V2": _rclone.v2,
    },
    "minio-py": {
        "V4 header": _minio.header,
        "chunked": NO_CHUNKS,
        "trailer": "sends no trailing checksum",
        "presigned": _minio.presigned,
        "POST": _minio.post,
        "V2": NO_V2,
    },
    "aws-sdk-rust": {
        "V4 header": _rust.header,
        "chunked": NO_CHUNKS,
        "trailer": _rust.trailer,
        "presigned": _rust.presigned,
        "POST": "has no call that signs a form",
        "V2": NO_V2,
    },
    "aws-sdk-js": {
        "V4 header": _js.header,
        "chunked": NO_CHUNKS,
        "trailer": _js.trailer,
        "presigned": _js.presigned,
        "POST": _js.post,
        "V2": NO_V2,
    },
    "signed by hand": {
        "V4 header": "covered by the clients above",
        "chunked": _by_hand.chunked,
        "trailer": _by_hand.trailer,
        "presigned": "covered by the clients above",
        "POST": "covered by the clients above",
        "V2": "covered by the clients above",
    },
}
