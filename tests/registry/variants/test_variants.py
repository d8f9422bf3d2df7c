"""Variants of a version: asked for, made by a worker, uploaded, measured, verified, downloaded."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from safetensors.numpy import load, save

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from modelops.jobs.models import Job
from modelops.jobs.running import JobLost, RunningJob
from modelops.jobs.services import run
from registry.artifacts import open_artifact
from registry.models import Artifact, ModelVersion
from registry.variants import services
from registry.variants.models import Variant
from registry.variants.purge import clear_variants
from tests.registry.samples import harmful, make_model, make_version, pickled
from tests.scans import scanned

pytestmark = pytest.mark.django_db
VARIANTS = "/api/v1/models/arrival-delay/versions/1/variants/"
WEIGHTS = {"w": np.linspace(-3, 3, 50_000, dtype="f4"), "ids": np.arange(7)}


@pytest.fixture
def version(scientist: Any) -> ModelVersion:
    model = make_model(scientist)
    return make_version(model, scientist, save(WEIGHTS), metrics={"auc": 0.93, "rmse": 0.5})


def made(version: ModelVersion, scientist: Any, kind: str = "float16", **options: Any) -> Variant:
    """A variant whose job has run."""
    variant = services.ask_for_variant(version, kind, options=options, actor=actor_of(scientist))
    assert variant.job_id is not None
    assert run(variant.job_id)
    variant.refresh_from_db()
    return variant


def test_a_worker_makes_a_sealed_variant_of_a_version(version: ModelVersion, scientist: Any, api: Client) -> None:
    """S0-05: parent, size ratio, tool and duration; the parent stays as it is."""
    before = Artifact.objects.filter(pk=version.artifact_id).values().get()
    asked = api.post(VARIANTS, {"kind": "float16"}, "application/json")
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert run(asked.json()["job"])
    shown = api.get(f"{VARIANTS}{asked.json()['id']}/").json()
    assert (shown["state"], shown["model"], shown["parent"]) == ("ready", "arrival-delay", 1)
    assert shown["parent_sha256"] == version.artifact.sha256
    assert 0.45 < shown["size_ratio"] < 0.55
    assert shown["file_name"] == "model.float16.safetensors"
    assert "numpy" in shown["tool"]
    assert shown["duration_s"] > 0
    assert (shown["report"]["converted"], shown["report"]["kept"]) == (1, 1)
    answer = api.get(f"{VARIANTS}{shown['id']}/artifact/")
    content = b"".join(answer)  # type: ignore[arg-type]  # a streaming answer
    np.testing.assert_array_equal(load(content)["w"], WEIGHTS["w"].astype("f2"))
    assert "X-Model-Signature" not in answer.headers
    assert api.post(f"{VARIANTS}{shown['id']}/verify/").json()["verified"] is True
    assert Artifact.objects.filter(pk=version.artifact_id).values().get() == before
    names = AuditEvent.objects.filter(name__startswith="variants.").order_by("id").values_list("name", flat=True)
    assert list(names) == [f"variants.variant.{what}" for what in ("asked", "made", "verified")]


def test_a_variant_is_stored_in_its_own_sealed_file(version: ModelVersion, scientist: Any) -> None:
    """S0-05, S4-25: sealed under a data key of its own, with a copy in the primary location."""
    variant = made(version, scientist)
    assert variant.artifact is not None
    assert variant.artifact.copies.filter(state="stored").exists()
    assert bytes(variant.artifact.wrapped_key) != bytes(version.artifact.wrapped_key)
    root = Path(settings.MODELOPS_HOME) / "artifacts"
    needle = WEIGHTS["w"].astype("f2").tobytes()[:64]
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(needle not in path.read_bytes() for path in files)


def test_a_failure_is_recorded_and_leaves_the_parent_alone(scientist: Any) -> None:
    """S0-05."""
    model = make_model(scientist)
    version = make_version(model, scientist, save({"w": np.array([1e9], "f4")}))
    variant = made(version, scientist)
    assert (variant.state, variant.artifact) == ("failed", None)
    assert "Values beyond 65,504" in variant.failure
    assert "at least 1." in variant.failure
    assert Job.objects.get(pk=variant.job_id).state == "failed"
    assert AuditEvent.objects.get(name="variants.variant.failed").outcome == "failure"
    with open_artifact(version.artifact) as file:
        assert load(file.read())["w"][0] == np.float32(1e9)
    root = Path(settings.MODELOPS_HOME) / "artifacts"
    assert len([path for path in root.rglob("*") if path.is_file()]) == 1
    again = made(version, scientist, allow_overflow=True)
    assert (again.pk, again.state, again.report["overflowed"]) == (variant.pk, "ready", 1)


def test_a_job_that_runs_twice_makes_one_file(version: ModelVersion, scientist: Any) -> None:
    variant = made(version, scientist)
    Job.objects.filter(pk=variant.job_id).update(state="queued")
    assert run(variant.job_id)  # type: ignore[arg-type]
    assert Artifact.objects.count() == 2


def test_an_attempt_that_was_given_up_leaves_nothing(version: ModelVersion, scientist: Any) -> None:
    """A worker that is overtaken by another one stores no file; the variant is still to be made."""
    variant = services.ask_for_variant(version, "float16", actor=actor_of(scientist))
    stale = RunningJob(variant.job_id, uuid.uuid4(), {"variant": str(variant.pk)}, actor_of(scientist), 1)  # type: ignore[arg-type]
    with pytest.raises(JobLost):
        services.derive(stale)
    assert Artifact.objects.count() == 1
    root = Path(settings.MODELOPS_HOME) / "artifacts"
    assert len([path for path in root.rglob("*") if path.is_file()]) == 1
    assert run(variant.job_id)  # type: ignore[arg-type]
    assert Variant.objects.get().state == "ready"


def test_what_the_format_does_not_have_is_refused(version: ModelVersion, api: Client) -> None:
    for body, code in (
        ({"kind": "int8"}, "variant.unknown_kind"),
        ({"kind": "float16", "options": {"speed": True}}, "variant.unknown_option"),
    ):
        answer = api.post(VARIANTS, body, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert api.post(VARIANTS, {"kind": "float16"}, "application/json").status_code == 202
    taken = api.post(VARIANTS, {"kind": "float16"}, "application/json")
    assert (taken.status_code, taken.json()["code"]) == (409, "variant.exists")
    waiting = Variant.objects.get()
    assert api.get(f"{VARIANTS}{waiting.pk}/artifact/").json()["code"] == "variant.not_ready"


def test_a_pipeline_uploads_its_own_variant(version: ModelVersion, api: Client, portal: Client) -> None:
    """S0-05: kind=quantised, parent=v1; the page shows parent, size ratio and metric change."""
    file = SimpleUploadedFile("small.safetensors", save({"w": np.ones(9, "i1")}))
    given = {"file": file, "kind": "quantised", "name": "int8-gptq", "metrics": '{"auc": 0.91}', "tool": "gptq 1.0"}
    answer = api.post(f"{VARIANTS}upload/", given)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["kind"], shown["parent"], shown["origin"]) == ("quantised", 1, "uploaded")
    (change,) = shown["metric_changes"]
    assert (change["parent"], round(change["change"], 6)) == (0.93, -0.02)
    again = api.put(f"{VARIANTS}{shown['id']}/metrics/", {"metrics": {"auc": 0.94, "f1": 1}}, "application/json")
    assert [round(one["change"], 6) if one["change"] else None for one in again.json()["metric_changes"]] == [
        0.01,
        None,
    ]
    page = portal.get(version.get_absolute_url()).content.decode()
    for words in ("int8-gptq", "Uploaded from v1", "gptq 1.0", "auc 0.94", "+0.01", "Make float16"):
        assert words in page, words


def test_a_variant_that_may_hold_code_is_scanned_as_a_version_is(version: ModelVersion, api: Client) -> None:
    """S0-05, S0-49: taken in, held until its own verdict, given out only if that is clean."""
    for name, content, status in (("good", pickled(), 200), ("bad", harmful(), 403)):
        file = SimpleUploadedFile(f"{name}.pkl", content)
        made = api.post(f"{VARIANTS}upload/", {"file": file, "kind": "other", "name": name})
        assert made.status_code == 201, made.content
        scanned(version)
        answer = api.get(f"{VARIANTS}{made.json()['id']}/artifact/")
        assert answer.status_code == status, getattr(answer, "content", b"")
        if status == 403:
            assert answer.json()["code"] == "artifact.quarantined"


def test_the_portal_asks_for_a_variant_and_gives_it_out(version: ModelVersion, portal: Client, scientist: Any) -> None:
    address = version.get_absolute_url()
    done = portal.post(f"{address}variants/new/", {"kind": "float16"}, follow=True).content.decode()
    assert "is being made" in done
    variant = Variant.objects.get()
    assert run(variant.job_id)  # type: ignore[arg-type]
    page = portal.get(address).content.decode()
    assert "50%" in page
    assert "Make float16" not in page
    answer = portal.post(f"{address}variants/{variant.pk}/file/")
    assert load(b"".join(answer))["w"].dtype == np.float16  # type: ignore[arg-type]
    refused = portal.post(f"{address}variants/new/", {"kind": "int4"}, follow=True).content.decode()
    assert "There is no variant of kind" in refused


def test_the_portal_shows_a_failure_and_tries_again(portal: Client, scientist: Any) -> None:
    """S0-05: the failure is recorded where people look."""
    version = make_version(make_model(scientist), scientist, save({"w": np.array([1e9, 1.0], "f4")}))
    made(version, scientist)
    address = version.get_absolute_url()
    assert "would become infinite" in portal.get(address).content.decode()
    portal.post(f"{address}variants/new/", {"kind": "float16", "allow_overflow": "1"})
    variant = Variant.objects.get()
    assert run(variant.job_id)  # type: ignore[arg-type]
    page = portal.get(address).content.decode()
    assert "would become infinite" not in page
    assert "Ready" in page


def test_variants_go_with_their_version(version: ModelVersion, scientist: Any) -> None:
    variant = made(version, scientist)
    assert clear_variants(version) == [variant.artifact]
    assert not Variant.objects.exists()
