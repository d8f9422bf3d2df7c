"""The posture of one model and of one pipeline: checks from rows, a score with its sum, since when, and a trend."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.posture import standing
from compliance.posture.models import DayScore, OpenFinding
from compliance.posture.tasks import write_down
from modelops.jobs import schedule
from modelops.lib import posture_of as declared
from registry.aliases.models import Alias
from registry.models import ModelVersion, RegisteredModel
from registry.signing.models import VersionSignature
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")


@pytest.fixture
def scientist() -> Any:
    return make_user("scientist", "Data scientist")


@pytest.fixture
def model(scientist: Any) -> RegisteredModel:
    return make_model(scientist)


def deployed(model: RegisteredModel, scientist: Any) -> ModelVersion:
    version = make_version(model, scientist)
    Alias.objects.create(model=model, version=version, name=settings.MODELOPS_PROTECTED_ALIASES[0])
    # The portal's own signature, which every upload gets.
    VersionSignature.objects.filter(version=version).delete()
    return version


def ask(caller: Any, address: str, status: int = 200) -> dict[str, Any]:
    _, key = issue_api_key(caller, name="tests", scopes=["all"], days=2, actor=ACTOR)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    answer = client.get(f"/api/v1/posture/{address}/")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def by_id(said: dict[str, Any]) -> dict[str, Any]:
    return {one["id"]: one for one in said["findings"]}


def test_a_models_findings_come_from_its_rows(model: RegisteredModel, scientist: Any) -> None:
    """S2-21: id, severity, status, evidence with its page, fix, since; nothing that anybody can tick."""
    deployed(model, scientist)
    seen = by_id(ask(scientist, f"models/{model.name}"))
    assert {"owned", "traceable", "sound", "released", "signed", "approved", "described", "watched"} <= seen.keys()
    signed = seen["signed"]
    assert (signed["status"], signed["severity"]) == ("fails", "critical")
    assert signed["evidence"] == "0 of 1 protected aliases point at a signed version."
    assert signed["evidence_url"].startswith("/admin/")
    assert "signature" in signed["fix"]
    assert dt.datetime.fromisoformat(signed["since"]) <= timezone.now()
    assert (seen["owned"]["status"], seen["owned"]["since"]) == ("holds", None)
    User.objects.filter(pk=scientist.pk).update(is_active=False)
    other = make_user("other", "Data scientist")
    assert by_id(ask(other, f"models/{model.name}"))["owned"]["status"] == "fails"


def test_what_a_user_writes_about_a_model_makes_no_check_hold(model: RegisteredModel, scientist: Any) -> None:
    """S4-132, S2-21, S2-23: nobody ticks a failing fact green: tags that claim it change nothing."""
    version = deployed(model, scientist)
    before = by_id(ask(scientist, f"models/{model.name}"))
    claims = {"signed": "true", "approved": "yes", "monitoring": "on", "encryption": "enabled"}
    ModelVersion.objects.filter(pk=version.pk).update(tags=claims)
    after = by_id(ask(scientist, f"models/{model.name}"))
    assert {key: one["status"] for key, one in after.items()} == {key: one["status"] for key, one in before.items()}
    assert after["signed"]["status"] == "fails"


def test_the_score_is_a_sum_that_anybody_can_do_again(client: Client, model: RegisteredModel, scientist: Any) -> None:
    """S2-80: no hidden weights; the page shows the arithmetic on hovering, and the trend."""
    deployed(model, scientist)
    said = ask(scientist, f"models/{model.name}")
    points = [one["status"] == "holds" for one in said["findings"] if one["status"] != "not_applicable"]
    assert (said["held"], said["total"]) == (sum(points), len(points))
    assert said["score"] == round(100 * sum(points) / len(points))
    assert said["arithmetic"].endswith(f"/ {len(points)} × 100 = {said['score']}")
    assert "signed 0" in said["arithmetic"]
    assert "owned 1" in said["arithmetic"]
    page = sign_in(client, scientist).get(f"/posture/models/{model.name}/").text
    assert f'title="{said["arithmetic"]}"' in page
    assert "What is in use is signed by a trusted key" in page
    assert "style=" not in page


def test_the_clock_writes_scores_and_since_when(model: RegisteredModel, scientist: Any) -> None:
    """S2-80, S2-21: since stays while a check fails and goes when it holds."""
    assert "posture.write_down" in schedule.names()
    model.owner = None
    model.save(update_fields=["owner"])
    assert write_down() >= 1
    assert write_down() >= 1
    long_ago = timezone.now() - dt.timedelta(days=40)
    OpenFinding.objects.filter(check_key="owned").update(since=long_ago)
    write_down()
    said = ask(scientist, f"models/{model.name}")
    assert by_id(said)["owned"]["since"].startswith(f"{long_ago:%Y-%m-%d}")
    assert said["trend"] == [{"day": str(timezone.now().date()), "held": said["held"], "total": said["total"]}]
    DayScore.objects.update(day=timezone.now().date() - dt.timedelta(days=standing.DAYS_KEPT + 1))
    RegisteredModel.objects.filter(pk=model.pk).update(owner=scientist)
    write_down()
    assert not OpenFinding.objects.filter(check_key="owned").exists()
    assert DayScore.objects.filter(kind="models").count() == 1


def test_a_check_that_cannot_look_does_not_hold(
    model: RegisteredModel, scientist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2-21: what is not seen is not proven."""

    def breaks(refs: Any) -> Any:
        raise ValueError("no")

    check = declared.CheckOf("models", "tests", "A check of the tests", "Mend it.", "high", breaks)
    monkeypatch.setitem(declared._checks, ("models", "tests"), check)
    assert by_id(ask(scientist, f"models/{model.name}"))["tests"]["status"] == "fails"


def test_a_restricted_model_is_not_there_for_others(client: Client, model: RegisteredModel, scientist: Any) -> None:
    RegisteredModel.objects.filter(pk=model.pk).update(is_restricted=True)
    other = make_user("other", "Data scientist")
    ask(other, f"models/{model.name}", 404)
    assert sign_in(client, other).get(f"/posture/models/{model.name}/").status_code == 404
    ask(scientist, f"models/{model.name}")


def test_a_pipelines_findings_tell_of_keys_signing_approval_and_monitoring(
    client: Client, model: RegisteredModel
) -> None:
    """S2-22: of the service account's keys, and of what it registered and promoted."""
    service = make_user("nightly", "Pipeline")
    User.objects.filter(pk=service.pk).update(is_service=True)
    issue_api_key(service, name="wide", scopes=["all"], days=300, actor=ACTOR)
    deployed(model, service)
    officer = make_user("officer", "Compliance officer")
    page = sign_in(client, officer).get("/posture/pipelines/nightly/").text
    assert "Its keys name what they are for" in page
    seen = {line.check.key: line for line in standing.posture_of("pipelines", "nightly", officer).lines}
    assert {key: line.status for key, line in seen.items()} == {
        "approval": "not_applicable",
        "keys_end": "fails",
        "keys_narrow": "fails",
        "monitoring": "fails",
        "signing": "fails",
    }
    assert seen["signing"].standing.evidence == "0 of 1 newest versions are signed."
    assert all(line.standing.url for line in seen.values() if line.status == "fails")
    said = ask(officer, "pipelines/nightly")
    assert (said["name"], said["held"], said["total"]) == ("nightly", 0, 4)
    ask(officer, "pipelines/officer", 404)
