"""The guide's walk in JSON, with curl and boto3: the same promises as in XML, and the quirks that clients rely on."""

import json

import pytest

import s3
from company import unique
from curl import curl
from ecs import minutes

JSON = ("-H", "Content-Type: application/json", "-H", "Accept: application/json")
KEY_FIELDS = {"secret_key", "key_timestamp", "key_expiry_timestamp", "link", "secret_key_id"}
EMPTY_SLOTS = {
    **{f"{name}_{slot}": "" for name in ("secret_key", "key_timestamp", "key_expiry_timestamp") for slot in (1, 2)},
    "secret_key_1_exist": False,
    "secret_key_2_exist": False,
    "link": {"rel": "self", "href": "/object/secret-keys"},
}


def token_of(keyward, user: str, password: str) -> tuple[str, str]:
    answer = curl("-u", f"{user}:{password}", "-H", "Accept: application/json", f"{keyward.url}/login").expect(200)
    assert answer.json == {"user": user}
    return "-H", f"X-SDS-AUTH-TOKEN: {answer.headers['X-SDS-AUTH-TOKEN']}"


def test_a_person_makes_rotates_checks_and_deletes_their_keys(keyward, person):
    token, url = token_of(keyward, person.uid, person.password), f"{keyward.url}/object/secret-keys"

    first = curl(*token, *JSON, "-d", "{}", url).expect(200)
    assert first.content_type == "application/json"
    assert set(first.json) >= KEY_FIELDS
    assert first.json["key_expiry_timestamp"] == ""
    assert first.json["link"] == {"rel": "self", "href": f"/object/user-secret-keys/{person.uid}"}
    old, bucket = first.json["secret_key"], unique("walk-")
    person.s3(old).create_bucket(Bucket=bucket)
    person.s3(old).put_object(Bucket=bucket, Key="greeting", Body=b"hello")

    second = curl(*token, *JSON, "-d", '{"existing_key_expiry_time_mins": "10"}', url).expect(200)
    new = second.json["secret_key"]
    assert second.json["key_expiry_timestamp"] == ""

    keys = curl(*token, *JSON, url).expect(200)
    assert keys.stamp("key_expiry_timestamp_1") == second.stamp("key_timestamp") + minutes(10)
    assert keys.json | {"key_expiry_timestamp_1": ""} == {
        "secret_key_1": old,
        "secret_key_1_exist": True,
        "key_timestamp_1": first.json["key_timestamp"],
        "key_expiry_timestamp_1": "",
        "secret_key_2": new,
        "secret_key_2_exist": True,
        "key_timestamp_2": second.json["key_timestamp"],
        "key_expiry_timestamp_2": "",
        "secret_key_1_id": first.json["secret_key_id"],
        "secret_key_2_id": second.json["secret_key_id"],
        "link": {"rel": "self", "href": "/object/secret-keys"},
    }
    for secret in (old, new):
        assert person.s3(secret).get_object(Bucket=bucket, Key="greeting")["Body"].read() == b"hello"

    curl(*token, *JSON, "-d", "{}", f"{url}/deactivate").expect(200)
    assert curl(*token, *JSON, url).expect(200).json == EMPTY_SLOTS
    assert not person.signs(old) and not person.signs(new)


def test_the_guides_own_call_sends_json_and_receives_xml(keyward, person):
    token = token_of(keyward, person.uid, person.password)
    made = curl(*token, "-H", "Content-Type: application/json", "-d", "{}", f"{keyward.url}/object/secret-keys")
    assert made.expect(200).content_type == "application/xml"
    assert [part.tag for part in made.xml] == ["link", "secret_key", "key_expiry_timestamp", "key_timestamp", "secret_key_id"]


def test_the_json_suffix_wins_over_the_accept_header(keyward, person):
    token = token_of(keyward, person.uid, person.password)
    asked = ("-H", "Accept: application/xml", f"{keyward.url}/object/secret-keys.json")
    made = curl(*token, "-H", "Content-Type: application/json", "-d", "{}", *asked).expect(200)
    assert set(made.json) >= KEY_FIELDS
    assert made.href == f"/object/user-secret-keys/{person.uid}", "links carry no suffix"
    everything = curl(*token, *JSON, "-X", "POST", f"{keyward.url}/object/secret-keys/deactivate.json")
    everything.expect(200)
    assert curl(*token, f"{keyward.url}/object/secret-keys.json").expect(200).json == EMPTY_SLOTS


def test_two_accept_headers_are_read_in_their_order(keyward, person):
    token = token_of(keyward, person.uid, person.password)
    both = ("-H", "Accept: application/json", "-H", "Accept: application/xml")
    assert curl(*token, *both, f"{keyward.url}/object/secret-keys").content_type == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '"{}"',
        "",
        "null",
        '{"existing_key_expiry_time_mins": null}',
        '{"existing_key_expiry_time_mins": ""}',
        '{"secret_key_create_param": {}}',
        '{"existing_key_expiry_time_mins": {"-null": "true"}}',
    ],
)
def test_every_spelling_of_no_expiry_leaves_the_old_key_unlimited(keyward, person, body):
    token, url = token_of(keyward, person.uid, person.password), f"{keyward.url}/object/secret-keys"
    curl(*token, *JSON, "-d", "{}", url).expect(200)
    curl(*token, *JSON, "-X", "POST", "-d", body, url).expect(200)
    keys = curl(*token, *JSON, url).expect(200).json
    assert (keys["key_expiry_timestamp_1"], keys["key_expiry_timestamp_2"]) == ("", "")
    assert keys["secret_key_2_exist"] is True


@pytest.mark.parametrize("body", ['{"existing_key_expiry_time_mins": 60}', '{"existing_key_expiry_time_mins": "60"}'])
def test_a_first_key_with_an_expiry_is_made_so_that_a_rotation_job_works_on_its_first_run(keyward, person, body):
    token = token_of(keyward, person.uid, person.password)
    made = curl(*token, *JSON, "-d", body, f"{keyward.url}/object/secret-keys").expect(200)
    assert made.json["key_expiry_timestamp"] == ""
    assert person.signs(made.json["secret_key"])


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "wrapped"])
def test_an_administrator_makes_keys_for_somebody_else(company, keyward, wrapped):
    token, uid = token_of(keyward, "root", keyward.root_password), company.object_user()
    url = f"{keyward.url}/object/user-secret-keys/{uid}"

    def create(**fields):
        body = {"user_secret_key_create": fields} if wrapped else fields
        return curl(*token, *JSON, "-d", json.dumps(body), url).expect(200)

    generated = create(existing_key_expiry_time_mins=None, namespace="corp", secretkey="")
    own = create(existing_key_expiry_time_mins="60", namespace="corp", secretkey="chosen/by+the/administrator")
    assert len(generated.json["secret_key"]) == 40
    assert own.json["secret_key"] == "chosen/by+the/administrator"
    assert own.json["key_expiry_timestamp"] == ""
    assert own.json["link"] == {"rel": "self", "href": f"/object/user-secret-keys/{uid}"}

    keys = curl(*token, *JSON, f"{url}/corp").expect(200)
    assert keys.stamp("key_expiry_timestamp_1") == own.stamp("key_timestamp") + minutes(60)
    assert keys.json["link"]["href"] == "/object/secret-keys"
    for made in (generated, own):
        assert s3.signs(keyward.s3_url, uid, made.json["secret_key"])

    exist = curl(*token, *JSON, f"{keyward.url}/object/user-secret-keys/exist/{uid}/corp").expect(200).json
    assert (exist["secret_key_1_exist"], exist["secret_key_2_exist"]) == (True, True)
    assert not any(exist[f"secret_key_{slot}"] for slot in (1, 2)), "this variant never shows a key"

    remove = json.dumps({"secret_key": generated.json["secret_key"], "namespace": "corp"})
    curl(*token, *JSON, "-d", remove, f"{url}/deactivate.json").expect(200)
    left = curl(*token, *JSON, f"{url}.json").expect(200).json
    assert (left["secret_key_1"], left["secret_key_2"]) == ("chosen/by+the/administrator", "")
