"""What stands before a protected alias, gate by gate, and passing one by."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from dataquality.gates import QualityGate
from dataquality.models import QualityRun, RunState
from modelops.lib.errors import Conflict
from monitoring.alerts.services import Source, raise_alert
from monitoring.gates import AlertGate
from monitoring.models import DriftRun
from monitoring.models.alerts import Severity
from registry.aliases.gate import gates
from registry.models import ModelVersion
from registry.promotion.gates import MetricGate
from registry.promotion.models import State
from registry.promotion.policies import Policy, set_policy
from registry.ranking.services import choose_metric
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

from .promoting import approve, approver, ask

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


@pytest.fixture
def strict(engineer: User) -> ModelVersion:
    """A version under the default policy, trained on one dataset version."""
    model = make_model(engineer)
    data = make_dataset_version(make_dataset(engineer), engineer)
    return make_version(model, engineer, metrics={"auc": 0.9}, datasets=[data])


def examined(version: ModelVersion, score: str) -> QualityRun:
    """A finished quality run of the data of ``version``."""
    data = version.datasets.select_related("artifact").get()
    return QualityRun.objects.create(
        dataset_version=data,
        data_sha256=data.artifact.sha256,
        state=RunState.SUCCEEDED,
        score=Decimal(score),
        finished_at=timezone.now(),
    )


def test_each_gate_is_plugged_in_by_its_own_app() -> None:
    """S2-41."""
    assert {"signature", "metric", "quality", "alerts"} <= set(gates.keys())


def test_quality_is_that_of_the_newest_run_of_every_dataset(strict: ModelVersion, engineer: User) -> None:
    """S2-41: data quality ≥ x, which the policy of the model sets; what nobody examined does not pass."""
    assert QualityGate().check(strict) == (False, "At least 70.0 of 100 is demanded: flights v1 was not examined yet.")
    examined(strict, "90")
    assert QualityGate().check(strict) == (True, "At least 70.0 of 100 is demanded: flights v1 has 90.0.")
    examined(strict, "69.9")
    assert QualityGate().check(strict)[0] is False
    set_policy(strict.model, Policy(min_quality=Decimal(60)), actor=ACTOR)
    assert QualityGate().check(strict)[0] is True
    alone = make_version(strict.model, engineer)
    assert "No dataset version is named" in QualityGate().check(alone)[1]
    set_policy(strict.model, Policy(min_quality=None), actor=ACTOR)
    assert QualityGate().check(alone)[0] is True


def test_a_restricted_dataset_is_not_named(strict: ModelVersion) -> None:
    data = strict.datasets.get().dataset
    data.is_restricted = True
    data.save()
    assert "flights" not in QualityGate().check(strict)[1]


@pytest.mark.parametrize(
    ("direction", "value", "tolerance", "passed"),
    [
        ("maximise", 0.9, 0.0, True),
        ("maximise", 0.89, 0.0, False),
        ("maximise", 0.89, 0.02, True),
        ("maximise", 0.95, 0.0, True),
        ("minimise", 0.91, 0.0, False),
        ("minimise", 0.5, 0.0, True),
        ("maximise", None, 0.0, False),
        ("maximise", 0.1, None, True),
    ],
)
def test_the_metric_is_not_worse_than_in_use(
    engineer: User, direction: str, value: float | None, tolerance: float | None, *, passed: bool
) -> None:
    """S2-41: metrics ≥ champion − y, in the direction of the primary metric."""
    model = make_model(engineer)
    set_policy(model, Policy(metric_tolerance=tolerance), actor=ACTOR)
    choose_metric(model, primary="score", directions={"score": direction}, actor=ACTOR)
    model.refresh_from_db()
    first = make_version(model, engineer, metrics={"score": 0.9})
    assert MetricGate().check(first)[0] is True
    _live(first)
    second = make_version(model, engineer, metrics={} if value is None else {"score": value})
    said = MetricGate().check(second)
    assert said[0] is passed, said


def _live(version: ModelVersion) -> None:
    from django.db import transaction

    from registry.aliases.services import move

    with transaction.atomic():
        move(version.model, "production", version, [], actor=ACTOR)


def test_an_open_alert_about_its_data_stops_it(strict: ModelVersion, engineer: User) -> None:
    """S2-41: no open drift alert; resolving it opens the gate."""
    from monitoring.alerts.services import resolve

    assert AlertGate().check(strict)[0] is True
    newer = make_dataset_version(strict.datasets.get().dataset, engineer)
    run = DriftRun.objects.create(
        reference=strict.datasets.get(), current=newer, state="succeeded", drifted=True, alpha=0.05, minimum_effect=0.1
    )
    alert = raise_alert(
        "drift:flights:flights", "Drift in flights v2", body="", severity=Severity.HIGH,
        source=Source("monitoring.driftrun", run.pk), actor=ACTOR,
    )  # fmt: skip
    assert AlertGate().check(strict) == (False, "Not resolved: “Drift in flights v2”.")
    set_policy(strict.model, Policy(blocks_on_alerts=False), actor=ACTOR)
    assert AlertGate().check(strict)[0] is True
    set_policy(strict.model, Policy(), actor=ACTOR)
    resolve(alert, actor=actor_of(engineer))
    assert AlertGate().check(strict)[0] is True


def test_overriding_takes_a_reason_and_one_more_person(strict: ModelVersion, engineer: User) -> None:
    """S2-41: a failed gate needs a reason and a second person, is stored, and stands in the monthly report."""
    set_policy(strict.model, Policy(requires_card=False), actor=ACTOR)
    with pytest.raises(Conflict) as refused:
        ask(strict, actor=actor_of(engineer))
    assert refused.value.code == "promotion.refused"
    assert "Data quality: At least 70.0" in str(refused.value)
    promotion = ask(strict, actor=actor_of(engineer), override_reason="=Examined by hand")
    assert promotion.approvals_needed == 3
    assert promotion.failed_gate_names == ["quality"]
    promotion = approve(promotion, approver(1), approver(2))
    assert promotion.state == State.WAITING
    assert approve(promotion, approver(3)).state == State.EXECUTED
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    month = f"{timezone.now():%Y-%m}"
    page = desk.get(f"/promotions/overrides/?month={month}").text
    for part in ("=Examined by hand", "quality", "approver_3"):
        assert part in page
    file = desk.get(f"/promotions/overrides.csv?month={month}")
    [row] = csv.DictReader(io.StringIO(file.text))
    assert (row["reason"], row["gates"]) == ("'=Examined by hand", "quality")
    assert desk.get("/promotions/overrides/?month=2020-01").text.count("Examined") == 0
    assert "Gate overridden" in desk.get("/promotions/?box=decided").text


def test_what_was_overridden_is_that_failure_and_no_other(strict: ModelVersion, engineer: User) -> None:
    """S2-41: an approval of "not examined" is none of "examined and bad"."""
    set_policy(strict.model, Policy(requires_card=False), actor=ACTOR)
    promotion = ask(strict, actor=actor_of(engineer), override_reason="Examined by hand")
    examined(strict, "12")
    with pytest.raises(Conflict) as refused:
        approve(promotion, approver(1))
    assert refused.value.code == "promotion.outdated"


def test_the_policy_is_set_by_the_officer_and_keeps_its_history(strict: ModelVersion, engineer: User) -> None:
    """S2-41: thresholds are per model; who deploys does not lower them."""
    address = f"/models/{strict.model.name}/promotion-policy/"
    given: dict[str, Any] = {"approvals": 3, "min_quality": 80, "metric_tolerance": "", "alias_approvals": "champion=4"}
    assert sign_in(Client(), engineer).post(f"{address}edit/", given).status_code == 403
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert desk.post(f"{address}edit/", {"approvals": 1}).status_code == 422
    assert "Revision 1" in desk.post(f"{address}edit/", given, follow=True).text
    desk.post(f"{address}edit/", given | {"min_quality": 85}, follow=True)
    page = desk.get(address).text
    for part in ("Revision 2", "80.00", "85.00", "champion 4"):
        assert part in page
