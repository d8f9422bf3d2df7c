"""The three roles of an embedded PostgreSQL, also in a home from before there were three."""

import psycopg
import pytest

from modelops.embedded import services
from modelops.embedded.locate import DATABASE, OWNER, ROLE, SEALER, environment
from modelops.embedded.paths import Home

VARIABLES = {ROLE: "DATABASE_URL", OWNER: "MODELOPS_OWNER_DATABASE_URL", SEALER: "MODELOPS_SEALER_DATABASE_URL"}


def connect(home: Home, role: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection as one of the roles."""
    return psycopg.connect(environment(home.root)[VARIABLES[role]], autocommit=True)


def test_each_role_has_its_powers_and_no_more(stopped_home: Home) -> None:
    """S3-24: one owns, and none may make roles or databases."""
    services.up(stopped_home)
    for role in VARIABLES:
        with connect(stopped_home, role) as link:
            assert link.execute(
                "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
                " has_schema_privilege('public', 'CREATE'), has_parameter_privilege('session_replication_role', 'SET')"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == (role, False, False, False, False, False, role == OWNER, False)
            assert link.execute("SELECT pg_has_role(%s, 'MEMBER')", [OWNER]).fetchone() == (role == OWNER,)


def test_an_older_home_hands_its_tables_over_at_the_next_start(stopped_home: Home) -> None:
    """S3-24: nothing is lost, and the application no longer owns what it made; safe to be repeated."""
    cluster = services.up(stopped_home).cluster
    assert cluster is not None
    cluster.sql(f"REASSIGN OWNED BY {OWNER} TO {ROLE}; DROP OWNED BY {OWNER}, {SEALER}", DATABASE)
    cluster.sql(f"ALTER DATABASE {DATABASE} OWNER TO {ROLE}")
    cluster.sql(f"DROP ROLE {OWNER}; DROP ROLE {SEALER}")
    with connect(stopped_home, ROLE) as link:
        link.execute("CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY, answer integer)")
        link.execute("INSERT INTO kept (answer) SELECT 42 FROM generate_series(1, 1000)")
        link.execute("CREATE FUNCTION told() RETURNS integer LANGUAGE sql AS 'SELECT 42'")
        link.execute("CREATE EXTENSION pg_trgm")
    services.down(stopped_home)
    ident = stopped_home.postgres / "pg_ident.conf"
    lines = [line for line in ident.read_text().splitlines() if not line.endswith((f" {OWNER}", f" {SEALER}"))]
    ident.write_text("\n".join(lines) + "\n")

    for _ in range(2):
        services.up(stopped_home)
        with connect(stopped_home, OWNER) as link:
            assert link.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
            link.execute("ALTER TABLE kept ADD COLUMN IF NOT EXISTS more text")
            link.execute("CREATE OR REPLACE FUNCTION told() RETURNS integer LANGUAGE sql AS 'SELECT 43'")
            link.execute("INSERT INTO kept (answer) VALUES (1); DELETE FROM kept WHERE answer = 1")
        with connect(stopped_home, ROLE) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("ALTER TABLE kept ADD COLUMN mine text")
        services.down(stopped_home)
