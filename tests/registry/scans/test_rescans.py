"""After a change of the rules everything is scanned again, production first; what follows is told."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from registry import deletion
from registry.aliases.gate import ask_all
from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.scanning import rescanning
from registry.scanning.engine import RULES
from registry.scanning.models import Inspection
from registry.scanning.posture import in_production, taken_away
from registry.scanning.tasks import scan_due
from tests.registry.answers import problem_of
from tests.registry.samples import harmful, make_model, make_version, safetensors
from tests.scans import scan_waiting

pytestmark = pytest.mark.django_db
ARTIFACT = "/api/v1/models/arrival-delay/versions/1/artifact/"


def judged_before(**found: Any) -> None:
    """As an older rule set had judged every file."""
    state = {"state": "clean", "cause": "", "reasons": []} | found
    Inspection.objects.update(rules="1.older", **state)
    ready = {"clean": "ready", "held": "quarantined"}[state["state"]]
    ModelVersion.objects.update(state=ready)


def gate(version: ModelVersion) -> tuple[bool, str]:
    (found,) = [one for one in ask_all(version) if one.gate == "scan"]
    return found.passed, found.reason


def test_what_is_in_production_comes_first_and_never_too_much_at_once(
    scientist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model(scientist)
    versions = [make_version(model, scientist) for _ in range(4)]
    Alias.objects.create(model=model, name="candidate", version=versions[1])
    Alias.objects.create(model=model, name="production", version=versions[0])
    judged_before()
    assert [row.version.number for row in rescanning.due()] == [1, 2, 4, 3]
    monkeypatch.setattr(rescanning, "AT_A_TIME", 3)
    scan_due()
    assert set(Inspection.objects.filter(is_pending=True).values_list("version__number", flat=True)) == {1, 2, 4}
    scan_due()  # the queue is as long as it may be
    assert Inspection.objects.filter(is_pending=True).count() == 3
    assert scan_waiting() == 3
    assert Inspection.objects.filter(rules=RULES).count() == 3


def test_what_a_new_scan_holds_is_taken_away_with_an_alert(scientist: Any, api: Client) -> None:
    """S0-49: from READY to quarantine: no download any more, and somebody is told."""
    version = make_version(make_model(scientist), scientist, harmful())
    Alias.objects.create(model=version.model, name="production", version=version)
    judged_before()
    assert api.get(ARTIFACT).getvalue() == harmful()
    assert gate(version) == (False, "It was judged by the older rules 1.older. Have it scanned again.")
    assert [finding.key.partition(":")[0] for finding in in_production().findings] == ["old"]
    scan_due()
    assert api.get(ARTIFACT).getvalue() == harmful()  # until the verdict
    scan_waiting()
    assert problem_of(api.get(ARTIFACT)) == (403, "artifact.quarantined")
    assert not gate(version)[0]
    assert [finding.severity for finding in (*in_production().findings, *taken_away().findings)] == ["critical"] * 2
    watch_controls()
    raised = Alert.objects.filter(key__startswith="finding:scan.").values_list("title", flat=True)
    assert any("which had been given out" in title for title in raised)
    row = AuditEvent.objects.filter(name="scanning.scan.decided").latest("id")
    assert (row.outcome, row.details["before"], row.details["after"]) == ("failure", "clean", "held")


def test_what_a_new_scan_finds_clean_is_freed(scientist: Any, api: Client) -> None:
    version = make_version(make_model(scientist), scientist)
    judged_before(state="held", cause="content", reasons=["byte 2: It was not known."])
    assert problem_of(api.get(ARTIFACT)) == (403, "artifact.quarantined")
    scan_due()
    scan_waiting()
    assert api.get(ARTIFACT).getvalue() == safetensors()
    assert gate(version) == (True, f"Clean by the rules {RULES}.")
    assert rescanning.due().count() == 0


def test_a_scan_that_fell_out_of_the_queue_is_asked_for_again(scientist: Any) -> None:
    from registry import services
    from registry.artifacts.sealed import sealed_upload

    with sealed_upload([safetensors()], "model.safetensors") as file:
        version = services.add_version(make_model(scientist), file, actor=actor_of(scientist))
    assert gate(version) == (False, "It waits for its scan.")
    scan_due()
    before = Inspection.objects.get().job_id
    Inspection.objects.update(job_id=None, asked_at=timezone.now() - dt.timedelta(minutes=1))
    scan_due()
    scan = Inspection.objects.get()
    assert scan.job_id not in {None, before}
    assert scan.round == 1


def test_a_deleted_version_is_scanned_when_it_comes_back(scientist: Any) -> None:
    version = make_version(make_model(scientist), scientist)
    actor = actor_of(scientist)
    deletion.delete(version, "by mistake", actor=actor)
    judged_before()
    assert rescanning.due().count() == 0
    deletion.restore(version, actor=actor)
    assert rescanning.due().count() == 1


def test_a_file_that_cannot_be_read_waits_and_is_tried_again(scientist: Any, api: Client) -> None:
    """Damage and an unreachable store say nothing of the content; nothing is given out."""
    from registry import services
    from registry.artifacts.sealed import sealed_upload
    from registry.scanning.services import give_up

    with sealed_upload([safetensors()], "model.safetensors") as file:
        services.add_version(make_model(scientist), file, actor=actor_of(scientist))
    scan = Inspection.objects.get()
    give_up(scan.pk, scan.round)
    answer = api.get(ARTIFACT)
    assert problem_of(answer) == (503, "scan.pending")
    assert "could not be read" in answer.json()["detail"]
    assert rescanning.due().count() == 0
    Inspection.objects.update(asked_at=timezone.now() - dt.timedelta(hours=2))
    scan_due()
    scan_waiting()
    assert api.get(ARTIFACT).getvalue() == safetensors()
