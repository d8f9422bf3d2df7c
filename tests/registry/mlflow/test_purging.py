"""What was deleted over MLflow's protocol goes for good when its time is over; what a version needs stays."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.tracking import purging
from registry.tracking.models import Experiment, LoggedModel, Metric, ModelOutput, Run, TrackedFile
from tests.registry.mlflow.conftest import Wire
from tests.registry.mlflow.logging_files import logged_model, put_file, register

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("retention")


def run_of(wire: Wire, experiment_id: str = "0") -> str:
    return str(wire.post("runs/create", {"experiment_id": experiment_id, "start_time": 1})[1]["run"]["info"]["run_id"])


def made(wire: Wire, name: str) -> str:
    return str(wire.post("experiments/create", {"name": name})[1]["experiment_id"])


def long_ago(settings: Any, kind: Any = None) -> None:
    """Whatever is deleted was so before its time."""
    then = timezone.now() - dt.timedelta(days=settings.MODELOPS_DELETED_KEPT_DAYS, seconds=1)
    for one in [kind] if kind else (Experiment, Run, LoggedModel):
        one.objects.filter(deleted_at__isnull=False).update(deleted_at=then)


def retention(capsys: Any, *given: str) -> str:
    """What the command says of runs and experiments."""
    call_command("apply_retention", *given)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("tracking.experiments ")]
    return " ".join(line.split()[1:3])


def test_a_deleted_run_goes_with_its_figures_and_files(
    wire: Wire, settings: Any, stored: Any, django_capture_on_commit_callbacks: Any, capsys: Any
) -> None:
    """Shown by the dry run before; one row of the ledger for each; another run is not touched."""
    gone, kept = run_of(wire), run_of(wire)
    for run in (gone, kept):
        wire.post("runs/log-batch", {"run_id": run, "metrics": [{"key": "a", "value": 1, "timestamp": 1}]})
    put_file(wire, f"0/{gone}/artifacts/a.txt", b"text")
    assert wire.post("runs/delete", {"run_id": gone}) == (200, {})
    assert purging.count_due() == 0
    assert wire.post("runs/restore", {"run_id": gone}) == (200, {})
    assert wire.post("runs/delete", {"run_id": gone}) == (200, {})
    long_ago(settings)
    assert purging.count_due() == 1
    assert retention(capsys) == "1 due"
    assert Run.objects.count() == 2, "a dry run removes nothing"
    with django_capture_on_commit_callbacks(execute=True):
        assert retention(capsys, "--execute") == "1 removed"
    assert [run.run_id for run in Run.objects.all()] == [kept]
    assert Metric.objects.get().run.run_id == kept
    assert not TrackedFile.objects.exists()
    assert stored() == []
    assert wire.get("runs/get", {"run_id": gone})[1]["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    (row,) = AuditEvent.objects.filter(name="tracking.run.purged")
    assert row.details == {"run": gone, "metrics": 1}
    assert purging.purge_due(actor=ACTOR) == 0


def test_what_a_version_was_made_of_stays(
    wire: Wire, settings: Any, stored: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """The run of a version, and the logged model whose files became one, for as long as the version is there."""
    from registry import deletion
    from registry.deletion.purging import purge_due
    from registry.models import ModelVersion

    run = run_of(wire)
    logged = logged_model(wire)
    LoggedModel.objects.filter(pk=logged.pk).update(source_run=run)
    wire.post("registered-models/create", {"name": "delay"})
    register(wire, "delay", logged)
    wire.post("runs/delete", {"run_id": run})
    LoggedModel.objects.update(deleted_at=timezone.now())
    long_ago(settings)
    assert purging.purge_due(actor=ACTOR) == 0
    assert Run.objects.exists()
    assert LoggedModel.objects.exists()
    deletion.delete(ModelVersion.objects.get(), "made by mistake", actor=ACTOR)
    assert purging.purge_due(actor=ACTOR) == 0, "the version can still be restored"
    ModelVersion._base_manager.update(purge_after=timezone.now() - dt.timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_due(actor=ACTOR).removed == 1
        assert purging.purge_due(actor=ACTOR) == 2
    assert stored() == []


def test_a_run_waits_for_its_logged_models(wire: Wire, settings: Any) -> None:
    run, logged = run_of(wire), logged_model(wire)
    LoggedModel.objects.update(source_run=run)
    wire.post("runs/delete", {"run_id": run})
    long_ago(settings)
    assert purging.purge_due(actor=ACTOR) == 0
    wire.delete(f"logged-models/{logged.model_id}")
    long_ago(settings)
    assert purging.purge_due(actor=ACTOR) == 2


def test_what_a_run_measured_outlives_the_model_that_it_was_about(wire: Wire, settings: Any) -> None:
    """A value that stands for two models and for none is told once, before the models go and after."""
    run = run_of(wire)
    first, second = logged_model(wire), logged_model(wire)
    one = {"key": "auc", "value": 0.5, "timestamp": 1, "step": 0}
    metrics = [one, one | {"model_id": first.model_id}, one | {"model_id": second.model_id}]
    metrics.append({**one, "step": 1, "model_id": first.model_id})
    assert wire.post("runs/log-batch", {"run_id": run, "metrics": metrics}) == (200, {})
    wire.post("runs/outputs", {"run_id": run, "models": [{"model_id": first.model_id}]})
    for model in (first, second):
        said = wire.get(f"logged-models/{model.model_id}")[1]["model"]
        assert {"auc"} == {figure["key"] for figure in said["data"]["metrics"]}

    def history() -> list[Any]:
        return [
            (figure["value"], figure["step"])
            for figure in wire.get("metrics/get-history", {"run_id": run, "metric_key": "auc"})[1]["metrics"]
        ]

    assert history() == [(0.5, 0), (0.5, 1)]
    wire.delete(f"logged-models/{first.model_id}")
    long_ago(settings)
    assert purging.purge_due(actor=ACTOR) == 1
    assert history() == [(0.5, 0), (0.5, 1)]
    assert not ModelOutput.objects.exists()
    assert wire.get(f"logged-models/{second.model_id}")[1]["model"]["data"]["metrics"]


def test_an_experiment_goes_last_and_its_number_is_not_given_out_again(wire: Wire, settings: Any) -> None:
    old, newest = made(wire, "old"), made(wire, "newest")
    run_of(wire, old)
    for number in (old, newest):
        assert wire.post("experiments/delete", {"experiment_id": number}) == (200, {})
    long_ago(settings, Run)
    assert purging.purge_due(actor=ACTOR) == 1
    assert Experiment.objects.filter(number=old).exists(), "its own time is not over"
    long_ago(settings)
    assert purging.purge_due(actor=ACTOR) == 1
    assert not Experiment.objects.filter(number=old).exists()
    assert wire.get("experiments/get", {"experiment_id": old})[0] == 404
    assert made(wire, "old") == str(int(newest) + 1)
    assert purging.purge_due(actor=ACTOR) == 1, "the highest number is another's now"
