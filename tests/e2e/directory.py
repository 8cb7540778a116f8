"""A throw-away OpenLDAP server with a few people and groups, on its own ports and files."""

import shutil
import subprocess
import time
from pathlib import Path

from ports import free_port

BASE = "dc=example,dc=test"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
MANAGER_DN, MANAGER_PASSWORD = f"cn=svc,{BASE}", "Manager-Bind-77"
ADMIN_DN, ADMIN_PASSWORD = f"cn=admin,{BASE}", "Directory-Admin-77"
PASSWORDS = {name: f"Pass-of-{name}-77" for name in ("alice", "bob", "carol")}
MEMBERS = {"storage-admins": ["alice"], "readers": ["alice", "bob"]}

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {home}/slapd.pid
loglevel none
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix {base}
rootdn {admin_dn}
rootpw {admin_password}
directory {home}/db
maxsize 104857600
dbnosync
index objectClass,uid,mail,member,memberOf eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact={manager_dn} read by * none
overlay memberof
"""


def person_entry(name: str, password: str, department: str = "") -> str:
    memberships = [group for group, members in MEMBERS.items() if name in members]
    lines = [f"dn: uid={name},{PEOPLE}", "objectClass: inetOrgPerson", f"uid: {name}", f"cn: {name}", "sn: Example"]
    lines += [f"mail: {name}@example.test", f"userPassword: {password}"]
    lines += [f"departmentNumber: {department}"] if department else []
    return "\n".join(lines + [f"memberOf: cn={group},{GROUPS}" for group in memberships])


def starting_entries() -> str:
    """The whole directory with fixed entry ids, so that two servers loaded from it are replicas of each other."""
    entries = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example"]
    entries += [f"dn: {dn}\nobjectClass: organizationalUnit\nou: {dn[3:9]}" for dn in (PEOPLE, GROUPS)]
    entries += [
        f"dn: {MANAGER_DN}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
        f"cn: svc\nuserPassword: {MANAGER_PASSWORD}"
    ]
    entries += [person_entry(name, password) for name, password in PASSWORDS.items()]
    for group, members in MEMBERS.items():
        lines = [f"dn: cn={group},{GROUPS}", "objectClass: groupOfNames", f"cn: {group}"]
        entries.append("\n".join(lines + [f"member: uid={name},{PEOPLE}" for name in members]))
    numbered = (f"{entry}\nentryUUID: 5d0f5a52-0000-4000-8000-{n:012d}" for n, entry in enumerate(entries))
    return "\n\n".join(numbered) + "\n"


class Directory:
    def __init__(self, home: Path, certificate: Path, key: Path):
        self.home, self.port, self.tls_port = home, free_port(), free_port()
        self.process: subprocess.Popen | None = None
        (home / "db").mkdir(parents=True)
        # A copy under another path is outside the AppArmor profile that some distributions ship for /usr/sbin/slapd.
        self.binary = shutil.copy2(shutil.which("slapd", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "slapd", home)
        settings = {"base": BASE, "admin_dn": ADMIN_DN, "admin_password": ADMIN_PASSWORD, "manager_dn": MANAGER_DN}
        self.config = home / "slapd.conf"
        self.config.write_text(CONFIG.format(home=home, certificate=certificate, key=key, **settings))
        (home / "start.ldif").write_text(starting_entries())
        self._run([self.binary, "-T", "add", "-q", "-f", self.config, "-l", home / "start.ldif"])

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def start(self) -> "Directory":
        with (self.home / "slapd.log").open("ab") as log:
            command = [self.binary, "-d", "0", "-f", self.config, "-h", f"{self.url} {self.tls_url}"]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self.process.poll() is None, f"slapd ended: {(self.home / 'slapd.log').read_text()}"
            assert time.monotonic() < deadline, "slapd does not answer"
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def add(self, name: str, password: str, department: str = "") -> None:
        self._run(["ldapadd", *self._as_admin()], given=person_entry(name, password, department).encode() + b"\n")

    def remove(self, name: str) -> None:
        self._run(["ldapdelete", *self._as_admin(), f"uid={name},{PEOPLE}"])

    def _as_admin(self) -> list[str]:
        return ["-x", "-H", self.url, "-D", ADMIN_DN, "-w", ADMIN_PASSWORD]

    def _answers(self) -> bool:
        command = ["ldapwhoami", "-x", "-o", "nettimeout=2", "-H", self.url, "-D", MANAGER_DN, "-w", MANAGER_PASSWORD]
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0

    @staticmethod
    def _run(command: list, given: bytes = b"") -> None:
        done = subprocess.run(command, input=given, capture_output=True, timeout=60)
        assert done.returncode == 0, f"{command[0]}: {done.stderr.decode(errors='replace')}"
