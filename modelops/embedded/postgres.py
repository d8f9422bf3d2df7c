"""A private PostgreSQL cluster: made once, started after any kind of end, reached through a Unix socket alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from modelops.embedded import binaries, processes
from modelops.embedded.locate import DATABASE, OWNER, ROLE, SEALER
from modelops.embedded.paths import POSTGRES_SOCKET, write_private
from modelops.embedded.problems import CannotStart
from modelops.embedded.service_user import ServiceUser

SUPERUSER = "postgres"
SETTINGS = "modelops.conf"
# The servers inherit nothing from the caller's shell: a locale or PG* variable there must not change them.
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
_THROW_AWAY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\nmax_wal_size = 4GB\n"
_ALWAYS = """\
# Written at each start; put your own settings into postgresql.conf after the line that includes this file.
listen_addresses = ''
port = 5432
unix_socket_directories = '"{sockets}"'
unix_socket_permissions = 0700
max_connections = {connections}
shared_buffers = 128MB
timezone = 'GMT'
log_timezone = 'GMT'
# Parallel queries exchange rows through /dev/shm, which is 64 MB in containers and is emptied by systemd when an
# ordinary user logs out; one small server does not need them.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
# Keys and personal data travel as parameters and stand in rows: neither may reach the log, not even with an error.
log_statement = 'none'
log_min_duration_statement = -1
log_min_error_statement = 'panic'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = 'terse'
"""


@dataclass(frozen=True)
class Cluster:
    """One data directory with the programs, account and socket folder that serve it."""

    data: Path
    programs: binaries.Postgres
    user: ServiceUser
    sockets: Path
    log: Path
    durable: bool = True
    connections: int = 100

    def create(self, allowed: set[str]) -> bool:
        """Initialise the data directory unless it exists; whether it was made now.

        ``allowed`` are the operating-system users that may connect. Work happens beside the final place and is
        renamed into it, so that an interrupted attempt leaves nothing that looks like a database.
        """
        if self.exists():
            self._refuse_other_major()
            return False
        for leftover in self.data.parent.glob(".init-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix=".init-", dir=self.data.parent))
        os.chown(draft, *self.user.owner)
        command = [self.programs.bin / "initdb", "-D", draft / "data", "-U", SUPERUSER, "-E", "UTF8", "--locale=C"]
        command += ["--auth=peer", "--data-checksums"] + ([] if self.durable else ["--no-sync"])
        if self.programs.major >= 17:
            # Sorting and case rules of its own: independent of the machine's locales and of libc upgrades.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run([str(part) for part in command], draft)
        self._allow(draft / "data", allowed)
        (draft / "data").rename(self.data)
        draft.rmdir()
        return True

    def exists(self) -> bool:
        """Whether the data directory holds a database."""
        return (self.data / "PG_VERSION").exists()

    def start(self, dies_with_parent: bool) -> subprocess.Popen[bytes]:
        """Start the server and wait until it accepts connections; recovers from any kind of end before."""
        self._write_settings()
        self.clear_leftovers()
        self._let_roles_in()
        server = processes.spawn(
            [self.programs.bin / "postgres", "-D", self.data],
            log=self.log,
            env=CLEAN_ENVIRONMENT,
            cwd=self.data,
            user=self.user,
            dies_with_parent=signal.SIGINT if dies_with_parent else None,  # SIGINT is PostgreSQL's fast shutdown
        )
        # Crash recovery may have much to read; readiness and failure are both seen at once.
        processes.wait_until(lambda: self.ready() or server.poll() is not None, 300)
        if server.poll() is not None or not self.ready():
            raise CannotStart(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")
        return server

    def ready(self) -> bool:
        """Whether the server says that it accepts connections."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self.running() is not None

    def running(self) -> int | None:
        """Process id of the living server, None when there is none."""
        lines = self._pid_file()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        return pid if processes.works_in(pid, self.data) else None

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        pid = self.running()
        if pid is None:
            return
        processes.send(pid, signal.SIGINT)
        if not processes.wait_until(lambda: not processes.alive(pid), 60):
            processes.send(pid, signal.SIGQUIT)  # next start recovers from the log
            processes.wait_until(lambda: not processes.alive(pid), 10)

    def clear_leftovers(self) -> None:
        """Remove what a killed server left. PostgreSQL alone would refuse when the old number is in use again."""
        if self.running() is not None:
            self.stop()
        orphans = processes.working_in(self.data)
        if orphans and not processes.wait_until(lambda: not processes.working_in(self.data), 5):
            for pid in processes.working_in(self.data):
                processes.send(pid, signal.SIGQUIT)
            processes.wait_until(lambda: not processes.working_in(self.data), 10)
        for path in (self.data / "postmaster.pid", self.sockets / POSTGRES_SOCKET):
            path.unlink(missing_ok=True)
        (self.sockets / f"{POSTGRES_SOCKET}.lock").unlink(missing_ok=True)

    def prepare_database(self, *, for_tests: bool = False) -> None:
        """Create the three roles and the database with pgcrypto; safe to repeat.

        The owner's role owns the schema and migrates it; the application and the sealer get what they need from the
        last step of each migration. What an older home's application owned, it hands over here.
        """
        powers = "LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        for role in (OWNER, ROLE, SEALER):
            self.sql(
                f"DO $$ BEGIN CREATE ROLE {role} {powers}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                f"ALTER ROLE {role} {'CREATEDB' if for_tests and role == OWNER else 'NOCREATEDB'};"
            )
        if for_tests:
            self.sql(self._test_powers())
        if self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'").strip() != "1":  # noqa: S608 (a constant)
            self.sql(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        # All in one transaction: an interrupted start leaves everything with the one or the other.
        self.sql(f"REASSIGN OWNED BY {ROLE} TO {OWNER}", DATABASE)
        for database in (DATABASE, "template1") if for_tests else (DATABASE,):
            self.sql("CREATE EXTENSION IF NOT EXISTS pgcrypto", database)

    def _test_powers(self) -> str:
        """Tests write to disk what they then search, look at other sessions, and put rows back past triggers."""
        newer = ", pg_checkpoint" if self.programs.major >= 15 else ""
        grants = f"GRANT pg_read_all_stats, pg_signal_backend{newer} TO {OWNER};"
        if self.programs.major >= 15:
            grants += f"GRANT SET ON PARAMETER session_replication_role TO {OWNER};"
        return grants

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run SQL as the cluster's superuser and give its unaligned output."""
        command = [self.programs.bin / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.sockets]
        command += ["-U", SUPERUSER, "-d", database, "-c", statement]
        return self._run([str(part) for part in command], self.data)

    def _run(self, command: list[str], cwd: Path) -> str:
        identity = {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}
        done = subprocess.run(
            command,
            cwd=cwd,
            env=CLEAN_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            umask=0o077,
            start_new_session=True,  # Ctrl-C must not break off half an initdb
            **(identity if self.user.uid != os.geteuid() else {}),  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise CannotStart(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}")
        return str(done.stdout)

    def _allow(self, data: Path, allowed: set[str]) -> None:
        names = sorted({self.user.name, "root", *allowed})
        mapping = [f'modelops "{name}" {role}' for name in names for role in (ROLE, OWNER, SEALER)]
        mapping += [f'modelops "{name}" {SUPERUSER}' for name in (self.user.name, "root")]
        write_private(data / "pg_hba.conf", "local all all peer map=modelops\n", self.user.owner)
        write_private(data / "pg_ident.conf", "\n".join(mapping) + "\n", self.user.owner)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as stream:
            stream.write(f"\ninclude '{SETTINGS}'\n")
        write_private(data / SETTINGS, self._settings(), self.user.owner)

    def _let_roles_in(self) -> None:
        """Let whoever may act as the application also act as owner and sealer: an older home knows no such roles."""
        file = self.data / "pg_ident.conf"
        lines = file.read_text(encoding="utf-8").splitlines()
        wanted = [
            line.removesuffix(ROLE) + role for line in lines if line.endswith(f" {ROLE}") for role in (OWNER, SEALER)
        ]
        if missing := [line for line in wanted if line not in lines]:
            write_private(file, "\n".join([*lines, *missing]) + "\n", self.user.owner)

    def _write_settings(self) -> None:
        write_private(self.data / SETTINGS, self._settings(), self.user.owner)

    def _settings(self) -> str:
        shared = _ALWAYS.format(sockets=str(self.sockets).replace("'", "''"), connections=self.connections)
        return shared + (_DURABLE if self.durable else _THROW_AWAY)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _refuse_other_major(self) -> None:
        major = data_major(self.data)
        if major != self.programs.major:
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {major}, and only {self.programs.version} is at hand. "
                f"Install PostgreSQL {major}, or convert the data with pg_upgrade and both versions' programs."
            )


def data_major(data: Path) -> int | None:
    """Major version of the PostgreSQL that made ``data``, None when there is no database yet."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="utf-8").strip().split(".")[0])
    except (OSError, ValueError):
        return None


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
