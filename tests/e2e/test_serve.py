"""The command itself: starting, telling where it is, refusing what is wrong, and ending cleanly."""

import http.client
import re
import socket
import ssl
import time

import pytest
import requests

from curl import curl
from ecs import Ecs
from ports import free_port
from server import ROOT_PASSWORD

METRIC = re.compile(r"^# TYPE \w+ (counter|gauge|histogram|summary)$", re.MULTILINE)


def fingerprint(address: str) -> str:
    host, _, port = address.rpartition(":")
    return ssl.get_server_certificate((host, int(port)), timeout=10)


def test_the_banner_names_addresses_data_and_first_commands(keyward):
    banner = keyward.stdout()
    for told in (keyward.url, keyward.s3_url, keyward.s3_tls_url, str(keyward.data)):
        assert told in banner
    assert banner.count("curl") + banner.count("keyward ") + banner.count("aws ") >= 3
    assert ROOT_PASSWORD not in banner


def test_help_names_every_setting_with_its_default(keyward):
    shown = keyward.command("serve", "--help").stdout
    for told in ("--data-dir", "keyward-data", "127.0.0.1:4443", "127.0.0.1:9020", "127.0.0.1:9021"):
        assert told in shown
    for flag in ("--tls-certificate", "--tls-key", "--trusted-proxies", "--root-password-file", "--log-format", "--config"):
        assert flag in shown
    assert keyward.command("--version").stdout.startswith("keyward ")


def test_s3_is_served_in_clear_and_over_tls(keyward):
    for url in (keyward.s3_url, keyward.s3_tls_url):
        assert b"<Code>AccessDenied</Code>" in curl(url).expect(403).body


def test_a_second_process_on_the_same_data_is_refused(keyward):
    done = keyward.command("serve", "--data-dir", str(keyward.data), "--management-address", f"127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert str(keyward.data) in done.stderr and "in use" in done.stderr
    assert keyward.is_ready()


def test_an_address_in_use_ends_the_start_with_its_name(keyward, new_keyward):
    other = new_keyward()
    other.management = keyward.management
    assert other.launch().wait(30) == 1
    assert keyward.management in other.stderr()
    other.process = None


def test_a_mistake_on_the_command_line_is_exit_code_2(keyward):
    assert keyward.command("serve", "--data-dri", "x").returncode == 2
    assert keyward.command("no-such-command").returncode == 2
    assert keyward.command("person", "add").returncode == 2


@pytest.mark.parametrize(
    ("given", "nearest"), [("managment_address", "management_address"), ("s3.region", "s3.regions"), ("datadir", "data_dir")]
)
def test_an_unknown_key_of_the_configuration_names_the_nearest_known_one(keyward, tmp_path, given, nearest):
    (tmp_path / "keyward.toml").write_text(f'{given} = "x"\n')
    done = keyward.command("serve", "--config", str(tmp_path / "keyward.toml"))
    assert done.returncode in (1, 2)
    assert given in done.stderr and nearest in done.stderr
    variable = keyward.command("serve", KEYWARD_DATADIR="x")
    assert variable.returncode in (1, 2) and "KEYWARD_DATA_DIR" in variable.stderr


def test_flags_beat_the_environment_which_beats_the_file(new_keyward, tmp_path):
    (tmp_path / "keyward.toml").write_text('log_format = "text"\ncompat.strict_first_key = true\ndata_dir = "/nonexistent"\n')
    flags = ["--config", str(tmp_path / "keyward.toml"), "--log-level", "debug"]
    server = new_keyward(flags=flags, environment={"KEYWARD_LOG_FORMAT": "json", "KEYWARD_LOG_LEVEL": "error"}).start()
    assert server.data.is_dir()
    assert server.stderr().startswith("{")


def test_health_is_open_and_the_management_port_speaks_only_tls(keyward):
    for path in ("/health/live", "/health/ready"):
        curl(f"{keyward.url}{path}").expect(200)
    with pytest.raises((http.client.HTTPException, OSError)):
        plain = http.client.HTTPConnection(keyward.management, timeout=10)
        plain.request("GET", "/health/live")
        assert plain.getresponse().status >= 400
        raise ConnectionError("refused in words")


def outward_address() -> str:
    """An address of this machine that is not loopback; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


def test_metrics_are_open_to_this_machine_and_elsewhere_to_monitors(new_keyward):
    server = new_keyward()
    port = server.management.rpartition(":")[2]
    server.management = f"0.0.0.0:{port}"
    server.start()
    here, there = f"https://127.0.0.1:{port}", f"https://{outward_address()}:{port}"
    root = Ecs(here).login("root", ROOT_PASSWORD)
    fields = {"userId": "watcher", "password": "Watchers-Pass-77", "isSystemMonitor": True}
    root.post("/vdc/users", "mgmt_user_info_create", fields).expect(200)
    monitor = Ecs(there).login("watcher", "Watchers-Pass-77")
    for caller in (Ecs(here), monitor):
        assert METRIC.search(caller.get("/metrics").expect(200).body.decode())
    Ecs(there).get("/metrics").expect(401)


def test_a_self_signed_certificate_is_made_once_and_kept(new_keyward):
    server = new_keyward().start()
    first = fingerprint(server.management)
    assert fingerprint(server.s3_tls) == first
    server.restart()
    assert fingerprint(server.management) == first


def test_a_given_certificate_is_served_and_re_read_when_it_changes(new_keyward, authority, tmp_path):
    first, second = authority.server("first"), authority.server("second")
    certificate, key = tmp_path / "server.crt", tmp_path / "server.key"
    certificate.write_text(first.certificate.read_text())
    key.write_text(first.key.read_text())
    server = new_keyward(flags=["--tls-certificate", str(certificate), "--tls-key", str(key)]).start()
    for url in (f"{server.url}/health/live", server.s3_tls_url):
        assert requests.get(url, verify=str(authority.certificate)).status_code in (200, 403)
    before = fingerprint(server.management)
    certificate.write_text(second.certificate.read_text())
    key.write_text(second.key.read_text())
    deadline = time.monotonic() + 30
    while fingerprint(server.management) == before:
        assert time.monotonic() < deadline, "the new certificate is not served"
        time.sleep(0.2)
    assert requests.get(f"{server.url}/health/live", verify=str(authority.certificate)).status_code == 200
