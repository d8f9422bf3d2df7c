"""Which of PostgreSQL's three roles a process works as.

The application (web, workers, schedule, most commands) changes rows but owns no table: it can neither change the ledger
nor switch a trigger off. The owner's role migrates, and nothing else; the sealer's role seals the ledger. A process
takes its role from its command, and an installation that names one URL only uses it for everything.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from modelops.lib import env

APPLICATION: Final = "DATABASE_URL"
OWNER: Final = "MODELOPS_OWNER_DATABASE_URL"
SEALER: Final = "MODELOPS_SEALER_DATABASE_URL"
# What a sealer's role is called when no URL names it.
SEALER_ROLE: Final = "modelops_sealer"

_COMMANDS: Final = {
    OWNER: frozenset({"migrate", "audit_partitions"}),
    SEALER: frozenset({"seal_audit_log", "audit_key"}),
}


def variable_for(argv: Sequence[str]) -> str:
    """The variable that names the database for a process with this command line."""
    command = argv[1] if len(argv) > 1 and Path(argv[0]).name in {"manage.py", "django-admin"} else ""
    # All are asked for in every process, so that none counts as a slip of the pen.
    urls = {name: env.text(name, "") for name in (OWNER, SEALER)}
    for name, commands in _COMMANDS.items():
        if command in commands and urls[name]:
            return name
    return APPLICATION


def role_of(url: str) -> str:
    """The role that a URL names; empty text for none."""
    return unquote(urlsplit(url).username or "")
