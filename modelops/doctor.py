"""What is wrong with this installation, and what to do about it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from compliance.audit.sealing import standing as sealing
from compliance.escrow.standing import standing
from modelops.crypto.opening import require_open_ring
from modelops.crypto.server_log import REMEDY, parameters_in_log
from modelops.crypto.services import check_keys
from modelops.jobs.broker import require_broker
from modelops.lib.errors import DomainError


@dataclass(frozen=True)
class Problem:
    """What was found, and the remedy as something to do."""

    found: str
    remedy: str


def examine() -> Iterator[Problem]:
    """Each problem that keeps the portal from working as it should; nothing when all is well."""
    yield from _settings()
    yield from _files()
    database = list(_database())
    yield from database
    yield from _broker()
    if not database:
        yield from _keys()
        yield from _sealer()


def facts() -> Iterator[str]:
    """What is worth knowing when all is well: what would survive the loss of the root key."""
    try:
        found, sealer = standing(), sealing.standing()
    except (DatabaseError, InterfaceError):
        return
    yield f"Key backup: {found.backup_words}"
    yield f"Restore drill: {found.drill_words}"
    yield f"Sealer of the audit log: {sealer.words}"


def _settings() -> Iterator[Problem]:
    for message in run_checks(include_deployment_checks=settings.PRODUCTION):
        if message.level >= ERROR:
            yield Problem(f"{message.id}: {message.msg}", str(message.hint or "See docs/reference/settings.md."))


def _files() -> Iterator[Problem]:
    for name in ("SECRET_KEY_FILE", "MODELOPS_ROOT_KEY_FILE"):
        if not (given := os.environ.get(name)):
            continue
        path = Path(given)
        if not path.exists():
            yield Problem(f"{name} names {path}, which does not exist.", "Bring the file back from your copy.")
        elif path.stat().st_mode & 0o077:
            yield Problem(f"{path} can be read by others.", f"chmod 600 {path}")
    artifacts = settings.MODELOPS_HOME / "artifacts"
    if not artifacts.is_dir():
        yield Problem(f"The artifact folder {artifacts} is missing.", "manage.py setup_portal")
    elif not os.access(artifacts, os.W_OK | os.X_OK):
        yield Problem(f"The artifact folder {artifacts} cannot be written.", "Make the portal's user its owner.")


def _database() -> Iterator[Problem]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extname FROM pg_extension")
            present = {row[0] for row in cursor.fetchall()}
        plan = MigrationExecutor(connection)
        pending = plan.migration_plan(plan.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        yield Problem("PostgreSQL does not answer.", "Start it, and check DATABASE_URL.")
        return
    if "pgcrypto" not in present:
        yield Problem("The database lacks the extension pgcrypto.", "As its owner: CREATE EXTENSION pgcrypto;")
    if shown := parameters_in_log():
        yield Problem(f"PostgreSQL logs parameters, and with them personal data: {', '.join(shown)}.", REMEDY)
    if pending:
        yield Problem(f"{len(pending)} migration(s) are pending.", "manage.py migrate")


def _broker() -> Iterator[Problem]:
    try:
        require_broker()
    except DomainError:
        yield Problem("Valkey does not answer.", "Start it, and check REDIS_URL.")


def _keys() -> Iterator[Problem]:
    try:
        check_keys()
        require_open_ring()
    except DomainError as error:
        yield Problem(str(error), "Configure the root key that this portal was set up with; see docs/howto/keys.md.")
    if not settings.PRODUCTION:
        return
    found = standing()
    if found.not_backed_up:
        names = ", ".join(str(key) for key in found.not_backed_up)
        yield Problem(
            f"These keys are in no backup: {names}. Latest backup: {found.backup_words}.",
            "manage.py keys backup --recipient PUBLIC.pem --out FILE",
        )
    if found.drill_is_due:
        yield Problem(
            f"The restore drill is due: {found.drill_words}.",
            "manage.py keys drill --dump DUMP --backup FILE --identity PRIVATE.pem",
        )


def _sealer() -> Iterator[Problem]:
    """A sealer that worked here must work on; in production there must be one."""
    try:
        found = sealing.standing()
    except (DatabaseError, InterfaceError):
        return
    if found.state is None and not settings.PRODUCTION:
        return
    if not found.is_alive:
        yield Problem(f"The sealer of the audit log: {found.words}.", "Start it: manage.py seal_audit_log")
    elif found.state is not None and found.state.says:
        yield Problem(f"The audit log's checkpoints are not signed. {found.state.says}", "See docs/howto/audit-log.md.")
