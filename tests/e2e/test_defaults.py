"""What SDKs and inventory tools ask of every bucket, whether or not a server has it."""

import pytest

import s3
from company import unique


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture(scope="module")
def bucket(client) -> str:
    name = unique("plain-")
    client.create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize(
    ("call", "holds"),
    [
        ("get_bucket_logging", {}),
        ("get_bucket_notification_configuration", {}),
        ("get_bucket_accelerate_configuration", {}),
        ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
    ],
)
def test_what_is_never_set_is_shown_as_not_set(client, bucket, call, holds):
    answer = getattr(client, call)(Bucket=bucket)
    answer.pop("ResponseMetadata")
    assert answer == holds


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ],
)
def test_what_is_not_there_is_refused_by_its_own_name(client, bucket, call, code):
    with s3.refused(code):
        getattr(client, call)(Bucket=bucket)


def test_removing_what_is_not_there_is_fine(client, bucket):
    client.delete_bucket_website(Bucket=bucket)
    client.delete_bucket_replication(Bucket=bucket)


def test_the_state_that_is_there_may_be_written(client, bucket):
    """As clients do that restore it, s3cmd's `payer` for one."""
    client.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    client.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    client.put_bucket_accelerate_configuration(Bucket=bucket, AccelerateConfiguration={"Status": "Suspended"})
    client.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})


@pytest.mark.parametrize("kind", ["analytics", "inventory", "metrics", "intelligent_tiering"])
def test_configurations_that_there_cannot_be_are_an_empty_list(client, bucket, kind):
    listed = getattr(client, f"list_bucket_{kind}_configurations")(Bucket=bucket)
    assert listed["IsTruncated"] is False and not [key for key in listed if key.endswith("List")]


def test_setting_it_is_refused_rather_than_forgotten(client, bucket):
    with s3.refused("NotImplemented"):
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    with s3.refused("NotImplemented"):
        client.put_bucket_logging(
            Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "l/"}}
        )
    with s3.refused("NotImplemented"):
        client.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    with s3.refused("NotImplemented"):
        client.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    with s3.refused("NotImplemented"):
        client.put_bucket_accelerate_configuration(Bucket=bucket, AccelerateConfiguration={"Status": "Enabled"})


def test_a_stranger_learns_none_of_it(company, client, bucket):
    stranger = company.hire().with_key()
    with s3.refused("AccessDenied"):
        stranger.get_bucket_logging(Bucket=bucket)
    with s3.refused("AccessDenied"):
        stranger.get_bucket_website(Bucket=bucket)
