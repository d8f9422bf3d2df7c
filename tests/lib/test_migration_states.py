"""The portal's `migrate` makes the database that Django's own makes, with a fifth of the work.

Without more, the migrations of one app and of all that it needs are compared, about a third; PORTAL_TEST_KILLS=60
compares them all.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db.migrations.state import ProjectState

from modelops.embedded import binaries
from modelops.embedded.paths import CHECKOUT
from modelops.lib.migration_states import one_class_at_a_time

pytestmark = pytest.mark.slow
# Forwards to all of an app and back to before its first migration; to everything where all are compared.
TARGETS = ["monitors", "monitors zero", *([""] if int(os.environ.get("PORTAL_TEST_KILLS", "0")) >= 60 else [])]
SCRIPT = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands import migrate
command = {"own": "migrate", "django": migrate.Command()}[sys.argv[1]]
for target in sys.argv[2:]:
    call_command(command, *target.split(), verbosity=0, interactive=False, skip_checks=True)
"""
# Rows that migrations write have ids and times of their own, each dump a secret.
VARIES = re.compile(r"'[0-9a-f]{8}-[0-9a-f-]{27}'|'20\d\d-\d\d-\d\d [\d:.+]+'|^\\(un)?restrict .*$", re.M)


@pytest.fixture
def migrated() -> Iterator[Callable[..., str]]:
    """Migrates a new database with a command, to targets in turn, and gives its dump; all are dropped at the end."""
    owner, made = os.environ["MODELOPS_OWNER_DATABASE_URL"], []

    def migrated(command: str, *targets: str) -> str:
        name = f"states_{command}_{os.getpid()}"
        with psycopg.connect(owner, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        made.append(name)
        url = urlsplit(owner)._replace(path=f"/{name}").geturl()
        env = {**os.environ, "DATABASE_URL": url, "MODELOPS_OWNER_DATABASE_URL": url}
        script = [sys.executable, "-c", SCRIPT, command, *targets]
        subprocess.run(script, cwd=CHECKOUT, env=env, check=True, timeout=200)
        dump = [str(binaries.find_postgres().bin / "pg_dump"), "-d", url, "--inserts"]
        return VARIES.sub("", subprocess.run(dump, capture_output=True, text=True, check=True, timeout=100).stdout)

    yield migrated
    with psycopg.connect(owner, autocommit=True) as server:
        for name in made:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_database_is_the_one_that_django_makes(migrated: Callable[..., str]) -> None:
    """Tables, columns, indexes, constraints, functions, triggers, rights and rows; there, and back by an app."""
    own, djangos = migrated("own", *TARGETS), migrated("django", *TARGETS)
    assert own.count("CREATE TABLE") > 30
    assert own.splitlines() == djangos.splitlines()


def test_what_was_changed_for_it_is_put_back() -> None:
    before = dict(vars(ProjectState))
    with pytest.raises(ZeroDivisionError), one_class_at_a_time():
        assert dict(vars(ProjectState)) != before
        raise ZeroDivisionError
    assert dict(vars(ProjectState)) == before
