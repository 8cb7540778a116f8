"""Who and what is in the room: the binary, a directory for the whole run, a server for each test file."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from company import Company, Person
from directory import Directory
from ecs import Ecs
from server import Keyward
from tls import Authority

REPOSITORY = Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    built = REPOSITORY / "target" / "debug" / "keyward"
    parser.addoption("--keyward", type=Path, default=built, help="the binary to test (default: %(default)s)")
    client = REPOSITORY / "tests" / "clients" / "aws-sdk-rust" / "target" / "debug" / "s3-client"
    parser.addoption("--rust-client", type=Path, default=client, help="the AWS SDK for Rust's (default: %(default)s)")


@pytest.fixture(scope="session")
def binary(request) -> Path:
    path = request.config.getoption("--keyward").resolve()
    assert path.is_file(), f"{path} is missing: build it with `cargo build --bin keyward`"
    return path


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def new_directory(tmp_path_factory, authority):
    """Makes a further directory, not started; all of them hold the same entries and are stopped at the end."""
    made: list[Directory] = []
    certificate = authority.server("directory")

    def make() -> Directory:
        made.append(Directory(tmp_path_factory.mktemp("directory") / "slapd", certificate.certificate, certificate.key))
        return made[-1]

    yield make
    for directory in made:
        directory.stop()


@pytest.fixture(scope="session")
def directory(new_directory) -> Directory:
    """The directory that most tests share; they add people to it and leave everybody else alone."""
    return new_directory().start()


@pytest.fixture(scope="module")
def new_keyward(binary, tmp_path_factory):
    """Makes a server, not started; whatever still runs at the end of the file must end cleanly."""
    made: list[Keyward] = []

    def make(**settings) -> Keyward:
        made.append(Keyward(binary, tmp_path_factory.mktemp("keyward"), **settings))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        shutil.rmtree(server.data, ignore_errors=True)


@pytest.fixture(scope="module")
def keyward(new_keyward) -> Keyward:
    return new_keyward().start()


@pytest.fixture(scope="module")
def company(keyward, directory) -> Company:
    return Company.settle(keyward, directory)


@pytest.fixture
def workspace():
    """A folder for thousands of small files: in memory where the machine has room there, as a disk takes its time."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    with tempfile.TemporaryDirectory(prefix="keyward-", dir=memory if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture
def root(keyward) -> Ecs:
    return Ecs(keyward.url).login("root", keyward.root_password)


@pytest.fixture
def person(company) -> Person:
    """Somebody whom no other test knows."""
    return company.hire()


@pytest.fixture(params=["xml", "json"])
def form(request) -> str:
    return request.param
