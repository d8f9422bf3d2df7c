"""A sealed dump each day by the clock, how many stay, and who is told when there is none."""

import datetime as dt
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.models import AuditEvent
from compliance.escrow.audit_events import DUMP_MADE
from compliance.escrow.dumps import nightly
from compliance.escrow.dumps.sealed_file import open_dump
from compliance.escrow.models import DrillOutcome, RestoreDrill
from compliance.escrow.posture import the_database_is_dumped
from compliance.escrow.tasks import dump_database
from modelops.crypto.escrow import load_identity
from modelops.jobs import schedule
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert, AlertState
from tests.audit.earlier import recorded
from tests.compliance.erasure.test_sealed_dump import keys_in

NOW = dt.datetime(2026, 3, 14, 2, 5, tzinfo=dt.UTC)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    public, _ = keys_in(tmp_path)
    settings.MODELOPS_BACKUP_FOLDER = str(tmp_path / "dumps")
    settings.MODELOPS_BACKUP_RECIPIENTS = [str(public)]
    settings.MODELOPS_BACKUP_HOUR = 0
    (tmp_path / "dumps").mkdir()
    return tmp_path / "dumps"


def findings() -> list[str]:
    return [finding.key for finding in the_database_is_dumped().findings]


@pytest.mark.django_db(transaction=True)
def test_the_clock_makes_one_dump_a_day_as_the_application(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-119: sealed, whole, once; by the role that the workers have."""
    assert "escrow.back_up" in schedule.names()
    application = urlsplit(os.environ["DATABASE_URL"])
    monkeypatch.setitem(connection.settings_dict, "USER", application.username)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", application.password or "")
    assert dump_database()
    [path] = folder.iterdir()
    assert path.name == f"portal-{timezone.now():%Y-%m-%d}.dump"
    opened = open_dump(path, load_identity((folder.parent / "recovery.pem").read_bytes()))
    assert next(iter(opened.pieces)).startswith(b"PGDMP")
    assert not dump_database(), "today's is there"
    [told] = AuditEvent.objects.filter(name="escrow.database.dumped")
    assert (told.actor_kind, told.actor_ref, told.details["bytes"]) == ("system", "backup", path.stat().st_size)


@pytest.mark.django_db
def test_nothing_happens_without_a_folder_or_before_the_hour(folder: Path, settings: Any) -> None:
    settings.MODELOPS_BACKUP_HOUR = 24  # later than any hour of today
    assert not dump_database()
    settings.MODELOPS_BACKUP_HOUR, settings.MODELOPS_BACKUP_FOLDER = 0, ""
    assert not dump_database()
    assert not the_database_is_dumped().applies
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_the_newest_stay_and_nothing_else_is_touched(folder: Path, settings: Any) -> None:
    """By number and by age; the newest always, and files of others too. Each that goes is told."""
    settings.MODELOPS_BACKUP_COUNT, settings.MODELOPS_BACKUPS_KEPT_DAYS = 3, 5
    days = [NOW.date() - dt.timedelta(days=number) for number in (0, 1, 6, 7, 8)]
    for day in days:
        (folder / f"portal-{day}.dump").write_bytes(b"sealed")
    others = {"portal-2020-01-01.dump.old", "notes.txt", "portal-20.dump"}
    for name in others:
        (folder / name).touch()
    nightly._remove_old(folder, NOW.date())
    assert {path.name for path in folder.iterdir()} == others | {f"portal-{day}.dump" for day in days[:2]}
    told = AuditEvent.objects.filter(name="escrow.database.dump_removed").order_by("id")
    assert [row.details["day"] for row in told] == [str(day) for day in days[2:]]
    settings.MODELOPS_BACKUPS_KEPT_DAYS = 1
    nightly._remove_old(folder, NOW.date() + dt.timedelta(days=99))
    assert [path.name for _, path in nightly.kept(folder)] == [f"portal-{days[0]}.dump"]


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["no recipient", "unreadable", "no folder"])
def test_a_dump_that_fails_removes_nothing_and_people_are_told(
    folder: Path, settings: Any, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "portal-2020-01-01.dump").touch()
    if fault == "no recipient":
        settings.MODELOPS_BACKUP_RECIPIENTS = []
    elif fault == "unreadable":
        settings.MODELOPS_BACKUP_RECIPIENTS = [str(folder / "gone.pub")]
    else:
        settings.MODELOPS_BACKUP_FOLDER = str(folder / "gone")
    assert not dump_database()
    assert "was not backed up" in caplog.text
    assert [path.name for path in folder.iterdir()] == ["portal-2020-01-01.dump"]
    assert findings() == ["old"]


@pytest.mark.django_db
def test_an_old_or_unproven_dump_is_a_finding_and_an_alert(folder: Path, settings: Any) -> None:
    """S4-119: from the ledger; a drill with one of the quarter's dumps ends the second, a new dump the first."""

    def told(digest: str) -> None:
        record(DUMP_MADE, None, actor=Actor.system("x"), bytes=1, sha256=digest, recipients=1, fingerprints=[])

    with recorded(dt.timedelta(hours=31)):
        told("a" * 64)
    assert findings() == ["old", "undrilled"]
    watch_controls()
    alert = Alert.objects.get(key="finding:escrow.dumped:old")
    assert "older than 30 hours" in alert.title
    told("b" * 64)
    assert findings() == ["undrilled"]
    watch_controls()
    alert.refresh_from_db()
    assert alert.state == AlertState.RESOLVED
    for digest, outcome in (("c" * 64, DrillOutcome.PASSED), ("b" * 64, DrillOutcome.FAILED)):
        RestoreDrill.objects.create(ran_at=timezone.now(), outcome=outcome, dump_sha256=digest, code="dump.broken")
    assert findings() == ["undrilled"], "another file, and one that failed"
    RestoreDrill.objects.create(ran_at=timezone.now(), outcome=DrillOutcome.PASSED, dump_sha256="a" * 64)
    assert findings() == []
