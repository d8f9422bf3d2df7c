"""From an upload to its verdict, and what a verdict gives out or keeps back."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from registry import services
from registry.artifacts.sealed import sealed_upload
from registry.models import ModelVersion
from registry.scanning import waiting
from registry.scanning.models import Inspection, Verdict
from registry.scanning.services import ask_for_version, decide, judge_files
from registry.variants.services import add_variant
from tests.accounts.people import make_user
from tests.registry.answers import problem_of
from tests.registry.samples import CANARY_FILE, harmful, make_model, make_version, npy, safetensors
from tests.registry.scanning.assembling import EVIL
from tests.scans import scan_waiting

pytestmark = pytest.mark.django_db
VERSIONS = "/api/v1/models/arrival-delay/versions/"
ARTIFACT = f"{VERSIONS}1/artifact/"


def upload(api: Client, content: bytes, name: str = "model.bin") -> Any:
    return api.post(VERSIONS, {"file": SimpleUploadedFile(name, content)})


def test_attacks_are_held_and_nothing_of_them_runs(api: Client, scientist: Any) -> None:
    """S0-49: a reverse shell, NumPy's way around lists of names, a pickle with another ending; by scan, not by name."""
    reverse_shell = b"\x80\x02cbuiltins\nexec\n(X\x0d\x00\x00\x00import socket\x0atR."
    around = b"\x80\x02cnumpy.core._internal\n__builtins__\n."
    make_model(scientist)
    for number, content in enumerate((reverse_shell, around, harmful(), EVIL), start=1):
        assert upload(api, content, "weights.bin").status_code == 201
        scan_waiting()
        said = api.get(f"{VERSIONS}{number}/").json()
        assert (said["state"], said["scan"]["state"], said["scan"]["cause"]) == ("quarantined", "held", "content")
        assert "byte" in said["scan"]["reasons"][0]
        assert problem_of(api.get(f"{VERSIONS}{number}/artifact/")) == (403, "artifact.quarantined")
    assert not Path(CANARY_FILE).exists()


def test_until_the_verdict_nothing_is_given_out(api: Client, scientist: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-49: the wait is bounded, says when to come again, and takes few of the threads."""
    waited: list[float] = []
    monkeypatch.setattr(waiting, "pause", waited.append)
    make_model(scientist)
    assert upload(api, safetensors()).json()["scan"]["is_pending"]
    answer = api.get(ARTIFACT)
    assert problem_of(answer) == (503, "scan.pending")
    assert answer.headers["Retry-After"] == "5"
    assert sum(waited) == pytest.approx(waiting.LONGEST_S, abs=0.2)
    taken = [waiting._slots.acquire(blocking=False) for _ in range(waiting.MOST_AT_ONCE)]
    try:
        waited.clear()
        assert problem_of(api.get(ARTIFACT)) == (503, "scan.pending")
        assert waited == []
    finally:
        for _ in taken:
            waiting._slots.release()


def test_a_download_that_waits_goes_on_with_the_verdict(api: Client, scientist: Any) -> None:
    make_model(scientist)
    upload(api, safetensors())
    assert api.get(ARTIFACT).getvalue() == safetensors()
    (row,) = Verdict.objects.all()
    assert (row.verdict, row.found_format, row.reasons) == ("clean", "safetensors", [])
    (event,) = AuditEvent.objects.filter(name="scanning.scan.decided")
    assert (event.details["before"], event.details["after"]) == ("waiting", "clean")


def test_a_verdict_stays_as_it_was(scientist: Any) -> None:
    """Not even by hand in the database."""
    make_version(make_model(scientist), scientist)
    for change in (lambda: Verdict.objects.update(verdict="quarantine"), lambda: Verdict.objects.all().delete()):
        with pytest.raises(DatabaseError, match="verdict"), transaction.atomic():
            change()
            _check_at_once()
    assert Verdict.objects.get().verdict == "clean"


def _check_at_once() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_variant_needs_a_verdict_of_its_own(api: Client, scientist: Any) -> None:
    version = make_version(make_model(scientist), scientist)
    numbers = npy(np.arange(3.0))
    with sealed_upload([numbers], "small.npy") as file:
        variant = add_variant(version, file, name="small", kind="other", actor=actor_of(scientist))
    address = f"{VERSIONS}1/variants/{variant.pk}/artifact/"
    assert api.get(address).getvalue() == numbers
    Inspection.objects.filter(artifact=variant.artifact).update(state="held", cause="content")
    assert problem_of(api.get(address)) == (403, "artifact.quarantined")
    assert api.get(ARTIFACT).getvalue() == safetensors()
    Inspection.objects.filter(artifact=variant.artifact).update(state="waiting", cause="", decided_at=None)
    assert problem_of(api.get(address)) == (503, "scan.pending")


def test_a_folder_is_judged_file_by_file(api: Client, scientist: Any) -> None:
    """What was judged before a worker died is not judged again; the verdict is about all."""
    model = make_model(scientist)
    files = {"MLmodel": b"flavors: {}\n", "a.safetensors": safetensors(), "b.bin": harmful()}
    with ExitStack() as opened:
        sealed = {name: opened.enter_context(sealed_upload([content], name)) for name, content in files.items()}
        parts = [(name, partial(sealed.get, name)) for name in files]
        version = services.add_directory_version(model, parts, actor=actor_of(scientist))  # type: ignore[arg-type]
    inspection = Inspection.objects.select_related("version__model", "artifact").get(version=version)
    done: list[str] = []

    def counted(file: Any, path: str) -> Any:
        from tests.scans import here

        if path == "b.bin" and not done.count("died"):
            done.append("died")
            raise KeyboardInterrupt
        done.append(path)
        return here(file, path)

    with pytest.raises(KeyboardInterrupt):
        judge_files(inspection, scan_it=counted)
    with pytest.raises(RuntimeError, match="each of its files"):
        decide(inspection)
    judge_files(inspection, scan_it=counted)
    assert decide(inspection) is not None
    assert decide(inspection) is None
    assert done == ["MLmodel", "a.safetensors", "died", "b.bin"]
    said = api.get(f"{VERSIONS}1/scan/").json()
    assert {row["path"]: row["verdict"] for row in said["verdicts"]} == {
        "MLmodel": "clean", "a.safetensors": "clean", "b.bin": "quarantine",
    }  # fmt: skip
    assert said["scan"]["reasons"][0].startswith("b.bin: ")
    assert AuditEvent.objects.filter(name="scanning.scan.decided").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_real_worker_scans_behind_walls(scientist: Any) -> None:
    """S0-49: the job, with the process that has no keys, no network and bounds; the row says what stood."""
    from modelops.jobs.models import Job
    from modelops.jobs.services import run

    with sealed_upload([safetensors()], "model.safetensors") as file:
        version = services.add_version(make_model(scientist), file, actor=actor_of(scientist))
    job = Job.objects.get(kind="scanning.scan")
    assert run(job.pk)
    version.refresh_from_db()
    row = Verdict.objects.get()
    assert (version.state, row.verdict, Job.objects.get(pk=job.pk).state) == ("ready", "clean", "succeeded")
    assert row.network in {"namespace", "hook"}
    assert "768 MiB" in row.limits


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["missing", "crashing"])
def test_without_a_scanner_files_are_held(
    scientist: Any, monkeypatch: pytest.MonkeyPatch, fault: str, tmp_path: Any
) -> None:
    """S0-49: scanner missing or crashing: quarantine, with that reason."""
    from modelops.jobs.models import Job
    from modelops.jobs.services import run
    from registry.scanning import isolated

    broken = tmp_path / "python"
    if fault == "crashing":
        broken.write_text("#!/bin/sh\nexit 7\n")
        broken.chmod(0o755)
    monkeypatch.setattr(isolated.sys, "executable", str(broken))
    with sealed_upload([safetensors()], "model.safetensors") as file:
        version = services.add_version(make_model(scientist), file, actor=actor_of(scientist))
    assert run(Job.objects.get(kind="scanning.scan").pk)
    version.refresh_from_db()
    scan = Inspection.objects.get(version=version)
    assert (version.state, scan.state, scan.cause) == ("quarantined", "held", "stopped")
    assert "stopped before its verdict" in scan.reasons[0]


def test_a_rescan_is_asked_for_once(api: Client, api_as: Callable[..., Client], scientist: Any) -> None:
    version = make_version(make_model(scientist), scientist)
    address = f"{VERSIONS}1/scan/"
    for _ in range(2):
        assert api.post(address).json()["is_pending"]
    assert ModelVersion.objects.get().state == "ready"
    assert scan_waiting() == 1
    assert Verdict.objects.count() == 2
    assert problem_of(api_as(make_user("viewer", "Viewer")).post(address))[0] == 403
    ask_for_version(version, actor=actor_of(scientist))
    assert AuditEvent.objects.filter(name="scanning.scan.asked").count() == 3
