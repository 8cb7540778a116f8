"""Rotation and revocation as S3 requests see them: both secrets during the grace, and nothing a moment after."""

import time
from datetime import UTC, datetime, timedelta

import pytest

import s3
from company import NAMESPACE, unique
from ecs import minutes


@pytest.fixture
def rotated(person):
    """Somebody in the middle of a rotation: their session, the old secret and the new one."""
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    new = me.new_key(60).expect(200).field("secret_key")
    return me, old, new


def test_the_old_secret_is_refused_at_its_minute_and_the_new_one_stays(person):
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    new = me.new_key(1).expect(200)
    ends = me.keys().expect(200).stamp("key_expiry_timestamp_1")
    assert ends == new.stamp("key_timestamp") + minutes(1)
    ours, theirs = person.s3(old), person.s3(new.field("secret_key"))

    def wait_until(moment: datetime) -> None:
        time.sleep(max(0.0, (moment - datetime.now(UTC).replace(tzinfo=None)).total_seconds()))

    wait_until(ends - timedelta(seconds=2))
    ours.list_buckets()
    wait_until(ends + timedelta(milliseconds=50))
    with s3.refused("SignatureDoesNotMatch"):
        ours.list_buckets()
    theirs.list_buckets()
    keys = me.keys().expect(200)
    assert (keys.field("secret_key_1"), keys.field("secret_key_2")) == (new.field("secret_key"), "")
    assert keys.field("secret_key_2_exist") == "false"
    me.new_key().expect(200)


def test_both_secrets_sign_during_the_grace(person, rotated):
    _, old, new = rotated
    assert person.signs(old) and person.signs(new)


def test_an_expiry_of_zero_ends_the_old_secret_with_the_answer(person):
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    assert person.signs(old)
    new = me.new_key(0).expect(200).field("secret_key")
    with s3.refused("SignatureDoesNotMatch"):
        person.s3(old).list_buckets()
    assert me.secrets() == [new] and person.signs(new)


def test_the_first_request_after_a_revocation_is_refused(person):
    me = person.login()
    keep = me.new_key().expect(200).field("secret_key")
    for _ in range(10):
        revoked = me.new_key().expect(200).field("secret_key")
        client = person.s3(revoked)
        client.list_buckets()
        me.deactivate(revoked).expect(200)
        with s3.refused("SignatureDoesNotMatch"):
            client.list_buckets()
    assert person.signs(keep)


def test_the_survivor_of_a_revocation_becomes_slot_one(rotated):
    me, old, new = rotated
    me.deactivate(old).expect(200)
    keys = me.keys().expect(200)
    assert (keys.field("secret_key_1"), keys.field("secret_key_2")) == (new, "")
    third = me.new_key().expect(200).field("secret_key")
    assert me.secrets() == [new, third]


def test_deleting_all_keys_ends_both_at_once_and_a_new_one_starts_in_slot_one(person, rotated):
    me, old, new = rotated
    me.deactivate().expect(200)
    for secret in (old, new):
        assert not person.signs(secret)
    me.deactivate().expect(200)
    fresh = me.new_key().expect(200).field("secret_key")
    assert me.secrets() == [fresh] and person.signs(fresh)


def test_a_later_rotation_sets_the_expiry_anew(person, rotated):
    me, old, new = rotated
    me.deactivate(old).expect(200)
    third = me.new_key(5).expect(200)
    assert me.keys().stamp("key_expiry_timestamp_1") == third.stamp("key_timestamp") + minutes(5)
    assert me.secrets() == [new, third.field("secret_key")]


def test_a_wrong_secret_is_a_signature_that_does_not_match(person, rotated):
    _, old, _ = rotated
    with s3.refused("SignatureDoesNotMatch"):
        person.s3(old[:-1] + ("A" if old[-1] != "A" else "B")).list_buckets()


def test_an_unknown_id_is_told_so(keyward, person, rotated):
    _, old, _ = rotated
    with s3.refused("InvalidAccessKeyId"):
        s3.client(keyward.s3_url, "nobody@example.test", old).list_buckets()


def test_one_persons_secret_does_not_sign_for_another(company, keyward, rotated):
    _, old, _ = rotated
    other = company.hire()
    other.login().new_key().expect(200)
    with s3.refused("SignatureDoesNotMatch"):
        other.s3(old).list_buckets()


def test_a_locked_user_is_denied_with_either_secret(company, person, rotated):
    _, old, new = rotated
    lock = {"user": person.uid, "namespace": NAMESPACE, "isLocked": True}
    company.root.put("/object/users/lock", "user_lock_param", lock).expect(200)
    for secret in (old, new):
        with s3.refused("AccessDenied"):
            person.s3(secret).list_buckets()


def test_an_id_asked_for_before_it_exists_is_let_in_with_its_first_key(company, keyward):
    uid, secret = unique("later"), "chosen-before-the-user-existed"
    client = s3.client(keyward.s3_url, uid, secret)
    with s3.refused("InvalidAccessKeyId"):
        client.list_buckets()
    company.object_user(uid=uid)
    fields = {"namespace": NAMESPACE, "secretkey": secret}
    company.root.post(f"/object/user-secret-keys/{uid}", "user_secret_key_create", fields).expect(200)
    client.list_buckets()


def test_a_revocation_reaches_a_presigned_link_too(person, rotated):
    me, old, new = rotated
    bucket = unique("links-")
    person.s3(new).create_bucket(Bucket=bucket)
    person.s3(new).put_object(Bucket=bucket, Key="k", Body=b"v")
    links = [person.s3(secret).generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}) for secret in (old, new)]
    assert [me.session.get(link).status_code for link in links] == [200, 200]
    me.deactivate(old).expect(200)
    assert [me.session.get(link).status_code for link in links] == [403, 200]


def test_keys_and_their_ends_survive_a_restart(company, keyward, person):
    me = person.login()
    old = me.new_key().expect(200).field("secret_key")
    gone = me.new_key().expect(200).field("secret_key")
    me.deactivate(gone).expect(200)
    new = me.new_key(60).expect(200).field("secret_key")
    before = me.keys().expect(200).body
    keyward.restart()
    assert me.keys().expect(200).body == before
    assert person.signs(old) and person.signs(new) and not person.signs(gone)
