"""Which operating-system user the embedded servers run as. PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from modelops.embedded.problems import CannotStart

NAME = "modelops"


@dataclass(frozen=True)
class ServiceUser:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def owner(self) -> tuple[int, int]:
        """(uid, gid) as ``os.chown`` takes them."""
        return self.uid, self.gid


def service_user(data: Path) -> ServiceUser:
    """The account for the servers whose PostgreSQL data is, or will be, in ``data``.

    The owner of existing data is the truth: whatever account was chosen when it was made is the only one that can
    open it. New data of an ordinary user belongs to that user; root takes an account made for the purpose.
    """
    me = os.geteuid()
    if data.exists():
        return _owner_of(data, me)
    if me != 0:
        return _account(me)
    return _by_name(NAME) or _created() or _by_name("postgres") or _nobody()


def _owner_of(data: Path, me: int) -> ServiceUser:
    owner = data.stat().st_uid
    if owner == 0:
        raise CannotStart(
            f"{data} belongs to root, and PostgreSQL refuses to run as root. "
            f"Give it back to the account that made it: chown -R ACCOUNT {data}"
        )
    if me not in (0, owner):
        raise CannotStart(
            f"{data} belongs to user id {owner}, but you are {me}. "
            "Start as its owner, or choose another folder with MODELOPS_HOME=."
        )
    return _account(owner)


def _account(uid: int) -> ServiceUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise CannotStart(
            f"User id {uid} has no entry in the user database, and initdb needs one. "
            "Start as a named user, or name a PostgreSQL server with DATABASE_URL."
        ) from None
    return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _by_name(name: str) -> ServiceUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def _created() -> ServiceUser | None:
    if shutil.which("useradd"):
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", NAME]
    elif shutil.which("adduser"):  # BusyBox
        command = ["adduser", "-S", "-D", "-H", NAME]
    else:
        return None
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _by_name(NAME)  # also right when another start made it at the same moment


def _nobody() -> ServiceUser:
    found = _by_name("nobody")
    if found is None:
        raise CannotStart(
            "PostgreSQL refuses to run as root and no account could be made for it. "
            f"Make one (useradd --system {NAME}), or name a PostgreSQL server with DATABASE_URL."
        )
    return found
