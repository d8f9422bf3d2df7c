"""Concept drift by the clock: a version that errs more often than before raises one alert, and late labels are none."""

from __future__ import annotations

import random

import pytest

from monitoring.models import Alert
from monitoring.predictions.falling import fall_of
from monitoring.predictions.tasks import compute, watch_errors
from tests.monitoring.predictions.sending import a_version, ago, pipeline, send
from tests.monitoring.predictions.test_performance import tell


@pytest.mark.django_db
def test_a_version_that_errs_more_often_raises_one_alert_until_it_is_right_again() -> None:
    """S3-47: over stored labels, by the schedule; it ends when corrections show that the answers were right."""
    a_version()
    api = pipeline()
    chance = random.Random(8)  # noqa: S311  repeatable, not secret
    rows, labels = [], []
    for number in range(1200):
        wrong = chance.random() < (0.1 if number < 800 else 0.45)
        rows.append({"id": f"r{number}", "at": ago(hours=200 - number / 10), "prediction": "yes"})
        labels.append({"id": f"r{number}", "label": "no" if wrong else "yes"})
    assert send(api, rows).status_code == 201
    assert watch_errors() == 0
    assert tell(api, labels).status_code == 201
    compute()
    assert (watch_errors(), watch_errors()) == (1, 0)
    alert = Alert.objects.get(key__startswith="concept:")
    assert "v1: right in 6" in alert.title
    corrected = [
        {"id": label["id"], "label": "yes", "is_correction": True} for label in labels if label["label"] == "no"
    ]
    assert tell(api, corrected, "t2").status_code == 201
    compute()
    assert watch_errors() == 1
    alert.refresh_from_db()
    assert alert.state == "resolved"


@pytest.mark.django_db
def test_errors_whose_labels_come_first_are_no_fall() -> None:
    """Labels come late: of the newest hours only the complaints are here."""
    a_version()
    api = pipeline()
    rows = [{"id": f"r{number}", "at": ago(hours=90 - number / 10), "prediction": "yes"} for number in range(800)]
    labels = [
        {"id": f"r{number}", "label": "no" if number % 10 == 0 else "yes"}
        for number in range(800)
        if number < 600 or number % 10 == 0
    ]
    assert send(api, rows).status_code == 201
    assert tell(api, labels).status_code == 201
    compute()
    assert watch_errors() == 0
    assert fall_of([0.0 if number % 10 else 1.0 for number in range(600)] + [1.0] * 60) is not None


def test_five_points_less_are_a_fall_in_a_thousand_labels_and_none_in_twenty() -> None:
    """S3-47: the newest labels against all before, with the interval of the difference."""
    before = ([0.0] * 19 + [1.0]) * 100
    assert fall_of(before + ([0.0] * 9 + [1.0]) * 100) is not None
    assert fall_of(before + ([0.0] * 9 + [1.0]) * 2) is None
    assert fall_of(before[:20] + ([0.0] * 9 + [1.0]) * 2) is None


def test_steady_errors_and_few_labels_are_no_fall() -> None:
    chance = random.Random(9)  # noqa: S311
    steady = [float(chance.random() < 0.2) for _ in range(5000)]
    assert fall_of(steady) is None
    assert fall_of([0.0] * 40 + [1.0] * 40) is None  # fewer than a hundred in all
    better = [float(chance.random() < share) for share in (0.5, 0.1) for _ in range(1000)]
    assert fall_of(better) is None


def test_amounts_that_grow_are_a_fall() -> None:
    chance = random.Random(10)  # noqa: S311
    amounts = [abs(chance.gauss(0, scale)) for scale in (1, 3) for _ in range(1500)]
    found = fall_of(amounts)
    assert found is not None
    assert found.after > 1.5 * found.before
