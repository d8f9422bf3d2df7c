"""The names of one home's services and secrets, as environment variables. Starts nothing and needs nothing running."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from modelops.embedded.paths import Home, home_from_environment

# A root key that the environment brings, in whatever form, takes the place of the one in the home.
ROOT_KEY_NAMES = (
    "MODELOPS_ROOT_KEY", "MODELOPS_ROOT_KEY_FILE", "MODELOPS_ROOT_PASSPHRASE", "MODELOPS_ROOT_PASSPHRASE_FILE",
    "MODELOPS_VAULT_ADDRESS", "MODELOPS_KMS_KEY",
)  # fmt: skip
# Who works with the portal's tables, who owns them, and who seals the ledger.
ROLE = "modelops"
OWNER = "modelops_owner"
SEALER = "modelops_sealer"
DATABASE = "modelops"


def database_url(sockets: Path, database: str = DATABASE, role: str = ROLE) -> str:
    """URL of ``database`` on the embedded PostgreSQL whose socket is in ``sockets``, for one of its roles."""
    return f"postgresql://{role}@/{database}?host={quote(str(sockets), safe='/')}"


def redis_url(socket: Path, password: str, db: int = 0) -> str:
    """URL of the embedded Valkey behind ``socket``."""
    return f"unix://:{quote(password, safe='')}@{quote(str(socket), safe='/')}?db={db}"


def environment(home: Path | str | None = None) -> dict[str, str]:
    """What a process needs to work with the portal of ``home`` (default: the home of this checkout and environment).

    Settings use it for whatever the environment does not name itself, so that ``manage.py`` in a plain checkout
    talks to the portal that ``make run`` started there. A secret that the environment gives by value has no file here.
    """
    place = Home(Path(home).expanduser().resolve()) if home else home_from_environment()
    try:
        password = place.valkey_password.read_text(encoding="utf-8").strip()
    except OSError:
        password = ""  # not set up yet, or not ours: connecting fails with the server's own message
    names = {
        "MODELOPS_HOME": str(place.root),
        "DATABASE_URL": database_url(place.sockets),
        "REDIS_URL": redis_url(place.valkey_socket, password),
    }
    if not os.environ.get("DATABASE_URL"):  # else the roles of the embedded server would belong to another one
        names["MODELOPS_OWNER_DATABASE_URL"] = database_url(place.sockets, role=OWNER)
        names["MODELOPS_SEALER_DATABASE_URL"] = database_url(place.sockets, role=SEALER)
    if "SECRET_KEY" not in os.environ:
        names["SECRET_KEY_FILE"] = str(place.secret_key)
    if not any(os.environ.get(name) for name in ROOT_KEY_NAMES):
        names["MODELOPS_ROOT_KEY_FILE"] = str(place.root_key)
    return names
