"""Rules over series: when they fire, when they are well again, and what becomes of a series that is gone."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.alerts import services
from monitoring.alerts.rules import services as rules
from monitoring.alerts.rules.judging import Standing, Trial, tried, without_values
from monitoring.alerts.rules.looking import look_at_rules
from monitoring.alerts.rules.sources import Value
from monitoring.models import Alert, AlertRule, RuleState
from monitoring.series.models import Point, Series
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, open_alert
from tests.monitoring.alerts.test_api import Caller
from tests.registry.samples import make_model

BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def limits(**changes: Any) -> Any:
    given = {"operator": "above", "threshold": 10.0, "recovery": None, "for_points": 1, "for_s": 0}
    return SimpleNamespace(**{**given, "missing_after_s": None, **changes})


def over(values: list[float], **changes: Any) -> Trial:
    return tried(limits(**changes), [Value(BEGIN + timedelta(minutes=i), value) for i, value in enumerate(values)])


def minutes(trial: Trial) -> list[tuple[int, int | None]]:
    def of(moment: datetime | None) -> Any:
        return None if moment is None else int((moment - BEGIN).total_seconds() // 60)

    return [(of(opened), of(ended)) for opened, ended in trial.fired]


@pytest.mark.parametrize(
    ("values", "changes", "fired"),
    [
        ([9, 11, 12, 9], {}, [(1, 3)]),
        ([11, 12, 9, 11, 12, 13], {"for_points": 3}, [(5, None)]),
        ([11, 12, 13, 14], {"for_s": 120}, [(2, None)]),
        # At the edge: without a recovery it flaps, with one it does not.
        ([11, 9.9, 11, 9.9, 11], {}, [(0, 1), (2, 3), (4, None)]),
        ([11, 9.9, 11, 9.9, 11, 7], {"recovery": 8.0}, [(0, 5)]),
        ([1, 3, 1, 1.9, 2.5], {"operator": "below", "threshold": 2.0, "recovery": 2.4}, [(0, 1), (2, 4)]),
        ([10, 10.1], {"operator": "at_least"}, [(0, None)]),
        ([10, 9], {"operator": "at_most"}, [(0, None)]),
        ([float("nan")], {}, [(0, None)]),
        ([], {}, []),
    ],
)
def test_a_threshold_with_duration_and_hysteresis(
    values: list[float], changes: dict[str, Any], fired: list[tuple[int, int | None]]
) -> None:
    """S2-45: over the threshold for N values opens, back under recovers, and no flapping at the edge."""
    assert minutes(over(values, **changes)) == fired


def test_a_series_that_falls_silent_is_trouble_when_the_rule_says_so() -> None:
    now = BEGIN + timedelta(hours=1)
    quiet = Standing(last_at=BEGIN)
    assert without_values(limits(), quiet, now, BEGIN).state == "well"
    assert without_values(limits(missing_after_s=60), quiet, now, BEGIN).state == "missing"
    assert without_values(limits(missing_after_s=7200), quiet, now, BEGIN).state == "well"


@pytest.fixture
def series(db: None) -> Series:
    return Series.objects.create(model=make_model(make_user("registrar"), "delay"), name="accuracy")


def put(series: Series, *values: float) -> None:
    """Values, the newest now."""
    now = timezone.now()
    for age, value in enumerate(reversed(values)):
        at = now - timedelta(seconds=age)
        Point.objects.update_or_create(series=series, at=at, step=0, defaults={"value": value, "received_at": now})
    series.last_at, series.last_value = now, values[-1]
    series.save()


def accuracy(**changes: Any) -> rules.RuleSettings:
    given: dict[str, Any] = {
        "series": "metric",
        "params": {"model": "delay", "metric": "accuracy"},
        "operator": "below",
        "threshold": 0.8,
        "for_points": 2,
        "recovery": 0.85,
        "message": "It is {value}, under {threshold}.",
        "severity": "high",
    }
    return rules.RuleSettings(**{**given, **changes})


def test_a_metric_under_its_threshold_opens_one_alert_and_recovers(series: Series) -> None:
    """S2-45: through the look by the clock, over stored values."""
    rules.create_rule("accuracy", accuracy(), actor=ACTOR)
    put(series, 0.9, 0.79)
    assert (look_at_rules(), Alert.objects.count()) == (0, 0)
    assert RuleState.objects.get().state == "pending"
    put(series, 0.78)
    assert (look_at_rules(), look_at_rules()) == (1, 0)
    alert = Alert.objects.get()
    assert (alert.severity, alert.title) == ("high", "accuracy: 0.78 is below 0.8")
    assert "It is 0.78, under 0.8." in alert.body
    put(series, 0.82)
    assert look_at_rules() == 0
    put(series, 0.86)
    assert look_at_rules() == 1
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_an_alert_that_somebody_resolved_opens_again_only_after_a_recovery(series: Series) -> None:
    rules.create_rule("accuracy", accuracy(for_points=1), actor=ACTOR)
    put(series, 0.5)
    look_at_rules()
    services.resolve(Alert.objects.get(), actor=ACTOR)
    put(series, 0.4)
    assert look_at_rules() == 0
    put(series, 0.9)
    look_at_rules()
    put(series, 0.4)
    assert look_at_rules() == 1


def test_a_rule_over_a_vanished_or_restricted_series_says_so_once(series: Series) -> None:
    rules.create_rule("accuracy", accuracy(), actor=ACTOR)
    look_at_rules()
    RegisteredModel.objects.update(is_restricted=True)
    assert (look_at_rules(), look_at_rules()) == (1, 0)
    assert Alert.objects.get().title == "accuracy: the series is gone"
    assert RuleState.objects.get().state == "vanished"
    RegisteredModel.objects.update(is_restricted=False)
    assert look_at_rules() == 1


@pytest.mark.django_db
def test_findings_and_events_are_series_too() -> None:
    """Posture findings and detections of the ledger, as the other series."""
    rules.create_rule("findings", rules.RuleSettings("findings", {}, "above", 1), actor=ACTOR)
    rules.create_rule(
        "created", rules.RuleSettings("events", {"event": "monitoring.rule.created"}, "at_least", 2), actor=ACTOR
    )
    assert look_at_rules() == 1
    open_alert("finding:keys.age:a")
    open_alert("finding:keys.age:b")
    assert look_at_rules() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"series": "pigeons"}, "series"),
        ({"params": {"model": "delay"}}, "params.metric"),
        ({"params": {"model": "delay", "metric": "a", "x": 1}}, "params.x"),
        ({"threshold": float("nan")}, "threshold"),
        ({"recovery": 0.7}, "recovery"),
        ({"message": "Hello {user}"}, "message"),
        ({"for_points": 0}, "for_points"),
        ({"runbook_url": "javascript:x"}, "runbook_url"),
    ],
)
@pytest.mark.django_db
def test_a_rule_that_cannot_work_is_refused(changes: dict[str, Any], field: str) -> None:
    """Unknown variables, kinds and settings are named."""
    with pytest.raises(Exception, match=r".") as refused:
        rules.create_rule("r", accuracy(**changes), actor=ACTOR)
    assert refused.value.field == field
    assert not AlertRule.objects.exists()


def test_rules_over_rest_with_a_back_test_before(series: Series) -> None:
    """S2-45: POST alert-rules/, tried before it is saved."""
    caller = Caller("Data scientist", ["all"])
    put(series, 0.9, 0.7, 0.7, 0.9)
    body = {"series": "metric", "params": {"model": "delay", "metric": "accuracy"}, "operator": "below"}
    body |= {"threshold": 0.8, "for_points": 2}
    trial = caller.post("alert-rules/try/", body)
    assert (trial["values"], len(trial["alerts"])) == (4, 1)
    assert not AlertRule.objects.exists()
    made = caller.post("alert-rules/", {"name": "acc", **body}, 201)
    assert caller.post("alert-rules/", {"name": "acc", **body}, 409)["code"] == "rule.exists"
    look_at_rules()
    assert caller.get(f"alert-rules/{made['id']}/")["standing"]["last_value"] == 0.9
    assert caller.post(f"alert-rules/{made['id']}/disable/")["enabled"] is False
    assert caller.post("alert-rules/try/", {**body, "params": {"model": "x", "metric": "y"}}, 400)
    assert Caller("Viewer", ["all"]).post("alert-rules/", {"name": "v", **body}, 403)


def test_the_rule_editor_draws_what_would_have_happened(client: Client, series: Series) -> None:
    page = sign_in(client, make_user())
    put(series, 0.9, 0.7, 0.9)
    form = {
        "name": "acc", "params_model": "delay", "params_metric": "accuracy", "operator": "below", "threshold": "0.8",
        "for_points": "1", "for_s": "0", "severity": "high",
    }  # fmt: skip
    tried_page = page.post("/alerts/rules/new/metric/", {**form, "try": "1"}).content.decode()
    assert "1 alert" in tried_page
    assert "<svg" in tried_page
    assert page.post("/alerts/rules/new/metric/", {**form, "recovery": "0.1"}).status_code == 422
    assert page.post("/alerts/rules/new/metric/", form).status_code == 302
    rule = AlertRule.objects.get()
    shown = page.get(rule.get_absolute_url()).content.decode()
    assert "<svg" in shown
    assert "acc" in page.get("/alerts/rules/").content.decode()
    assert page.post(f"/alerts/rules/{rule.pk}/disable/").status_code == 302
