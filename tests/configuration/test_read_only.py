"""The portal as a container or systemd runs it: an ordinary account, and nothing to write to but its own folders."""

import base64
import os
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT
from tests.live import LivePortal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# A home that only its owner may enter can hold the interpreter or the checkout (pyenv, uv): the account sees an empty
# folder there with these two in it. Every mount is made read-only but the folders that are named, devices and what the
# kernel itself shows. Then the powers go, for good, and the command runs.
SHUT_IN = """
set -e
uid=$1 gid=$2 rw=$3 aside=$4 closed=$5; shift 5
mount --make-rprivate /
if [ -n "$closed" ]; then
    mkdir -p "$aside"
    mount --bind "$closed" "$aside"
    mount -t tmpfs -o mode=755 tmpfs "$closed"
    for place in "$PYTHON_PLACE" "$PWD"; do
        case $place in "$closed"/*) ;; *) continue ;; esac
        (umask 022; mkdir -p "$place")  # a process of the portal starts with 077
        mount --bind "$aside${place#"$closed"}" "$place"
    done
    umount "$aside"
    cd "$PWD"
fi
mount --bind "$rw" "$rw"
cut -d ' ' -f 2 /proc/self/mounts | while read -r place; do
    case $place in "$rw"|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro "$place" ;; esac
done
for place in "$PWD" /etc /var /tmp; do
    if touch "$place/written" 2>/dev/null; then echo "$place is writable"; exit 97; fi
done
exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
SET_UP = """
from django.core.management import call_command
call_command("setup_portal")
call_command("create_user", "scientist", role="Data scientist")
call_command("create_api_key", "scientist", days=2)
"""


def _closed() -> str:
    """The outermost folder above the interpreter or the checkout that other accounts may not enter; "" without one."""
    above = {folder for place in (Path(sys.base_prefix), CHECKOUT) for folder in place.parents}
    shut = sorted(folder for folder in above if not folder.stat().st_mode & stat.S_IXOTH)
    return str(shut[0]) if shut else ""


@pytest.fixture
def shut_in() -> Iterator[tuple[LivePortal, str]]:
    """A migrated portal whose processes are shut in, and an API key."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("Mounts can be made read-only by root alone, with util-linux.")
    pair = throwaway.start(migrated=True)
    try:
        portal, key = _set_up(pair)
        try:
            yield portal, key
        finally:
            portal.stop_all()
    finally:
        pair.remove()


def _set_up(pair: throwaway.ThrowAway) -> tuple[LivePortal, str]:
    user = pair.cluster.user
    folder = pair.folder / "own"
    for path in (folder, folder / "home", folder / "tmp"):
        path.mkdir(mode=0o700)
        os.chown(path, *user.owner)
    env = {
        "DATABASE_URL": pair.database_url,
        "REDIS_URL": pair.redis_url(),
        "MODELOPS_HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "HOME": "/nonexistent",
        "PYTHON_PLACE": sys.base_prefix,
        "MODELOPS_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    shell = ("unshare", "--mount", "sh", "-c", SHUT_IN, "sh")
    within = (*shell, str(user.uid), str(user.gid), str(folder), str(pair.folder / "aside"), _closed())
    portal = LivePortal(env, pair.folder / "logs", within)
    owner = {
        **portal.env,
        "MODELOPS_OWNER_DATABASE_URL": pair.owner_url,
        "MODELOPS_SEALER_DATABASE_URL": pair.sealer_url,
    }
    for command in (["migrate", "-v", "0"], ["shell", "-v", "0", "-c", SET_UP]):
        done = subprocess.run(
            [*within, str(CHECKOUT / ".venv/bin/python"), "manage.py", *command],
            cwd=CHECKOUT, env=owner, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-500:]
    return portal, done.stdout.split()[-1]


def test_the_portal_starts_and_works_without_a_writable_system(shut_in: tuple[LivePortal, str]) -> None:
    """S2-53: as an ordinary account, without capabilities, with MODELOPS_HOME and TMPDIR alone to write to."""
    portal, key = shut_in
    portal.start("web")
    portal.start("worker")
    for part in ("web", "worker"):
        status = Path(f"/proc/{portal.running[part].pid}/status").read_text()
        told = dict(line.split(":\t", 1) for line in status.splitlines())
        assert "0" not in told["Uid"].split()
        assert (told["CapEff"], told["CapBnd"], told["NoNewPrivs"]) == ("0" * 16, "0" * 16, "1")
        mounts = Path(f"/proc/{portal.running[part].pid}/mounts").read_text().splitlines()
        assert [line.split()[3].split(",")[0] for line in mounts if line.split()[1] == "/"] == ["ro"]
    with httpx.Client(base_url=portal.url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as api:
        assert api.get("/health/ready").json()["status"] == "ok"
        made = api.post("/api/v1/datasets/", json={"name": "flights", "description": ""})
        assert made.status_code == 201, made.text
        stored = api.post("/api/v1/datasets/flights/versions/", files={"file": ("a.csv", b"delay,n\n1,2\n3,4\n")})
        assert stored.status_code == 201, stored.text
