"""An erasure from its preview to its certificate."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from compliance.subjects.erasure import approving, holds, planning
from compliance.subjects.erasure.certificate import keys
from compliance.subjects.erasure.verify_certificate import check
from compliance.subjects.models import ErasurePlan, StepState, SubjectRequest
from modelops.lib.errors import Conflict
from monitoring.predictions.models import Prediction, Window
from tests.accounts.people import make_user, sign_in

from .canary import ADDRESS, NAME, confirmed, done, plant, rows_with_the_canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_ledger(settings: Any, tmp_path: Path) -> None:
    settings.MODELOPS_ERASURE_LEDGER = str(tmp_path / "erasures")


@pytest.fixture
def people(officer: Any) -> tuple[Any, Any, Any]:
    """Two officers and a data scientist."""
    return officer, make_user("second", "Compliance officer"), make_user("scientist", "Data scientist")


def _approved(people: tuple[Any, Any, Any]) -> ErasurePlan:
    officer, second, scientist = people
    plant(scientist)
    plan = planning.preview(confirmed(officer), actor=actor_of(officer))
    planning.decide(plan, "all", "retrain", actor=actor_of(officer))
    return approving.approve(plan, actor=actor_of(second))


def test_nothing_of_the_person_is_left_and_the_certificate_says_so(people: tuple[Any, Any, Any]) -> None:
    """S4-64, S4-69, S4-71, S4-72: preview counts equal the result, no canary is found, the certificate verifies."""
    officer = people[0]
    plan = _approved(people)
    assert rows_with_the_canary()
    previewed = {(step.provider, step.part): step.rows for step in plan.steps.filter(state=StepState.WAITING)}
    assert {key for key, _ in previewed} >= {"accounts.account", "registry.dataset_rows", "registry.ownership"}
    approving.execute(plan, actor=actor_of(officer))
    plan.refresh_from_db()
    done(plan)
    assert plan.state == "done", plan.failure
    erased = {(step.provider, step.part): step.erased for step in plan.steps.filter(state=StepState.DONE)}
    assert erased == previewed
    assert rows_with_the_canary() == []

    request = SubjectRequest.objects.get(pk=plan.request_id)
    assert request.state == "delivered"
    told = AuditEvent.objects.get(name="subjects.erasure.completed")
    assert told.details["certificate"] == str(plan.pk)
    assert check(plan.certificate, keys(), ADDRESS) == []
    assert check(plan.certificate, keys(), "somebody@example.org") == ["It is about somebody else."]
    forged = plan.certificate.replace('"complete": true', '"complete": false').replace('"erased": 1', '"erased": 2')
    assert check(forged, keys()) == ["The statement is not the one that was signed."]
    statement = json.loads(plan.certificate)["statement"]
    assert [each["decision"] for each in statement["models"]] == ["retrain"]
    names = AuditEvent.objects.values_list("details", flat=True)
    assert not any(ADDRESS in str(each) or NAME in str(each) for each in names)
    out = io.StringIO()
    call_command("verify_audit_log", stdout=out)


def test_what_is_under_a_hold_is_kept_with_its_basis_and_a_day_to_look_again(people: tuple[Any, Any, Any]) -> None:
    """S4-68: the rest is erased, and held items are listed with basis and re-check date."""
    officer, second, scientist = people
    plant(scientist)
    request = confirmed(officer)
    day = timezone.now().date() + dt.timedelta(days=365)
    holds.set_hold("registry.dataset_rows", "HGB § 257: invoices", day, request=request, actor=actor_of(officer))
    plan = planning.preview(request, actor=actor_of(officer))
    planning.decide(plan, "all", "accept", actor=actor_of(officer))
    approving.approve(plan, actor=actor_of(second))
    approving.execute(plan, actor=actor_of(officer))
    plan.refresh_from_db()
    done(plan)
    assert plan.state == "done", plan.failure
    held = plan.steps.get(provider="registry.dataset_rows")
    assert (held.state, held.reason, held.recheck_on) == ("held", "HGB § 257: invoices", day)
    statement = json.loads(plan.certificate)["statement"]
    assert statement["complete"] is False
    [part] = [each for each in statement["parts"] if each["data_class"] == "registry.dataset_rows"]
    assert (part["action"], part["recheck_on"], part["erased"]) == ("kept", day.isoformat(), 0)
    assert rows_with_the_canary() == []


def test_the_whole_way_on_the_officers_page(people: tuple[Any, Any, Any], desk: Client) -> None:
    """S4-64: the page leads from the preview to the certificate with one button at a time."""
    officer, second, scientist = people
    plant(scientist)
    request = confirmed(officer)
    page = f"/admin/subjects/subjectrequest/{request.pk}/"

    def text(of: Client = desk) -> str:
        return of.get(f"{page}change/").content.decode()

    assert "Preview the erasure" in text()
    assert "arrival-delay v1" in desk.post(f"{page}places/").content.decode()
    desk.post(f"{page}erasure/preview/")
    assert "Decide about the models" in text()
    desk.post(f"{page}erasure/decide/", {"target": "all", "decision": "exclude"})
    assert "Somebody else with the permission approves it" in text()
    other = sign_in(Client(), second)
    assert "Check the parts below" in text(other)
    other.post(f"{page}erasure/approve/")
    assert "Begin the erasure" in text()
    desk.post(f"{page}erasure/execute/")
    plan = ErasurePlan.objects.get(request=request)
    assert "at work" in text()
    done(plan)
    assert "The erasure is done" in text()
    answer = desk.post(f"{page}erasure/certificate/")
    assert check(answer.content.decode(), keys(), ADDRESS) == []
    assert ADDRESS not in text()


def test_the_whole_way_over_the_api(people: tuple[Any, Any, Any], api_of: Any) -> None:
    """S4-77: the report names each model with its stage, and each decision is recorded."""
    officer, second, scientist = people
    plant(scientist)
    api, other = api_of(officer), api_of(second)
    said = {"kind": "erasure", "regime": "GDPR", "subject": {"email": ADDRESS, "ref": NAME}}
    opened = api.post("/api/v1/subject-requests/", said, content_type="application/json")
    assert opened.status_code == 201
    address = f"/api/v1/subject-requests/{opened.json()['id']}/"

    def post(path: str, client: Client = api, **data: Any) -> Any:
        return client.post(f"{address}{path}", data, content_type="application/json")

    early = post("erasure/")
    assert (early.status_code, early.json()["code"]) == (409, "subject_request.wrong_state")
    post("confirm-identity/", note="Called back.")
    found = api.get(f"{address}places/").json()
    assert [model["label"] for model in found["models"]] == ["arrival-delay v1"]
    plan = post("erasure/").json()
    assert {step["provider"] for step in plan["steps"]} >= {"registry.dataset_rows", "accounts.account"}
    target = plan["models"][0]["target"]
    unknown = post("erasure/decisions/", target=target, decision="forget")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "erasure.unknown_decision")
    undecided = post("erasure/approve/", other)
    assert (undecided.status_code, undecided.json()["code"]) == (409, "erasure.undecided")
    assert post("erasure/decisions/", target=target, decision="retrain").json()["models"][0]["decision"] == "retrain"
    own = post("erasure/approve/")
    assert (own.status_code, own.json()["code"]) == (403, "erasure.own_plan")
    unapproved = post("erasure/execute/")
    assert (unapproved.status_code, unapproved.json()["code"]) == (409, "erasure.not_approved")
    assert post("erasure/approve/", other).status_code == 200
    again = post("erasure/approve/", other)
    assert (again.status_code, again.json()["code"]) == (409, "erasure.approved_already")
    edited = post("erasure/decisions/", target=target, decision="accept")
    assert (edited.status_code, edited.json()["code"]) == (409, "erasure.approved_already")
    none = api.get(f"{address}erasure/certificate/")
    assert (none.status_code, none.json()["code"]) == (404, "erasure.no_certificate")
    assert post("erasure/execute/").status_code == 202
    plan = ErasurePlan.objects.get()
    done(plan)
    assert check(api.get(f"{address}erasure/certificate/").content.decode(), keys(), ADDRESS) == []
    unknown = post("holds/", data_class="users; DROP", basis="none", recheck_on="2099-01-01")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "hold.unknown_class")


def test_predictions_lose_the_person_and_their_sums_stay(people: tuple[Any, Any, Any]) -> None:
    """S4-70: rows that name the person are gone; windows of sums are what they were and name nobody."""
    officer = people[0]
    plan = _approved(people)
    sums = list(Window.objects.order_by("pk").values())
    assert sums
    assert Prediction.objects.exclude(subject_index=None).count() == 1
    approving.execute(plan, actor=actor_of(officer))
    plan.refresh_from_db()
    done(plan)
    assert plan.state == "done", plan.failure
    assert Prediction.objects.exclude(subject_index=None).count() == 0
    assert Prediction.objects.count() == 2
    assert list(Window.objects.order_by("pk").values()) == sums
    assert ADDRESS not in str(sums)


def test_what_changed_since_the_preview_is_not_approved(people: tuple[Any, Any, Any]) -> None:
    officer, second, scientist = people
    person, _ = plant(scientist)
    plan = planning.preview(confirmed(officer), actor=actor_of(officer))
    planning.decide(plan, "all", "retrain", actor=actor_of(officer))
    from tests.registry.samples import make_dataset

    make_dataset(person, "one-more")
    with pytest.raises(Conflict) as refusal:
        approving.approve(plan, actor=actor_of(second))
    assert refusal.value.code == "erasure.outdated"


def test_an_erasure_is_done_again_on_a_restored_database(people: tuple[Any, Any, Any], settings: Any) -> None:
    """S4-64: the ledger outside the database leads to the person when yesterday's rows are back."""
    officer = people[0]
    plan = _approved(people)
    approving.execute(plan, actor=actor_of(officer))
    plan.refresh_from_db()
    done(plan)
    entry = Path(settings.MODELOPS_ERASURE_LEDGER) / f"{plan.pk}.erasure"
    assert ADDRESS.encode() not in entry.read_bytes()
    # What a restore would bring back.
    make_user("zaphod_returns", "Viewer")
    from accounts.models import User

    User.objects.filter(username="zaphod_returns").update(email=ADDRESS)
    out = io.StringIO()
    call_command("replay_erasures", stdout=out)
    assert "1 erasures" in out.getvalue()
    assert rows_with_the_canary() == []
    call_command("replay_erasures", stdout=out)
