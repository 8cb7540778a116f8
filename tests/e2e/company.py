"""A settled server: a directory is known to it, its people map to a namespace, and new people can be hired."""

import itertools
from dataclasses import dataclass

import s3
from directory import MANAGER_DN, MANAGER_PASSWORD, PEOPLE, Directory
from ecs import Ecs
from server import Keyward

DOMAIN, NAMESPACE = "example.test", "corp"
_numbers = itertools.count(1)


def unique(stem: str) -> str:
    """A name that no other test of this run has taken."""
    return f"{stem}{next(_numbers)}"


def provider_fields(directory: Directory, **changes) -> dict:
    """An authentication provider for the directory, as JSON has it."""
    return {
        "mode": "ldap",
        "name": unique("provider"),
        "server_urls": [directory.url],
        "domains": [DOMAIN],
        "manager_dn": MANAGER_DN,
        "manager_password": MANAGER_PASSWORD,
        "search_base": PEOPLE,
        "search_filter": "uid=%U",
        "search_scope": "SUBTREE",
        "group_attribute": "CN",
        "disable": False,
    } | changes


def mapping(domain: str, groups=(), attributes=()) -> dict:
    return {"domain": domain, "attributes": list(attributes), "groups": list(groups)}


@dataclass
class Person:
    """Somebody in the directory; `uid` is also the S3 access key id."""

    keyward: Keyward
    name: str
    password: str

    @property
    def uid(self) -> str:
        return f"{self.name}@{DOMAIN}"

    def login(self, form: str = "json") -> Ecs:
        return Ecs(self.keyward.url, form=form).login(self.uid, self.password)

    def s3(self, secret: str, **settings):
        return s3.client(self.keyward.s3_url, self.uid, secret, **settings)

    def signs(self, secret: str) -> bool:
        return s3.signs(self.keyward.s3_url, self.uid, secret)

    def with_key(self, **settings):
        """An S3 client under a first key of theirs."""
        return self.s3(self.login().new_key().expect(200).field("secret_key"), **settings)


@dataclass
class Company:
    keyward: Keyward
    directory: Directory
    root: Ecs

    @classmethod
    def settle(cls, keyward: Keyward, directory: Directory) -> "Company":
        root = Ecs(keyward.url).login("root", keyward.root_password)
        provider = provider_fields(directory)
        root.post("/vdc/admin/authnproviders", "authnprovider_create", provider).expect(200)
        company = cls(keyward, directory, root)
        company.found_namespace(NAMESPACE, user_mapping=[mapping(DOMAIN)])
        return company

    def hire(self, stem: str = "person", password: str | None = None) -> Person:
        """Puts somebody new into the directory."""
        name = unique(stem)
        person = Person(self.keyward, name, password or f"Pass-of-{name}-77")
        self.directory.add(name, person.password)
        return person

    def found_namespace(self, name: str | None = None, **fields) -> str:
        name = name or unique("ns")
        self.root.post("/object/namespaces/namespace", "namespace_create", {"namespace": name} | fields).expect(200)
        return name

    def object_user(self, namespace: str = NAMESPACE, uid: str | None = None) -> str:
        uid = uid or unique("app")
        self.root.post("/object/users", "user_create_param", {"user": uid, "namespace": namespace}).expect(200)
        return uid

    def management_user(self, name: str | None = None, **flags) -> Ecs:
        """A new local management user, logged in."""
        name, password = name or unique("operator"), "Operators-Pass-77"
        fields = {"userId": name, "password": password} | flags
        self.root.post("/vdc/users", "mgmt_user_info_create", fields).expect(200)
        return Ecs(self.keyward.url).login(name, password)

    def namespace_admin(self) -> tuple[str, Ecs]:
        """A new namespace and its administrator, logged in."""
        name, password = unique("nsadmin"), "Operators-Pass-77"
        self.root.post("/vdc/users", "mgmt_user_info_create", {"userId": name, "password": password}).expect(200)
        namespace = self.found_namespace(namespace_admins=name)
        return namespace, Ecs(self.keyward.url).login(name, password)
