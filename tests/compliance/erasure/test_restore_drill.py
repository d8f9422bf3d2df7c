"""Yesterday's dump on a real server: everybody erased since is erased again, and nobody is found."""

import io
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.subjects.erasure import approving, planning
from compliance.subjects.models import DrillOutcome, ErasureDrill
from compliance.subjects.posture import erasures_survive
from modelops.embedded import binaries
from registry.models import Artifact
from tests.accounts.people import make_user

from .canary import ADDRESS, confirmed, done, plant, rows_with_the_canary

pytestmark = pytest.mark.django_db(transaction=True)


def _dump(path: Path) -> Path:
    base, _, options = os.environ["MODELOPS_OWNER_DATABASE_URL"].partition("?")
    url = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{options}"
    command = [binaries.find_postgres().bin / "pg_dump", "--format=custom", "--no-owner", "--no-privileges"]
    subprocess.run([*command, "--file", path, url], check=True, capture_output=True, timeout=120)
    return path


def _drill(*arguments: object) -> str:
    out = io.StringIO()
    try:
        call_command("restore_drill", *(str(each) for each in arguments), stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}FAILED {error}"
    return out.getvalue()


def test_who_was_erased_does_not_come_back_with_yesterdays_dump(officer: User, settings: Any, tmp_path: Path) -> None:
    """S4-64, S4-69: the dump holds the person, the drill erases them again, finds nobody, and stamps the date."""
    settings.MODELOPS_ERASURE_LEDGER = str(tmp_path / "erasures")
    assert erasures_survive().findings == []  # nobody was erased yet, so nothing is to be shown
    plant(make_user("scientist", "Data scientist"))
    request = confirmed(officer)
    (tmp_path / "dumps").mkdir()
    yesterday = _dump(tmp_path / "dumps" / "portal.dump")
    plan = planning.preview(request, actor=actor_of(officer))
    planning.decide(plan, "all", "retrain", actor=actor_of(officer))
    plan = approving.approve(plan, actor=actor_of(make_user("second", "Compliance officer")))
    approving.execute(plan, actor=actor_of(officer))
    plan.refresh_from_db()
    done(plan)
    assert plan.state == "done", plan.failure
    assert rows_with_the_canary() == []
    assert [finding.key for finding in erasures_survive().findings] == ["due"]
    files = sorted(Artifact.objects.values_list("storage_name", flat=True))

    said = _drill("--dump", yesterday.parent)
    assert "nobody who was erased is found" in said
    row = ErasureDrill.objects.get()
    assert (row.outcome, row.erasures, row.found) == (DrillOutcome.PASSED, 1, 0)
    assert row.rows >= 4
    assert row.dump_ends_at is not None
    assert erasures_survive().findings == []
    assert AuditEvent.objects.get(name="subjects.restore_drill.passed").details["rows"] == row.rows
    # The portal itself is as it was: its rows, and its files.
    assert sorted(Artifact.objects.values_list("storage_name", flat=True)) == files
    assert rows_with_the_canary() == []
    assert ADDRESS not in said

    # A ledger that cannot be opened stops the drill, for a restore would pass over somebody.
    (tmp_path / "erasures" / f"{plan.pk}.erasure").write_bytes(b"damaged")
    assert "erasure.ledger_unreadable" in _drill("--dump", yesterday)
    (tmp_path / "erasures" / f"{plan.pk}.erasure").unlink()
    assert "drill.dump_unreadable" in _drill("--dump", tmp_path / "none.dump")
    assert ErasureDrill.objects.filter(outcome=DrillOutcome.FAILED).count() == 2
