"""Requests that really arrive together: each ends as the documents say, and nothing is lost or there twice."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from company import NAMESPACE, unique
from ecs import Ecs

CLIENTS = 8
KEYS = "/object/user-secret-keys"


def at_once(callers: list[Ecs], call) -> list:
    """Calls with every caller behind one barrier; the answers in the callers' order."""
    barrier = threading.Barrier(len(callers))

    def one(numbered):
        number, caller = numbered
        barrier.wait(30)
        return call(caller, number)

    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(one, enumerate(callers)))


def outcomes(answers) -> Counter:
    return Counter((answer.status, answer.code if answer.status >= 400 else None) for answer in answers)


@pytest.fixture
def roots(root) -> list[Ecs]:
    """The administrator on several connections."""
    return [root.speaking("json") for _ in range(CLIENTS)]


def test_first_keys_asked_for_at_once_end_in_two_keys_and_refusals(person, root):
    me = person.login()
    answers = at_once([me.speaking("json") for _ in range(CLIENTS)], lambda caller, _: caller.new_key())
    assert outcomes(answers) == {(200, None): 2, (400, 1031): CLIENTS - 2}
    handed_out = [answer.field("secret_key") for answer in answers if answer.status == 200]
    assert sorted(me.secrets()) == sorted(handed_out)
    assert all(person.signs(secret) for secret in handed_out)
    listed = root.get(f"/object/users?userid={person.uid}").expect(200).json["blobuser"]
    assert listed == [{"namespace": NAMESPACE, "userid": person.uid}]


def test_administrators_and_the_person_at_once_never_make_a_third_key(person, company, roots):
    me = person.login()
    me.new_key().expect(200)

    def create(caller, number):
        if number % 2:
            return me.speaking("json").new_key(60)
        return caller.post(f"{KEYS}/{person.uid}", "user_secret_key_create", {"namespace": NAMESPACE})

    answers = at_once(roots, create)
    assert outcomes(answers) == {(200, None): 1, (400, 1031): CLIENTS - 1}
    assert len(me.secrets()) == 2


def test_one_key_revoked_by_many_at_once_is_revoked_once_and_the_other_stays(company, roots):
    uid = company.object_user()
    create = {"namespace": NAMESPACE}
    first, second = (roots[0].post(f"{KEYS}/{uid}", "user_secret_key_create", create).field("secret_key") for _ in "12")
    end = {"secret_key": first, "namespace": NAMESPACE}
    answers = at_once(roots, lambda root, _: root.post(f"{KEYS}/{uid}/deactivate", "user_secret_key_delete", end))
    assert outcomes(answers) == {(200, None): 1, (400, 1004): CLIENTS - 1}
    shown = roots[0].get(f"{KEYS}/{uid}").expect(200)
    assert (shown.field("secret_key_1"), shown.field("secret_key_2")) == (second, "")


def test_ending_all_keys_at_once_succeeds_for_everybody(company, roots):
    uid = company.object_user()
    roots[0].post(f"{KEYS}/{uid}", "user_secret_key_create", {"namespace": NAMESPACE}).expect(200)
    answers = at_once(roots, lambda root, _: root.post(f"{KEYS}/{uid}/deactivate", "user_secret_key_delete", {}))
    assert outcomes(answers) == {(200, None): CLIENTS}
    assert roots[0].get(f"{KEYS}/{uid}").expect(200).field("secret_key_1_exist") == "false"


def test_changes_of_one_user_at_once_are_all_kept(company, roots):
    uid = company.object_user()
    answers = at_once(
        roots,
        lambda root, number: root.post(
            f"/object/users/{uid}/tags", "tags", {"tags": [{"name": f"tag{number}", "value": str(number)}]}
        ),
    )
    assert outcomes(answers) == {(200, None): CLIENTS}
    tags = roots[0].get(f"/object/users/{uid}/tags").expect(200).json["tags"]
    assert {tag["name"]: tag["value"] for tag in tags} == {f"tag{n}": str(n) for n in range(CLIENTS)}


def test_one_name_is_taken_once_and_given_up_once(company, roots):
    uid = unique("contested")
    fields = {"user": uid, "namespace": NAMESPACE}
    made = at_once(roots, lambda root, _: root.post("/object/users", "user_create_param", fields))
    assert outcomes(made) == {(200, None): 1, (400, 1015): CLIENTS - 1}
    ended = at_once(roots, lambda root, _: root.post("/object/users/deactivate", "user_delete_param", fields))
    assert outcomes(ended) == {(200, None): 1, (404, 2000): CLIENTS - 1}


def test_a_namespace_that_is_deleted_while_users_come_ends_with_both_or_neither(company, roots):
    namespace = company.found_namespace()
    users = [unique("late") for _ in roots]

    def call(root, number):
        if number == 0:
            return root.post(f"/object/namespaces/namespace/{namespace}/deactivate")
        return root.post("/object/users", "user_create_param", {"user": users[number], "namespace": namespace})

    deleted, *made = at_once(roots, call)
    if deleted.status == 200:
        assert {answer.status for answer in made} == {400}
        roots[0].get(f"/object/namespaces/namespace/{namespace}").expect(400, 1004)
    else:
        deleted.expect(400, 1012)
        listed = roots[0].get(f"/object/users/{namespace}").expect(200).json["blobuser"]
        assert len(listed) == sum(answer.status == 200 for answer in made) > 0
