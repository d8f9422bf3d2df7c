"""Processes that start without the right root key: worker and beat end, the web server says why it opens nothing."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from modelops.crypto.models import KeyVersion
from modelops.crypto.opening import SEALED_EXIT
from modelops.embedded import parts

ROOT = Path(__file__).resolve().parents[3]
WEB = [sys.executable, "-c", "import modelops.wsgi"]  # what a web server imports before its first request


def environment(**changes: str | None) -> dict[str, str]:
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    env = {**os.environ, "DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{options}"}
    for name, value in changes.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return env


@pytest.mark.django_db
def test_worker_and_beat_end_and_name_the_missing_root_key(tmp_path: Path) -> None:
    """S0-31, S0-33: for a wrong and for a missing root key; the line has its id and no key, and no key is made."""
    wrong = base64.b64encode(b"another root key, 32 bytes long!").decode()
    wanted = KeyVersion.objects.values_list("root_key_id", flat=True).distinct().get()
    keys = KeyVersion.objects.count()
    started = []
    for part, given in (("worker", wrong), ("worker", None), ("beat", wrong), ("web", None)):
        command = WEB if part == "web" else parts.command(part, port=0)
        log = (tmp_path / f"{part}-{len(started)}.log").open("w+")
        env = environment(MODELOPS_ROOT_KEY=given)
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        started.append((part, process, log))
    for part, process, log in started:
        code = process.wait(60)
        log.seek(0)
        said = log.read()
        log.close()
        assert code == (0 if part == "web" else SEALED_EXIT), said
        assert "The portal is sealed: its key ring needs the root key " + wanted in said, part
        for secret in (wrong, os.environ["MODELOPS_ROOT_KEY"]):
            assert secret not in said
    assert KeyVersion.objects.count() == keys
