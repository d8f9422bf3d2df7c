"""Connections as each of the roles, on the test's database."""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection

Connect = Callable[[str], "psycopg.Connection[tuple[object, ...]]"]
VARIABLES = {
    "application": "DATABASE_URL",
    "owner": "MODELOPS_OWNER_DATABASE_URL",
    "sealer": "MODELOPS_SEALER_DATABASE_URL",
}


@pytest.fixture
def connect(transactional_db: None) -> Iterator[Connect]:
    """Connects as "application", "owner" or "sealer"."""
    opened: list[psycopg.Connection[tuple[object, ...]]] = []

    def as_role(role: str) -> "psycopg.Connection[tuple[object, ...]]":
        base, _, options = os.environ[VARIABLES[role]].partition("?")
        url = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{options}"
        opened.append(psycopg.connect(url, autocommit=True))
        return opened[-1]

    yield as_role
    for link in opened:
        link.close()
