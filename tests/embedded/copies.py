"""Copies of a migrated database for homes, and what such a copy has in common with one that was just migrated."""

import subprocess
from pathlib import Path

from modelops.embedded import binaries, services, throwaway
from modelops.embedded.keyfiles import prepare_keys
from modelops.embedded.locate import DATABASE, OWNER
from modelops.embedded.paths import Home
from modelops.embedded.postgres import Cluster
from modelops.embedded.service_user import service_user

# The months of the ledger depend on when they were made, and each dump has a secret of its own.
_OF_NO_INTEREST = ("\\restrict", "\\unrestrict")
_MONTHS = "audit_auditevent_2*"


def migrated_before(home: Home) -> None:
    """Put a migrated database into a home in which nothing was started yet; without one to copy, nothing changes."""
    services.make_home(home)
    with services.locked(home):
        prepare_keys(home, database_exists=False)
        cluster = Cluster(
            home.postgres, binaries.find_postgres(), service_user(home.postgres), home.sockets, home.logs / "unused"
        )
        throwaway.restore(cluster)


def schema(sockets: Path) -> str:
    """Every table, function, trigger, owner and right of the portal's database, and the rows that tell of them."""
    rows = (*("auth_group", "auth_permission", "auth_group_permissions"), "django_content_type")
    told = _dump(sockets, "--schema-only", f"--exclude-table={_MONTHS}")
    return told + _dump(sockets, "--data-only", "--inserts", *(f"--table={table}" for table in rows))


def schema_of_a_copy() -> str:
    """The same of a copy."""
    pair = throwaway.start(migrated=True)
    try:
        return schema(pair.folder / "sockets")
    finally:
        pair.remove()


def _dump(sockets: Path, *what: str) -> str:
    command = [str(binaries.find_postgres().bin / "pg_dump"), "-h", str(sockets), "-U", OWNER, "-d", DATABASE, *what]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(_OF_NO_INTEREST))
