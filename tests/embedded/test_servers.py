"""The embedded pair: made once, started by anybody at any time, kept apart, safe by its settings."""

import stat
import subprocess
from collections.abc import Callable

import psycopg
import pytest
import redis

from modelops.embedded import services
from modelops.embedded.locate import environment
from modelops.embedded.paths import Home
from modelops.embedded.problems import CannotStart


def connect(home: Home) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as migrations make it: the application may not make tables."""
    return psycopg.connect(environment(home.root)["MODELOPS_OWNER_DATABASE_URL"], autocommit=True)


def valkey(home: Home) -> "redis.Redis[bytes]":
    """A client as the application makes it."""
    return redis.Redis.from_url(environment(home.root)["REDIS_URL"])


def test_the_pair_comes_up_safe_and_private(home: Home) -> None:
    told = services.up(home).told
    assert any("Made a root key" in line for line in told)
    with connect(home) as database:
        role = database.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role == (False, False, False)
        assert database.execute("SELECT pgp_sym_decrypt(pgp_sym_encrypt('x', 'k'), 'k')").fetchone() == ("x",)
        expected = {
            "listen_addresses": "",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "log_statement": "none",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        for name, value in expected.items():
            assert database.execute("SELECT current_setting(%s)", [name]).fetchone() == (value,), name
        database.execute("SET TimeZone = 'UTC'")  # what Django sends first; an error without time zones
    client = valkey(home)
    settings = {}
    for name in ("maxmemory-policy", "appendonly", "appendfsync", "port"):
        settings.update(client.config_get(name))
    client.close()
    assert settings == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "port": "0",
    }
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"unix://{home.valkey_socket}").ping()
    for folder in (home.keys, home.postgres, home.valkey, home.sockets, home.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_an_error_leaves_neither_statement_nor_row_in_the_log(stopped_home: Home) -> None:
    services.up(stopped_home)
    with connect(stopped_home) as database:
        database.execute("CREATE TABLE person (email text CHECK (email <> 'canary-row'))")
        with pytest.raises(psycopg.errors.CheckViolation):
            database.execute("INSERT INTO person VALUES (%s)", ["canary-row"])
        with pytest.raises(psycopg.errors.UndefinedFunction):
            database.execute("SELECT no_such_function('canary-statement')")
    log = (stopped_home.logs / "postgres.log").read_text()
    assert "violates check constraint" in log
    assert "canary" not in log


def test_data_outlives_a_stop(stopped_home: Home) -> None:
    services.up(stopped_home)
    with connect(stopped_home) as database:
        database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    services.down(stopped_home)
    with pytest.raises(psycopg.OperationalError):
        connect(stopped_home)
    assert services.up(stopped_home).told == []
    with connect(stopped_home) as database:
        assert database.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_two_homes_stand_side_by_side(new_home: Callable[[], Home]) -> None:
    first, second = new_home(), new_home()
    services.up(first)
    services.up(second)
    with connect(first) as one, connect(second) as two:
        one.execute("CREATE TABLE here ()")
        assert two.execute("SELECT to_regclass('here')").fetchone() == (None,)
    services.down(first)
    with connect(second) as two:
        assert two.execute("SELECT 1").fetchone() == (1,)


def test_ten_starts_at_once_make_one_pair(home: Home, shell: Callable[..., subprocess.Popen[str]]) -> None:
    starts = [shell(home, "up") for _ in range(10)]
    outputs = [start.communicate(timeout=90)[0] for start in starts]
    assert [start.returncode for start in starts] == [0] * 10, outputs
    assert sum("Made a PostgreSQL" in output for output in outputs) == 1
    with connect(home) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)


def test_servers_given_by_url_are_not_started_here(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/portal")
    pair = services.up(home)
    assert pair.cluster is None
    assert not home.postgres.exists()
    assert valkey(home).ping()
    monkeypatch.setenv("REDIS_URL", "redis://cache.example/0")
    assert services.up(home).valkey is None
    monkeypatch.delenv("REDIS_URL")  # so that the end of the test stops the one that was started


def test_data_of_another_major_version_is_not_touched(stopped_home: Home) -> None:
    version = stopped_home.postgres / "PG_VERSION"
    own = version.read_text()
    version.write_text("12\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 12, and only .* pg_upgrade"):
        services.up(stopped_home)
    version.write_text(own)
    services.up(stopped_home)


def test_an_interrupted_initdb_leaves_nothing_that_looks_like_a_database(home: Home) -> None:
    services.make_home(home)
    (home.root / ".init-abandoned" / "data").mkdir(parents=True)
    services.up(home)
    assert not (home.root / ".init-abandoned").exists()
    with connect(home) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
