"""Deployed models that are silent, unknown or not as usual are findings, and each opens one alert."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.utils import timezone

from compliance.audit.models import AuditEvent
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import LIVE, Alert
from monitoring.predictions import posture
from monitoring.predictions.anomalies import anomaly
from monitoring.predictions.models import GroupPolicy, PredictionBatch
from monitoring.predictions.tasks import compute
from registry.aliases.models import Alias
from tests.monitoring.predictions.sending import a_version, ago, pipeline, send
from tests.monitoring.predictions.test_performance import tell
from tests.monitoring.series.test_points import tell as tell_points

pytestmark = pytest.mark.django_db


def deployed(since: dt.timedelta) -> Any:
    version = a_version()
    Alias.objects.create(model=version.model, name="production", version=version, set_at=timezone.now() - since)
    return version


def keys(outcome: Any) -> list[str]:
    return [finding.key for finding in outcome.findings]


def test_a_version_in_production_that_tells_nothing_for_a_day_is_silent_and_alerts_once() -> None:
    """S2-17: listed as silent, one alert, which ends when something is heard."""
    version = deployed(dt.timedelta(hours=25))
    assert keys(posture.silent()) == [f"silent:{version.pk}"]
    alert_key = f"finding:models.silent:silent:{version.pk}"
    watch_controls()
    watch_controls()
    assert Alert.objects.filter(key=alert_key).count() == 1
    assert send(pipeline(), [{"prediction": 1}]).status_code == 201
    assert posture.silent().passed
    watch_controls()
    assert not Alert.objects.filter(key=alert_key, state__in=LIVE).exists()


def test_a_metric_is_a_sign_of_life_and_a_new_deployment_has_a_day() -> None:
    """S2-17: no metric for 24 hours, not since ever."""
    version = deployed(dt.timedelta(hours=3))
    assert posture.silent().passed
    Alias.objects.update(set_at=timezone.now() - dt.timedelta(days=3))
    assert not posture.silent().passed
    tell_points(pipeline(), [{"name": "accuracy", "value": 0.9}])
    assert posture.silent().passed
    version.model.is_restricted = True
    version.model.save()
    Alias.objects.update(set_at=timezone.now() - dt.timedelta(days=3))
    version.metric_series.update(last_at=timezone.now() - dt.timedelta(days=2))
    (finding,) = posture.silent().findings
    assert version.model.name not in finding.title + finding.url


def test_predictions_of_an_unregistered_version_are_a_finding() -> None:
    """S2-07: taken all the same, told as unregistered, and listed."""
    a_version()
    assert send(pipeline(), [{"prediction": 1}], version=7).status_code == 201
    assert AuditEvent.objects.get(name="predictions.batch.received").details["known"] is False
    (finding,) = posture.unknown().findings
    assert "v7" in finding.title


def test_contradicting_labels_are_a_finding() -> None:
    a_version()
    api = pipeline()
    tell(api, [{"id": "a", "label": 1}, {"id": "a", "label": 0}])
    assert len(posture.contradictions().findings) == 1


def test_ten_times_the_rows_or_missing_values_are_an_anomaly_at_once() -> None:
    """S2-19: a tenfold jump of the row count or of the null rate, on a series of fourteen points, is raised at once."""
    a_version()
    api = pipeline()
    chance = random.Random(19)  # noqa: S311  repeatable, not secret

    def some(rows: int, nulls: float) -> list[dict[str, Any]]:
        return [{"features": {"age": None if number < nulls * rows else 30.5}} for number in range(rows)]

    for number in range(13):
        send(api, some(chance.randint(38, 42), 0.05), f"usual-{number}")
    assert posture.usual().passed
    send(api, some(400, 0.05), "large")
    assert ["size of batches" in key for key in keys(posture.usual())] == [True]
    PredictionBatch.objects.get(client_id="large").delete()
    send(api, some(40, 0.5), "empty")
    assert ["missing values" in key for key in keys(posture.usual())] == [True]


def test_a_metric_that_falls_out_of_its_usual_range_is_an_anomaly() -> None:
    """S2-19: metrics too."""
    a_version()
    api = pipeline()
    values = [0.9 + 0.002 * (number % 4) for number in range(14)]
    tell_points(api, [{"name": "auc", "value": value, "at": ago(hours=20 - n)} for n, value in enumerate(values)])
    assert posture.usual().passed
    tell_points(api, [{"name": "auc", "value": 0.5}])
    assert len(posture.usual().findings) == 1


@pytest.mark.parametrize("seed", range(5))
def test_what_varies_as_it_always_did_is_no_anomaly(seed: int) -> None:
    """S2-19: at most a few of a thousand usual values are called unusual."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    values = [chance.gauss(100, 5) for _ in range(1060)]
    called = sum(anomaly(values[end - 60 : end]) is not None for end in range(60, 1060))
    assert called <= 10


def test_a_gap_between_groups_beyond_the_limit_is_a_finding() -> None:
    """S2-77: the gap alerts on the limit that the model's policy sets."""
    version = a_version()
    policy = GroupPolicy.objects.create(model=version.model, features=["sex"], favourable="1", limit=0.2)
    rows = [
        {"at": ago(hours=2), "features": {"sex": "f" if number % 2 else "m"}, "prediction": int(number % 4 == 1)}
        for number in range(200)
    ]
    assert send(pipeline(), rows).status_code == 201
    compute()
    (finding,) = posture.alike().findings
    assert "Selection rate" in finding.title
    policy.limit = 0.6
    policy.save()
    assert posture.alike().passed
