"""Figures of a period equal what SQL counts."""

import csv
import datetime as dt
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from compliance.audit import Actor, record
from compliance.audit.exporting import report
from compliance.audit.exporting.period import Period, moment
from compliance.audit.exporting.report import as_file, make_report
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Unavailable
from modelops.lib.ids import first_id_at
from tests.audit.exporting.kit import OFFICER, READ, WRITTEN, Verify
from tests.audit.exporting.test_giving_out import fresh
from tests.audit.sealing.rows import as_superuser, sql

pytestmark = pytest.mark.django_db
MARCH, APRIL = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (3, 4))
TICK = dt.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def march() -> None:
    """Rows at the edges of a month and within it, of all outcomes."""
    times = [MARCH - TICK, MARCH, MARCH + TICK, MARCH + dt.timedelta(days=9), APRIL - TICK, APRIL, APRIL + TICK]
    for number, at in enumerate(times * 3):
        event = READ if number % 2 else WRITTEN
        record(event, None, actor=OFFICER, outcome=("success", "denied", "failure")[number % 3], what="x")
        newest = AuditEvent.objects.order_by("-id")[0]
        with as_superuser():
            its_id = uuid.UUID(int=first_id_at(at).int + number)
            sql("UPDATE audit_auditevent SET recorded_at = %s, id = %s WHERE id = %s", at, its_id, newest.pk)


def counted(since: dt.datetime, until: dt.datetime, more: str = "") -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT outcome, count(*) FROM audit_auditevent WHERE recorded_at >= %s AND recorded_at < %s {more}"
            " GROUP BY outcome",
            [since, until],
        )
        return dict(cursor.fetchall())


def figures(line: report.Line) -> dict[str, int]:
    return {name: getattr(line, name) for name in ("success", "denied", "failure") if getattr(line, name)}


def test_figures_equal_what_sql_counts_with_the_first_moment_and_without_the_last() -> None:
    """S4-94: in all, by category and by action."""
    made = make_report(Period(MARCH, APRIL), actor=OFFICER)
    assert made.total.total == 12
    assert figures(made.total) == counted(MARCH, APRIL)
    assert {line.name for line in made.actions} == {"tests.export.read", "tests.export.written"}
    for line in made.actions:
        assert figures(line) == counted(MARCH, APRIL, f"AND name = '{line.name}'")
    for line in made.categories:
        assert figures(line) == counted(MARCH, APRIL, f"AND category = '{line.name}'")
    assert sum(line.total for line in made.actions) == sum(line.total for line in made.categories) == made.total.total


def test_periods_that_touch_count_no_event_twice_and_none_is_lost() -> None:
    """S4-94, S4-95: also where the moment is told in another zone."""
    begin, middle, end = MARCH - dt.timedelta(days=1), moment("2026-03-10T02:00:00+02:00", "from"), APRIL + TICK * 2
    assert middle == dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
    parts = [make_report(Period(*period), actor=OFFICER).total.total for period in ((begin, middle), (middle, end))]
    assert parts == [9, 12]
    assert make_report(Period(begin, end), actor=OFFICER).total.total == 21


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_files_hold_the_same_figures_and_are_signed(form: str, tmp_path: Path, verify: Verify) -> None:
    """S4-94: CSV and JSON lines."""
    made = make_report(Period(MARCH, APRIL), actor=OFFICER, form=form)
    file = tmp_path / f"report.{form}"
    file.write_bytes(b"".join(as_file(made, form)))
    assert verify(file).code == 0
    text = file.read_text()
    if form == "csv":
        lines: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text.rpartition("# ")[0])))
    else:
        lines = [json.loads(line) for line in text.splitlines()[1:-1]]
    assert [int(line["total"]) for line in lines] == [line.total for line in made.lines]
    assert int(lines[0]["denied"]) == made.total.denied
    file.write_text(text.replace("tests.export.read", "tests.export.dear", 1))
    assert verify(file).code == 1


def test_the_page_and_rest_show_them(client: Client) -> None:
    """S4-94: and each look is in the ledger."""
    fresh(client)
    page = client.get("/admin/ledger/report/", {"since": "2026-03-01", "until": "2026-04-01"}).content.decode()
    assert "tests.export.written" in page
    assert client.get("/admin/ledger/report/", {"since": "yesterday"}).status_code == 422
    asked = {"since": "2026-03-01", "until": "2026-04-01", "form": "csv"}
    told = client.post("/admin/ledger/report/file/", asked).content.decode()
    assert told.splitlines()[1].startswith("0,total,,all events,12,")
    answer = client.get("/api/v1/audit-events/report/", {"from": "2026-03-01", "to": "2026-04-01"})
    assert json.loads(answer.content.splitlines()[1])["total"] == 12
    assert client.get("/api/v1/audit-events/report/", {"form": "pdf"}).json()["code"] == "export.unknown_form"
    made = AuditEvent.objects.filter(name="audit.report.made")
    assert [row.details["form"] for row in made.order_by("id")] == ["page", "csv", "jsonl"]


def test_figures_that_cannot_be_recorded_are_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-94: reading the ledger is an act as well."""

    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(report, "record", refuse)
    with pytest.raises(Unavailable):
        make_report(Period(), actor=Actor.system("tests"))
