"""A person planted everywhere is found nowhere after the erasure: rows, files, exports, logs and Valkey."""

import datetime as dt
import io
import logging
import zipfile
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as portal
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit.exporting.period import Period
from compliance.evidence.pack import make_pack
from compliance.registers.services import add_activity, give_consent
from compliance.subjects import services
from compliance.subjects.delivery import services as delivery
from compliance.subjects.erasure import approving, planning
from compliance.subjects.models import SubjectRequest
from compliance.subjects.providers import Subject
from dataquality.services import start_quality_run
from modelops.jobs.services import run
from tests.accounts.people import make_user

from .canary import ADDRESS, NAME, PLAIN, confirmed, done, plant, rows_with_the_canary

pytestmark = pytest.mark.django_db


def _plant_more(data: Any, officer: Any) -> None:
    """A consent, an answered access request with its bundle and link, and a quality run over the person's rows."""
    names = ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures")
    activity = add_activity(
        {"name": "Flights", "basis": "consent", **dict.fromkeys(names, "told")}, actor=actor_of(officer)
    )
    give_consent(activity, ADDRESS, text_version="3", source="form", actor=actor_of(officer))
    access: SubjectRequest = services.open_request("access", Subject(email=ADDRESS, ref=NAME), actor=actor_of(officer))
    access = services.confirm_identity(access, f"Called {ADDRESS} back.", actor=actor_of(officer))
    assert run(services.collect(access, actor=actor_of(officer)).collection_job_id)
    delivery.send(access, actor=actor_of(officer))
    services.download_bundle(access, actor=actor_of(officer))
    services.record_answer(access, f"Sent to {ADDRESS}.", actor=actor_of(officer))
    assert run(start_quality_run(data, actor=actor_of(officer)).job_id)


def _in_files() -> list[str]:
    """Stored files and whatever else the portal writes below its home that hold the canary as it is."""
    found = []
    for path in Path(portal.MODELOPS_HOME).rglob("*"):
        # The server's own folder is the database, which the rows are read from.
        if path.is_file() and "postgres" not in path.parts and any(each in path.read_bytes() for each in PLAIN):
            found.append(path.name)
    return found


def _in_valkey() -> list[str]:
    store = redis.Redis.from_url(portal.REDIS_URL)
    return [
        key.decode(errors="replace")
        for key in store.scan_iter(count=1000)
        if any(each in key or each in (store.dump(key) or b"") for each in PLAIN)
    ]


def _in_pack(officer: Any) -> list[str]:
    now = timezone.now()
    pack = make_pack(Period(now - dt.timedelta(days=1), now), actor=actor_of(officer))
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return [name for name in archive.namelist() if any(each in archive.read(name) for each in PLAIN)]


def test_who_was_planted_everywhere_is_found_nowhere(
    officer: Any, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """S4-61, S4-64: rows of every table, files, the evidence pack, the logs and Valkey."""
    settings.MODELOPS_ERASURE_LEDGER = str(tmp_path / "erasures")
    caplog.set_level(logging.DEBUG)
    _, data = plant(make_user("scientist", "Data scientist"))
    _plant_more(data, officer)
    before = rows_with_the_canary()
    assert {"registers.Consent.subject", "subjects.SubjectRequest.closing_note"} <= set(before)
    assert _in_pack(officer) == []

    plan = planning.preview(confirmed(officer), actor=actor_of(officer))
    planning.decide(plan, "all", "retrain", actor=actor_of(officer))
    plan = approving.approve(plan, actor=actor_of(make_user("second", "Compliance officer")))
    plan = approving.execute(plan, actor=actor_of(officer))
    done(plan)
    assert plan.state == "done", plan.failure
    assert rows_with_the_canary() == []
    assert _in_files() == []
    assert _in_valkey() == []
    assert _in_pack(officer) == []
    assert not any(each.decode() in line for each in PLAIN for line in caplog.text.splitlines())
    ledger = list((tmp_path / "erasures").iterdir())
    assert len(ledger) == 1
    assert not any(each in ledger[0].read_bytes() for each in PLAIN)
