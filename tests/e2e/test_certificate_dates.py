"""The log warns of a certificate that has expired or soon will, and not of each client that names an address."""

import re
import subprocess
import time

import pytest

from tls import Authority


@pytest.fixture
def certificate(tmp_path):
    """Writes certificate and key files that are valid for so many days from now."""
    files = tmp_path / "server.crt", tmp_path / "server.key"

    def issue(days: int):
        Authority._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days)),
            *("-subj", "/CN=localhost", "-keyout", files[1], "-out", files[0], "-addext", "subjectAltName=DNS:localhost"),
        )
        return ["--tls-certificate", str(files[0]), "--tls-key", str(files[1])]

    return issue


CA = """[ca]
default_ca = tests
[tests]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = names
x509_extensions = server
[server]
subjectAltName = DNS:localhost
[names]
commonName = supplied
"""


@pytest.fixture
def expired(tmp_path):
    """A certificate and its key of a month long ago."""
    files = tmp_path / "server.crt", tmp_path / "server.key"
    for name, text in (("ca.cnf", CA), ("index.txt", ""), ("serial", "01\n")):
        (tmp_path / name).write_text(text)
    for arguments in (
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", files[1], "-out", "csr"],
        ["ca", "-batch", "-selfsign", "-config", "ca.cnf", "-keyfile", files[1], "-in", "csr", "-notext", "-out", files[0]]
        + ["-startdate", "20250101000000Z", "-enddate", "20250201000000Z"],
    ):
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    return ["--tls-certificate", str(files[0]), "--tls-key", str(files[1])]


def warnings(server) -> list[str]:
    return [line for line in server.stderr().splitlines() if "WARN" in line and "TLS certificate" in line]


def handshake(address: str, name: str) -> None:
    command = ["openssl", "s_client", "-connect", address, "-servername", name]
    subprocess.run(command, input=b"", capture_output=True, timeout=30)


def test_a_start_with_an_expired_certificate_is_warned_of(new_keyward, expired):
    [warning] = warnings(new_keyward(flags=expired).start())
    assert "it expired on 2025-02-01" in warning and "server.crt" in warning


def test_a_start_with_a_certificate_that_soon_expires_is_warned_of(new_keyward, certificate):
    [warning] = warnings(new_keyward(flags=certificate(3)).start())
    assert re.search("it expires in [23] days", warning)


def test_a_good_certificate_and_our_own_are_not(new_keyward, certificate):
    assert warnings(new_keyward(flags=certificate(30)).start()) == []
    assert warnings(new_keyward().start()) == []


def test_a_renewal_with_a_bad_certificate_is_warned_of(new_keyward, certificate):
    server = new_keyward(flags=certificate(30)).start()
    certificate(3)
    deadline = time.monotonic() + 30
    while not warnings(server):
        assert time.monotonic() < deadline, server.stderr()
        handshake(server.management, "localhost")
    assert re.search("it expires in [23] days", warnings(server)[0])


def test_an_address_as_server_name_is_not_worth_a_warning_and_others_are(keyward):
    for address in (keyward.management, keyward.s3_tls):
        handshake(address, "127.0.0.1")
        handshake(address, "not a name")
    deadline = time.monotonic() + 30
    while keyward.stderr().count("Illegal SNI hostname") < 2:
        assert time.monotonic() < deadline, keyward.stderr()
    assert "IP address presented as hostname" not in keyward.stderr()
