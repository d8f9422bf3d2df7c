"""A model of high risk waits for an impact assessment that somebody with the right has signed."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict
from registry.cards.impact import services
from registry.cards.models import ImpactAssessment
from registry.models import ModelVersion
from registry.promotion import policies
from registry.promotion.models import State
from tests.accounts.people import make_user, sign_in
from tests.portal.people import key_for
from tests.registry.promotion.promoting import LENIENT, approve, approver, ask
from tests.registry.samples import make_model, make_version

from .filled import ACTOR, fill_card

pytestmark = pytest.mark.django_db
TEXTS: dict[str, str] = {
    "people": "Passengers with a connection.",
    "benefits": "They hear of a delay an hour earlier.",
    "risks": "Errors fall on those who change planes.",
    "measures": "Compared by group each month.",
    "oversight": "The desk overrules it.",
    "decision": "accepted",
}
API = "/api/v1/models/arrival-delay/impact-assessments/"


@pytest.fixture
def version(scientist: User) -> ModelVersion:
    """A version of a model of high risk whose card is complete."""
    model = make_model(scientist)
    policies.set_policy(model, LENIENT, actor=ACTOR)
    fill_card(model, "high")
    return make_version(model, scientist)


@pytest.fixture
def desk() -> Client:
    """The compliance officer's browser."""
    return sign_in(Client(), make_user("officer", "Compliance officer"))


def test_high_risk_demands_a_signed_assessment_before_promotion(version: ModelVersion, desk: Client) -> None:
    """S2-79: refused, signed on the page by somebody with the right, then promoted; the ledger has the digest."""
    with pytest.raises(Conflict, match="nobody has signed an impact assessment"):
        ask(version)
    page = reverse("cards:assessments", args=["arrival-delay"])
    assert "cannot be promoted" in desk.get(page).content.decode()
    assert desk.post(page, {**TEXTS, "risks": " "}).status_code == 422
    assert not ImpactAssessment.objects.exists()
    assert desk.post(page, TEXTS, follow=True).status_code == 200
    row = ImpactAssessment.objects.get()
    told = AuditEvent.objects.get(name="cards.assessment.signed")
    assert (told.details["digest"], told.actor_ref) == (services.digest(row), row.signed_ref)
    assert TEXTS["people"] in desk.get(page).content.decode()
    assert approve(ask(version), approver(1), approver(2)).state == State.EXECUTED


def test_an_assessment_ends_with_its_class_with_a_no_and_after_a_year(version: ModelVersion) -> None:
    """S2-79: what was signed of another class, refused or long ago lets nothing through."""
    model = version.model
    services.sign(model, TEXTS, actor=ACTOR)
    assert services.lacking(model) == ""
    services.sign(model, {**TEXTS, "decision": "rejected"}, actor=ACTOR)
    assert "not acceptable" in services.lacking(model)
    fresh = services.sign(model, TEXTS, actor=ACTOR)
    model.risk_class = "limited"
    assert "'High risk'" in services.lacking(model)
    model.risk_class = "high"
    with transaction.atomic():
        ImpactAssessment.objects.all().delete()
        row = ImpactAssessment(**{f.attname: getattr(fresh, f.attname) for f in ImpactAssessment._meta.concrete_fields})
        row.signed_at -= services.GOOD_FOR
        row.save(force_insert=True)
    assert "older than a year" in services.lacking(model)


def test_over_rest_only_who_may_signs_and_nothing_is_edited(version: ModelVersion) -> None:
    """S2-79: 403 without the right, 400 for what is missing, 409 for the owner's own; the row cannot change."""

    def call(key: str, sent: Any) -> Any:
        return Client().post(API, sent, content_type="application/json", headers={"Authorization": f"Bearer {key}"})

    officer = key_for("auditor", "Compliance officer")
    assert call(key_for("trainer", "Data scientist"), TEXTS).status_code == 403
    refused = call(officer, {**TEXTS, "decision": "perhaps"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "decision")
    signed = call(officer, TEXTS)
    assert (signed.status_code, signed.json()["number"]) == (201, 1)
    listed = Client().get(API, headers={"Authorization": f"Bearer {officer}"}).json()["results"]
    assert [one["digest"] for one in listed] == [signed.json()["digest"]]
    version.model.owner = User.objects.get(username="auditor")
    version.model.save(update_fields=["owner"])
    assert call(officer, TEXTS).json()["code"] == "assessment.own_model"
    for column in ("decision", "risks", "signed_ref"):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            ImpactAssessment.objects.update(**{column: "rejected"})
