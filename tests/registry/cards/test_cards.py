"""Cards: revisions, what is missing by risk class, changes, and what cannot be written."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from compliance.audit.models import AuditEvent
from registry.cards.fields import FIELDS, required_fields
from registry.cards.models import CardRevision
from registry.models import RegisteredModel
from tests.registry.answers import problem_of
from tests.registry.samples import make_model

from .filled import full_content

CARD = "/api/v1/models/arrival-delay/card/"


@pytest.fixture
def model(scientist: User) -> RegisteredModel:
    """A model of the data scientist."""
    return make_model(scientist)


def _save(api: Client, content: Any, **more: Any) -> Any:
    return api.put(CARD, {"fields": content, **more}, content_type="application/json")


def test_each_save_is_a_revision_with_its_author_and_its_changes(api: Client, model: RegisteredModel) -> None:
    """S2-76: a structured, versioned card; the ledger names the fields and never what they say."""
    assert api.get(CARD).json()["revision"] == 0
    assert _save(api, {"intended_use": "Plan the desk.\nOnly that.", "contact": "Desk"}, base=0).status_code == 200
    answer = _save(api, {"intended_use": "Plan the desk.\nNothing else.", "contact": "Desk"}, base=1)
    assert answer.status_code == 200, answer.content
    assert answer.json()["revision"] == 2

    rows = api.get(f"{CARD}revisions/").json()["results"]
    assert [(row["revision"], row["author"]) for row in rows] == [(2, "scientist"), (1, "scientist")]
    changes = api.get(f"{CARD}revisions/2/changes/").json()
    assert changes["before"] == 1
    [change] = changes["changes"]
    assert change["key"] == "intended_use"
    assert [(line["change"], line["text"]) for line in change["lines"]] == [
        ("same", "Plan the desk."),
        ("removed", "Only that."),
        ("added", "Nothing else."),
    ]
    saved = AuditEvent.objects.filter(name="cards.card.saved").order_by("id")
    assert [event.details["changed"] for event in saved] == ["intended_use, contact", "intended_use"]
    assert "Nothing else" not in str([event.details for event in saved])


def test_what_somebody_saved_meanwhile_is_not_overwritten(api: Client, model: RegisteredModel) -> None:
    """S2-76."""
    assert _save(api, {"contact": "Desk"}, base=0).status_code == 200
    assert problem_of(_save(api, {"contact": "Other desk"}, base=0)) == (409, "card.changed_meanwhile")
    assert problem_of(_save(api, {"contact": "Desk"})) == (409, "card.unchanged")
    assert CardRevision.objects.count() == 1


@pytest.mark.parametrize("risk_class", ["minimal", "limited", "high"])
def test_the_risk_class_decides_what_is_asked_for(api: Client, model: RegisteredModel, risk_class: str) -> None:
    """S2-76: required fields by risk class, in one table."""
    said = {"risk_class": risk_class, "purpose": "Advises the desk."}
    assert api.patch("/api/v1/models/arrival-delay/", said, content_type="application/json").status_code == 200
    asked = [field.key for field in required_fields(risk_class)]
    card = api.get(CARD).json()
    assert [gap["key"] for gap in card["missing"]] == asked
    assert not card["complete"]
    content = full_content()
    left = asked[-1]
    assert [gap["key"] for gap in _save(api, {**content, left: ""}).json()["missing"]] == [left]
    assert _save(api, {key: content[key] for key in asked}).json()["complete"]


def test_a_model_that_nobody_classed_has_no_complete_card(api: Client, model: RegisteredModel) -> None:
    """S2-76: fail closed: without a class nobody knows what is needed."""
    card = _save(api, full_content()).json()
    assert [gap["key"] for gap in card["missing"]] == ["risk_class", "purpose"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([], "card.invalid"),
        ({"colour": "red"}, "card.unknown_field"),
        ({"contact": "two\nlines"}, "card.invalid"),
        ({"intended_use": "x" * 8001}, "card.invalid"),
        ({"intended_use": "nul \x00"}, "card.invalid"),
        ({"intended_use": {"deep": [1]}}, "card.invalid"),
        ({"metrics_by_group": [{"group": "a", "metric": "auc"}]}, "card.invalid_groups"),
        ({"metrics_by_group": [{"group": "a", "metric": "auc", "value": 10**400}]}, "card.invalid_groups"),
        ({"metrics_by_group": [{"group": "a", "metric": "auc", "value": True}]}, "card.invalid_groups"),
        ({field.key: "ä" * 4000 for field in FIELDS if field.kind == "text"}, "card.too_large"),
    ],
)
def test_what_has_no_place_in_a_card_is_refused(api: Client, model: RegisteredModel, content: Any, code: str) -> None:
    """S4-32."""
    assert problem_of(_save(api, content)) == (400, code)
    assert CardRevision.objects.count() == 0


def test_a_card_is_written_by_who_may_change_the_model(
    api: Client, api_as: Any, model: RegisteredModel, db: None
) -> None:
    """S1-06: the same rule for every way."""
    from tests.accounts.people import make_user

    viewer = api_as(make_user("reader", "Viewer"))
    assert viewer.get(CARD).status_code == 200
    assert problem_of(_save(viewer, {"contact": "Desk"}))[0] == 403
    model.is_restricted = True
    model.save(update_fields=["is_restricted"])
    assert viewer.get(CARD).status_code == 404


def test_a_revision_never_changes(model: RegisteredModel, api: Client) -> None:
    """S2-76: the database itself refuses."""
    from django.db import IntegrityError, transaction

    _save(api, {"contact": "Desk"})
    with pytest.raises(IntegrityError), transaction.atomic():
        CardRevision.objects.update(content={"contact": "Somebody else"})


def test_the_portal_writes_the_same_card(portal: Client, model: RegisteredModel) -> None:
    """S2-76 in the portal: editor, revision with its changes, refusal at the field."""
    page = portal.get("/models/arrival-delay/card/edit/")
    assert page.status_code == 200
    form = {"base": 0, "intended_use": "Plan <b>x</b> the **desk**.", "metrics_by_group": "carrier UA, auc, 0.71"}
    assert portal.post("/models/arrival-delay/card/edit/", form).status_code == 302
    card = portal.get("/models/arrival-delay/card/").content.decode()
    assert "Plan &lt;b&gt;x&lt;/b&gt; the <strong>desk</strong>." in card
    assert CardRevision.objects.get().content["metrics_by_group"] == [
        {"group": "carrier UA", "metric": "auc", "value": 0.71}
    ]
    assert "Plan" in portal.get("/models/arrival-delay/card/revisions/1/").content.decode()
    bad = portal.post("/models/arrival-delay/card/edit/", {"base": 1, "metrics_by_group": "no numbers here"})
    assert bad.status_code == 422
    late = portal.post("/models/arrival-delay/card/edit/", {"base": 0, "contact": "Desk"})
    assert late.status_code == 422
    assert "was saved after you began" in late.content.decode()


def test_the_task_decides_which_metrics_are_offered(api: Client, portal: Client) -> None:
    """S0-13: no model without a task type; the type decides which metrics and drift checks are offered."""
    refused = api.post("/api/v1/models/", {"name": "delay"}, content_type="application/json")
    assert refused.status_code == 400
    assert "task_type" in refused.content.decode()
    for name, task in (("delay", "regression"), ("rank", "ranking")):
        said = {"name": name, "task_type": task}
        assert api.post("/api/v1/models/", said, content_type="application/json").status_code == 201
    assert api.get("/api/v1/models/delay/").json()["offered_metrics"][0] == "rmse"
    assert api.get("/api/v1/models/rank/").json()["offered_metrics"][0] == "ndcg"
    checks = {name: api.get(f"/api/v1/models/{name}/").json()["offered_drift_checks"] for name in ("delay", "rank")}
    assert checks["delay"] == ["features", "volume", "missing_values", "prediction_distribution", "residuals"]
    assert "residuals" not in checks["rank"]
    page = portal.get("/models/rank/metric/").content.decode()
    assert "Drift checks for ranking: features, volume, missing values, prediction distribution." in page
    assert '<option value="ndcg">' in page
    assert '<option value="rmse">' not in page
