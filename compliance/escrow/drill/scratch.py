"""A database that is there for one drill: on a throw-away server, or on one that is named."""

import getpass
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from modelops.embedded import binaries
from modelops.embedded.locate import DATABASE, OWNER, database_url
from modelops.embedded.paths import private_folder
from modelops.embedded.postgres import Cluster
from modelops.embedded.problems import CannotStart
from modelops.embedded.service_user import service_user

from .result import DrillFailed


@contextmanager
def scratch_database(server: str | None) -> Iterator[str]:
    """URL of an empty database, which is gone afterwards. Raises DrillFailed when none can be made."""
    if server:
        with _on(server) as url:
            yield url
        return
    # A short folder: the name of a socket in it has a limit.
    folder = Path(tempfile.mkdtemp(prefix="mo-drill-", dir="/tmp"))
    try:
        with _throw_away(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _throw_away(folder: Path) -> Iterator[str]:
    try:
        folder.chmod(0o711)
        user = service_user(folder / "postgres")
        private_folder(folder / "sockets", user.owner)
        programs = binaries.find_postgres()
        if user.uid != os.geteuid():  # the service user may not be able to enter the virtual environment
            programs = binaries.stage_postgres(programs, folder / "runtime")
        log = folder / "postgres.log"
        cluster = Cluster(folder / "postgres", programs, user, folder / "sockets", log, durable=False, connections=20)
        cluster.create({getpass.getuser()})
        process = cluster.start(dies_with_parent=True)
    except CannotStart as problem:
        raise DrillFailed(
            f"No scratch server could be started: {problem} Name one with --server.", code="drill.no_server"
        ) from None
    try:
        cluster.prepare_database()
        # A dump makes its extensions itself, and comments on them, which only their owner may.
        cluster.sql("DROP EXTENSION pgcrypto", DATABASE)
        yield database_url(folder / "sockets", role=OWNER)
    finally:
        cluster.stop()
        process.wait(10)


@contextmanager
def _on(server: str) -> Iterator[str]:
    name = f"modelops_drill_{secrets.token_hex(6)}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=10)
    except psycopg.Error:
        raise DrillFailed(
            "The server of --server does not answer or refuses the account.", code="drill.no_server"
        ) from None
    with connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.Error:
            raise DrillFailed(
                "The account of --server may not make databases. As an administrator: ALTER ROLE … CREATEDB;",
                code="drill.no_server",
            ) from None
        try:
            parts = urlsplit(server)
            yield urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
