"""kill -9 while a bundle is taken in or given out. PORTAL_TEST_KILLS=60 kills at 60 moments."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.artifacts import verify_artifact
from registry.artifacts.sweep import sweep
from registry.bundles import verify_bundle
from registry.bundles.models import ImportedBundle
from registry.cards.models import CardDraft
from registry.models import Artifact, ModelVersion
from tests.registry.cards.filled import fill_card
from tests.registry.samples import make_model

from .archives import exported, keys_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))

# Starts Django once; then a process of its own for each moment: it dies before its n-th statement or write.
_FORKED = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.db import connection
from accounts.actors import actor_of
from accounts.models import User
from registry.artifacts.sealed import Sealing, sealed_upload
from registry.bundles.exporting import begin_export
from registry.bundles.importing import import_bundle
from registry.models import ModelVersion, RegisteredModel

what, path, kills = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
steps = {"done": 0, "last": 0}

def step():
    steps["done"] += 1
    if steps["done"] == steps["last"]:
        os.kill(os.getpid(), signal.SIGKILL)

def look(execute, sql, params, many, context):
    step()
    return execute(sql, params, many, context)

written = Sealing.write

def write(self, piece):
    step()
    return written(self, piece)

Sealing.write = write

def take_in(user, name):
    with sealed_upload([path.read_bytes()], "a.bundle.tar") as upload:
        import_bundle(RegisteredModel.objects.get(name=name), upload, user=user, actor=actor_of(user))

def give_out(user, name):
    version = ModelVersion.objects.select_related("model", "artifact").get(model__name="arrival-delay")
    with path.open("wb", buffering=0) as file:
        for piece in begin_export(version, user, actor=actor_of(user)):
            step()
            file.write(piece)

def attempt(last, name):
    steps["last"] = last
    user = User.objects.get(username="scientist")
    with connection.execute_wrapper(look):
        {"import": take_in, "export": give_out}[what](user, name)
    return steps["done"]

def forked(last, name):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, b"%d" % attempt(last, name))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    said = os.read(reading, 20)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(said or 0)

status, count = forked(0, "trial")
print(status, count > 20)
far = count * 4 // 5
print({forked(1 + place * (far - 1) // max(kills - 1, 1), "copy")[0] for place in range(kills)})
"""


def killed(what: str, path: Path) -> list[str]:
    """What became of a process that was left alone, and of those that were to die at another step each."""
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", _FORKED, what, str(path), str(KILLS)],
        env={**os.environ, "DATABASE_URL": f"{database}?{options}" if options else database},
        cwd=portal.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def test_killed_while_it_is_taken_in_a_bundle_is_a_version_once_or_not_at_all(
    api: Client, version: ModelVersion, scientist: Any, tmp_path: Path
) -> None:
    """S0-29: no version without its file, no file without its row, and the next import completes."""
    fill_card(version.model)
    copy, _ = make_model(scientist, "copy"), make_model(scientist, "trial")
    bundle = tmp_path / "a.bundle.tar"
    bundle.write_bytes(exported(api))
    before = Artifact.objects.count()
    assert killed("import", bundle) == ["0 True", "{-9}"]
    assert not ModelVersion.objects.filter(model=copy).exists()
    assert not CardDraft.objects.filter(model=copy).exists()
    assert AuditEvent.objects.filter(name="bundles.bundle.imported").count() == 1
    sweep(quiet_for_s=0)
    assert Artifact.objects.count() == before + 1  # that of the one that was left alone
    answer = api.post("/api/v1/models/copy/bundles/", bundle.read_bytes(), content_type="application/octet-stream")
    assert answer.status_code == 201, answer.content
    made = ModelVersion.objects.select_related("artifact").get(model=copy)
    assert made.number == 1
    assert verify_artifact(made.artifact).is_sound
    assert ImportedBundle.objects.filter(model=copy).count() == CardDraft.objects.filter(model=copy).count() == 1


def test_killed_while_it_is_given_out_a_bundle_says_that_it_is_no_whole_one(
    api: Client, version: ModelVersion, tmp_path: Path
) -> None:
    """S0-29: what arrived is refused by the stand-alone file, and the next export is whole."""
    part, keys = tmp_path / "part.tar", keys_of(api, tmp_path)
    whole = exported(api)
    assert killed("export", part) == ["0 True", "{-9}"]
    assert part.read_bytes() == whole[: part.stat().st_size]
    assert part.stat().st_size < len(whole)
    assert verify_bundle.main([str(part), "--key", str(keys)]) == 1
    part.write_bytes(exported(api))
    assert verify_bundle.main([str(part), "--key", str(keys)]) == 0
