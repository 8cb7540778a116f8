"""What governs accounts: locks and their lifting, passwords of one's own, and the user scope, on a server of their own."""

import pytest

import s3
from company import unique
from ecs import Ecs

SECURITY = "/config-admin/security"
FIRST, SECOND = "Operators-Pass-77", "Another-Pass-77"


@pytest.fixture
def operator(root) -> str:
    name = unique("operator")
    fields = {"userId": name, "password": FIRST, "isSystemMonitor": True}
    root.post("/vdc/users", "mgmt_user_info_create", fields).expect(200)
    return name


def lock(keyward, name: str) -> None:
    for _ in range(3):
        Ecs(keyward.url).try_login(name, "wrong").expect(401, 4000)


def test_the_command_unlocks_beside_the_running_server(keyward, root, operator):
    lock(keyward, operator)
    assert root.get(f"/vdc/users/{operator}").expect(200).field("is_locked") == "true"
    Ecs(keyward.url).try_login(operator, FIRST).expect(401, 4000)
    unlocked = keyward.command("unlock", operator, "--data-dir", str(keyward.data))
    assert unlocked.returncode == 0, unlocked.stderr
    Ecs(keyward.url).login(operator, FIRST)
    unknown = keyward.command("unlock", "nobody", "--data-dir", str(keyward.data))
    assert unknown.returncode == 1 and "nobody is neither" in unknown.stderr
    root.get("/keyward/v1/audit/verify").expect(200)


def test_a_lock_outlives_the_server_and_the_command_lifts_it_without_one(new_keyward):
    server = new_keyward().start()
    root = Ecs(server.url).login("root", server.root_password)
    fields = {"userId": "mona", "password": FIRST, "isSystemMonitor": True}
    root.post("/vdc/users", "mgmt_user_info_create", fields).expect(200)
    lock(server, "mona")
    server.stop()
    server.start()
    Ecs(server.url).try_login("mona", FIRST).expect(401, 4000)
    server.stop()
    assert server.command("unlock", "mona", "--data-dir", str(server.data)).returncode == 0
    server.start()
    Ecs(server.url).login("mona", FIRST)


def test_settings_hold_at_once(keyward, root, form):
    root = root.speaking(form)
    entries = {"entries": {"sessionMaxLifeTimeMinutes": "60"}}
    if form == "xml":
        entries = {"entries": {"entry": {"key": "sessionMaxLifeTimeMinutes", "value": "60"}}}
    root.put(SECURITY, "security_config", entries).expect(200)
    session = Ecs(keyward.url).try_login("root", keyward.root_password).expect(200)
    assert session.headers["X-SDS-AUTH-MAX-AGE"] == "3600"


def test_a_person_of_the_built_in_directory_changes_their_own_password(keyward, root):
    name = f"{unique('lena')}@local.test"
    root.post("/keyward/v1/people", "person", {"name": name, "password": FIRST}).expect(200)
    lena = Ecs(keyward.url).login(name, FIRST)
    lena.put("/user/password", "user_password", {"password": SECOND, "oldPassword": "wrong"}).expect(400, 1008)
    lena.put("/user/password", "user_password", {"password": SECOND, "oldPassword": FIRST}).expect(200)
    lena.get("/user/whoami").expect(401, 4000)
    Ecs(keyward.url).login(name, SECOND)


def test_the_same_access_key_id_signs_for_another_user_in_another_namespace(new_keyward):
    server = new_keyward().start()
    root = Ecs(server.url).login("root", server.root_password)
    scope = {"properties": {"user_scope": "NAMESPACE"}}
    root.put("/config/object/properties", "property_update", scope).expect(200)
    secrets = {}
    for namespace in ("ns1", "ns2"):
        root.post("/object/namespaces/namespace", "namespace_create", {"namespace": namespace}).expect(200)
        root.post("/object/users", "user_create_param", {"user": "app", "namespace": namespace}).expect(200)
        key = root.post("/object/user-secret-keys/app", "user_secret_key_create", {"namespace": namespace}).expect(200)
        secrets[namespace] = key.field("secret_key")
    root.put("/config/object/properties", "property_update", {"properties": {"user_scope": "GLOBAL"}}).expect(400, 1012)
    root.get("/object/users/app/info").expect(400, 1005)

    def client(user: str, namespace: str | None, secret: str):
        made = s3.client(server.s3_url, user, secret)
        if namespace:
            name = lambda request, **_: request.headers.add_header("x-emc-namespace", namespace)
            made.meta.events.register("before-sign.s3", name)
        return made

    def buckets(namespace: str | None, secret: str) -> list[str]:
        return [bucket["Name"] for bucket in client("app", namespace, secret).list_buckets()["Buckets"]]

    assert buckets("ns1", secrets["ns1"]) == [] and buckets("ns2", secrets["ns2"]) == []
    with s3.refused("SignatureDoesNotMatch"):
        buckets("ns2", secrets["ns1"])
    with s3.refused("InvalidAccessKeyId"):
        buckets(None, secrets["ns1"])

    # A grant names a user of the bucket's namespace, and no other of that id.
    for namespace in ("ns1", "ns2"):
        root.post("/object/users", "user_create_param", {"user": "reader", "namespace": namespace}).expect(200)
        path = "/object/user-secret-keys/reader"
        key = root.post(path, "user_secret_key_create", {"namespace": namespace}).expect(200)
        secrets[f"reader of {namespace}"] = key.field("secret_key")
        client("app", namespace, secrets[namespace]).create_bucket(Bucket="shared")
    client("app", "ns1", secrets["ns1"]).put_bucket_acl(Bucket="shared", GrantRead="id=reader")
    client("reader", "ns1", secrets["reader of ns1"]).list_objects_v2(Bucket="shared")
    with s3.refused("AccessDenied"):
        client("reader", "ns2", secrets["reader of ns2"]).list_objects_v2(Bucket="shared")
