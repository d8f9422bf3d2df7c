"""Predictions lie in months: made ahead by the schedule, dropped as wholes when their time is over."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from compliance.audit.partitions import month_of, next_month
from monitoring.predictions.months import TABLE, drop_months, months
from monitoring.predictions.tasks import make_months

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
