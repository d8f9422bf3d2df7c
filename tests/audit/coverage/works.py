"""Work that no call does itself: jobs, commands and tasks, and the models whose rows they write."""

import json
from collections.abc import Callable
from typing import Any

from . import (
    acts_files_of_mlflow,
    acts_keys,
    acts_monitors,
    acts_places,
    acts_registry,
    acts_scanning,
    acts_watch,
)
from .world import World


def _run_job(prepare: Callable[[World], dict[str, Any]], label: str, key: str) -> Callable[[World], None]:
    def work(world: World) -> None:
        from django.apps import apps

        from modelops.jobs.services import run

        row = apps.get_model(label).objects.get(pk=prepare(world)[key])
        assert run(row.job_id)

    return work


def _reconcile(world: World) -> None:
    from pathlib import Path

    from django.conf import settings

    from registry.replication import changes
    from registry.replication.reconciling import reconcile

    changes.test_location(world.location, actor=world.actor("guard"))
    folder = Path(world.location.options.get("folder") or settings.MODELOPS_HOME)
    (folder / "left-behind.sealed").write_bytes(b"not sealed at all")
    world.location.refresh_from_db()
    reconcile(world.location, actor=world.actor("guard"))


def _purge(world: World) -> None:
    import datetime as dt

    from django.utils import timezone

    from registry import deletion
    from registry.deletion.purging import purge_due
    from registry.models import RegisteredModel
    from tests.registry.samples import make_model

    model = make_model(world.user("scientist"), "short-lived")
    deletion.delete(model, "made by mistake", actor=world.actor("scientist"))
    RegisteredModel._base_manager.filter(pk=model.pk).update(purge_after=timezone.now() - dt.timedelta(days=1))
    purge_due(actor=world.actor("guard"))


def _directory(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.registry.samples import safetensors

    parts = {"files/a.safetensors": SimpleUploadedFile("a.safetensors", safetensors())}
    trained = {"datasets": f"{world.dataset.name}:1"}
    answer = world.api("scientist").post(f"/api/v1/models/{world.model.name}/versions/", {**parts, **trained})
    assert answer.status_code == 201, answer.content


def _escrow(world: World) -> None:
    """A backup for one recipient, and a drill that failed."""
    import tempfile
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from compliance.escrow.drill.result import DrillResult
    from compliance.escrow.services.backups import make_backup
    from compliance.escrow.services.drills import record_drill
    from modelops.crypto.escrow import load_recipient

    public = X25519PrivateKey.generate().public_key()
    recipient = load_recipient(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with tempfile.TemporaryDirectory() as folder:
        make_backup([recipient], Path(folder) / "keys.backup", actor=world.actor("guard"))
    record_drill(DrillResult(code="dump.broken"), actor=world.actor("guard"))


def _erasure_drill(world: World) -> None:
    """A restore drill that failed."""
    from compliance.subjects.rehearsal.result import Rehearsed
    from compliance.subjects.rehearsal.services import record_drill

    record_drill(Rehearsed(code="drill.failed"), actor=world.actor("guard"))


def _verify(world: World) -> None:
    from compliance.ledger_desk.verification import run_verification

    run_verification(full=True, actor=world.actor("officer"))


def _tell_twice(world: World) -> None:
    from monitoring.models.alerts import Severity
    from tests.monitoring.alerts.factories import make_channel, open_alert

    make_channel(url=world.receiver)
    open_alert("twice")
    open_alert("twice", severity=Severity.CRITICAL)


def _bundle(world: World) -> None:
    from tests.compliance.cases import ready_case

    ready_case()


def _erasure(world: World) -> None:
    """Somebody in a dataset that a model was trained on is erased."""
    from compliance.subjects.erasure import approving, planning
    from modelops.jobs.services import run
    from tests.compliance.cases import EMAIL, confirmed_case
    from tests.registry import samples
    from tests.registry.people.cases import with_people

    scientist = world.user("scientist")
    content = f"who,n\n{EMAIL},1\nother@example.org,2\n".encode()
    data = with_people(samples.make_dataset(scientist, "passengers"), scientist, content, column="who")
    samples.make_version(world.model, scientist, datasets=[data])
    plan = planning.preview(confirmed_case("erasure"), actor=world.actor("officer"))
    planning.decide(plan, "all", "retrain", actor=world.actor("officer"))
    approving.approve(plan, actor=world.actor("other"))
    assert run(approving.execute(plan, actor=world.actor("officer")).job_id)


def _of_a_run(world: World) -> None:
    from registry.services import add_directory_version
    from registry.tracking.files.folders import Folder, note_registered
    from registry.tracking.files.storing import store

    actor = world.actor("scientist")
    folder = Folder(acts_files_of_mlflow.run(world), "model")
    store(folder.owner, "model/notes.txt", [b"words"], actor=actor)
    add_directory_version(
        world.model, folder.openings(), then=lambda version: note_registered(folder, version), actor=actor
    )


def _advisories(world: World) -> None:
    """A file of advisories, one of them about a package in use."""
    from compliance.supply_chain.services import import_advisories
    from tests.compliance.supply_chain.test_dependencies import advisory

    import_advisories(json.dumps([advisory()]).encode(), actor=world.actor("guard"))


def _snapshot(world: World) -> None:
    from datetime import date

    from compliance.posture.snapshots import keep_snapshot

    assert keep_snapshot(date(2026, 1, 1), actor=world.actor("officer"))


WORKS: dict[str, Callable[[World], None]] = {
    "quality run": _run_job(acts_watch._run, "dataquality.QualityRun", "run_id"),
    "drift run": _run_job(acts_watch._drift, "monitoring.DriftRun", "run_id"),
    "rotation": _run_job(acts_keys._rotation(), "keys.Rotation", "rotation_id"),
    "reconciliation": _reconcile,
    "purge": _purge,
    "alert told twice": _tell_twice,
    "bundle": _bundle,
    "erasure": _erasure,
    "variant": lambda world: acts_places._variant(world) and None,
    "deletion": lambda world: acts_registry._deleted("model")(world) and None,
    "directory": _directory,
    "version of a run": _of_a_run,
    "scan": lambda world: acts_scanning._held(world) and None,
    "escrow": _escrow,
    "restore drill of erasures": _erasure_drill,
    "verification": _verify,
    "advisories": _advisories,
    "posture snapshot": _snapshot,
    "drift in segments": _run_job(acts_monitors._segmented, "monitoring.DriftRun", "run_id"),
    "reference profile": lambda world: acts_monitors._profiled(world) and None,
}
