"""Migrated once and copied: when that is right, and what happens when there is nothing to copy."""

import threading
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from modelops.embedded import snapshots, throwaway
from modelops.embedded.paths import CHECKOUT
from modelops.embedded.service_user import ServiceUser, service_user


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing is kept yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "modelops-migrated"


@pytest.fixture
def user(tmp_path: Path) -> ServiceUser:
    return service_user(tmp_path / "postgres")


@pytest.mark.django_db
def test_nothing_is_left_to_apply_on_a_copy() -> None:
    """The database of this very test is a copy."""
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_a_copy_is_migrated_before_anybody_migrates() -> None:
    pair = throwaway.start(durable=True, migrated=True)
    try:
        with psycopg.connect(pair.owner_url) as opened:
            applied = set(opened.execute("SELECT app, name FROM django_migrations").fetchall())
            powers = opened.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()
        assert set(MigrationLoader(None).graph.nodes) <= applied
        assert powers == (True,)  # as in any other of these servers
    finally:
        pair.remove()


def test_the_digest_follows_each_migration_and_what_it_imports() -> None:
    """Also what is imported by what is imported."""
    sources = snapshots._sources()
    apps = {
        CHECKOUT / f"{module.__module__.replace('.', '/')}.py"
        for module in MigrationLoader(None).disk_migrations.values()
    }
    own = {path for path in apps if path.exists()}
    assert len(own) > 50
    assert own <= sources
    for name in ("compliance/audit/partitions.py", "accounts/models/user.py", "modelops/crypto/encrypted_column.py"):
        assert CHECKOUT / name in sources
    assert CHECKOUT / "accounts/views.py" not in sources


def test_it_is_made_once_and_others_wait(cache: Path, user: ServiceUser) -> None:
    made, found = [], []

    def make(draft: Path) -> None:
        made.append(draft)
        draft.write_bytes(b"packed")

    threads = [threading.Thread(target=lambda: found.append(snapshots.kept(user, make))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 1
    assert len(found) == 6
    assert len(set(found)) == 1
    assert found[0] is not None
    assert found[0].read_bytes() == b"packed"
    assert cache.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_maker_left_is_no_archive(cache: Path, user: ServiceUser) -> None:
    def killed(draft: Path) -> None:
        draft.write_bytes(b"hal")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snapshots.kept(user, killed)
    archive = snapshots.kept(user, lambda draft: draft.touch())
    assert archive is not None
    assert sorted(path.name for path in cache.iterdir()) == sorted([archive.name, "lock"])


def test_where_nothing_can_be_kept_one_does_without(
    tmp_path: Path, user: ServiceUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert snapshots.kept(user, lambda draft: draft.touch()) is None


def test_a_damaged_archive_is_thrown_away(tmp_path: Path, user: ServiceUser) -> None:
    whole = tmp_path / "whole.tar.gz"
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "PG_VERSION").write_bytes(bytes(range(256)) * 400)
    snapshots.save(tmp_path / "made", whole)
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:150])
    assert not snapshots.restore(cut, tmp_path / "data", user)
    assert not cut.exists()
    assert snapshots.restore(whole, tmp_path / "data", user)
    assert (tmp_path / "data" / "PG_VERSION").read_bytes() == (tmp_path / "made" / "PG_VERSION").read_bytes()
    assert not list(tmp_path.glob(".copy-*"))


def test_only_the_last_ones_stay(cache: Path, user: ServiceUser, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(snapshots._KEPT + 3):
        monkeypatch.setattr(snapshots, "key", lambda user, number=number: f"key{number}")
        snapshots.kept(user, lambda draft: draft.touch())
    assert len(list(cache.glob("*.tar.gz"))) == snapshots._KEPT
    assert (cache / f"key{number}.tar.gz").exists()
