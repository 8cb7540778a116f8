"""Web pages of other origins: what browsers are told before and with an answer."""

import pytest
import requests

import s3
from company import unique

PAGE, OTHER = "https://app.corp.example", "https://elsewhere.example"
RULES = [
    {
        "AllowedOrigins": ["https://*.corp.example"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-amz-*", "authorization", "content-type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 300,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]},
]


@pytest.fixture(scope="module")
def client(company):
    return company.hire().with_key()


@pytest.fixture(scope="module")
def bucket(client) -> str:
    name = unique("pages-")
    client.create_bucket(Bucket=name)
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": RULES})
    client.put_object(Bucket=name, Key="k", Body=b"seen")
    return name


def link(client, bucket: str, key: str = "k", method: str = "get_object") -> str:
    return client.generate_presigned_url(method, Params={"Bucket": bucket, "Key": key})


def preflight(url: str, origin: str = PAGE, method: str = "GET", headers: str | None = None):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return requests.options(url, headers=asked | ({"Access-Control-Request-Headers": headers} if headers else {}), timeout=30)


def code(answer) -> str:
    return answer.text.split("<Code>")[1].split("</Code>")[0]


def test_a_preflight_request_is_answered_without_a_signature(client, bucket):
    answer = preflight(link(client, bucket), headers="X-Amz-Date, content-type")
    assert answer.status_code == 200, answer.text
    told = answer.headers
    assert told["Access-Control-Allow-Origin"] == PAGE
    assert told["Access-Control-Allow-Methods"] == "GET, PUT"
    assert told["Access-Control-Allow-Headers"].lower() == "x-amz-date, content-type"
    assert told["Access-Control-Max-Age"] == "300"
    assert "Origin" in told["Vary"]


@pytest.mark.parametrize(
    "asked", [{"origin": OTHER}, {"method": "DELETE"}, {"headers": "x-amz-date, cookie"}], ids=["origin", "method", "header"]
)
def test_what_no_rule_admits_is_refused(client, bucket, asked):
    answer = preflight(link(client, bucket), **asked)
    assert (answer.status_code, code(answer)) == (403, "AccessForbidden")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_bucket_that_is_not_there_answers_like_one_without_rules(client, bucket):
    bare = unique("pages-")
    client.create_bucket(Bucket=bare)
    for name in (bare, "no-such-bucket-at-all"):
        answer = preflight(link(client, name))
        assert (answer.status_code, code(answer)) == (403, "AccessForbidden")


def test_a_preflight_request_that_announces_nothing_is_told_what_is_missing(client, bucket):
    url = link(client, bucket)
    for headers in ({}, {"Origin": PAGE}):
        answer = requests.options(url, headers=headers, timeout=30)
        assert (answer.status_code, code(answer)) == (400, "BadRequest")


def test_answers_and_errors_are_shown_to_the_page(client, bucket):
    for url, status in [(link(client, bucket), 200), (link(client, bucket, "missing"), 404), (link(client, bucket) + "0", 403)]:
        answer = requests.get(url, headers={"Origin": PAGE}, timeout=30)
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
        assert "Origin" in answer.headers["Vary"]


def test_another_page_is_told_nothing_and_no_cache_mixes_them_up(client, bucket):
    for headers in ({"Origin": OTHER}, {}):
        answer = requests.get(link(client, bucket), headers=headers, timeout=30)
        assert answer.content == b"seen"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.headers["Vary"]


def test_where_any_page_may_ask_it_is_told_so_without_its_name(client, bucket):
    answer = requests.head(link(client, bucket, method="head_object"), headers={"Origin": OTHER}, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_bucket_without_rules_says_nothing(client):
    bare = unique("pages-")
    client.create_bucket(Bucket=bare)
    client.put_object(Bucket=bare, Key="k", Body=b"seen")
    answer = requests.get(link(client, bare), headers={"Origin": PAGE}, timeout=30)
    assert answer.status_code == 200
    assert not {"Access-Control-Allow-Origin", "Vary"} & set(answer.headers)


class Stranger:
    """An object user of another namespace, with a key."""

    def __init__(self, company):
        self.namespace = company.found_namespace()
        self.id = company.object_user(self.namespace)
        key = company.root.post(f"/object/user-secret-keys/{self.id}", "user_secret_key_create", {"namespace": self.namespace})
        self.s3 = s3.client(company.keyward.s3_url, self.id, key.expect(200).field("secret_key"))


def signed_by_the_page(keyward, bucket: str, **more):
    """What a browser announces of a request that the page's script signs in a header: nothing says who signs."""
    return preflight(f"{keyward.s3_url}/{bucket}/k", headers="authorization,x-amz-content-sha256,x-amz-date", **more)


def test_a_page_that_signs_by_itself_is_let_through_by_the_bucket_s_name(keyward, client, bucket):
    answer = signed_by_the_page(keyward, bucket)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, PAGE), answer.text
    refused = signed_by_the_page(keyward, bucket, origin=OTHER)
    assert (refused.status_code, code(refused)) == (403, "AccessForbidden")


def test_a_name_in_two_namespaces_tells_neither_and_the_message_says_how_to_name_one(company, keyward, client):
    name, stranger = unique("pages-"), Stranger(company)
    client.create_bucket(Bucket=name)
    assert signed_by_the_page(keyward, name).status_code == 403, "no rules yet"
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": RULES})
    assert signed_by_the_page(keyward, name).status_code == 200
    stranger.s3.create_bucket(Bucket=name)
    refused = signed_by_the_page(keyward, name)
    assert (refused.status_code, code(refused)) == (403, "AccessForbidden")
    assert "namespace" in refused.text and "s3.anonymous_namespace" in refused.text
    assert preflight(link(client, name)).status_code == 200, "the URL of the link names the signer"
    stranger.s3.delete_bucket(Bucket=name)
    assert signed_by_the_page(keyward, name).status_code == 200


def test_an_unknown_bucket_is_answered_in_the_words_of_one_that_does_not_admit_the_page(keyward, client):
    bare = unique("pages-")
    client.create_bucket(Bucket=bare)
    texts = [signed_by_the_page(keyward, name).text for name in (bare, unique("no-such-"))]
    messages = {text.split("<Message>")[1].split("</Message>")[0] for text in texts}
    assert len(messages) == 1 and messages.pop().startswith("CORSResponse: This CORS request is not allowed. ")


def test_a_refusal_of_an_unsigned_request_is_shown_to_the_page(keyward, bucket):
    url = f"{keyward.s3_url}/{bucket}/k"
    answer = requests.get(url, headers={"Origin": PAGE}, timeout=30)
    assert (answer.status_code, code(answer)) == (403, "AccessDenied")
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert "Access-Control-Allow-Origin" not in requests.get(url, headers={"Origin": OTHER}, timeout=30).headers
