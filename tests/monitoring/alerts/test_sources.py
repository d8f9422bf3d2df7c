"""Runs that open alerts by themselves: once, whoever looks first, also after a crash."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from dataquality.models import QualityRun
from monitoring.alerts import services, sources
from monitoring.alerts.rules import services as rules
from monitoring.alerts.rules.looking import look_at_rules
from monitoring.models import Alert, DriftFeature, DriftRun
from registry.models import DatasetVersion
from tests.dataquality.datasets import stored
from tests.monitoring.alerts.factories import ACTOR

pytestmark = pytest.mark.django_db


def versions() -> tuple[DatasetVersion, DatasetVersion]:
    columns = {"a": list(range(20)), "b": list(range(20))}
    return stored("flights", columns), stored("flights", columns)


def drift_run(moved: int, compared: int = 9, **changes: Any) -> DriftRun:
    """A finished run in which ``moved`` features drifted."""
    reference, current = DatasetVersion.objects.order_by("number") if DatasetVersion.objects.exists() else versions()
    given = {"state": "succeeded", "drifted": moved > 0, "finished_at": timezone.now(), **changes}
    run = DriftRun.objects.create(
        reference=reference,
        current=current,
        alpha=0.05,
        minimum_effect=0.1,
        features_compared=compared,
        features_drifted=moved,
        **given,
    )
    for position in range(moved):
        DriftFeature.objects.create(
            run=run, position=position, name=f"f{position}", drifted=True, statistic=position / 10, p_value=0.0
        )
    return run


def quality_run(score: str, version: DatasetVersion) -> QualityRun:
    return QualityRun.objects.create(
        dataset_version=version, state="succeeded", score=Decimal(score), finished_at=timezone.now(), issue_count=3
    )


def test_a_drifted_run_without_alert_is_picked_up_once() -> None:
    """A worker that died between the result and the alert loses nothing."""
    run = drift_run(6)
    assert sources.open_alerts() == 1
    assert sources.open_alerts() == 0
    alert = Alert.objects.get()
    assert (alert.key, alert.severity, alert.count) == ("drift:flights:flights", "high", 1)
    assert alert.title == "Drift in flights v2: 6 of 9 features moved"
    assert "f5, f4, f3, f2, f1, f0." in alert.body
    assert (alert.source_type, alert.source_id) == ("monitoring.driftrun", run.pk)
    assert sources.link(alert) == {"url": run.get_absolute_url(), "label": "Open the drift run"}


def test_an_alert_names_the_eight_features_that_moved_most() -> None:
    alert = sources.alert_for_drift(drift_run(10, compared=30))
    assert alert is not None
    assert "f9, f8, f7, f6, f5, f4, f3, f2 and 2 more." in alert.body
    assert alert.severity == "medium"


def test_an_alert_opened_by_the_run_itself_is_not_opened_again() -> None:
    run = drift_run(1)
    opened = sources.alert_for_drift(run, actor=ACTOR)
    assert opened is not None
    assert opened.severity == "medium"
    assert sources.alert_for_drift(run, actor=ACTOR) == opened
    assert sources.open_alerts() == 0
    opened.refresh_from_db()
    assert opened.count == 1


def test_a_rule_follows_the_outcomes_of_drift_and_quality_runs() -> None:
    """S2-45: the share of drifted features and the score are series like any other; a better run ends the alert."""
    _, version = versions()
    params = {"dataset": "flights"}
    rules.create_rule("share", rules.RuleSettings("drift", params, "above", 0.5), actor=ACTOR)
    rules.create_rule("score", rules.RuleSettings("quality", params, "below", 80.0), actor=ACTOR)
    drift_run(6)
    quality_run("71", version)
    look_at_rules()
    opened = Alert.objects.filter(rule__isnull=False)
    assert {alert.rule.name for alert in opened.filter(state="open")} == {"share", "score"}
    drift_run(1)
    quality_run("95", version)
    look_at_rules()
    assert set(opened.values_list("state", flat=True)) == {"resolved"}


def test_the_next_run_of_the_same_pair_counts_up_or_opens_anew() -> None:
    drift_run(6)
    sources.open_alerts()
    drift_run(6)
    assert sources.open_alerts() == 1
    assert Alert.objects.get().count == 2
    services.resolve(Alert.objects.get(), actor=ACTOR)
    drift_run(6)
    sources.open_alerts()
    assert Alert.objects.count() == 2


def test_runs_that_found_nothing_failed_or_are_old_news_open_none() -> None:
    assert sources.alert_for_drift(drift_run(0)) is None
    drift_run(0, state="failed", drifted=None)
    drift_run(3, finished_at=timezone.now() - sources.LOOKS_BACK - timedelta(hours=1))
    assert sources.open_alerts() == 0
    assert Alert.objects.count() == 0


@pytest.mark.parametrize(("score", "severity"), [("69.99", "medium"), ("49.9", "high"), ("70", None), ("100", None)])
def test_a_low_quality_score_opens_an_alert(score: str, severity: str | None) -> None:
    run = quality_run(score, versions()[0])
    assert sources.open_alerts() == (1 if severity else 0)
    assert [alert.severity for alert in Alert.objects.all()] == ([severity] if severity else [])
    if severity:
        alert = Alert.objects.get()
        assert alert.key == "quality:flights"
        assert sources.link(alert) == {"url": run.get_absolute_url(), "label": "Open the quality run"}
