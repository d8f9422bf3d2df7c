"""Labels come late, twice and wrong; performance follows them, and is estimated until they come."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from compliance.audit.models import AuditEvent
from monitoring.predictions import groups, latency
from monitoring.predictions.figures import Figures, total
from monitoring.predictions.models import GroundTruth, GroupPolicy, Stream, Window
from monitoring.predictions.performance import Performance, performance
from monitoring.predictions.tasks import compute
from tests.monitoring.predictions.sending import MODEL, TRUTH, a_version, pipeline, refused, send

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def tell(api: Any, labels: list[dict[str, Any]], batch_id: str = "t1") -> Any:
    return api.post(TRUTH, json.dumps({"model": MODEL, "batch_id": batch_id, "labels": labels}))


def the_day(since: dt.datetime) -> Performance:
    """The one day that begins there, after the schedule has run."""
    compute()
    (found,) = performance(Stream.objects.select_related("model").get(), since, since + DAY, DAY)
    return found


def morning(days: int) -> dt.datetime:
    return timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) - days * DAY


def test_labels_that_come_days_later_fill_the_window_of_their_predictions() -> None:
    """S2-55: before labels come, an estimate with a band is shown and marked; after, what was realised that day."""
    a_version()
    api = pipeline()
    then = morning(5)
    chance = random.Random(1)  # noqa: S311  repeatable, not secret
    rows = [
        {"id": f"r{number}", "at": then.isoformat(), "prediction": 1, "probability": chance.choice([0.7, 0.9])}
        for number in range(1000)
    ]
    assert send(api, rows).status_code == 201
    day = the_day(then)
    assert day.realised is None
    assert day.estimated is not None
    assert day.estimated.is_estimate
    assert day.estimated.low < day.estimated.value < day.estimated.high
    assert day.estimated.value == pytest.approx(sum(row["probability"] for row in rows) / 1000)
    labels = [{"id": row["id"], "label": int(chance.random() < row["probability"])} for row in rows]
    answer = tell(api, labels)
    assert answer.status_code == 201, answer.content
    day = the_day(then)
    right = sum(label["label"] for label in labels) / 1000
    assert day.realised is not None
    assert (day.realised.value, day.realised.count, day.estimated) == (pytest.approx(right), 1000, None)
    assert day.realised.low < right < day.realised.high
    assert day.label_delay_s == pytest.approx((timezone.now() - then).total_seconds(), abs=600)
    assert AuditEvent.objects.filter(name="predictions.labels.received").count() == 1


def test_the_estimate_learns_from_labels_what_probabilities_are_worth() -> None:
    """S2-55: a model that is too sure of itself is estimated as labels have shown, not as it says."""
    a_version()
    api = pipeline()
    then = morning(3)
    sure = [
        {"id": f"r{number}", "at": then.isoformat(), "prediction": 1, "probability": 0.95} for number in range(1000)
    ]
    send(api, sure)
    tell(api, [{"id": f"r{number}", "label": number % 2} for number in range(500)])
    day = the_day(then)
    assert day.estimated is not None
    assert day.estimated.value == pytest.approx(0.5)
    assert day.estimated.count == 500


def test_a_label_twice_is_ignored_a_correction_counts_and_a_contradiction_does_not() -> None:
    """S3-40: late and duplicate labels; the first counts until a correction says so."""
    a_version()
    api = pipeline()
    then = morning(1)
    send(api, [{"id": "a", "at": then.isoformat(), "prediction": 1}])
    assert tell(api, [{"id": "a", "label": 0}]).json()["ignored"] == 0
    again = tell(api, [{"id": "a", "label": 0}, {"id": "a", "label": 1}], "t2").json()
    assert (again["ignored"], again["contradicted"]) == (1, 1)
    day = the_day(then)
    assert day.realised is not None
    assert day.realised.value == 0
    assert tell(api, [{"id": "a", "label": 1, "is_correction": True}], "t3").status_code == 201
    day = the_day(then)
    assert day.realised is not None
    assert (day.realised.value, day.realised.count) == (1, 1)
    assert GroundTruth.objects.filter(key="a").count() == 3
    assert GroundTruth.objects.get(is_current=True).number == 1
    assert tell(api, [{"id": "a", "label": 1, "is_correction": True}], "t3").status_code == 200
    assert refused(tell(api, [{"id": "b", "label": 1}], "t3")) == (409, "batch.reused", "batch_id")


def test_a_label_may_come_before_its_prediction() -> None:
    a_version()
    api = pipeline()
    then = morning(1)
    assert tell(api, [{"id": "early", "label": "late"}]).status_code == 201
    send(api, [{"id": "early", "at": then.isoformat(), "prediction": "late"}])
    day = the_day(then)
    assert day.realised is not None
    assert (day.realised.value, day.figures.labelled) == (1, 1)


@pytest.mark.parametrize(
    ("label", "code", "field"),
    [
        ({"id": "a", "label": float("nan")}, "ground_truth.bad_row", "labels[0].label"),
        ({"id": "a", "label": True}, "ground_truth.bad_row", "labels[0].label"),
        ({"id": "a"}, "ground_truth.bad_row", "labels[0].label"),
        ({"label": 1}, "ground_truth.bad_row", "labels[0].id"),
        ({"id": "a", "label": 1, "is_correction": 1}, "ground_truth.bad_row", "labels[0].is_correction"),
        (
            {"id": "a", "label": 1, "observed_at": "2199-01-01T00:00:00Z"},
            "prediction.in_future",
            "labels[0].observed_at",
        ),
    ],
    ids=str,
)
def test_labels_are_checked_as_strictly(label: dict[str, Any], code: str, field: str) -> None:
    a_version()
    assert refused(tell(pipeline(), [label])) == (400, code, field)
    assert not GroundTruth.objects.exists()


def test_percentiles_are_those_of_numpy_within_a_bucket() -> None:
    """S2-43: p50, p95 and p99 match numpy's of the same data within the error of a bucket; the counts sum up."""
    a_version()
    then = morning(1)
    values = np.random.default_rng(3).lognormal(3, 1, 5000).round(4)
    rows = [{"at": then.isoformat(), "latency_ms": float(value)} for value in values]
    assert send(pipeline(), rows).status_code == 201
    day = the_day(then)
    assert sum(day.figures.latency_counts) == 5000
    assert day.figures.latency_counts == latency.counted(values.tolist()) == Stream.objects.get().latency_counts
    for name, share in (("p50", 50), ("p95", 95), ("p99", 99)):
        assert day.percentiles[name] == pytest.approx(float(np.percentile(values, share)), rel=2**0.25 - 1)


def test_a_model_of_quantities_has_its_mean_error_with_an_interval() -> None:
    """S2-54: the metric follows the task."""
    version = a_version()
    version.model.task_type = "regression"
    version.model.save()
    api = pipeline()
    then = morning(2)
    send(api, [{"id": f"r{n}", "at": then.isoformat(), "prediction": float(n)} for n in range(100)])
    tell(api, [{"id": f"r{n}", "label": n + (n % 3)} for n in range(100)])
    day = the_day(then)
    assert day.realised is not None
    assert (day.realised.value, day.estimated) == (pytest.approx(0.99), None)
    assert day.realised.low < 0.99 < day.realised.high


def test_rates_of_groups_show_gaps_and_small_groups_are_suppressed() -> None:
    """S2-77: selection, true positive and false positive rates by group; groups under thirty are suppressed."""
    version = a_version()
    GroupPolicy.objects.create(model=version.model, features=["sex"], favourable="1")
    api = pipeline()
    then = morning(1)
    people = [("f", n % 4 == 0, n % 2 == 0) for n in range(200)] + [("m", n % 2 == 0, n % 2 == 0) for n in range(200)]
    people += [("x", True, True)] * 29
    send(
        api,
        [
            {"id": f"r{n}", "at": then.isoformat(), "features": {"sex": sex, "age": n}, "prediction": int(chosen)}
            for n, (sex, chosen, _) in enumerate(people)
        ],
    )
    tell(api, [{"id": f"r{n}", "label": int(true)} for n, (_, _, true) in enumerate(people)])
    compute()
    counts = total(Figures.of(figures) for figures in Window.objects.values_list("figures", flat=True)).groups
    shown = {rates.group: rates.rates for rates in groups.rates(counts["sex"])}
    assert shown.keys() == {"f", "m"}
    assert groups.suppressed(counts["sex"]) == 1
    assert shown["f"] == {groups.SELECTION: 0.25, groups.TRUE_POSITIVE: 0.5, groups.FALSE_POSITIVE: 0}
    gaps = {gap.rate: (gap.width, gap.highest, gap.lowest) for gap in groups.gaps(counts)}
    assert gaps[groups.TRUE_POSITIVE] == (0.5, "m", "f")
    assert gaps[groups.SELECTION] == (0.25, "m", "f")
