"""Taking back the newest migration of one app, as at a rollback, on a database that has all of them.

Without more, one app is taken back to before its first migration and one by its newest, which makes a table; with
PORTAL_TEST_KILLS=60 each of them.
"""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader

from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT

pytestmark = pytest.mark.slow
EVERYTHING = int(os.environ.get("PORTAL_TEST_KILLS", "0")) >= 60
# What no operator goes back to, and why.
NOT_BACK = {"audit": "the ledger of before has no place for what rows commit to"}
SCRIPT = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection

def made():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text || ' ' || tgname FROM pg_trigger"
                       " WHERE tgname LIKE 'audit_watch_%'"
                       " UNION ALL SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'key_mark_%'")
        return sorted(row[0] for row in cursor.fetchall())

def migrate(*target):
    call_command("migrate", *target, verbosity=0, interactive=False, skip_checks=True)

migrate()
before = made()
assert len(before) > 100, before
for step in sys.argv[2:]:
    app, _, target = step.partition(" ")
    try:
        migrate(app, target)
        migrate(app)
        migrate()
    except BaseException as error:
        raise SystemExit(f"{step}: {error!r}")
    lost = set(before) ^ set(made())
    assert not lost, (step, lost)
"""


def steps() -> list[str]:
    """App and the migration before its newest one."""
    loader = MigrationLoader(None)
    found = ["monitors zero"]
    own = {
        one.label for one in apps.get_app_configs() if CHECKOUT in Path(one.path).parents and ".venv" not in one.path
    }
    for app in sorted((loader.migrated_apps & own) - NOT_BACK.keys()):
        leaf = loader.graph.node_map[loader.graph.leaf_nodes(app)[0]]
        before = [parent.key[1] for parent in leaf.parents if parent.key[0] == app]
        makes_table = any(isinstance(one, CreateModel) for one in loader.graph.nodes[leaf.key].operations)
        if before and (makes_table or EVERYTHING):
            found.append(f"{app} {before[0]}")
    return found if EVERYTHING else found[:2]


def test_one_app_goes_back_and_comes_again() -> None:
    """What follows a migration (triggers, grants, indexes, roles) copes with tables that are no longer there."""
    todo = steps()
    assert len(todo) >= 2
    pair = throwaway.start(migrated=True)
    try:
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
            "DATABASE_URL": pair.database_url,
            "DJANGO_SETTINGS_MODULE": "modelops.settings",
            "MODELOPS_ENV": "test",
            "MODELOPS_HOME": str(pair.folder / "home"),
            "MODELOPS_OWNER_DATABASE_URL": pair.owner_url,
            "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "MODELOPS_SEALER_DATABASE_URL": pair.sealer_url,
            "REDIS_URL": pair.redis_url(),
            "SECRET_KEY": secrets.token_urlsafe(48),
        }
        # As `manage.py migrate`: the role that the tables belong to.
        script = [sys.executable, "-c", f"import sys; sys.argv = ['manage.py', 'migrate', *sys.argv[1:]]\n{SCRIPT}"]
        done = subprocess.run([*script, *todo], cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr[-3000:]
    finally:
        pair.remove()
