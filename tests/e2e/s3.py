"""S3 as people use it: boto3 clients and the aws command line, each with given credentials and nothing else."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"


def client(url: str, access_key_id: str, secret_key: str, *, addressing: str = "path", **settings):
    """A boto3 client with its own defaults, without retries, so that the first answer is the one that is judged."""
    config = Config(s3={"addressing_style": addressing}, retries={"total_max_attempts": 1}, **settings)
    return boto3.session.Session().client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_key,
        verify=False,
        config=config,
    )


@contextmanager
def refused(*codes: str):
    """The calls inside end with one of these S3 error codes; a HEAD has no body, so there it is the bare status."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] in codes, caught.value.response["Error"]


def signs(url: str, access_key_id: str, secret_key: str) -> bool:
    """Whether the very next request under this secret is let in."""
    try:
        client(url, access_key_id, secret_key).list_buckets()
        return True
    except ClientError as refusal:
        assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 403, refusal.response
        return False


class AwsCli:
    """The `aws` command with credentials in its environment."""

    def __init__(self, url: str, access_key_id: str, secret_key: str, home: Path):
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "LANG": "C.UTF-8",
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, *arguments, given: str = "") -> subprocess.CompletedProcess:
        """Runs to the end, whatever that is; `given` is its standard input."""
        return subprocess.run(
            [Path(sys.executable).with_name("aws"), "--no-verify-ssl", *arguments],
            env=self.environment,
            cwd=self.home,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            encoding="utf-8",
        )

    def __call__(self, *arguments, given: str = "") -> str:
        done = self.run(*arguments, given=given)
        assert done.returncode == 0, f"aws {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
        return done.stdout
