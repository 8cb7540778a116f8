"""The guide's walk in XML, with curl and the aws command line: what a person and an administrator type."""

import pytest

import s3
from company import unique
from curl import curl
from ecs import minutes

XML = ("-H", "Content-Type: application/xml")
KEY_FIELDS = ["link", "secret_key", "key_expiry_timestamp", "key_timestamp", "secret_key_id"]
KEYS_FIELDS = [
    *("secret_key_1", "secret_key_1_exist", "secret_key_1_id"),
    *("secret_key_2", "secret_key_2_exist", "secret_key_2_id"),
    *("key_expiry_timestamp_1", "key_expiry_timestamp_2", "key_timestamp_1", "key_timestamp_2", "link"),
]


def token_of(keyward, user: str, password: str) -> tuple[str, str]:
    """Logs in as the guide does; gives the header that stands for it from then on."""
    answer = curl("-u", f"{user}:{password}", f"{keyward.url}/login").expect(200)
    assert answer.content_type == "application/xml"
    assert (answer.xml.tag, answer.field("user")) == ("loggedIn", user)
    return "-H", f"X-SDS-AUTH-TOKEN: {answer.headers['X-SDS-AUTH-TOKEN']}"


def test_a_person_makes_rotates_checks_and_deletes_their_keys(keyward, person, tmp_path):
    token, url = token_of(keyward, person.uid, person.password), f"{keyward.url}/object/secret-keys"

    first = curl(*token, *XML, "-d", "<secret_key_create_param/>", url).expect(200)
    assert first.body.startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><user_secret_key>')
    assert [part.tag for part in first.xml] == KEY_FIELDS
    assert first.field("key_expiry_timestamp") == ""
    assert first.href == f"/object/user-secret-keys/{person.uid}"
    old = first.field("secret_key")
    assert len(old) == 40

    aws = s3.AwsCli(keyward.s3_url, person.uid, old, tmp_path)
    bucket = unique("walk-")
    (tmp_path / "greeting").write_text("hello")
    aws("s3", "mb", f"s3://{bucket}")
    aws("s3", "cp", "greeting", f"s3://{bucket}/greeting")
    assert aws("s3", "cp", f"s3://{bucket}/greeting", "-") == "hello"

    body = "<secret_key_create_param><existing_key_expiry_time_mins>10</existing_key_expiry_time_mins></secret_key_create_param>"
    second = curl(*token, *XML, "-d", body, url).expect(200)
    new = second.field("secret_key")
    assert second.field("key_expiry_timestamp") == "" and new != old

    keys = curl(*token, url).expect(200)
    assert keys.xml.tag == "user_secret_keys"
    assert [part.tag for part in keys.xml] == KEYS_FIELDS
    assert (keys.field("secret_key_1"), keys.field("secret_key_2")) == (old, new)
    assert (keys.field("secret_key_1_exist"), keys.field("secret_key_2_exist")) == ("true", "true")
    assert keys.stamp("key_timestamp_1") == first.stamp("key_timestamp")
    assert keys.stamp("key_timestamp_2") == second.stamp("key_timestamp")
    assert keys.stamp("key_expiry_timestamp_1") == second.stamp("key_timestamp") + minutes(10)
    assert keys.field("key_expiry_timestamp_2") == ""
    assert keys.href == "/object/secret-keys"

    for secret in (old, new):
        assert s3.AwsCli(keyward.s3_url, person.uid, secret, tmp_path)("s3", "cp", f"s3://{bucket}/greeting", "-") == "hello"

    gone = curl(*token, *XML, "-d", "<secret_key_delete_param/>", f"{url}/deactivate").expect(200)
    assert gone.body == b""
    empty = curl(*token, url).expect(200)
    assert {part.tag: part.text or "" for part in empty.xml} == dict.fromkeys((name for name in KEYS_FIELDS if not name.endswith("_id")), "") | {
        "secret_key_1_exist": "false",
        "secret_key_2_exist": "false",
    }
    for secret in (old, new):
        assert s3.AwsCli(keyward.s3_url, person.uid, secret, tmp_path).run("s3", "ls").returncode != 0


def test_an_empty_expiry_element_gives_a_first_key(keyward, person):
    token = token_of(keyward, person.uid, person.password)
    body = "<secret_key_create_param><existing_key_expiry_time_mins></existing_key_expiry_time_mins></secret_key_create_param>"
    made = curl(*token, *XML, "-d", body, f"{keyward.url}/object/secret-keys").expect(200)
    assert person.signs(made.field("secret_key"))


@pytest.mark.parametrize("secretkey", ["<secretkey/>", ""], ids=["empty", "absent"])
def test_an_administrator_makes_a_generated_key_for_somebody_else(company, keyward, secretkey):
    token, uid = token_of(keyward, "root", keyward.root_password), company.object_user()
    body = (
        '<user_secret_key_create><existing_key_expiry_time_mins null="true"/>'
        f"<namespace>corp</namespace>{secretkey}</user_secret_key_create>"
    )
    made = curl(*token, *XML, "-d", body, f"{keyward.url}/object/user-secret-keys/{uid}").expect(200)
    assert made.xml.tag == "user_secret_key"
    assert [part.tag for part in made.xml] == KEY_FIELDS
    assert made.xml.find("link").attrib == {"rel": "self", "href": f"/object/user-secret-keys/{uid}"}
    assert len(made.field("secret_key")) == 40
    assert s3.signs(keyward.s3_url, uid, made.field("secret_key"))


def test_an_administrator_gives_a_key_of_their_own_choice(company, keyward):
    token, uid = token_of(keyward, "root", keyward.root_password), company.object_user()
    own = "yoSi6A1p6GbsHM396kK0lrVyoqR3/VYeC0mpmUay"
    body = f"<user_secret_key_create><secretkey>{own}</secretkey><namespace>corp</namespace></user_secret_key_create>"
    made = curl(*token, *XML, "-d", body, f"{keyward.url}/object/user-secret-keys/{uid}").expect(200)
    assert made.field("secret_key") == own
    assert s3.signs(keyward.s3_url, uid, own)


def test_a_namespace_administrator_may_make_keys_and_a_plain_person_may_not(company, keyward, person):
    namespace, _ = company.namespace_admin()
    uid = company.object_user(namespace)
    admin = company.root.get(f"/object/namespaces/namespace/{namespace}").expect(200).field("namespace_admins")
    url = f"{keyward.url}/object/user-secret-keys/{uid}"
    body = f"<user_secret_key_create><namespace>{namespace}</namespace></user_secret_key_create>"

    token = token_of(keyward, admin, "Operators-Pass-77")
    made = curl(*token, *XML, "-d", body, url).expect(200)
    assert s3.signs(keyward.s3_url, uid, made.field("secret_key"))

    refused = curl(*token_of(keyward, person.uid, person.password), *XML, "-d", body, url).expect(403, 3000)
    assert refused.xml.tag == "error"
    assert [part.tag for part in refused.xml] == ["code", "description", "details", "retryable"]
    after = company.root.get(f"/object/user-secret-keys/{uid}").expect(200)
    assert after.field("secret_key_2") == "", "the refused call changed nothing"
