"""Clients of ECS that nobody here wrote, unmodified: python-ecsclient's own functional tests, and the ecsmgmt command."""

import subprocess
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import s3
from company import unique
from server import ROOT_PASSWORD

CLIENTS = Path(__file__).resolve().parents[2] / "target" / "ecs-clients-venv"

# What their tests ask of an appliance and a server of keys has no part in, and why.
NOT_OURS = {
    "test_certificate.py::TestCertificate": "the certificate comes from files, and is read anew when they change",
    "test_vdc_keystore.py::TestVdcKeystore": "the certificate comes from files, and is read anew when they change",
    "test_data_store.py::TestDataStore": "no disks are handed out: all data is in the data directory",
    "test_storage_pool.py::TestStoragePool": "no disks are handed out: there is one pool, which is listed",
    "test_replication_group.py::TestReplicationGroup": "one site: there is one replication group, which is listed",
    "test_license.py::TestLicense": "there is no licence to install",
    "test_password_group.py::TestPasswordGroup": "Swift passwords: nothing here speaks Swift",
    "test_tenant.py::TestTenant": "calls of ObjectScale on Kubernetes, which this version of their client lacks",
    "test_vdc.py::TestVDC::test_vdc_get_local_secret_key": "one site: there is no secret between sites",
    "test_vdc.py::TestVDC::test_vdc_update": "one site: it is not renamed to join others",
}
# What they leave out themselves.
SKIPPED_BY_THEM = {"test_alerts_with_params", "test_vdc_delete"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """Their source package as it is in the registry."""
    [package] = (CLIENTS / "sdist").glob("python?ecsclient-*.tar.gz")
    home = tmp_path_factory.mktemp("python-ecsclient")
    with tarfile.open(package) as archive:
        archive.extractall(home, filter="data")
    [unpacked] = home.iterdir()
    return unpacked


def configuration(keyward, home: Path) -> Path:
    """What their tests read: where the server is, and who logs in."""
    licence, file = home / "licence.txt", home / "test.conf"
    licence.write_text("none\n")
    settings = {
        "token_endpoint": f"{keyward.url}/login",
        "ecs_endpoint": keyward.url,
        "username": "root",
        "password": ROOT_PASSWORD,
        "api_version": "3",
        "license_file": licence,
        "override_header": "false",
        "account_id": "none",
    }
    file.write_text("[func_test]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    return file


@pytest.mark.timeout(600)
def test_every_functional_test_of_python_ecsclient_passes(keyward, sources, tmp_path):
    report = tmp_path / "report.xml"
    left_out = [f"--deselect=tests/functional/{name}" for name in NOT_OURS]
    run = subprocess.run(
        [CLIENTS / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        + ["tests/functional", *left_out],
        cwd=sources,
        env=keyward.child_environment(ECS_TEST_CONFIG_FILE=str(configuration(keyward, tmp_path))),
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    cases = ElementTree.parse(report).findall(".//testcase")
    skipped = {case.get("name") for case in cases if case.find("skipped") is not None}
    assert skipped == SKIPPED_BY_THEM
    modules = {case.get("classname").split(".")[2] for case in cases}
    assert {f"test_{name}" for name in THEIR_PARTS} <= modules, "a part that concerns us did not run"


THEIR_PARTS = ["whoami", "secret_key", "object_user", "namespace", "management_user", "bucket", "node", "capacity", "vdc"]


@pytest.fixture
def ecsmgmt(keyward, root, tmp_path):
    """Runs the command in a namespace of its own; answers what it printed."""
    namespace = unique("cli")
    root.post("/object/namespaces/namespace", "namespace_create", {"namespace": namespace}).expect(200)
    config = tmp_path / "config.yml"
    config.write_text("{}\n")
    login = ["-n", namespace, "-u", "root", "-p", ROOT_PASSWORD, "-e", keyward.url]

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [CLIENTS / "bin" / "ecsmgmt", "-c", config, *login, *arguments],
            env=keyward.child_environment(PYTHONWARNINGS="ignore"),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"ecsmgmt {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    return run


def test_ecsmgmt_takes_a_user_from_the_first_key_to_the_last(keyward, ecsmgmt):
    uid = unique("app")
    assert uid in ecsmgmt("user", "create", uid, "-t", "team")
    assert uid in ecsmgmt("user", "list")
    first = ecsmgmt("secret-key", "create", uid).split()[-1]
    rotated = ecsmgmt("secret-key", "create", uid, "-e", "60")
    assert f'Old secret key "{first}" expires at' in rotated
    second = rotated.split("Secret Key:")[1].split()[0]
    shown = ecsmgmt("secret-key", "list", uid)
    assert first in shown and second in shown
    assert s3.signs(keyward.s3_url, uid, first) and s3.signs(keyward.s3_url, uid, second)
    # Named or not, the command ends all that it finds.
    ecsmgmt("secret-key", "delete", uid, "-k", first)
    assert "has no secret keys" in ecsmgmt("secret-key", "list", uid)
    assert not s3.signs(keyward.s3_url, uid, second)
    ecsmgmt("user", "delete", uid)
    assert uid not in ecsmgmt("user", "list")
