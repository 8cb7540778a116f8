"""Root's first password: given or made, kept in one private file at most, and gone from there once changed."""

import pytest

from ecs import Ecs
from server import ROOT_PASSWORD

LATER = "Later-Root-Pass-77"


def test_without_a_given_password_one_is_made_in_a_private_file_until_it_is_changed(new_keyward):
    server = new_keyward(root_password=None).start()
    file = server.data / "root-password"
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_text().strip()
    assert len(first) >= 16 and first not in server.output()
    assert str(file) in server.stdout()
    server.restart()
    assert file.read_text().strip() == first
    root = Ecs(server.url).login("root", first)
    root.put("/vdc/users/root", "mgmt_user_info_update", {"password": LATER}).expect(200)
    assert not file.exists()
    Ecs(server.url).try_login("root", first).expect(401, 4000)
    Ecs(server.url).login("root", LATER)
    server.restart()
    assert not file.exists()
    Ecs(server.url).login("root", LATER)


def test_two_servers_make_different_passwords(new_keyward):
    made = [(new_keyward(root_password=None).start().data / "root-password").read_text() for _ in range(2)]
    assert made[0] != made[1]


def test_a_password_from_the_environment_counts_on_the_first_start_only(new_keyward):
    server = new_keyward().start()
    assert not (server.data / "root-password").exists()
    Ecs(server.url).login("root", ROOT_PASSWORD)
    server.stop()
    server.root_password = "Ignored-Root-Pass-77"
    server.start()
    Ecs(server.url).login("root", ROOT_PASSWORD)
    Ecs(server.url).try_login("root", "Ignored-Root-Pass-77").expect(401, 4000)


@pytest.mark.parametrize("ending", ["", "\n"], ids=["bare", "with a line end"])
def test_a_password_from_a_file_is_roots(new_keyward, tmp_path, ending):
    (tmp_path / "password").write_text(LATER + ending)
    server = new_keyward(root_password=None, flags=["--root-password-file", str(tmp_path / "password")]).start()
    Ecs(server.url).login("root", LATER)
    assert not (server.data / "root-password").exists()
    assert (tmp_path / "password").exists(), "the operator's own file is left alone"


def test_a_password_file_that_is_missing_ends_the_start_and_leaves_no_half_made_server(new_keyward, tmp_path):
    server = new_keyward(root_password=None, flags=["--root-password-file", str(tmp_path / "missing")])
    assert server.launch().wait(30) == 1
    assert str(tmp_path / "missing") in server.stderr()
    server.flags = []
    server.root_password = ROOT_PASSWORD
    server.start()
    Ecs(server.url).login("root", ROOT_PASSWORD)
