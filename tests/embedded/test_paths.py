"""Where data and sockets lie."""

import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops.embedded import services
from modelops.embedded.locate import environment
from modelops.embedded.paths import (
    CHECKOUT,
    Home,
    default_home,
    fits_a_socket,
    home_from_environment,
    private_folder,
    write_private,
)
from modelops.embedded.problems import CannotStart

ME = (os.geteuid(), os.getegid())


def test_the_default_home_lies_outside_the_checkout() -> None:
    home = default_home()
    assert CHECKOUT not in home.parents
    assert "modelops" in home.parts
    assert (Path("/var/lib") in home.parents) == (os.geteuid() == 0)


def test_modelops_home_names_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODELOPS_HOME", str(tmp_path / "a" / ".." / "b"))
    assert home_from_environment().root == tmp_path / "b"


def test_locating_names_the_services_of_a_home_without_making_anything(tmp_path: Path) -> None:
    found = environment(tmp_path / "home")
    assert found["DATABASE_URL"].startswith("postgresql://modelops@/modelops?host=/")
    assert found["REDIS_URL"].endswith("valkey.sock?db=0")
    assert found["MODELOPS_ROOT_KEY_FILE"] == str(tmp_path / "home/keys/root.key")
    assert list(tmp_path.iterdir()) == []


def test_a_root_key_given_by_value_is_not_also_named_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODELOPS_ROOT_KEY", "x")
    assert "MODELOPS_ROOT_KEY_FILE" not in environment(tmp_path)
    assert "SECRET_KEY_FILE" in environment(tmp_path)


def test_a_deep_home_has_its_sockets_in_a_short_folder(new_home: Callable[[], Home]) -> None:
    base = new_home()
    home = Home(base.root.joinpath(*["folder"] * 18))
    assert not fits_a_socket(home.root / "sockets")
    assert fits_a_socket(home.sockets)
    try:
        services.up(home)
        assert (home.root / "sockets").is_symlink()
        assert environment(home.root)["DATABASE_URL"].endswith(str(home.short_sockets()))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(home.postgres_socket))
    finally:
        services.down(home)
        shutil.rmtree(home.short_sockets(), ignore_errors=True)


def test_a_folder_that_somebody_prepared_as_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    with pytest.raises(CannotStart, match="is not a folder"):
        private_folder(tmp_path / "ours", ME)
    private_folder(tmp_path / "theirs", ME)
    assert stat.S_IMODE((tmp_path / "theirs").stat().st_mode) == 0o700


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "one\n")
    write_private(tmp_path / "secret", "two\n")
    assert (tmp_path / "secret").read_text() == "two\n"
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
