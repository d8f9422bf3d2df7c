"""Predictions lie in months: made ahead by the schedule, dropped as wholes when their time is over."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.audit.partitions import month_of, next_month
from compliance.retention.installed import policy_of
from compliance.retention.models import RetentionPolicy
from monitoring.predictions.models import FeatureBlock, GroundTruth, PredictionBatch
from monitoring.predictions.months import TABLE, drop_months, months
from monitoring.predictions.tasks import apply_retention, make_months
from tests.monitoring.predictions.sending import a_version, pipeline, send
from tests.monitoring.predictions.test_performance import tell

pytestmark = pytest.mark.django_db


def test_months_are_made_ahead_once() -> None:
    this = month_of(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}_{next_month(this):%Y_%m}")
    assert make_months() == [f"{TABLE}_{next_month(this):%Y_%m}"]
    assert make_months() == []
    assert f"{TABLE}_{this:%Y_%m}" in months()


def test_what_is_over_is_dropped_and_nothing_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE}_2020_01 PARTITION OF {TABLE} FOR VALUES FROM"
            " ('016f5e66-e800-0000-0000-000000000000') TO ('016ffe0b-5c00-0000-0000-000000000000')"
        )
    kept = months()[1:]
    assert drop_months(dt.datetime(2020, 2, 1, tzinfo=dt.UTC)) == [f"{TABLE}_2020_01"]
    assert months() == kept
    with pytest.raises(DatabaseError, match="this month"), transaction.atomic():
        drop_months(timezone.now() + dt.timedelta(days=1))


def test_what_is_older_than_the_policy_goes_with_its_month() -> None:
    """Retention: the schedule removes what is over, and the ledger has one row of it."""
    policy_of("predictions")
    RetentionPolicy.objects.filter(data_class="predictions").update(days=31)
    a_version()
    api = pipeline()
    send(api, [{"id": "a", "prediction": 1, "features": {"age": 30}}], "old")
    send(api, [{"id": "b", "prediction": 1, "features": {"age": 30}}], "new")
    tell(api, [{"id": "a", "label": 1}], "old")
    long_ago = timezone.now() - dt.timedelta(days=80)
    PredictionBatch.objects.filter(client_id="old").update(received_at=long_ago)
    GroundTruth.objects.update(received_at=long_ago)
    assert apply_retention() == 4
    assert apply_retention() == 0
    assert list(PredictionBatch.objects.values_list("client_id", flat=True)) == ["new"]
    assert FeatureBlock.objects.count() == 1
    assert not GroundTruth.objects.exists()
    assert AuditEvent.objects.filter(name="retention.rule.applied").count() == 1
