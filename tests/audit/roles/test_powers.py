"""Whether the portal says when it could change its own ledger."""

import io
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from compliance.audit.watching import checks, grants, posture, powers
from modelops import database_roles
from modelops.embedded.paths import CHECKOUT

from .conftest import Connect


def application_url() -> str:
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    return f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{options}"


def deploy_check(url: str) -> str:
    """What ``check --deploy`` says of the roles to a process that works with ``url``."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--tag", "security"]
    known = {name: value for name, value in os.environ.items() if name != "MODELOPS_OWNER_DATABASE_URL"}
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**known, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr


@pytest.mark.django_db(transaction=True)
def test_the_deploy_check_tells_the_owner_from_the_application() -> None:
    """S3-24: asked by the command, as whoever deploys asks it."""
    url = application_url()
    role = urlsplit(url).username
    assert "modelops.E080" not in deploy_check(url)
    said = deploy_check(url.replace(f"//{role}@", "//modelops_owner@"))
    assert "modelops.E080" in said
    assert "modelops_owner owns the audit log" in said


@pytest.mark.django_db
def test_a_process_that_owns_the_ledger_finds_itself() -> None:
    """S3-24: a finding in production; elsewhere it is said and not asked for."""
    assert powers.powers()[0].startswith("modelops_owner owns the audit log")
    assert [error.id for error in checks.check_roles(None)] == ["modelops.E080"]
    assert not posture.roles().applies
    with override_settings(PRODUCTION=True):
        [finding] = posture.roles().findings
    assert finding.severity == "critical"


@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_a_right_to_the_seals_is_named(connect: Connect, monkeypatch: pytest.MonkeyPatch, right: str) -> None:
    """S3-24: also the right to take them away."""
    owner = connect("owner")
    monkeypatch.setattr(powers, "connection", connect("application"))
    assert powers.powers() == []
    owner.execute(f"GRANT {right} ON audit_sealing_leaf TO modelops")
    try:
        assert powers.powers() == ["modelops may write audit_sealing_leaf, which is the sealer's"]
    finally:
        owner.execute(f"REVOKE {right} ON audit_sealing_leaf FROM modelops")


@pytest.mark.django_db
def test_a_grant_that_somebody_adds_is_taken_back_by_the_next_migration() -> None:
    """S3-24: grants are brought in step after every migration, and only where they differ."""
    with connection.cursor() as cursor:
        assert grants.apply(cursor) == []
        cursor.execute("GRANT UPDATE, DELETE ON audit_auditevent TO modelops")
        cursor.execute("GRANT INSERT ON audit_sealing_leaf TO modelops")
        cursor.execute("CREATE TABLE registry_later (id integer)")
        assert grants.apply(cursor) == ["audit_auditevent", "audit_sealing_leaf", "registry_later"]
        cursor.execute("SELECT has_table_privilege('modelops', 'registry_later', 'UPDATE')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('modelops', 'audit_auditevent', 'UPDATE')")
        assert cursor.fetchone() == (False,)
        assert grants.apply(cursor) == []


@pytest.mark.parametrize(
    ("argv", "variable"),
    [
        (["manage.py", "migrate"], database_roles.OWNER),
        (["/srv/portal/manage.py", "seal_audit_log", "--once"], database_roles.SEALER),
        (["manage.py", "setup_portal"], database_roles.APPLICATION),
        (["/usr/bin/celery", "migrate"], database_roles.APPLICATION),
        (["manage.py"], database_roles.APPLICATION),
    ],
)
def test_a_process_takes_its_role_from_its_command(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], variable: str
) -> None:
    monkeypatch.setenv(database_roles.OWNER, "postgresql://o@/x")
    monkeypatch.setenv(database_roles.SEALER, "postgresql://s@/x")
    assert database_roles.variable_for(argv) == variable
    monkeypatch.delenv(database_roles.OWNER)
    monkeypatch.delenv(database_roles.SEALER)
    assert database_roles.variable_for(argv) == database_roles.APPLICATION


@pytest.mark.django_db
def test_the_months_are_listed() -> None:
    said = io.StringIO()
    call_command("audit_partitions", "list", stdout=said)
    assert "audit_auditevent_20" in said.getvalue()
    assert "in no month: 0" in said.getvalue()
